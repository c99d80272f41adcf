// Changes of tasks, and of the file tables that they share.

import { allRows } from "../../model/all-rows.ts";
import { type Checkpoint, commBytes, NONE } from "../../model/checkpoint.ts";
import { SIDES, type Side } from "../../model/comparison/side.ts";
import { fileDetail, TASK_DETAILS, taskDetail } from "../../model/detail-keys.ts";
import type { DetailValue } from "../../model/fields.ts";
import { fileKind } from "../../model/names/names.ts";
import { i32At } from "../../model/read.ts";
import type { FileRow, TaskRow } from "../../model/rows.ts";
import { sameBytes } from "../../model/text/text.ts";
import type { ChangeKind } from "../changes.ts";
import type { LackingValues } from "../lacking-values.ts";
import { groupsOf, mixedRows } from "../pairs/groups.ts";
import type { Compared } from "../pairs/holders.ts";
import { mountOfFile, type Places } from "../pairs/match-mounts.ts";
import { type Pairs, pairNumber } from "../pairs/pair.ts";
import { sortRows } from "../rows.ts";
import type { Collector } from "./collect-changes.ts";
import type { Knowledge } from "./compare-descriptors.ts";
import { fileOfTask, isSameDetail, taskValuesReader } from "./detail-values.ts";
import { taskDetailsTest } from "./same-tasks.ts";
import { hasEnded } from "./tasks-of-rows.ts";

/** Tasks that were added, removed or renamed, or that differ in a detail. */
export function compareTasks(
  { before, after, pairs }: Compared,
  { places, lopsided, lacking }: Knowledge,
  collector: Collector,
): void {
  const compareDetails = taskDetailsComparer({ before, after, pairs }, places, lacking, collector);
  for (let b = 0; b < before.tasks.count; b++) {
    const a = i32At(pairs.taskAfter, b);
    if (a === NONE) {
      if (!lopsided.isThread("before", b)) collector.addTask("task-removed", b, NONE, !after.complete);
    } else {
      if (!sameBytes(commBytes(before, b), commBytes(after, a))) {
        // A task without a core has no name.
        const isUnknown = isNameless(before, b) || isNameless(after, a);
        collector.addTask("task-renamed", b, a, isUnknown);
      }
      compareDetails(b, a);
    }
  }
  for (let a = 0; a < after.tasks.count; a++) {
    if (pairs.taskBefore[a] === NONE && !lopsided.isThread("after", a))
      collector.addTask("task-added", NONE, a, !before.complete);
  }
}

const isNameless = (checkpoint: Checkpoint, task: TaskRow): boolean =>
  !checkpoint.complete && commBytes(checkpoint, task).length === 0;

/** A task that has ended keeps only these. */
const LEFT_OF_ENDED: ReadonlySet<string> = new Set(["ppid", "pgid", "sid", "tgid", "state", "exit"]);

/**
 * A function that collects the details that differ between two tasks. A key that one of the images has for no task at
 * all is not compared: its format or its dump does not include it.
 */
function taskDetailsComparer(
  { before, after }: Compared,
  places: Places | null,
  lacking: LackingValues,
  collector: Collector,
) {
  const mountOf =
    (checkpoint: Checkpoint, side: Side) =>
    (file: FileRow): DetailValue =>
      places === null ? null : (mountOfFile(checkpoint, places.mounts, side, file)?.number ?? null);
  const mounts = { before: mountOf(before, "before"), after: mountOf(after, "after") };
  const isSame = taskDetailsTest(before, after, (key, b, a) =>
    areEqual(fileOfTask(before, key, b, mounts.before), fileOfTask(after, key, a, mounts.after)),
  );
  const valuesOf = { before: taskValuesReader(before, mounts.before), after: taskValuesReader(after, mounts.after) };
  const recorded = { before: keysOfTasks(before), after: keysOfTasks(after) };
  const isRecorded = (key: string): boolean =>
    key === "exit" || SIDES.every((side) => recorded[side].has(taskDetail(key).recordedWith ?? key));
  const sameFormat = before.format === after.format;
  return (b: TaskRow, a: TaskRow): void => {
    if (isSame(b, a)) return;
    const valuesBefore = valuesOf.before(b);
    const valuesAfter = valuesOf.after(a);
    if (areEqual(valuesBefore, valuesAfter)) return;
    const ended = hasEnded(before, b) || hasEnded(after, a);
    const incomplete = !before.complete || !after.complete;
    for (const { key, of } of taskKeys(valuesBefore, valuesAfter)) {
      const [x = null, y = null] = [valuesBefore[key], valuesAfter[key]];
      if (isEqual(x, y) || isSameOrder(key, x, y)) continue;
      if ((ended || !sameFormat) && !LEFT_OF_ENDED.has(key)) continue;
      if (!isRecorded(of)) {
        const { title, absent } = taskDetail(key);
        if (sameFormat && of === key && absent !== "skip") lacking.add(x === null ? "before" : "after", title, "task");
        continue;
      }
      if (!sameFormat && isSameElsewhere(key, x, y)) continue;
      // A path determines its file.
      if (of !== key && !isEqual(valuesBefore[of], valuesAfter[of])) continue;
      if (of !== key && (x === null || y === null)) {
        const { title, absent } = fileDetail(key.slice(of.length + 1), fileKind("regular"));
        if (absent === undefined)
          lacking.add(x === null ? "before" : "after", `${taskDetail(of).title}: ${title}`, "task");
        if (absent !== "null") continue;
      }
      const isUncertain = incomplete && (x === null || y === null || key === "threadNames");
      collector.addTask("task-detail", b, a, isUncertain, key);
    }
  };
}

