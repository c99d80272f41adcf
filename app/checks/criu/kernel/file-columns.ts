// Has the kernel look at the columns of open files and descriptors once all entries have been read
// (build/kernels/file-columns.h): which rows further checks have to look at, and which open files have equal paths.

import type { Checkpoint } from "../../../model/checkpoint.ts";
import { wordsOf } from "../../../model/read.ts";
import type { DescriptorRow } from "../../../model/rows.ts";
import type { FlagMasks } from "../../open-flags.ts";
import type { UsedPaths } from "../needs/used-paths.ts";

/** Sizes, as in the kernel: open files at a time, words of a column, bytes of text. */
const ROWS = 2048;
const COLUMN = 4096;
const TEXT = 256 << 10;
/** Of more, the kernel lacks room for the paths. */
const MOST_FILES = 1 << 18;

/** What the kernel exports for this. */
export interface ColumnExports {
  readonly checkFiles: (count: number, first: number, textStart: number, length: number) => void;
  readonly findRepeated: (count: number, first: number) => void;
  readonly findMissing: (keys: number, others: number, isPaired: number) => number;
}

/** Parts of the kernel's memory. */
export interface ColumnMemory {
  readonly text: Uint8Array;
  readonly columns: Uint32Array;
  readonly settings: Uint8Array;
  readonly result: Uint32Array;
  /** Numbers to look up. */
  readonly numbers: Uint32Array;
}

/** What the kernel looks for in open files. */
export interface FileSettings {
  readonly masks: FlagMasks;
  /** Kinds of open files whose flags are those of an open path. */
  readonly pathKinds: ReadonlySet<number>;
  /** The beginnings, two of them, of paths that are left out. */
  readonly prefixes: readonly Uint8Array[];
}

/** What the kernel finds in open files. */
export interface FoundFiles {
  /** Those that may break a rule. */
  readonly odd: Int32Array;
  readonly paths: UsedPaths;
}

/** Looks at columns. */
export interface ColumnFinder {
  /** To be called once. `null` if there is no room for the paths. @param types By open file. */
  checkFiles(checkpoint: Checkpoint, types: Uint8Array, settings: FileSettings): FoundFiles | null;
  /** Descriptors that have the table and the number of the one before. */
  findRepeated(checkpoint: Checkpoint): DescriptorRow[];
  /** At which rows are numbers that are not among the keys; `null` if there is no room for them. */
  findMissing(keys: Uint32Array, numbers: Uint32Array): Uint32Array | null;
  /**
   * Of rows with a number and that of a peer (0: none), those whose peer is missing or has another peer itself. If rows
   * have the same number, the last counts. `null` if there is no room for them.
   */
  findUnpaired(numbers: Uint32Array, peers: Uint32Array): Uint32Array | null;
}

export const createColumnFinder = (kernel: ColumnExports, memory: ColumnMemory): ColumnFinder => ({
  checkFiles(checkpoint, types, settings) {
    const { count } = checkpoint.files;
    if (count > MOST_FILES) return null;
    const { result } = memory;
    setSettings(memory.settings, settings);
    const fill = filler(memory, checkpoint, types);
    const rows = (): Int32Array => new Int32Array(count);
    const [odd, used, numbers, listed] = [rows(), rows(), rows(), rows()];
    let [oddCount, usedCount, listedCount] = [0, 0, 0];
    for (let first = 0; first < count; ) {
      const { textStart, length } = fill(first);
      kernel.checkFiles(Math.min(ROWS, count - first), first, textStart, length);
      const [read, moreOdd, moreUsed, moreListed] = result as unknown as [number, number, number, number];
      if (read === 0) return null;
      oddCount = take(memory, ODD, odd, oddCount, moreOdd);
      take(memory, NUMBERS, numbers, usedCount, moreUsed);
      usedCount = take(memory, USED, used, usedCount, moreUsed);
      listedCount = take(memory, LISTED, listed, listedCount, moreListed);
      first += read;
    }
    const found = { count: usedCount, files: used, numbers, listed: listed.subarray(0, listedCount) };
    return { odd: odd.subarray(0, oddCount), paths: { ...found, different: result[4] as number } };
  },
  findRepeated({ descriptors: { count, table, fd } }) {
    const { result } = memory;
    const found: DescriptorRow[] = [];
    // The last of those before is compared with.
    for (let first = 0; first + 1 < count; first += COLUMN - 1) {
      const last = Math.min(count, first + COLUMN);
      columnIn(memory, 0).set(table.subarray(first, last));
      columnIn(memory, 1).set(fd.subarray(first, last));
      kernel.findRepeated(last - first, first);
      found.push(...columnIn(memory, 2).subarray(0, result[0]));
    }
    return found;
  },
  findMissing: (keys, numbers) => findIn(kernel, memory, keys, numbers, false),
  findUnpaired: (numbers, peers) => findIn(kernel, memory, numbers, peers, true),
});

