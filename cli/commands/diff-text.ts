// A comparison as text for a terminal: one sentence, the events with several changes, then by task a line for each
// change, and the number of changes of each kind.

import type { Comparison } from "../../app/diff/comparison.ts";
import { type Events, eventsOf, shownChanges } from "../../app/diff/events.ts";
import type { HiddenChanges } from "../../app/diff/filter.ts";
import { changeSummary } from "../../app/export/change-counts.ts";
import { type ChangeWords, changeWords, comparisonNotes, taskSections } from "../../app/export/changes-text.ts";
import { eventWords } from "../../app/export/event-text.ts";
import { headline } from "../../app/export/headline.ts";
import { counted } from "../../app/model/words.ts";
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
  const groups = groupsOf(comparison, indices);
  const notes = [...(options.notes ?? []), ...comparisonNotes(comparison)].map((note) => `note: ${note}`);
  const lines = [...(groups === null ? [] : [headline(comparison, groups.events, groups.hidden)]), ...notes];
  if (groups !== null) lines.push(...eventLines(comparison, groups, options.colour));
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

interface Groups {
  readonly events: Events;
  readonly hidden: HiddenChanges;
}

/** The changes to list in events; `null`: there are none. */
function groupsOf(comparison: Comparison, indices: readonly number[] | undefined): Groups | null {
  const { count } = comparison.changes;
  if (count === 0 || indices?.length === 0) return null;
  const hidden = new Uint8Array(count).fill(indices === undefined ? 0 : 1);
  for (const index of indices ?? []) hidden[index] = 0;
  return { events: eventsOf(comparison), hidden };
}

/**
 * The events with several changes under a heading, as the page lists them. They begin with `*`, because scripts count and
 * search for lines that begin with the sign of a change: there is one for each change.
 */
function eventLines(comparison: Comparison, { events, hidden }: Groups, colour: boolean): string[] {
  const style = styleFor(colour);
  const lines: string[] = [];
  for (let event = 0; event < events.count; event++) {
    const changes = shownChanges(events, hidden, event);
    if (changes.length < 2) continue;
    const { sign, text } = eventWords(comparison, changes);
    lines.push(`  ${style(COLOURS[sign], `* ${text}`)} ${style("dim", `(${counted(changes.length, "change")})`)}`);
  }
  return lines.length === 0 ? [] : ["", style("bold", "events with several changes"), ...lines];
}
