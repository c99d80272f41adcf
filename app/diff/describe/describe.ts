// Describes single changes of a comparison, in the form of the `diff --json` document.

import { type Checkpoint, commBytes, HAS, NONE, nameBytes, taskNumber, versionOf } from "../../model/checkpoint.ts";
import { descriptorOf } from "../../model/comparison/descriptor-pairs.ts";
import type { Side } from "../../model/comparison/side.ts";
import { fileDetail } from "../../model/detail-keys.ts";
import type { DetailValue } from "../../model/fields.ts";
import { FILE_KINDS, flagChange } from "../../model/names/names.ts";
import { i32At, u8At, u32At, u64At } from "../../model/read.ts";
import type { FileRow, TaskRow } from "../../model/rows.ts";
import { base64, decodeText, isUtf8 } from "../../model/text/text.ts";
import { CHANGE_BITS, type Change, isOfResources, type PathDetails } from "../changes.ts";
import { isUnknown, openFileComparer, sameName } from "../compare/compare-open-files.ts";
import { fileDetailValue, namespaceTaskOf, taskDetailValue } from "../compare/detail-values.ts";
import { type Comparison, kindAt } from "../comparison.ts";
import { mountOfFile, placesOf, placeValue } from "../pairs/match-mounts.ts";
import { distinctDescriptors, pairNumber } from "../pairs/pair.ts";
import { resourceKey } from "../resource-changes.ts";
import { holdersOf, holdersOfRows, rowGroups } from "./holders.ts";
import { linkChange } from "./linked.ts";
import { resourceAt, resourceDocument } from "./resource-at.ts";
import { hasOtherAccess, hasOtherDetail } from "./same-open-file.ts";

/** The changes of a comparison in the document's form, in its order; `indices`: only these. */
export function changesJson(comparison: Comparison, indices?: Iterable<number>): Change[] {
  return Array.from(indices ?? comparison.changes.kind.keys(), (index) => changeAt(comparison, index));
}

/** Change `index` in the document's form. */
export function changeAt(comparison: Comparison, index: number): Change {
  const change = withoutDoubt(comparison, index);
  return {
    ...change,
    // For flags, `set` and `cleared` show it.
    ...(change.kind === "file-detail" && isOfAnother(comparison, index) && { replaced: true }),
    ...(u8At(comparison.changes.uncertain, index) === 1 && { uncertain: true }),
  };
}

/**
 * Whether a change of a value of an open file shows that the descriptors lead to another open file of the same name: an
 * open file keeps its access mode, a socket its type, a connection its remote address.
 */
export function isOfAnother(comparison: Comparison, index: number): boolean {
  const kind = kindAt(comparison, index);
  const files = [
    comparison.before,
    fileBefore(comparison, index),
    comparison.after,
    fileAfter(comparison, index),
  ] as const;
  if (kind === "file-flags") return hasOtherAccess(...files);
  return kind === "file-detail" && hasOtherDetail(...files, keyAt(comparison, index));
}

function withoutDoubt(comparison: Comparison, index: number): Change {
  const kind = kindAt(comparison, index);
  switch (kind) {
    case "task-added":
    case "task-removed":
      return taskOnOneSide(comparison, index, kind);
    case "task-renamed":
      return taskRenamed(comparison, index);
    case "fd-opened":
      return {
        kind,
        holders: holdersOf(comparison, index),
        ...pathOf("path", comparison.after, fileAfter(comparison, index)),
      };
    case "fd-closed":
      return {
        kind,
        holders: holdersOf(comparison, index),
        ...pathOf("path", comparison.before, fileBefore(comparison, index)),
      };
    case "close-on-exec": {
      const wasSet = closeOnExecBefore(comparison, index);
      return { kind, holders: holdersOf(comparison, index), before: wasSet, after: !wasSet };
    }
    case "file-path":
    case "file-pos":
    case "file-version":
    case "file-flags":
    case "file-mode":
      return fileChange(comparison, index, kind);
    case "file-shared":
    case "file-unshared":
      return { kind, groups: rowGroups(comparison, index).map((rows) => holdersOfRows(comparison, rows)) };
    case "table-shared":
    case "table-unshared": {
      const { tasks } = comparison.before;
      return {
        kind,
        groups: rowGroups(comparison, index).map((rows) => Array.from(rows, (task) => taskNumber(tasks, task))),
      };
    }
    case "file-detail":
      return { kind, holders: holdersOf(comparison, index), ...detailChange(comparison, index) };
    case "file-linked":
      return { kind, holders: holdersOf(comparison, index), ...linkChange(comparison, index) };
    case "task-detail":
      return { kind, pid: i32At(comparison.changes.pid, index), ...detailChange(comparison, index) };
    case "resource-added":
    case "resource-removed":
    case "resource-changed":
      return resourceDocument(comparison, index, kind);
  }
}

