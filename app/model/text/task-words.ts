// The words for a task, used everywhere: `pid 412`; in an image without pids its name, with its index if other tasks
// have the same name. A task of a comparison has the index of both sides, or of the side that it is on.

import { type Checkpoint, commBytes, NONE, type Tasks } from "../checkpoint.ts";
import { i32At } from "../read.ts";
import type { TaskRow } from "../rows.ts";
import { shownText } from "./text.ts";

/** A task of one image, or of two: on both sides, or on one (the row on the other is NONE). */
export interface TaskOnSides {
  /** `null`: there is one image only, which is `after`. */
  readonly before: Checkpoint | null;
  readonly after: Checkpoint;
  readonly taskBefore: TaskRow;
  readonly taskAfter: TaskRow;
}

/** A task of one image. */
export const taskOf = (image: Checkpoint, task: TaskRow): TaskOnSides => ({
  before: null,
  after: image,
  taskBefore: NONE,
  taskAfter: task,
});

type Quote = (text: string) => string;
const plain: Quote = (text) => text;

/** The shortest words that say which task it is: `pid 412`; `httpd-w3`, `httpd (index 0)`, `httpd (index 1 after)`. */
export function taskWords(task: TaskOnSides, quote: Quote = plain): string {
  const pid = pidOf(task);
  if (pid !== NONE) return `pid ${pid}`;
  return isOnlyOneOfName(task) ? quote(commOf(task)) : withIndex(task, quote);
}

/** The words of a heading: `pid 412 nginx`; `httpd-w1 (index 1 → 3)`. */
export function taskHeading(task: TaskOnSides, quote: Quote = plain): string {
  const pid = pidOf(task);
  return pid === NONE ? withIndex(task, quote) : `pid ${pid} ${quote(commOf(task))}`.trimEnd();
}

/** The words of a sentence that names one task: `pid 412 nginx`; `httpd-w3`. */
export function taskInText(task: TaskOnSides): string {
  return pidOf(task) === NONE ? taskWords(task) : taskHeading(task);
}

/** Like `taskWords`, but with the name of any task, and without the word "pid": `412 nginx`. */
export function taskLabel(task: TaskOnSides): string {
  const pid = pidOf(task);
  return pid === NONE ? taskWords(task) : `${pid} ${commOf(task)}`.trimEnd();
}

function withIndex(task: TaskOnSides, quote: Quote): string {
  const comm = commOf(task);
  return comm === "" ? indexWords(task) : `${quote(comm)} (${indexWords(task)})`;
}

/** Whether a pid says which task it is. */
export const hasPid = (task: TaskOnSides): boolean => pidOf(task) !== NONE;

/** The pid that identifies a task: that before, or after if it is only there; NONE if there is none. */
const pidOf = ({ before, after, taskBefore, taskAfter }: TaskOnSides): number =>
  before === null || taskBefore === NONE ? i32At(after.tasks.pid, taskAfter) : i32At(before.tasks.pid, taskBefore);

/** The name of a task: that after, if it is there. */
const commOf = ({ before, after, taskBefore, taskAfter }: TaskOnSides): string =>
  before === null || taskAfter !== NONE
    ? shownText(commBytes(after, taskAfter))
    : shownText(commBytes(before, taskBefore));

/** `index 3`, `index 1 → 3`, `index 1 after`. */
function indexWords({ before, after, taskBefore, taskAfter }: TaskOnSides): string {
  if (before === null) return `index ${taskAfter}`;
  if (taskBefore === NONE) return `index ${taskAfter} after`;
  if (taskAfter === NONE) return `index ${taskBefore} before`;
  const pid = i32At(after.tasks.pid, taskAfter);
  if (pid !== NONE) return `index ${taskBefore} → pid ${pid}`;
  return taskBefore === taskAfter ? `index ${taskBefore}` : `index ${taskBefore} → ${taskAfter}`;
}

/** Whether a task has a name that no other task of its images has. */
function isOnlyOneOfName({ before, after, taskBefore, taskAfter }: TaskOnSides): boolean {
  const [image, task] = before !== null && taskAfter === NONE ? [before, taskBefore] : [after, taskAfter];
  const key = nameKey(image, task);
  if (key === "") return false;
  const most = (side: Checkpoint, row: TaskRow): boolean => (namesOf(side).get(key) ?? 0) === (row === NONE ? 0 : 1);
  // A renamed task is called by its name after, which no task before may have.
  const other = before !== null && taskBefore !== NONE && nameKey(before, taskBefore) !== key ? NONE : taskBefore;
  return most(after, taskAfter) && (before === null || most(before, other));
}

/** By Tasks: how many have each name. Cached: it is needed for each word of a text, and columns never change. */
const counts = new WeakMap<Tasks, ReadonlyMap<string, number>>();

/** How many tasks of an image have each name. */
function namesOf(image: Checkpoint): ReadonlyMap<string, number> {
  const known = counts.get(image.tasks) ?? countNames(image);
  counts.set(image.tasks, known);
  return known;
}

function countNames(image: Checkpoint): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (let task = 0; task < image.tasks.count; task++) {
    const key = nameKey(image, task);
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return found;
}

/** A name as it is shown: two names that look alike do not say which task is meant. */
const nameKey = (image: Checkpoint, task: TaskRow): string => shownText(commBytes(image, task));
