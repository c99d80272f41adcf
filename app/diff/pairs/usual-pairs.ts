// Skips descriptor pairs that are equal, as nearly all are: both descriptors have the same close-on-exec flag and refer
// to open files of the same kind, name and values. One loop over columns finds them without allocating anything, and
// leaves out columns that are the same as a whole. What differs in the other pairs is determined in
// compare-descriptors.ts.
//
// Casts `as number` read columns within bounds checked by the loop over all pairs, the hottest of a comparison.

import { type Checkpoint, HAS, NONE } from "../../model/checkpoint.ts";
import { runOf } from "../../model/comparison/descriptor-pairs.ts";
import { bytesOf, firstDifference } from "../../model/comparison/difference.ts";
import { fileKind } from "../../model/names/names.ts";
import { wordsOf } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { bytesView, haveSameBytes } from "../../model/text/text.ts";
import type { Compared } from "./holders.ts";

const UNKNOWN = fileKind("unknown");

/** Bits of files with values that are not in the columns which all files have. */
const FURTHER = HAS.inode | HAS.details;

/** Which files were compared with which, and what differs. */
export interface ComparedFiles {
  /** By file before: 1 more than the file after that it was last compared with, and bits of what differs. */
  readonly partner: Uint32Array;
  readonly result: Uint16Array;
  /** By file after: 1 if it was compared. */
  readonly compared: Uint8Array;
}

/** The columns of one side. */
interface Columns {
  /** By descriptor. */
  readonly file: Int32Array;
  readonly closeOnExec: Uint8Array;
  /** By open file: see OpenFiles. */
  readonly kind: Uint8Array;
  readonly has: Uint8Array;
  readonly flags: Uint32Array;
  readonly mode: Uint32Array;
  readonly pos: Uint32Array;
  readonly version: Uint32Array;
  readonly nameOffset: Uint32Array;
  readonly nameLength: Uint32Array;
  readonly nameVarying: Uint32Array;
  readonly text: DataView;
}

const columnsOf = ({ descriptors, files, text }: Checkpoint): Columns => ({
  file: descriptors.file,
  closeOnExec: descriptors.closeOnExec,
  kind: files.kind,
  has: files.has,
  flags: files.flags,
  mode: files.mode,
  pos: wordsOf(files.pos),
  version: wordsOf(files.version),
  nameOffset: files.nameOffset,
  nameLength: files.nameLength,
  nameVarying: files.nameVarying,
  text: bytesView(text),
});

/**
 * How many open files from the first on have the same name, kind, flags, mode and version as the one in the same row
 * after. Two dumps of the same processes usually list the same files in the same order, and of the columns only
 * positions differ.
 */
function alikeRows({ before, after }: Omit<Compared, "pairs">): number {
  const [x, y] = [before.files, after.files];
  // Files of an unknown kind are never the same.
  if (x.kind.includes(UNKNOWN)) return 0;
  let rows = Math.min(x.count, y.count);
  const compare = (own: Uint8Array | Uint32Array, other: Uint8Array | Uint32Array): void => {
    if (own.length === 0 && other.length === 0) return;
    const most = Math.min(rows, own.length, other.length);
    rows = firstDifferentRow(own.subarray(0, most), other.subarray(0, most));
  };
  compare(x.kind, y.kind);
  compare(x.has, y.has);
  compare(x.flags, y.flags);
  compare(x.mode, y.mode);
  compare(x.nameLength, y.nameLength);
  compare(x.nameVarying, y.nameVarying);
  compare(x.nameOffset, y.nameOffset);
  if (x.version.length > 0 || y.version.length > 0) {
    const most = Math.min(rows, x.version.length, y.version.length);
    rows = firstDifferentRow(wordsOf(x.version).subarray(0, 2 * most), wordsOf(y.version).subarray(0, 2 * most)) >> 1;
  }
  // With few rows in common, comparing the names of all of them would take longer than it saves.
  if (rows < x.count / 2) return 0;
  return firstDifference(before.text, after.text) === before.text.length ? rows : 0;
}

/** The first row of two columns of one length that differs; their length if there is none. */
const firstDifferentRow = (own: Uint8Array | Uint32Array, other: Uint8Array | Uint32Array): number =>
  Math.floor(firstDifference(bytesOf(own), bytesOf(other)) / own.BYTES_PER_ELEMENT);