const fileBefore = ({ changes }: Comparison, index: number): FileRow => i32At(changes.fileBefore, index);
const fileAfter = ({ changes }: Comparison, index: number): FileRow => i32At(changes.fileAfter, index);

/** The key of a change of a detail, and its values. */
export function detailChange(
  comparison: Comparison,
  index: number,
): { readonly key: string; readonly before: DetailValue; readonly after: DetailValue } {
  const { before, after, changes } = comparison;
  const key = keyAt(comparison, index);
  if (kindAt(comparison, index) === "task-detail") {
    return {
      key,
      before: taskDetailValue(before, i32At(changes.taskBefore, index), key, (file) =>
        mountValue(comparison, "before", file),
      ),
      after: taskDetailValue(after, i32At(changes.taskAfter, index), key, (file) =>
        mountValue(comparison, "after", file),
      ),
    };
  }
  return {
    key,
    before: fileValue(comparison, "before", fileBefore(comparison, index), key),
    after: fileValue(comparison, "after", fileAfter(comparison, index), key),
  };
}

/** The place of the mount that an open file is on; `null`: it is not known. */
function mountValue({ before, after, places }: Comparison, side: Side, file: FileRow): DetailValue {
  const place = places === null ? null : mountOfFile({ before, after }[side], places.mounts, side, file);
  return place === null ? null : placeValue({ before, after }, place);
}

/** A detail of an open file; for what every dump numbers anew, its place: of a namespace, the pid of a task in it. */
function fileValue(comparison: Comparison, side: Side, file: FileRow, key: string): DetailValue {
  const { before, after, places } = comparison;
  const { compared } = fileDetail(key, u8At(comparison[side].files.kind, file));
  if (compared === "mount") return mountValue(comparison, side, file);
  if (places === null || compared !== "namespace") {
    return fileDetailValue(comparison[side], file, key, placesOf(comparison, places, side));
  }
  const task = namespaceTaskOf(comparison[side], places.namespaces, side, file);
  return task === NONE ? null : { pid: pairNumber(before, after, task, NONE) };
}

/**
 * Distinguishes a change from others of its kind, task and descriptor: the key of a detail, the role of a link, the row
 * and column of a resource; empty for other kinds.
 */
export function keyAt(comparison: Comparison, index: number): string {
  if (!isOfResources(kindAt(comparison, index))) return comparison.keys[i32At(comparison.changes.key, index)] ?? "";
  const { compared, change } = resourceAt(comparison, index);
  const row = Object.values(resourceKey(compared, change)).map((value) => JSON.stringify(value));
  return [change.spec.name, ...row, change.column?.name ?? ""].join(" ");
}

function taskOnOneSide(comparison: Comparison, index: number, kind: "task-added" | "task-removed"): Change {
  const { before, after, changes } = comparison;
  const checkpoint = kind === "task-added" ? after : before;
  const task: TaskRow = i32At(kind === "task-added" ? changes.taskAfter : changes.taskBefore, index);
  const fds = distinctDescriptors(checkpoint, i32At(checkpoint.tasks.table, task));
  return { kind, pid: taskNumber(checkpoint.tasks, task), ...textOf("comm", commBytes(checkpoint, task)), fds };
}

function taskRenamed({ before, after, changes }: Comparison, index: number): Change {
  const task: TaskRow = i32At(changes.taskBefore, index);
  return {
    kind: "task-renamed",
    pid: taskNumber(before.tasks, task),
    ...textOf("before", commBytes(before, task)),
    ...textOf("after", commBytes(after, i32At(changes.taskAfter, index))),
  };
}

