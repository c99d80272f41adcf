// What changed about the open files of one path, and where: `closed by httpd-w1, position 81920 → 90112 in 2 tasks`.
// Each part names exactly the tasks for which it is true.

import { type ChangeKind, kindOf } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { taskOnSides } from "../../diff/describe/tasks.ts";
import { filesOf, hasOwnName } from "../../diff/lists/events.ts";
import { holderCount, NONE } from "../../model/checkpoint.ts";
import { descriptorOf, tablePairOf } from "../../model/comparison/descriptor-pairs.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import { taskInText } from "../../model/text/task-words.ts";
import { counted, fileName, grouped } from "../../model/text/words.ts";
import { changeWords } from "./changes-text.ts";
import { type Identity, identityOf, rowsOf } from "./reopened.ts";

/** How many changes of an event are compared by their words and tasks; the rest is only counted. */
export const MOST_READ = 1000;

/** Something that happened, or a value that changed, and the pairs of descriptors that it concerns. */
interface Part {
  readonly text: string;
  readonly rows: Iterable<number>;
  /** Whether it is something that a task did. */
  readonly isAct: boolean;
}

/** In the order in which a sentence lists them. */
const PARTS: readonly (readonly [kind: ChangeKind, words: string])[] = [
  ["fd-opened", "opened"],
  ["fd-closed", "closed"],
  ["file-shared", "now shared"],
  ["file-path", "path changed"],
  ["file-flags", "flags changed"],
  ["file-mode", "mode changed"],
  ["close-on-exec", "close-on-exec changed"],
  ["file-pos", "positions changed"],
  ["file-version", "versions changed"],
  ["file-detail", "details changed"],
  ["file-linked", "links changed"],
];

/** Whether to say where: always, unless both images have one task only, or never. */
export type Where = "always" | "if-several" | "never";

/** `reopened by httpd-w3, position 4096 → 8192 in 3 tasks`: what changed of the files of one path, and where. */
export function partsText(comparison: Comparison, shown: Uint32Array, where: Where): string {
  const [was, is] = filesOf(comparison, u32At(shown, 0));
  const isNamed = hasOwnName(comparison.after, is) || hasOwnName(comparison.before, was);
  const identity = isNamed ? identityOf(comparison, shown) : null;
  return joinedParts(
    comparison,
    [...identityParts(comparison, shown, identity), ...valueParts(comparison, shown, identity)],
    where,
  );
}

/** `reopened by httpd-w3`, of a named file; empty if it was not, or may not have been. */
export function reopenedText(comparison: Comparison, shown: Uint32Array, where: Where): string {
  const identity = identityOf(comparison, shown);
  return joinedParts(comparison, reopenedParts(identity), where);
}

/** Something that is true of some changes, and where: `a.db → b.db in 3 tasks`. */
export const placed = (comparison: Comparison, changes: Uint32Array, text: string): string =>
  joinedParts(comparison, [{ text, rows: rowsOfAll(comparison, changes), isAct: false }], "if-several");

function reopenedParts({ reopened, reopenedOrTruncated, separated }: Identity): Part[] {
  const act = (text: string, rows: readonly number[]): Part[] =>
    rows.length === 0 ? [] : [{ text, rows, isAct: true }];
  const isSaid = separated !== null && !separated.isKnown;
  return [
    ...act("reopened", reopened),
    ...(isSaid ? [{ text: `reopened as ${separateFiles(separated.files)}`, rows: separated.rows, isAct: false }] : []),
    ...act("reopened or truncated", reopenedOrTruncated),
  ];
}

const separateFiles = (count: number): string => counted(count, "separate open file");

function identityParts(comparison: Comparison, shown: Uint32Array, identity: Identity | null): Part[] {
  const unshared = () => shown.filter((change) => kindAt(comparison, change) === "file-unshared");
  if (identity === null) {
    const own = unshared();
    return own.length === 0
      ? []
      : [{ text: "no longer shared by all", rows: rowsOfAll(comparison, own), isAct: false }];
  }
  const { separated, parted } = identity;
  const parts = reopenedParts(identity);
  if (separated?.isKnown)
    parts.push({ text: `${separateFiles(separated.files)} now`, rows: separated.rows, isAct: false });
  if (parted !== null)
    parts.push({
      text: parted.isGone ? "sharing changed" : "no longer shared by all",
      rows: parted.rows,
      isAct: false,
    });
  return parts;
}