/** The rows of numbers that are not among the keys, or (`isPaired`) whose key has another peer. */
function findIn(
  kernel: ColumnExports,
  { numbers, result }: ColumnMemory,
  keys: Uint32Array,
  others: Uint32Array,
  isPaired: boolean,
): Uint32Array | null {
  const end = keys.length + others.length;
  if (end + others.length > numbers.length) return null;
  numbers.set(keys);
  numbers.set(others, keys.length);
  if (kernel.findMissing(keys.length, others.length, Number(isPaired)) === 0) return null;
  return numbers.slice(end, end + (result[0] as number));
}

const columnIn = ({ columns }: ColumnMemory, at: number): Uint32Array =>
  columns.subarray(at * COLUMN, (at + 1) * COLUMN);

/** Columns that the kernel fills. */
const [ODD, USED, NUMBERS, LISTED] = [9, 10, 11, 12] as const;

/** Appends what is in a column to a list; returns how many it has then. */
function take(memory: ColumnMemory, column: number, list: Int32Array, count: number, more: number): number {
  if (more > 0) list.set(columnIn(memory, column).subarray(0, more), count);
  return count + more;
}

/** Returns a function that gives the kernel the columns of open files from a row on, and their names. */
function filler(memory: ColumnMemory, { files, text }: Checkpoint, types: Uint8Array) {
  const positions = wordsOf(files.pos);
  const column = (at: number): Uint32Array => columnIn(memory, at);
  const bytes = (at: number): Uint8Array => {
    const { buffer, byteOffset } = column(at);
    return new Uint8Array(buffer, byteOffset, ROWS);
  };
  const words = [files.firstHolder, files.flags, null, files.nameOffset, files.nameLength].map((from, at) => ({
    from,
    to: column(at),
  }));
  const small = [types, files.has, files.use, files.kind].map((from, at) => ({ from, to: bytes(5 + at) }));
  return (first: number) => {
    const last = Math.min(files.count, first + ROWS);
    for (const { from, to } of words)
      if (from !== null) to.set(from.subarray(first, from === files.firstHolder ? last + 1 : last));
    column(2).set(positions.subarray(2 * first, 2 * last));
    for (const { from, to } of small) to.set(from.subarray(first, last));
    const textStart = files.nameOffset[first] as number;
    const textEnd = (files.nameOffset[last - 1] as number) + (files.nameLength[last - 1] as number);
    const names = text.subarray(textStart, Math.min(textEnd, textStart + TEXT));
    memory.text.set(names);
    return { textStart, length: names.length };
  };
}

/** Words and bytes of the settings. */
function setSettings(bytes: Uint8Array, { masks, pathKinds, prefixes }: FileSettings): void {
  const [PREFIXES, PREFIX, KINDS] = [20, 16, 52] as const;
  const words = Uint32Array.of(
    ...[masks.leftOverMask, masks.directory, masks.temporary],
    ...prefixes.map(({ length }) => length),
  );
  bytes.set(new Uint8Array(words.buffer));
  for (const [at, prefix] of prefixes.entries()) bytes.set(prefix, PREFIXES + at * PREFIX);
  for (const kind of pathKinds) bytes[KINDS + kind] = 1;
}
