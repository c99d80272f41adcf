// Notes on two checkpoints that do not look like dumps of the same processes. Comparing them is never refused.

import { type Checkpoint, HAS, hasPids, NONE } from "../model/checkpoint.ts";
import { reversedText, type Verdict } from "../model/comparison/earlier.ts";
import { SIDES } from "../model/comparison/side.ts";
import { visible } from "../model/text/text.ts";
import type { Note } from "./changes.ts";
import { sameFlagValues } from "./compare/compare-open-files.ts";
import type { Compared } from "./pairs/holders.ts";
import type { Pairs } from "./pairs/pair.ts";

/** Sentences on why the images of a comparison are an unlikely pair; empty if they are not. */
export const unrelated = (notes: readonly Note[]): string[] =>
  notes.filter(({ code }) => RELATED_CODES.has(code)).map(({ message }) => message);

/** Notes on images that are incomplete, and on what was not compared for lack of memory. */
export function completenessNotes({ before, after, pairs }: Compared): Note[] {
  const notes: Note[] = [];
  const incomplete = SIDES.filter((side) => !(side === "before" ? before : after).complete);
  if (incomplete.length > 0) {
    const which = incomplete.length === 2 ? "Both images are" : `The image ${incomplete[0]} is`;
    const message = `${which} incomplete: changes marked uncertain may only be an effect of that.`;
    notes.push({ code: "incomplete", message });
  }
  if (pairs.tasksLeftOut > 0) {
    const message = `The descriptors of ${pairs.tasksLeftOut} tasks were not compared: there would be too many pairs.`;
    notes.push({ code: "too-many-pairs", message });
  }
  return notes;
}

/** Codes of the notes of `relatedNotes`. */
export const RELATED_CODES: ReadonlySet<string> = new Set([
  "formats-differ",
  "unlinked-file",
  "dialects-differ",
  "architectures-differ",
  "pids-on-one-side",
  "nothing-in-common",
  "order",
]);

/**
 * What makes two checkpoints an unlikely pair, and what can therefore not be compared. `order`: which of them is
 * earlier; `null`: that does not matter.
 */
export function relatedNotes(before: Checkpoint, after: Checkpoint, pairs: Pairs, order: Verdict | null): Note[] {
  const notes: Note[] = [];
  const note = (code: string, message: string): void => void notes.push({ code, message });
  if (before.format !== after.format) {
    const names = { "linux-cr": "a Linux-CR image", criu: "a CRIU set" };
    note(
      "formats-differ",
      `Before is ${names[before.format]}, after ${names[after.format]}: what only one of the formats holds is not compared.`,
    );
    const unlinked = [before, after].some(({ files }) => files.has.some((has) => (has & HAS.deleted) !== 0));
    if (unlinked) {
      note("unlinked-file", "Only CRIU says that a file was unlinked; a Linux-CR image has it in the path's name.");
    }
  } else if (before.dialect !== after.dialect) {
    note("dialects-differ", `The dialects differ: ${visible(before.dialect)} before, ${visible(after.dialect)} after.`);
  }
  const archBefore = before.machine.arch;
  const archAfter = after.machine.arch;
  if (archBefore !== null && archAfter !== null && archBefore !== archAfter) {
    const flags = sameFlagValues(archBefore, archAfter) ? "" : " Flags have other values there and are not compared.";
    note(
      "architectures-differ",
      `The architectures differ: ${visible(archBefore)} before, ${visible(archAfter)} after.${flags}`,
    );
  }
  if (before.tasks.count > 0 && after.tasks.count > 0) {
    const pids = hasPids(before.tasks);
    if (pids !== hasPids(after.tasks)) {
      note("pids-on-one-side", `Only the image ${pids ? "before" : "after"} holds pids: tasks are matched by name.`);
    }
    if (pairs.taskAfter.every((task) => task === NONE)) {
      const what = pids && hasPids(after.tasks) ? "pid" : "task name";
      note("nothing-in-common", `The images have no ${what} in common.`);
    }
  }
  const reversed = order && reversedText(order);
  if (reversed !== null) note("order", reversed);
  return notes;
}