function valueParts(comparison: Comparison, shown: Uint32Array, identity: Identity | null): Part[] {
  return PARTS.flatMap(([kind, words]): Part[] => {
    const own = shown.filter(
      (change) => kindAt(comparison, change) === kind && identity?.saidByReopened.has(change) !== true,
    );
    if (own.length === 0) return [];
    const rows = rowsOfAll(comparison, own);
    if (kind === "file-shared") return [{ text: sharedWords(comparison, own), rows, isAct: false }];
    if (kind !== "fd-opened" && kind !== "fd-closed") {
      const common = commonWords(comparison, own) ?? (kind === "file-path" ? pathWords(comparison, own) : null);
      return [{ text: common ?? words, rows, isAct: false }];
    }
    // If one task opened a file 57 times, the number is what matters.
    const tasks = tasksOf(comparison, rows)?.size ?? MOST_READ;
    const isOften = own.length > 1 && own.length > tasks;
    return [{ text: isOften ? `${words} ${grouped(own.length)} times` : words, rows, isAct: true }];
  });
}

/** `/a → /b`, if that is true of all of some changes of paths; else `null`. */
function pathWords(comparison: Comparison, changes: Uint32Array): string | null {
  if (changes.length > MOST_READ) return null;
  const words = new Set<string>();
  for (const change of changes) {
    const [was, is] = filesOf(comparison, change);
    words.add(`${fileName(comparison.before, was)} → ${fileName(comparison.after, is)}`);
  }
  return words.size === 1 ? ([...words][0] ?? null) : null;
}

/** `now shared`; `now shared by more` if one of the open files that became one was shared before. */
function sharedWords(comparison: Comparison, changes: Uint32Array): string {
  const { before, pairs } = comparison;
  for (const row of rowsOfAll(comparison, changes)) {
    const file = i32At(before.descriptors.file, descriptorOf(pairs.descriptors, "before", row));
    if (file !== NONE && holderCount(before.files, file) > 1) return "now shared by more";
  }
  return "now shared";
}

const kindAt = ({ changes }: Comparison, change: number): ChangeKind => kindOf(u8At(changes.kind, change));

const rowsOfAll = (comparison: Comparison, changes: Uint32Array): Iterable<number> => ({
  *[Symbol.iterator]() {
    for (const change of changes.subarray(0, MOST_READ)) yield* rowsOf(comparison, change);
  },
});

/** The words for each of some changes, if they are the same: `position 4096 → 8192`; else `null`. */
export function commonWords(comparison: Comparison, changes: Uint32Array): string | null {
  if (changes.length > MOST_READ) return null;
  const words = new Set(Array.from(changes, (change) => changeWords(comparison, change).what));
  return words.size === 1 ? ([...words][0] ?? null) : null;
}

/** Joins parts about the same tasks. */
function joinedParts(comparison: Comparison, parts: readonly Part[], where: Where): string {
  const { before, after } = comparison;
  const isNowhere = where === "never" || (where === "if-several" && before.tasks.count < 2 && after.tasks.count < 2);
  if (isNowhere) return parts.map(({ text }) => text).join(", ");
  const places = new Map<string, { readonly place: Place; readonly parts: Part[] }>();
  for (const part of parts) {
    const place = placeOf(comparison, part.rows);
    const same = places.get(place.key);
    if (same === undefined) places.set(place.key, { place, parts: [part] });
    else same.parts.push(part);
  }
  return Array.from(places.values(), ({ place, parts: own }) => {
    const isDone = place.isOne && own.every(({ isAct }) => isAct);
    return `${own.map(({ text }) => text).join(", ")} ${isDone ? "by" : "in"} ${place.text}`;
  }).join(", ");
}

/** The tasks that have some descriptors. */
interface Place {
  /** The same for the same tasks. */
  readonly key: string;
  readonly isOne: boolean;
  /** `pid 412 nginx`, `3 tasks` */
  readonly text: string;
}

function placeOf(comparison: Comparison, rows: Iterable<number>): Place {
  const tasks = tasksOf(comparison, rows);
  if (tasks === null) return { key: "", isOne: false, text: `more than ${grouped(MOST_READ)} tasks` };
  const [only, ...others] = tasks.values();
  const key = [...tasks.keys()].sort().join();
  if (only === undefined || others.length > 0) return { key, isOne: false, text: counted(tasks.size, "task") };
  return { key, isOne: true, text: taskInText(taskOnSides(comparison, ...only)) };
}

type TaskPair = readonly [before: number, after: number];

/** The tasks that have some descriptors, by their rows; `null`: more than are counted. */
function tasksOf({ pairs }: Comparison, rows: Iterable<number>): ReadonlyMap<string, TaskPair> | null {
  const { firstTask, taskBefore, taskAfter } = pairs.tables;
  const tasks = new Map<string, TaskPair>();
  let last = NONE;
  for (const row of rows) {
    const table = tablePairOf(pairs.tables, row);
    if (table === last) continue;
    last = table;
    for (let at = u32At(firstTask, table); at < u32At(firstTask, table + 1); at++) {
      if (tasks.size > MOST_READ) return null;
      const pair: TaskPair = [i32At(taskBefore, at), i32At(taskAfter, at)];
      tasks.set(pair.join(), pair);
    }
  }
  return tasks;
}
