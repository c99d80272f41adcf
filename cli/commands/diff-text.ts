// A comparison as text for a terminal: by task, a line for each change, and the number of changes of each kind.

import type { Comparison } from "../../app/diff/comparison.ts";
import {
  type ChangeWords,
  changeSummary,
  changeWords,
  comparisonNotes,
  taskSections,
} from "../../app/export/changes-text.ts";
import { styleFor } from "../style.ts";

export interface DiffTextOptions {
  /** Whether to colour with ANSI escapes. Signs and words carry the same information without it. */
  readonly colour: boolean;
  /** The changes to list; absent: all. */
  readonly indices?: Iterable<number>;
  /** Notes to print before the comparison's own. */
  readonly notes?: readonly string[];
}

const COLOURS = { "+": "green", "-": "red", "~": "yellow" } as const satisfies Record<ChangeWords["sign"], string>;

/** The text, ending in a newline. Every line of a change names its task, so that it can be grepped. */
export function diffText(comparison: Comparison, options: DiffTextOptions): string {
  const style = styleFor(options.colour);
  const indices = options.indices === undefined ? undefined : [...options.indices];
  const lines = [...(options.notes ?? []), ...comparisonNotes(comparison)].map((note) => `note: ${note}`);
  for (const { title, indices: own } of taskSections(comparison, indices)) {
    if (lines.length > 0) lines.push("");
    lines.push(style("bold", title));
    for (const index of own) {
      const { sign, who, name, what, uncertain } = changeWords(comparison, index);
      const text = `${sign} ${who}${name === "" ? "" : ` ${name}`}: ${what}`;
      lines.push(`  ${style(COLOURS[sign], text)}${uncertain ? style("dim", " (uncertain)") : ""}`);
    }
  }
  if (lines.length > 0) lines.push("");
  lines.push(changeSummary(comparison, indices));
  return `${lines.join("\n")}\n`;
}
