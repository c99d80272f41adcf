// A comparison as text for a terminal: by task, a line for each change, how many of each kind at the end.

import type { Comparison } from "../../app/diff/diff.ts";
import {
  type ChangeWords,
  changeSummary,
  changeWords,
  comparisonNotes,
  taskSections,
} from "../../app/export/changes-text.ts";

export interface DiffTextOptions {
  /** Whether to colour with ANSI escapes. Signs and words say the same without. */
  readonly colour: boolean;
  /** The changes to list; absent: all. */
  readonly indices?: Iterable<number>;
  /** Further notes to begin with, as those of related.ts. */
  readonly notes?: readonly string[];
}

const SGR: Record<ChangeWords["sign"] | "heading" | "dim", number> = { "+": 32, "-": 31, "~": 33, heading: 1, dim: 2 };

/** The text, ending in a newline. */
export function diffText(comparison: Comparison, options: DiffTextOptions): string {
  const paint = (style: keyof typeof SGR, text: string): string =>
    options.colour ? `\x1b[${SGR[style]}m${text}\x1b[0m` : text;
  const indices = options.indices === undefined ? undefined : [...options.indices];
  const lines: string[] = [];
  for (const note of [...(options.notes ?? []), ...comparisonNotes(comparison)]) lines.push(`note: ${note}`);
  for (const { number, title, indices: own } of taskSections(comparison, indices)) {
    if (lines.length > 0) lines.push("");
    lines.push(paint("heading", title));
    for (const index of own) {
      const { sign, who, name, what, uncertain } = changeWords(comparison, index, { within: number });
      const text = `${who}${name === "" ? "" : ` ${name}`}: ${what}`;
      lines.push(`  ${paint(sign, `${sign} ${text}`)}${uncertain ? paint("dim", " (uncertain)") : ""}`);
    }
  }
  if (lines.length > 0) lines.push("");
  lines.push(changeSummary(comparison, indices));
  return `${lines.join("\n")}\n`;
}
