// Notes on two checkpoints that do not look like dumps of the same processes. Comparing them is never refused.

import { type Checkpoint, hasPids, NONE } from "../model/checkpoint.ts";
import { visible } from "../model/text.ts";
import { sameFlagValues } from "./compare-open-files.ts";
import { type Pairs, pair } from "./pair.ts";

/** Sentences on what makes two checkpoints an unlikely pair; empty if nothing does. Pass `pairs` if they are known already. */
export function unrelated(before: Checkpoint, after: Checkpoint, pairs: Pairs = pair(before, after)): string[] {
  const notes: string[] = [];
  if (before.format !== after.format) {
    const names = { "linux-cr": "a Linux-CR image", criu: "a CRIU set" };
    notes.push(
      `Before is ${names[before.format]}, after ${names[after.format]}: what only one of the formats holds is not compared.`,
    );
  } else if (before.dialect !== after.dialect) {
    notes.push(`The dialects differ: ${visible(before.dialect)} before, ${visible(after.dialect)} after.`);
  }
  const archBefore = before.machine.arch;
  const archAfter = after.machine.arch;
  if (archBefore !== null && archAfter !== null && archBefore !== archAfter) {
    const flags = sameFlagValues(archBefore, archAfter) ? "" : " Flags have other values there and are not compared.";
    notes.push(`The architectures differ: ${visible(archBefore)} before, ${visible(archAfter)} after.${flags}`);
  }
  if (before.tasks.count > 0 && after.tasks.count > 0) {
    const pids = hasPids(before.tasks);
    if (pids !== hasPids(after.tasks)) {
      notes.push(`Only the image ${pids ? "before" : "after"} holds pids: tasks are matched by name.`);
    }
    if (pairs.taskAfter.every((task) => task === NONE)) {
      const what = pids && hasPids(after.tasks) ? "pid" : "task name";
      notes.push(`The images have no ${what} in common.`);
    }
  }
  if (before.time !== null && after.time !== null && before.time > after.time) {
    notes.push("The image before was taken later than the image after.");
  }
  return notes;
}
