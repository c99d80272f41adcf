// Values of details for comparing: without ids, which every dump numbers anew.

import { type Checkpoint, HAS, NONE, stableLength } from "../../model/checkpoint.ts";
import { SIDES, type Side } from "../../model/comparison/side.ts";
import { type DetailSpec, fileDetail } from "../../model/detail-keys.ts";
import { detailOf, detailRange, detailsOf, valueAt } from "../../model/detail-store.ts";
import type { Details, DetailValue } from "../../model/fields.ts";
import { linksOf } from "../../model/links.ts";
import { FILE_KINDS, TASK_STATES } from "../../model/names/names.ts";
import { i32At, u8At, u16At, u32At } from "../../model/read.ts";
import type { FileRow, TaskRow } from "../../model/rows.ts";
import { visibleText } from "../../model/text/text.ts";
import { isHeld } from "../pairs/holders.ts";
import type { PlaceOfMount } from "../pairs/match-mounts.ts";
import { type NamespaceTasks, namespaceTask } from "../pairs/match-namespaces.ts";

/** A detail of an open file as it is compared; `null`: the image has none, or it is not compared. */
export function fileDetailValue(
  checkpoint: Checkpoint,
  file: FileRow,
  key: string,
  placeOf: PlaceOfMount = unplaced,
): DetailValue {
  const spec = fileDetail(key, u8At(checkpoint.files.kind, file));
  const value = detailOf(checkpoint, file, key) ?? null;
  if (spec.compared === "link") return linkValue(checkpoint, file, spec, value);
  return spec.compared === "value" ? withPlaces(spec, value, placeOf) : null;
}

/** No mount has a place. */
const unplaced: PlaceOfMount = () => null;

/** A value with places for the ids of mounts in its entries, which every dump numbers anew; without those not known. */
function withPlaces({ mountKey }: DetailSpec, value: DetailValue, placeOf: PlaceOfMount): DetailValue {
  if (mountKey === undefined || !Array.isArray(value)) return value;
  return (value as readonly DetailValue[]).map((entry) => {
    if (!isDetails(entry)) return entry;
    const { [mountKey]: id, ...others } = entry;
    const place = typeof id === "number" ? placeOf(id) : null;
    return place === null ? others : { ...others, [mountKey]: place };
  });
}

const isDetails = (value: DetailValue): value is Details =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** Whether the places of all mounts in the entries of a value are known. */
function arePlaced({ mountKey }: DetailSpec, value: DetailValue, placeOf: PlaceOfMount): boolean {
  if (mountKey === undefined || !Array.isArray(value)) return true;
  return (value as readonly DetailValue[]).every((entry) => {
    const id = isDetails(entry) ? entry[mountKey] : null;
    return typeof id !== "number" || placeOf(id) !== null;
  });
}

/**
 * Whether two values of a key are the same, apart from the order of lists where it has no meaning. Mounts are compared
 * if all their places are known.
 */
export function isSameDetail(
  spec: DetailSpec,
  before: DetailValue,
  after: DetailValue,
  places: Readonly<Record<Side, PlaceOfMount>> = { before: unplaced, after: unplaced },
): boolean {
  const values = { before, after };
  const isPlaced = SIDES.every((side) => arePlaced(spec, values[side], places[side]));
  const [x, y] = SIDES.map((side) => {
    const own = withPlaces(spec, values[side], isPlaced ? places[side] : unplaced);
    return JSON.stringify(spec.unordered && Array.isArray(own) ? [...own].sort(byText) : own);
  });
  return x === y;
}

/**
 * The task that identifies the namespace that an open file refers to; NONE: none does, or it refers to no namespace.
 */
export function namespaceTaskOf(
  checkpoint: Checkpoint,
  namespaces: NamespaceTasks,
  side: Side,
  file: FileRow,
): TaskRow {
  const [kind = null, id = null] = ["namespace", "namespaceId"].map((key) => detailOf(checkpoint, file, key));
  return namespaceTask(namespaces, side, kind, id);
}

/**
 * The part of a value that links.ts does not compare, if the value names other files: the names of files without
 * descriptors, and the numbers and data of what an epoll watches.
 */
function linkValue(checkpoint: Checkpoint, file: FileRow, spec: DetailSpec, value: DetailValue): DetailValue {
  if (value === null) return null;
  if (spec.role === "watches" && Array.isArray(value)) {
    return value.map(watchedValue).sort(byText);
  }
  const outside: string[] = [];
  for (const link of linksOf(checkpoint, file)) {
    if (link.role !== spec.role) continue;
    if (link.file === NONE) outside.push("outside the image");
    else if (!isHeld(checkpoint, link.file)) outside.push(unheldName(checkpoint, link.file));
  }
  return outside.sort();
}

