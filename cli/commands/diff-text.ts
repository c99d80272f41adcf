// A comparison as text for a terminal: one sentence, the events with several changes, then by task a line for each
// change, and the number of changes of each kind.

import type { Comparison } from "../../app/diff/comparison.ts";
import { type Events, eventsOf, shownChanges } from "../../app/diff/lists/events.ts";
import type { HiddenChanges } from "../../app/diff/lists/filter.ts";
import { changeSummary } from "../../app/export/changes/change-counts.ts";
import { type ChangeWords, changeWords, comparisonNotes, taskSections } from "../../app/export/changes/changes-text.ts";
import { eventWords } from "../../app/export/changes/event-text.ts";
import { headline } from "../../app/export/changes/headline.ts";
import { counted } from "../../app/model/text/words.ts";
import { styleFor } from "../style.ts";

export interface DiffTextOptions {
  /** Whether to colour with ANSI escapes. Signs and words carry the same information without it. */
  readonly colour: boolean;
  /** The changes to list; absent: all. */
  readonly indices?: Uint32Array;
  /** Notes to print before the comparison's own. */
  readonly notes?: readonly string[];
}

const COLOURS = { "+": "green", "-": "red", "~": "yellow" } as const satisfies Record<ChangeWords["sign"], string>;

/**
 * The text in pieces, each of some lines with their ends. Every line of a change names its
 * task, so that it can be grepped.
 */
export function* diffText(comparison: Comparison, options: DiffTextOptions): Generator<string> {
  const style = styleFor(options.colour);
  const indices = options.indices ?? Uint32Array.from(comparison.changes.kind.keys());
  const groups = groupsOf(comparison, indices);
  const notes = [...(options.notes ?? []), ...comparisonNotes(comparison)].map((note) => `note: ${note}\n`);
  if (groups !== null) yield `${headline(comparison, groups.events, groups.hidden)}\n`;
  yield* notes;
  let gap = groups === null && notes.length === 0 ? "" : "\n";
  if (groups !== null) yield* eventLines(comparison, groups, options.colour);
  for (const { title, indices: own } of taskSections(comparison, indices)) {
    yield `${gap}${style("bold", title)}\n`;
    gap = "\n";
    for (const index of own) {
      const { sign, who, name, what, uncertain } = changeWords(comparison, index);
      const text = `${sign} ${who}${name === "" ? "" : ` ${name}`}: ${what}`;
      yield `  ${style(COLOURS[sign], text)}${uncertain ? style("dim", " (uncertain)") : ""}\n`;
    }
  }
  yield `${gap}${changeSummary(comparison, indices)}\n`;
}

interface Groups {
  readonly events: Events;
  readonly hidden: HiddenChanges;
}

/** The changes to list in events; `null`: there are none. */
function groupsOf(comparison: Comparison, indices: Uint32Array): Groups | null {
  if (indices.length === 0) return null;
  const hidden = new Uint8Array(comparison.changes.count).fill(1);
  for (const index of indices) hidden[index] = 0;
  return { events: eventsOf(comparison), hidden };
}

/**
 * The events with several changes under a heading, as the page lists them. They begin with `*`, because scripts count
 * and search for lines that begin with the sign of a change: there is one for each change.
 */
function* eventLines(comparison: Comparison, { events, hidden }: Groups, colour: boolean): Generator<string> {
  const style = styleFor(colour);
  let heading = `\n${style("bold", "events with several changes")}\n`;
  for (let event = 0; event < events.count; event++) {
    const changes = shownChanges(events, hidden, event);
    if (changes.length < 2) continue;
    const { sign, text } = eventWords(comparison, changes);
    const line = `${style(COLOURS[sign], `* ${text}`)} ${style("dim", `(${counted(changes.length, "change")})`)}`;
    yield `${heading}  ${line}\n`;
    heading = "";
  }
}
