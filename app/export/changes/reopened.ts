// Whether the files of an event were reopened: whether descriptors lead to another open file of the same path than
// before. Images do not say so, but what they say may leave no other explanation.

import type { Comparison } from "../../diff/comparison.ts";
import { kindAt } from "../../diff/comparison.ts";
import { isOfAnother } from "../../diff/describe/describe.ts";
import { hasOtherAccess } from "../../diff/describe/same-open-file.ts";
import { filesOf, hasOwnName } from "../../diff/lists/events.ts";
import { isAppending } from "../../diff/lists/expected.ts";
import { type Checkpoint, HAS, holderCount, NONE, nameBytes } from "../../model/checkpoint.ts";
import { descriptorOf, tablePairOf } from "../../model/comparison/descriptor-pairs.ts";
import { i32At, u8At, u32At, u64At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { sameBytes } from "../../model/text/text.ts";
import { fileName } from "../../model/text/words.ts";

/** What happened to the open files of an event. Rows are pairs of descriptors. */
export interface Identity {
  /** Descriptors that certainly lead to another open file of the same path. */
  readonly reopened: readonly number[];
  /** Changes of descriptors closed and opened that `reopened` covers. */
  readonly saidByReopened: ReadonlySet<number>;
  /**
   * Descriptors whose position went back although every write puts it to the end: reopened, or the file was truncated.
   */
  readonly reopenedOrTruncated: readonly number[];
  /**
   * The descriptors of the path that lead to more separate open files than before, and to how many; `null`: to no more.
   */
  readonly separated: { readonly rows: readonly number[]; readonly files: number; readonly isKnown: boolean } | null;
  /** Descriptors that shared an open file. Only some still lead to it; if `isGone`, none leads to its path. */
  readonly parted: { readonly rows: readonly number[]; readonly isGone: boolean } | null;
}

/** Changes that are examined. */
const MOST_EXAMINED = 1000;
/** Rows of one change that are examined. */
const MOST_ROWS = 100_000;

/** @param shown Changes of the open files of one path. */
export function identityOf(comparison: Comparison, shown: Uint32Array): Identity {
  const { before, after } = comparison;
  const reopened = new Set<number>();
  const truncated = new Set<number>();
  const examined = shown.subarray(0, MOST_EXAMINED);
  for (const change of examined) {
    const [fileBefore, fileAfter] = filesOf(comparison, change);
    switch (kindAt(comparison, change)) {
      case "file-path":
        if (isOlderName(fileName(before, fileBefore), fileName(after, fileAfter)))
          addAll(reopened, rowsOf(comparison, change));
        break;
      case "file-detail":
      case "file-flags":
        if (isOfAnother(comparison, change)) addAll(reopened, rowsOf(comparison, change));
        break;
      case "file-pos": {
        const wentBack = u64At(after.files.pos, fileAfter) < u64At(before.files.pos, fileBefore);
        if (wentBack && isAppending(before, fileBefore) && isAppending(after, fileAfter))
          addAll(truncated, rowsOf(comparison, change));
        break;
      }
    }
  }
  const saidByReopened = addReplaced(comparison, examined, reopened);
  const { groups, filesBefore, left } = filesOfPath(comparison, examined);
  const rows = groups.flat();
  const isSeparated = left.length > 0 && filesBefore > 0 && groups.length > filesBefore;
  if (isSeparated) {
    // A descriptor cannot be made to share, with another table, an open file that is opened now: an open file that
    // several tables hold is the one that they shared before.
    const spread = groups.filter((group) => isOfSeveralTables(comparison, group));
    const [kept] = spread;
    if (spread.length === 1 && filesBefore === 1) {
      for (const group of groups) if (group !== kept) addAll(reopened, group);
    }
  }
  const isKnown = isSeparated && rows.some((row) => reopened.has(row));
  const said = new Set(isSeparated && !isKnown ? [...reopened, ...rows] : reopened);
  return {
    reopened: [...reopened],
    saidByReopened,
    reopenedOrTruncated: [...truncated].filter((row) => !said.has(row)),
    separated: isSeparated ? { rows, files: groups.length, isKnown } : null,
    parted: isSeparated || left.length === 0 ? null : { rows: left, isGone: groups.length === 0 },
  };
}

/** The open files that descriptors of both images lead to. */
interface FilesOfPath {
  /** The descriptors that lead to a file of the path after, by open file. */
  readonly groups: readonly (readonly number[])[];
  /** How many open files of the path there were before. */
  readonly filesBefore: number;
  /** Descriptors that shared an open file of the path, and no longer all do. */
  readonly left: readonly number[];
}

function filesOfPath(comparison: Comparison, shown: Uint32Array): FilesOfPath {
  const { before, after, pairs } = comparison;
  const groups = new Map<FileRow, Set<number>>();
  const filesBefore = new Set<FileRow>();
  const left: number[] = [];
  const path = pathOf(comparison, shown);
  const isOfPath = (image: Checkpoint, file: FileRow): boolean =>
    file !== NONE && path !== null && sameBytes(nameBytes(image, file), path);
  for (const change of shown) {
    const kind = kindAt(comparison, change);
    if (kind === "fd-opened" || kind === "fd-closed") continue;
    for (const row of rowsOf(comparison, change)) {
      const was = i32At(before.descriptors.file, descriptorOf(pairs.descriptors, "before", row));
      const is = i32At(after.descriptors.file, descriptorOf(pairs.descriptors, "after", row));
      if (isOfPath(before, was)) filesBefore.add(was);
      if (kind === "file-unshared") left.push(row);
      if (!isOfPath(after, is)) continue;
      const group = groups.get(is);
      if (group === undefined) groups.set(is, new Set([row]));
      else group.add(row);
    }
  }
  return { groups: Array.from(groups.values(), (rows) => [...rows]), filesBefore: filesBefore.size, left };
}

/** The path of an event: that of its first change, after if it has one there. `null`: it has none. */
function pathOf(comparison: Comparison, shown: Uint32Array): Uint8Array | null {
  const [was, is] = filesOf(comparison, u32At(shown, 0));
  if (hasOwnName(comparison.after, is)) return nameBytes(comparison.after, is);
  return hasOwnName(comparison.before, was) ? nameBytes(comparison.before, was) : null;
}

function addAll(to: Set<number>, rows: Iterable<number>): void {
  for (const row of rows) to.add(row);
}

/** The pairs of descriptors of a change. */
export function rowsOf({ changes }: Comparison, change: number): Uint32Array {
  const first = u32At(changes.firstRow, change);
  return changes.row.subarray(first, Math.min(u32At(changes.firstRow, change + 1), first + MOST_ROWS));
}

const fileBeforeOf = ({ before, pairs }: Comparison, row: number): FileRow =>
  i32At(before.descriptors.file, descriptorOf(pairs.descriptors, "before", row));
const fileAfterOf = ({ after, pairs }: Comparison, row: number): FileRow =>
  i32At(after.descriptors.file, descriptorOf(pairs.descriptors, "after", row));

function isOfSeveralTables({ after, pairs }: Comparison, rows: readonly number[]): boolean {
  const tables = new Set(
    rows.map((row) => u32At(after.descriptors.table, descriptorOf(pairs.descriptors, "after", row))),
  );
  return tables.size > 1;
}

/**
 * Adds descriptors that were opened in a table where another one of the path was closed, if they lead to an open file
 * that cannot be the one closed. Returns the changes that this explains.
 */
function addReplaced(comparison: Comparison, shown: Uint32Array, reopened: Set<number>): ReadonlySet<number> {
  const { pairs } = comparison;
  const said = new Set<number>();
  /** By table pair: the changes and files that were closed. */
  const closed = new Map<number, { readonly change: number; readonly file: FileRow }[]>();
  const tableOf = (row: number): number => tablePairOf(pairs.tables, row);
  for (const change of shown) {
    if (kindAt(comparison, change) !== "fd-closed") continue;
    for (const row of rowsOf(comparison, change)) {
      const entry = { change, file: fileBeforeOf(comparison, row) };
      const known = closed.get(tableOf(row));
      if (known === undefined) closed.set(tableOf(row), [entry]);
      else known.push(entry);
    }
  }
  if (closed.size === 0) return said;
  for (const change of shown) {
    if (kindAt(comparison, change) !== "fd-opened") continue;
    const rows = rowsOf(comparison, change);
    const file = fileAfterOf(comparison, u32At(rows, 0));
    // A duplicate of a descriptor that was open before.
    if (file === NONE || holderCount(comparison.after.files, file) > rows.length) continue;
    const replaced = Array.from(rows, (row) => closed.get(tableOf(row)) ?? []);
    const isOther = (was: FileRow): boolean => was !== NONE && isOtherFile(comparison, was, file);
    if (!replaced.every((each) => each.length > 0 && each.every((entry) => isOther(entry.file)))) continue;
    addAll(reopened, rows);
    said.add(change);
    for (const entry of replaced.flat()) said.add(entry.change);
  }
  return said;
}

/**
 * Whether a file after cannot be the open file before: a position of a log went back, or the access mode is another.
 */
function isOtherFile({ before, after }: Comparison, was: FileRow, is: FileRow): boolean {
  const has = u8At(before.files.has, was) & u8At(after.files.has, is);
  if (hasOtherAccess(before, was, after, is)) return true;
  if ((has & HAS.pos) === 0 || !isAppending(before, was) || !isAppending(after, is)) return false;
  return u64At(after.files.pos, is) < u64At(before.files.pos, was);
}

/**
 * Whether one path is what logrotate and the kernel make of the other: `x.log.1`, `x.log-20240101`, `x.log (deleted)`.
 */
function isOlderName(before: string, after: string): boolean {
  if (!before.startsWith(after)) return false;
  return /^(?:[.-]\d[\w.-]*|[.-](?:old|bak|orig)| \(deleted\))$/.test(before.slice(after.length));
}