/** An epoll's target without the ids, inodes and devices of the watched file. */
function watchedValue(target: DetailValue): DetailValue {
  if (target === null || typeof target !== "object" || Array.isArray(target)) return target;
  const { fd = null, events = null, data = null } = target as Details;
  return { fd, events, data };
}

const byText = (a: DetailValue, b: DetailValue): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** The name of a file that no descriptor leads to. The other end may be closed, or held outside the dump. */
const unheldName = (checkpoint: Checkpoint, file: FileRow): string =>
  `${stableName(checkpoint, file)}${detailOf(checkpoint, file, "outside") === true ? " outside the dump" : ""}`;

/** The name of a file without what differs from dump to dump. */
function stableName({ files, text }: Checkpoint, file: FileRow): string {
  const offset = u32At(files.nameOffset, file);
  const name = visibleText(text.subarray(offset, offset + stableLength(files, file)));
  return name === "" ? (FILE_KINDS[u8At(files.kind, file)] ?? "unknown") : name;
}

/** Details of tasks that are columns. */
const COLUMNS = ["ppid", "pgid", "sid", "tgid"] as const;

/** Details of tasks that are open files, or paths where the format has no open file for them. */
export const TASK_FILES = ["exe", "cwd", "root"] as const;

/** The mount of an open file as a comparison shows it; `null`: it is not shown. */
type MountOf = (file: FileRow) => DetailValue;

/** The details of a task as they are compared; a key that the image does not have is absent. */
const taskValues = (checkpoint: Checkpoint, task: TaskRow, mountOf: MountOf): Readonly<Record<string, DetailValue>> =>
  taskValuesReader(checkpoint, mountOf)(task);

/** A function that gives the details of tasks as they are compared. It reads each value, and each file, only once. */
export function taskValuesReader(
  checkpoint: Checkpoint,
  mountOf: MountOf,
): (task: TaskRow) => Readonly<Record<string, DetailValue>> {
  const { tasks, taskDetails: store } = checkpoint;
  const known = new Map<number, DetailValue>();
  /** By key, then by row. */
  const files = new Map<string, Map<FileRow, Readonly<Record<string, DetailValue>>>>();
  const read = (at: number): DetailValue => {
    const index = u32At(store.value, at);
    const value = known.get(index) ?? valueAt(store, at);
    known.set(index, value);
    return value;
  };
  const fileOf = (key: string, file: FileRow): Readonly<Record<string, DetailValue>> => {
    const ofKey = files.get(key) ?? new Map<FileRow, Readonly<Record<string, DetailValue>>>();
    const found = ofKey.get(file) ?? fileOfTask(checkpoint, key, file, mountOf);
    files.set(key, ofKey.set(file, found));
    return found;
  };
  return (task) => {
    const values: Record<string, DetailValue> = {};
    for (const key of COLUMNS) {
      const value = i32At(tasks[key], task);
      if (value !== NONE) values[key] = value;
    }
    const state = TASK_STATES[u8At(tasks.state, task)];
    if (state != null) values.state = state;
    const details: Record<string, DetailValue> = {};
    const [first, end] = detailRange(store, task);
    for (let at = first; at < end; at++) details[store.keys[u16At(store.key, at)] as string] = read(at);
    for (const [key, value] of Object.entries(details)) {
      if (!isFileKey(key) || typeof value !== "number") values[key] = value;
      else Object.assign(values, fileOf(key, value));
    }
    return values;
  };
}

/** Whether a detail of a task is an open file. */
export const isFileKey = (key: string): boolean => (TASK_FILES as readonly string[]).includes(key);

/** The file that a task executes or works in: its path, and its inode's values, because it may have no descriptor. */
export function fileOfTask(
  checkpoint: Checkpoint,
  key: string,
  file: FileRow,
  mountOf: MountOf,
): Record<string, DetailValue> {
  const values: Record<string, DetailValue> = { [key]: stableName(checkpoint, file) };
  for (const [name, value] of Object.entries(detailsOf(checkpoint, file))) {
    const spec = fileDetail(name, u8At(checkpoint.files.kind, file));
    if (spec.compared === "value" && value !== null) values[`${key}.${name}`] = value;
  }
  const mount = mountOf(file);
  if (mount !== null) values[`${key}.mountId`] = mount;
  if ((u8At(checkpoint.files.has, file) & HAS.flags) !== 0) {
    values[`${key}.flags`] = u32At(checkpoint.files.flags, file);
  }
  return values;
}

/** The value of one detail of a task as it is compared. */
export function taskDetailValue(checkpoint: Checkpoint, task: TaskRow, key: string, mountOf: MountOf): DetailValue {
  return taskValues(checkpoint, task, mountOf)[key] ?? null;
}
