// Groups changes into events: what a person would call one thing. A log that was reopened is many changes of several
// descriptors of several tasks, and one event.
//
// - Changes of open files of one path or terminal are one event, whatever changed and in how many tasks. If a
//   descriptor leads to another path than before, the path after counts.
// - Descriptors of nameless files of one kind that one task opened and closed are one event; any other change of a
//   nameless file is an event with the others of its descriptor.
// - Changes of one resource of one task are one event, those that matter for security apart from the others.
// - Tasks of one name that came or went are one event. A detail that changed in several tasks is one event.

import { allRows } from "../../model/all-rows.ts";
import { type Checkpoint, commBytes, HAS, NONE, nameBytes } from "../../model/checkpoint.ts";
import { descriptorOf } from "../../model/comparison/descriptor-pairs.ts";
import { fileKind } from "../../model/names/names.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import type { FileRow, TaskRow } from "../../model/rows.ts";
import { type ChangeKind, isOfDescriptors, isOfResources, kindOf } from "../changes.ts";
import type { Comparison } from "../comparison.ts";
import { isSecurityAt, resourceAt } from "../describe/resource-at.ts";
import { sortRows } from "../rows.ts";
import type { HiddenChanges } from "./filter.ts";

/** A partition of the changes of a comparison. */
export interface Events {
  readonly count: number;
  /** Changes of event e, ascending: change[first[e]] … change[first[e + 1] - 1]; count + 1 entries. */
  readonly first: Uint32Array;
  readonly change: Uint32Array;
  /** By change: its event. */
  readonly eventOf: Uint32Array;
}

/**
 * The events of a comparison, those that matter most first: security, tasks, sharing, flags,
 * what was opened, then values.
 */
export function eventsOf(comparison: Comparison): Events {
  const key = eventKeys(comparison);
  const { changes } = comparison;
  return partition(changes.count, key, (change) =>
    isSecurityAt(comparison, change) ? SECURITY_RANK : RANK[kindOf(u8At(changes.kind, change))],
  );
}

/** The changes by the task that they are listed under. Those of one task follow one another. */
export function byTask({ changes: { count, taskBefore, taskAfter } }: Comparison): Events {
  const first = new Uint32Array(count + 1);
  const eventOf = new Uint32Array(count);
  let events = 0;
  for (let at = 0; at < count; at++) {
    const isSame = at > 0 && taskBefore[at] === taskBefore[at - 1] && taskAfter[at] === taskAfter[at - 1];
    if (!isSame) first[events++] = at;
    eventOf[at] = events - 1;
  }
  first[events] = count;
  return { count: events, first: first.slice(0, events + 1), change: allRows(count), eventOf };
}

/** Groups changes by key. Events are in order of their lowest rank, then of their first change. */
function partition(count: number, keyOf: (change: number) => number, rankOf: (change: number) => number): Events {
  /** Events in order of their first change. */
  const found = new Map<number, number>();
  const group = new Uint32Array(count);
  const ranks: number[] = [];
  for (let change = 0; change < count; change++) {
    const key = keyOf(change);
    const event = found.get(key) ?? found.size;
    if (event === found.size) found.set(key, event);
    group[change] = event;
    ranks[event] = Math.min(ranks[event] ?? Number.POSITIVE_INFINITY, rankOf(change));
  }
  const order = sortRows(allRows(found.size), (a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0) || a - b);
  const place = new Uint32Array(found.size);
  order.forEach((event, at) => {
    place[event] = at;
  });
  const eventOf = group.map((event) => u32At(place, event));
  const first = new Uint32Array(found.size + 1);
  for (const event of eventOf) first[event + 1] = u32At(first, event + 1) + 1;
  for (let event = 0; event < found.size; event++) first[event + 1] = u32At(first, event + 1) + u32At(first, event);
  const next = first.slice();
  const change = new Uint32Array(count);
  eventOf.forEach((event, at) => {
    const to = u32At(next, event);
    change[to] = at;
    next[event] = to + 1;
  });
  return { count: found.size, first, change, eventOf };
}

const SECURITY_RANK = -1;

/** What matters more comes first. */
const RANK: Readonly<Record<ChangeKind, number>> = {
  "task-added": 0,
  "task-removed": 0,
  "table-shared": 1,
  "table-unshared": 1,
  "file-shared": 1,
  "file-unshared": 1,
  "close-on-exec": 2,
  "file-flags": 2,
  "file-mode": 2,
  "file-path": 3,
  "fd-opened": 3,
  "fd-closed": 3,
  "task-renamed": 3,
  "file-linked": 4,
  "file-detail": 4,
  "task-detail": 4,
  "resource-added": 4,
  "resource-removed": 4,
  "resource-changed": 4,
  "file-version": 5,
  "file-pos": 5,
};

/** A function that gives the changes of one event the same number. */
function eventKeys(comparison: Comparison): (change: number) => number {
  const { changes } = comparison;
  const numbers = new Map<string, number>();
  const names = createNames();
  return (change) => {
    const kind = kindOf(u8At(changes.kind, change));
    const text = isOfDescriptors(kind) ? fileKey(comparison, change, kind, names) : taskKey(comparison, change, kind);
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, numbers.size);
    return numbers.size - 1;
  };
}