/** close-on-exec before, of the first descriptor of a change. */
function closeOnExecBefore({ before, pairs, changes }: Comparison, index: number): boolean {
  const pair = u32At(changes.row, u32At(changes.firstRow, index));
  return u8At(before.descriptors.closeOnExec, descriptorOf(pairs.descriptors, "before", pair)) === 1;
}

/** A change of a value of an open file. */
function fileChange(
  comparison: Comparison,
  index: number,
  kind: "file-path" | "file-pos" | "file-version" | "file-flags" | "file-mode",
): Change {
  const holders = holdersOf(comparison, index);
  const { before, after } = comparison;
  const rowBefore = fileBefore(comparison, index);
  const rowAfter = fileAfter(comparison, index);
  switch (kind) {
    case "file-path":
      return {
        kind,
        holders,
        ...pathOf("before", before, rowBefore),
        ...pathOf("after", after, rowAfter),
        details: pathDetails(comparison, rowBefore, rowAfter),
      };
    case "file-pos":
    case "file-version": {
      const value = kind === "file-pos" ? positionOf : versionOf;
      return {
        kind,
        holders,
        before: String(value(before.files, rowBefore)),
        after: String(value(after.files, rowAfter)),
      };
    }
    case "file-flags": {
      const values = { before: u32At(before.files.flags, rowBefore), after: u32At(after.files.flags, rowAfter) };
      return { kind, holders, ...values, ...flagChange(values.before, values.after, after.machine.arch) };
    }
    case "file-mode":
      return {
        kind,
        holders,
        before: u32At(before.files.mode, rowBefore),
        after: u32At(after.files.mode, rowAfter),
      };
  }
}

type Text<K extends string> = { readonly [key in K]: string } & { readonly [key in `${K}Bytes`]?: string };
type MaybeText<K extends string> = { readonly [key in K]: string | null } & { readonly [key in `${K}Bytes`]?: string };

/** Bytes as text under a key, and as base64 under the key with `Bytes` appended if they are not valid UTF-8. */
function textOf<K extends string>(key: K, bytes: Uint8Array): Text<K> {
  const text = { [key]: decodeText(bytes) };
  return (isUtf8(bytes) ? text : { ...text, [`${key}Bytes`]: base64(bytes) }) as Text<K>;
}

function pathOf<K extends string>(key: K, checkpoint: Checkpoint, file: FileRow): MaybeText<K> {
  return hasName(checkpoint, file) ? textOf(key, nameBytes(checkpoint, file)) : ({ [key]: null } as MaybeText<K>);
}

/** Whether a file has a name. A missing file (NONE) does not. */
function hasName({ files }: Checkpoint, file: FileRow): boolean {
  return file !== NONE && (u32At(files.nameLength, file) > 0 || (u8At(files.has, file) & HAS.path) !== 0);
}

const positionOf: typeof versionOf = ({ pos }, file) => u64At(pos, file);

/** The values besides the path that differ between two open files. */
function pathDetails({ before, after }: Comparison, rowBefore: FileRow, rowAfter: FileRow): PathDetails {
  const bits = openFileComparer(before, after)(rowBefore, rowAfter);
  const sameNames =
    !isUnknown(before, rowBefore) && !isUnknown(after, rowAfter) && sameName(before, rowBefore, after, rowAfter);
  const numbers = (column: "flags" | "mode") => ({
    before: u32At(before.files[column], rowBefore),
    after: u32At(after.files[column], rowAfter),
  });
  const decimals = (value: typeof versionOf) => ({
    before: String(value(before.files, rowBefore)),
    after: String(value(after.files, rowAfter)),
  });
  return {
    ...(bits & CHANGE_BITS.pos && { pos: decimals(positionOf) }),
    ...(bits & CHANGE_BITS.flags && { flags: numbers("flags") }),
    ...(bits & CHANGE_BITS.mode && { mode: numbers("mode") }),
    ...(bits & CHANGE_BITS.version && { version: decimals(versionOf) }),
    ...(sameNames && { kind: { before: kindWord(before, rowBefore), after: kindWord(after, rowAfter) } }),
  };
}

function kindWord({ files }: Checkpoint, file: FileRow): string {
  return FILE_KINDS[u8At(files.kind, file)] ?? "unknown";
}