/** Whether two details are equal. Only objects are compared as JSON, because a path may have megabytes. */
const isEqual = (x: DetailValue | undefined, y: DetailValue | undefined): boolean =>
  x === y || (typeof x === "object" && typeof y === "object" && JSON.stringify(x) === JSON.stringify(y));

/** Whether two unequal lists differ only in their order, which has no meaning. */
const isSameOrder = (key: string, x: DetailValue, y: DetailValue): boolean => {
  const spec = taskDetail(key);
  return spec.unordered === true && isSameDetail(spec, x, y);
};

type TaskValues = Readonly<Record<string, DetailValue>>;

/** Whether two tasks have the same keys with the same values. */
function areEqual(x: TaskValues, y: TaskValues): boolean {
  const keys = Object.keys(x);
  return keys.length === Object.keys(y).length && keys.every((key) => Object.hasOwn(y, key) && isEqual(x[key], y[key]));
}

/** States of a task that lives and is not stopped: CRIU does not distinguish them. */
const ALIVE: ReadonlySet<DetailValue> = new Set(["running", "sleeping", "uninterruptible"]);

/** Whether two values mean the same in different formats. The number 0 refers to something outside the image. */
function isSameElsewhere(key: string, x: DetailValue, y: DetailValue): boolean {
  return key === "state" ? ALIVE.has(x) && ALIVE.has(y) : x === 0 || y === 0;
}

/** The keys of two tasks, those of columns first; `of`: the key whose file the key is about, or the key itself. */
function taskKeys(x: object, y: object): { key: string; of: string }[] {
  const order = TASK_DETAILS.map(({ key }) => key);
  const keys = [...new Set([...Object.keys(x), ...Object.keys(y)])].map((key) => ({
    key,
    of: key.split(".")[0] ?? key,
  }));
  return keys.sort((a, b) => order.indexOf(a.of) - order.indexOf(b.of) || (a.key < b.key ? -1 : 1));
}

/** The keys that an image has for any of its tasks. */
function keysOfTasks(checkpoint: Checkpoint): ReadonlySet<string> {
  const { tasks, taskDetails } = checkpoint;
  const keys = new Set<string>(taskDetails.keys);
  for (const key of ["ppid", "pgid", "sid", "tgid"] as const)
    if (tasks[key].some((value) => value !== NONE)) keys.add(key);
  if (tasks.state.some((state) => state !== 0)) keys.add("state");
  return keys;
}

/** File tables that tasks share on one side only. Compares tasks that have a table on both sides. */
export function compareTableSharing(before: Checkpoint, after: Checkpoint, pairs: Pairs, collector: Collector): void {
  const tableAfter = pairs.taskAfter.map((a) => (a === NONE ? NONE : i32At(after.tasks.table, a)));
  const tableBefore = before.tasks.table;
  const tasks = allRows(before.tasks.count).filter((b) => tableBefore[b] !== NONE && tableAfter[b] !== NONE);
  const number = (task: number): number => pairNumber(before, after, task, NONE);
  const compare = (one: Int32Array, other: Int32Array, many: number, name: ChangeKind): void => {
    const rows = mixedRows(tasks, one, other, many);
    for (const group of groupsOf(rows, (a, b) => i32At(one, a) - i32At(one, b))) {
      collector.addTables(
        name,
        sortRows(group, (a, b) => number(a) - number(b) || a - b),
      );
    }
  };
  compare(tableAfter, tableBefore, after.tables.count, "table-shared");
  compare(tableBefore, tableAfter, before.tables.count, "table-unshared");
}
