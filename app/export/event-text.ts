// Events in words: several changes that are one thing, as one sentence.

import { type ChangeKind, isOfResources, kindOf } from "../diff/changes.ts";
import type { Comparison } from "../diff/comparison.ts";
import { filesOf, hasOwnName } from "../diff/events.ts";
import { isAppending } from "../diff/expected.ts";
import { pairNumber } from "../diff/pair.ts";
import { resourceAt } from "../diff/resource-at.ts";
import { commBytes, descriptorCount, NONE } from "../model/checkpoint.ts";
import { fileKind } from "../model/names.ts";
import { i32At, u8At, u32At, u64At } from "../model/read.ts";
import { shownText } from "../model/text.ts";
import { counted, countedKind, fileName, grouped } from "../model/words.ts";
import { changeSentence, changeWords, taskTitle } from "./changes-text.ts";

export interface EventWords {
  readonly sign: "+" | "-" | "~";
  /** `/var/log/error.log reopened in 3 tasks` */
  readonly text: string;
}

/** Changes of an event whose words are compared, and whose tasks are counted; of more, the rest is only counted. */
const MOST_READ = 1000;

/**
 * An event in words.
 *
 * @param shown Its changes that are not hidden, ascending; at least one.
 */
export function eventWords(comparison: Comparison, shown: Uint32Array): EventWords {
  const first = u32At(shown, 0);
  const kind = kindAt(comparison, first);
  if (shown.length === 1) {
    const { sign } = changeWords(comparison, first);
    return { sign, text: changeSentence(comparison, first) };
  }
  if (isOfResources(kind)) return resourcesEvent(comparison, shown);
  if (kind.startsWith("task-")) return tasksEvent(comparison, shown, kind);
  const [fileBefore, fileAfter] = filesOf(comparison, first);
  const { before, after } = comparison;
  const [checkpoint, file] = fileAfter === NONE ? [before, fileBefore] : [after, fileAfter];
  return hasOwnName(checkpoint, file)
    ? { sign: signOf(comparison, shown), text: `${fileName(checkpoint, file)} ${partsText(comparison, shown)}` }
    : namelessEvent(comparison, shown, file === NONE ? fileKind("unknown") : u8At(checkpoint.files.kind, file));
}

const kindAt = ({ changes }: Comparison, change: number): ChangeKind => kindOf(u8At(changes.kind, change));

/** The sign of all changes if they have the same one, else `~`. */
function signOf(comparison: Comparison, shown: Uint32Array): EventWords["sign"] {
  const kinds = new Set(Array.from(shown.subarray(0, MOST_READ), (change) => kindAt(comparison, change)));
  if (kinds.size > 1) return "~";
  return kinds.has("fd-opened") || kinds.has("task-added") || kinds.has("resource-added")
    ? "+"
    : kinds.has("fd-closed") || kinds.has("task-removed") || kinds.has("resource-removed")
      ? "-"
      : "~";
}

/** `3 tasks worker gone, with 12 descriptors`; `4 tasks: state running → sleeping`. */
function tasksEvent(comparison: Comparison, shown: Uint32Array, kind: ChangeKind): EventWords {
  const { before, after, changes } = comparison;
  const sign = signOf(comparison, shown);
  const what = commonWords(comparison, shown);
  if (kind === "task-renamed" || kind === "task-detail") {
    const text = what ?? `${changeWords(comparison, u32At(shown, 0)).what.split(" ")[0]} changed`;
    return { sign, text: `${counted(shown.length, "task")}: ${text}` };
  }
  const [checkpoint, rows] = kind === "task-added" ? [after, changes.taskAfter] : [before, changes.taskBefore];
  const comm = shownText(commBytes(checkpoint, i32At(rows, u32At(shown, 0))));
  const tables = new Set(Array.from(shown, (change) => i32At(checkpoint.tasks.table, i32At(rows, change))));
  tables.delete(NONE);
  const fds = [...tables].reduce((sum, table) => sum + descriptorCount(checkpoint.tables, table), 0);
  const verb = kind === "task-added" ? "new" : "gone";
  return { sign, text: `${counted(shown.length, "task")} ${comm} ${verb}, with ${counted(fds, "descriptor")}` };
}