function taskKey(comparison: Comparison, change: number, kind: ChangeKind): string {
  const { before, after, changes } = comparison;
  const comm = (checkpoint: Checkpoint, task: TaskRow): string =>
    task === NONE ? "" : latin1(commBytes(checkpoint, task));
  const taskBefore = i32At(changes.taskBefore, change);
  const taskAfter = i32At(changes.taskAfter, change);
  if (kind === "table-shared" || kind === "table-unshared") return `table ${change}`;
  if (kind === "task-detail") return `${kind} ${i32At(changes.key, change)}`;
  if (isOfResources(kind)) {
    const { spec, isSecurity } = resourceAt(comparison, change).change;
    return `resource ${spec.name} ${isSecurity} ${taskBefore} ${taskAfter}`;
  }
  return `${kind} ${comm(before, taskBefore)}\0${comm(after, taskAfter)}`;
}

function fileKey(comparison: Comparison, change: number, kind: ChangeKind, names: Names): string {
  const { before, after, changes } = comparison;
  const [fileBefore, fileAfter] = filesOf(comparison, change);
  // A log that was renamed and reopened is known by its name after; a descriptor that leads to
  // a socket now, by its number.
  const path = fileAfter === NONE ? names(before, fileBefore) : names(after, fileAfter);
  if (path !== NONE) return `path ${path}`;
  const pid = i32At(changes.pid, change);
  // With another file, a descriptor can have another close-on-exec.
  if ((kind === "file-path" || kind === "close-on-exec") && names(before, fileBefore) !== NONE) {
    return `files ${fileBefore} ${fileAfter}`;
  }
  if (kind !== "fd-opened" && kind !== "fd-closed") return `fd ${pid} ${i32At(changes.fd, change)}`;
  const file = fileAfter === NONE ? fileBefore : fileAfter;
  const files = fileAfter === NONE ? before.files : after.files;
  return `kind ${pid} ${file === NONE ? NONE : u8At(files.kind, file)}`;
}

/** The open files of a change; for a change of sharing, those of its first descriptor. */
export function filesOf({ before, after, pairs, changes }: Comparison, change: number): readonly [FileRow, FileRow] {
  const fileBefore = i32At(changes.fileBefore, change);
  const fileAfter = i32At(changes.fileAfter, change);
  if (fileBefore !== NONE || fileAfter !== NONE) return [fileBefore, fileAfter];
  const pair = u32At(changes.row, u32At(changes.firstRow, change));
  const file = ({ descriptors }: Checkpoint, row: number): FileRow =>
    row === NONE ? NONE : i32At(descriptors.file, row);
  return [
    file(before, descriptorOf(pairs.descriptors, "before", pair)),
    file(after, descriptorOf(pairs.descriptors, "after", pair)),
  ];
}

const TTY = fileKind("tty");
/** The name of terminals that an image does not describe. */
const UNKNOWN_TTY = "tty:[not described]";

/**
 * Whether a file's name is what it is known by: a path, or that of a terminal. Sockets and pipes have names in common.
 */
export function hasOwnName(checkpoint: Checkpoint, file: FileRow): boolean {
  if (file === NONE) return false;
  if ((u8At(checkpoint.files.has, file) & HAS.path) !== 0) return true;
  return u8At(checkpoint.files.kind, file) === TTY && latin1(nameBytes(checkpoint, file)) !== UNKNOWN_TTY;
}

/** A number for the path or terminal of a file, equal for equal ones; NONE if it has no name of its own. */
type Names = (checkpoint: Checkpoint, file: FileRow) => number;

function createNames(): Names {
  const numbers = new Map<string, number>();
  return (checkpoint, file) => {
    if (!hasOwnName(checkpoint, file)) return NONE;
    const name = latin1(nameBytes(checkpoint, file));
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, numbers.size);
    return numbers.size - 1;
  };
}

/** A character for each byte: cheaper than text, and different for different bytes. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

/** The changes of an event that are not hidden. */
export function shownChanges({ first, change }: Events, hidden: HiddenChanges, event: number): Uint32Array {
  const own = change.subarray(first[event], first[event + 1]);
  return own.some((each) => hidden[each] === 1) ? own.filter((each) => hidden[each] !== 1) : own;
}

/** The next (`by` 1) or previous (-1) change that is not hidden, in the order of events; -1 if there is none. */
export function stepInEvents(
  { first, change, eventOf }: Events,
  hidden: HiddenChanges,
  from: number,
  by: 1 | -1,
): number {
  const start = from < 0 ? (by === 1 ? 0 : change.length - 1) : placeOf(from) + by;
  for (let at = start; at >= 0 && at < change.length; at += by) {
    const next = u32At(change, at);
    if (hidden[next] !== 1) return next;
  }
  return -1;

  function placeOf(wanted: number): number {
    const event = u32At(eventOf, wanted);
    return u32At(first, event) + change.subarray(first[event], first[event + 1]).indexOf(wanted);
  }
}
