// Whether two tasks have the same details, as most do. Reads columns without making objects, which are needed only for
// tasks that may differ.
//
// Casts `as number` read columns within bounds checked by the loops.

import type { Checkpoint } from "../../model/checkpoint.ts";
import { storedValue, valueComparer } from "../../model/detail-store.ts";
import type { FileRow, TaskRow } from "../../model/rows.ts";
import { firstOfEach } from "../../model/search.ts";
import { isFileKey } from "./detail-values.ts";

/** Whether the open file that a task executes or works in has the same values as one after. */
type SameFile = (key: string, b: FileRow, a: FileRow) => boolean;

/** Returns a quick test for whether two tasks have the same details; false means that they have to be compared. */
export function taskDetailsTest(
  before: Checkpoint,
  after: Checkpoint,
  isSameFile: SameFile,
): (b: TaskRow, a: TaskRow) => boolean {
  const [tasks, others] = [before.tasks, after.tasks];
  const [x, y] = [before.taskDetails, after.taskDetails];
  const firstBefore = firstOfEach(x.row, tasks.count);
  const firstAfter = firstOfEach(y.row, others.count);
  const keyAfter = Int32Array.from(x.keys, (key) => y.keys.indexOf(key));
  const isOfFile = Uint8Array.from(x.keys, (key) => (isFileKey(key) ? 1 : 0));
  const isSame = valueComparer(x, y);
  /** By value before: 1 + the value after whose file was found to be the same; 0 if none was. */
  const sameFile = new Uint32Array(x.start.length);
  const areSameFiles = (key: string, value: number, other: number): boolean => {
    if (sameFile[value] === other + 1) return true;
    const [b, a] = [storedValue(x, value), storedValue(y, other)];
    // Some images have a path here instead of the number of an open file.
    if (typeof b !== "number" || typeof a !== "number") return isSame(value, other);
    if (!isSameFile(key, b, a)) return false;
    sameFile[value] = other + 1;
    return true;
  };
  return (b, a) => {
    if (tasks.ppid[b] !== others.ppid[a] || tasks.pgid[b] !== others.pgid[a]) return false;
    if (tasks.sid[b] !== others.sid[a] || tasks.tgid[b] !== others.tgid[a]) return false;
    if (tasks.state[b] !== others.state[a]) return false;
    const first = firstBefore[b] as number;
    const end = firstBefore[b + 1] as number;
    const shift = (firstAfter[a] as number) - first;
    if (end + shift !== firstAfter[a + 1]) return false;
    for (let at = first; at < end; at++) {
      const key = x.key[at] as number;
      if (keyAfter[key] !== y.key[at + shift]) return false;
      const value = x.value[at] as number;
      const other = y.value[at + shift] as number;
      const same = isOfFile[key] === 1 ? areSameFiles(x.keys[key] as string, value, other) : isSame(value, other);
      if (!same) return false;
    }
    return true;
  };
}