/** `pid 412 nginx: 2 mappings new, 1 gone, 3 changed`. */
function resourcesEvent(comparison: Comparison, shown: Uint32Array): EventWords {
  const { changes } = comparison;
  const first = u32At(shown, 0);
  const { noun } = resourceAt(comparison, first).change.spec;
  const task = taskTitle(comparison, i32At(changes.taskBefore, first), i32At(changes.taskAfter, first));
  const count = (wanted: ChangeKind): number => shown.filter((change) => kindAt(comparison, change) === wanted).length;
  const parts = (
    [
      ["resource-added", "new"],
      ["resource-removed", "gone"],
      ["resource-changed", "changed"],
    ] as const
  ).flatMap(([kind, word]) => (count(kind) > 0 ? [`${count(kind)} ${word}`] : []));
  return { sign: signOf(comparison, shown), text: `${task}: ${noun}, ${parts.join(", ")}` };
}

/** `pid 412 nginx: 3 sockets opened, 2 closed`; or all changes of one descriptor. */
function namelessEvent(comparison: Comparison, shown: Uint32Array, kind: number): EventWords {
  const { changes } = comparison;
  const first = u32At(shown, 0);
  const task = taskTitle(comparison, i32At(changes.taskBefore, first), i32At(changes.taskAfter, first));
  const count = (wanted: ChangeKind): number => shown.filter((change) => kindAt(comparison, change) === wanted).length;
  const [opened, closed] = [count("fd-opened"), count("fd-closed")];
  const sign = signOf(comparison, shown);
  if (opened + closed === 0) {
    const { who, name } = changeWords(comparison, first);
    return { sign, text: `${who}${name === "" ? "" : ` ${name}`} ${partsText(comparison, shown, false)}` };
  }
  const parts = [
    ...(opened > 0 ? [`${countedKind(opened, kind)} opened`] : []),
    ...(closed > 0 ? [opened > 0 ? `${closed} closed` : `${countedKind(closed, kind)} closed`] : []),
  ];
  return { sign, text: `${task}: ${parts.join(", ")}` };
}

/** In the order in which an event says them. */
const PARTS: readonly (readonly [kinds: readonly ChangeKind[], words: string])[] = [
  [["fd-opened"], "opened"],
  [["fd-closed"], "closed"],
  [["file-shared"], "now shared"],
  [["file-unshared"], "no longer shared"],
  [["file-path"], "path changed"],
  [["file-flags"], "flags changed"],
  [["file-mode"], "mode changed"],
  [["close-on-exec"], "close-on-exec changed"],
  [["file-pos"], "positions changed"],
  [["file-version"], "versions changed"],
  [["file-detail"], "details changed"],
  [["file-linked"], "links changed"],
];

/** `reopened, position 4096 → 8192 in 3 tasks`: what changed of the files of one path, and where. */
export function partsText(comparison: Comparison, shown: Uint32Array, withPlace = true): string {
  const isReopened = looksReopened(comparison, shown);
  const parts = isReopened ? ["reopened"] : [];
  for (const [kinds, words] of PARTS) {
    const own = shown.filter((change) => kinds.includes(kindAt(comparison, change)));
    if (own.length === 0) continue;
    // Said by "reopened".
    if (isReopened && (words === "opened" || words === "closed" || words === "path changed")) continue;
    const isPlain = ["opened", "closed", "now shared", "no longer shared"].includes(words);
    if (!isPlain) parts.push(commonWords(comparison, own) ?? words);
    // If one task opened a file 57 times, the number is what matters.
    else parts.push(isOfMoreThanTasks(comparison, own) ? `${words} ${grouped(own.length)} times` : words);
  }
  return `${parts.join(", ")}${withPlace ? ` ${placeText(comparison, shown)}` : ""}`;
}

