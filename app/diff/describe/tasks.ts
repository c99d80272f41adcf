// Words for the tasks of a comparison.

import { type Checkpoint, hasPids } from "../../model/checkpoint.ts";
import { i32At } from "../../model/read.ts";
import type { TaskRow } from "../../model/rows.ts";
import { type TaskOnSides, taskWords } from "../../model/text/task-words.ts";
import type { Pairs } from "../pairs/pair.ts";

interface Compared {
  readonly before: Checkpoint;
  readonly after: Checkpoint;
  readonly pairs: Pairs;
}

/** A task by its rows; NONE: it is not on that side. */
export const taskOnSides = ({ before, after }: Compared, taskBefore: TaskRow, taskAfter: TaskRow): TaskOnSides => ({
  before,
  after,
  taskBefore,
  taskAfter,
});

/** `pid 412`, `httpd-w3`: a task that is on both sides, by its number before. */
export function wordsOfNumber(compared: Compared, number: number, quote?: (text: string) => string): string {
  const { before, pairs } = compared;
  if (hasPids(before.tasks)) return `pid ${number}`;
  return taskWords(taskOnSides(compared, number, i32At(pairs.taskAfter, number)), quote);
}