/** Compares what is not in the columns which all files have; returns bits of what differs. */
type CompareFurther = (b: FileRow, a: FileRow) => number;

/**
 * Returns a function that finds the first of the descriptor pairs row … end - 1 that is not usual; `end` if all are. It
 * notes in `files` what it compared. A pair where it stops may turn out to be the same as well.
 */
export function usualPairs({ before, after, pairs }: Compared, files: ComparedFiles, further: CompareFurther) {
  const x = columnsOf(before);
  const y = columnsOf(after);
  const { runs } = pairs.descriptors;
  const alike = alikeRows({ before, after });
  /** The same for `count` pairs of a run, of which the first is of descriptors `firstX` and `firstY`. */
  const inRun = (firstX: number, firstY: number, count: number): number => {
    for (let at = 0; ; at++) {
      const found = firstUnusual(x, y, files, alike, firstX + at, firstY + at, count - at);
      if (found >= 0) return at + found;
      at += ~found;
      const b = x.file[firstX + at] as number;
      const a = y.file[firstY + at] as number;
      const bits = further(b, a);
      if (bits === 0) continue;
      files.result[b] = bits;
      return at;
    }
  };
  return (from: number, end: number): number => {
    let row = from;
    for (let run = runOf(runs, from); row < end; run++) {
      const before = runs.before[run] as number;
      const after = runs.after[run] as number;
      if (before === NONE || after === NONE) return row;
      const at = row - (runs.firstPair[run] as number);
      const stop = Math.min(runs.firstPair[run + 1] as number, end);
      row += inRun(before + at, after + at, stop - row);
      if (row < stop) return row;
    }
    return end;
  };
}

/**
 * How many of `count` pairs are usual. `alike`: see alikeRows. Also stops at files with further values, which are the
 * same as far as they were compared, and returns the complement of the number. It calls only functions that V8 inlines:
 * after any other call, V8 would load the address of every column again.
 */
function firstUnusual(
  x: Columns,
  y: Columns,
  files: ComparedFiles,
  alike: number,
  firstX: number,
  firstY: number,
  count: number,
): number {
  // Destructured, so that the loop reads arrays and not objects.
  const { file: fileX, closeOnExec: cloexecX, kind: kindX, has: hasX, flags: flagsX, mode: modeX } = x;
  const { file: fileY, closeOnExec: cloexecY, kind: kindY, has: hasY, flags: flagsY, mode: modeY } = y;
  const { pos: posX, version: versionX, nameOffset: offsetX, nameLength: lengthX, text: textX } = x;
  const { pos: posY, version: versionY, nameOffset: offsetY, nameLength: lengthY, text: textY } = y;
  const { partner, result, compared } = files;
  const hasVersions = versionX.length > 0 || versionY.length > 0;
  const areVarying = x.nameVarying.length > 0 || y.nameVarying.length > 0;
  for (let row = 0; row < count; row++) {
    if (cloexecX[firstX + row] !== cloexecY[firstY + row]) return row;
    const b = fileX[firstX + row] as number;
    const a = fileY[firstY + row] as number;
    if (b === NONE || a === NONE) return row;
    if (partner[b] === a + 1) {
      if (result[b] === 0) continue;
      return row;
    }
    if (partner[b] !== 0 || compared[a] !== 0) return row;
    if (posX[2 * b] !== posY[2 * a] || posX[2 * b + 1] !== posY[2 * a + 1]) return row;
    if (b !== a || b >= alike) {
      if (hasX[b] !== hasY[a]) return row;
      if (kindX[b] !== kindY[a] || kindX[b] === UNKNOWN) return row;
      if (flagsX[b] !== flagsY[a] || modeX[b] !== modeY[a]) return row;
      if (hasVersions) {
        if (versionX[2 * b] !== versionY[2 * a] || versionX[2 * b + 1] !== versionY[2 * a + 1]) return row;
      }
      let length = lengthX[b] as number;
      if (length !== lengthY[a]) return row;
      if (areVarying) {
        if ((x.nameVarying[b] ?? 0) !== (y.nameVarying[a] ?? 0)) return row;
        length -= x.nameVarying[b] ?? 0;
      }
      if (!haveSameBytes(textX, offsetX[b] as number, textY, offsetY[a] as number, length)) return row;
    }
    partner[b] = a + 1;
    compared[a] = 1;
    if (((hasX[b] as number) & FURTHER) !== 0) return ~row;
  }
  return count;
}