/** What is said of every one of some changes, if it is the same: `position 4096 → 8192`; else `null`. */
function commonWords(comparison: Comparison, changes: Uint32Array): string | null {
  if (changes.length > MOST_READ) return null;
  const words = new Set(Array.from(changes, (change) => changeWords(comparison, change).what));
  return words.size === 1 ? ([...words][0] ?? null) : null;
}

/**
 * Whether the files of one path were reopened: a file of an older name was replaced by one of this name, a descriptor
 * was closed and another opened in the same task, what was one open file is several, or a position went back although
 * every write puts it to the end (O_APPEND).
 */
export function looksReopened(comparison: Comparison, shown: Uint32Array): boolean {
  const { before, after, changes } = comparison;
  const closedIn = new Set<number>();
  const openedIn = new Set<number>();
  for (const change of shown.subarray(0, MOST_READ)) {
    const [fileBefore, fileAfter] = filesOf(comparison, change);
    switch (kindAt(comparison, change)) {
      case "file-unshared":
        return true;
      case "file-path":
        if (isOlderName(fileName(before, fileBefore), fileName(after, fileAfter))) return true;
        break;
      case "file-pos": {
        const wentBack = u64At(after.files.pos, fileAfter) < u64At(before.files.pos, fileBefore);
        if (wentBack && isAppending(before, fileBefore) && isAppending(after, fileAfter)) return true;
        break;
      }
      case "fd-closed":
        closedIn.add(i32At(changes.pid, change));
        break;
      case "fd-opened":
        openedIn.add(i32At(changes.pid, change));
        break;
    }
  }
  return [...closedIn].some((pid) => openedIn.has(pid));
}

/** Whether one path is what logrotate and the kernel make of the other: `x.log.1`, `x.log-20240101`, `x.log (deleted)`. */
function isOlderName(before: string, after: string): boolean {
  if (!before.startsWith(after)) return false;
  return /^(?:[.-]\d[\w.-]*|[.-](?:old|bak|orig)| \(deleted\))$/.test(before.slice(after.length));
}

/** Whether there are more changes than tasks that have their descriptors. */
const isOfMoreThanTasks = (comparison: Comparison, shown: Uint32Array): boolean =>
  shown.length > 1 && shown.length > (tasksOf(comparison, shown)?.size ?? MOST_READ);

/** `in pid 412 nginx`, `in 3 tasks`: the tasks that have the descriptors of some changes. */
export function placeText(comparison: Comparison, shown: Uint32Array): string {
  const tasks = tasksOf(comparison, shown);
  if (tasks === null) return `in more than ${grouped(MOST_READ)} tasks`;
  const [only, ...others] = tasks.values();
  return only !== undefined && others.length === 0
    ? `in ${taskTitle(comparison, ...only)}`
    : `in ${counted(tasks.size, "task")}`;
}

type TaskPair = readonly [before: number, after: number];

/** The tasks that have the descriptors of some changes, by their numbers; `null`: more than are counted. */
function tasksOf(comparison: Comparison, shown: Uint32Array): ReadonlyMap<number, TaskPair> | null {
  const { before, after, pairs, changes } = comparison;
  const { firstTask, taskBefore, taskAfter } = pairs.tables;
  const tasks = new Map<number, TaskPair>();
  for (const change of shown.subarray(0, MOST_READ)) {
    for (const pair of changes.row.subarray(changes.firstRow[change], changes.firstRow[change + 1])) {
      if (tasks.size > MOST_READ) return null;
      const table = u32At(pairs.descriptors.tablePair, pair);
      for (let at = u32At(firstTask, table); at < u32At(firstTask, table + 1); at++) {
        const [b, a] = [i32At(taskBefore, at), i32At(taskAfter, at)];
        tasks.set(pairNumber(before, after, b, a), [b, a]);
      }
    }
  }
  return tasks;
}
