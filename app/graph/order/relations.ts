// What links an object to others besides sharing: the other end of a pipe, the peer of a socket, who watches a file,
// one memory, the task whose executable or working directory a file is.

import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { detailRange, valueAt } from "../../model/detail-store.ts";
import { LINK_ROLES, LINK_TITLES, linksOf } from "../../model/links.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { i32At, u8At, u16At, u32At } from "../../model/read.ts";
import { fileBefore, type ObjectKind, rowAfter, rowBefore, type Subject } from "./graph.ts";

/** A link of an object to another one, as a row of the graph. */
export interface Relation {
  /** In words: `peer`, `watched by`, `executable of`. */
  readonly title: string;
  readonly ref: ObjectRef;
}

/** Most relations of one object. */
const MOST_RELATIONS = 24;

const WATCHES = LINK_ROLES.indexOf("watches");
const IN_FLIGHT = LINK_ROLES.indexOf("in-flight");

/** The details of tasks that name a file, with their titles for the task and for the file. */
const TASK_FILES = {
  exe: ["executable", "executable of"],
  cwd: ["working directory", "working directory of"],
  root: ["root", "root of"],
} as const;

type TaskFile = keyof typeof TASK_FILES;
const isTaskFile = (key: string | undefined): key is TaskFile => key !== undefined && key in TASK_FILES;

/**
 * The relations of a task, of an open file, or of a slot's file, as the later image that has it
 * says; at most MOST_RELATIONS.
 */
export function relationsOf(subject: Subject, { to, row }: ObjectRef): Relation[] {
  if (to === "table") return [];
  if (to === "task") return relationsIn(subject, "task", row);
  if (to === "file") return relationsIn(subject, "file", row);
  const { file } = subject.graph.descriptors;
  const target = i32At(file, row) === NONE ? fileBefore(subject.graph, row) : i32At(file, row);
  return target === NONE ? [] : relationsIn(subject, "file", target);
}

function relationsIn(subject: Subject, to: "task" | "file", row: number): Relation[] {
  const after = rowAfter(subject, to, row);
  const before = rowBefore(subject, to, row);
  const isAfter = after !== NONE || subject.both === null;
  const image = isAfter ? subject.after : subject.both?.before;
  const own = isAfter ? after : before;
  if (image === undefined || own === NONE) return [];
  const found = (to === "task" ? ofTask(image, own) : ofFile(image, own)).slice(0, MOST_RELATIONS);
  const rows = rowsOfGraph(subject, isAfter ? "after" : "before", found);
  return found.flatMap(({ title, ref }) => {
    const graphRow = rows(ref);
    return graphRow === NONE ? [] : [{ title, ref: { to: ref.to, row: graphRow } }];
  });
}

/** The executable and the directories of a task. */
function ofTask(image: Checkpoint, task: number): Relation[] {
  const found: Relation[] = [];
  const [first, end] = detailRange(image.taskDetails, task);
  for (let at = first; at < end; at++) {
    const key = image.taskDetails.keys[u16At(image.taskDetails.key, at)];
    if (!isTaskFile(key)) continue;
    const file = valueAt(image.taskDetails, at);
    if (typeof file === "number" && file >= 0 && file < image.files.count) {
      found.push({ title: TASK_FILES[key][0], ref: { to: "file", row: file } });
    }
  }
  return found;
}

function ofFile(image: Checkpoint, file: number): Relation[] {
  const found: Relation[] = [];
  for (const { role, file: other } of linksOf(image, file)) {
    if (other !== NONE) found.push({ title: LINK_TITLES[role], ref: { to: "file", row: other } });
  }
  const { count, from, role, to } = image.links;
  for (let link = 0; link < count && found.length < MOST_RELATIONS; link++) {
    if (to[link] !== file) continue;
    const own = u8At(role, link);
    if (own !== WATCHES && own !== IN_FLIGHT) continue;
    const title = own === WATCHES ? "watched by" : "in flight in";
    found.push({ title, ref: { to: "file", row: u32At(from, link) } });
  }
  return [...found, ...tasksOfFile(image, file)];
}

/** Tasks whose executable or directory a file is. */
function tasksOfFile({ taskDetails }: Checkpoint, file: number): Relation[] {
  const found: Relation[] = [];
  // Equal values have one index, so each is read once.
  const isFile = new Map<number, boolean>();
  const names = (at: number): boolean => {
    const value = u32At(taskDetails.value, at);
    const known = isFile.get(value) ?? valueAt(taskDetails, at) === file;
    isFile.set(value, known);
    return known;
  };
  const keys = taskDetails.keys.map((key) => (isTaskFile(key) ? key : null));
  for (let at = 0; at < taskDetails.count && found.length < MOST_RELATIONS; at++) {
    const key = keys[u16At(taskDetails.key, at)];
    if (key === null || key === undefined || !names(at)) continue;
    found.push({ title: TASK_FILES[key][1], ref: { to: "task", row: u32At(taskDetails.row, at) } });
  }
  return found;
}

/** Finds rows of the graph for objects of one image; NONE for those that the graph lacks. */
function rowsOfGraph(
  { both }: Subject,
  side: "before" | "after",
  relations: readonly Relation[],
): (ref: ObjectRef) => number {
  if (both === null) return ({ row }) => row;
  const rows = both.rows[side];
  const found = new Map<string, number>();
  const kinds = new Set(relations.map(({ ref }) => ref.to));
  for (const kind of kinds) {
    const wanted = new Set(relations.filter(({ ref }) => ref.to === kind).map(({ ref }) => ref.row));
    addRows(found, kind, rows[kind], wanted);
  }
  return ({ to, row }) => found.get(`${to} ${row}`) ?? NONE;
}

function addRows(found: Map<string, number>, kind: ObjectKind, rows: Int32Array, wanted: ReadonlySet<number>): void {
  for (let graphRow = 0; graphRow < rows.length; graphRow++) {
    const row = rows[graphRow] as number;
    if (wanted.has(row)) found.set(`${kind} ${row}`, graphRow);
  }
}
