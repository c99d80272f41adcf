// The paths of a set's open files, read once: what a restore needs beyond the set (needs.ts) and what it compares with
// the machine (demands.ts) are both chosen from them.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { type Checkpoint, HAS, holderCount, NO_SIZE, NONE, nameBytes } from "../../../model/checkpoint.ts";
import { u8At, u32At, u64At } from "../../../model/read.ts";
import type { FileRow } from "../../../model/rows.ts";
import { encodeText, hashOfBytes, sameRange } from "../../../model/text/text.ts";
import { pathKey } from "../../host/path-key.ts";
import type { Scan } from "../scan.ts";

/** The paths of the open files that a task holds or uses, in the order of the files. */
export interface UsedPaths {
  readonly count: number;
  /** Rows of open files. */
  readonly files: Int32Array;
  /** Equal paths have equal numbers, from 0 on. */
  readonly numbers: Int32Array;
  /** How many different ones there are. */
  readonly different: number;
}

/** The size and st_mode that a restore expects of an open file; `null`: the set has none. */
export function inodeOf({ files }: Checkpoint, file: FileRow): Readonly<Record<"size" | "mode", number | null>> {
  if ((u8At(files.has, file) & HAS.inode) === 0) return { size: null, mode: null };
  const size = u64At(files.size, file);
  const mode = u32At(files.inodeMode, file);
  return { size: size === NO_SIZE ? null : Number(size), mode: mode === 0 ? null : mode };
}

/** fd_types of files with a path. */
const REG = 1;

/** Entries of /proc and of the terminals' file system are created by the restore. */
const [PROC, TERMINALS] = ["/proc/", "/dev/pts/"].map(encodeText) as [Uint8Array, Uint8Array];

/** The paths of files that the restore opens by name. What it creates itself is left out. */
export function usedPaths({ checkpoint, types }: Scan): UsedPaths {
  const { files: all, text } = checkpoint;
  const files = new Int32Array(all.count);
  let count = 0;
  for (let file = 0; file < all.count; file++) {
    if (types[file] !== REG || ((all.has[file] as number) & HAS.path) === 0) continue;
    if (all.use[file] === 0 && holderCount(all, file) === 0) continue;
    const start = all.nameOffset[file] as number;
    const length = all.nameLength[file] as number;
    if (beginsWith(text, start, length, PROC) || beginsWith(text, start, length, TERMINALS)) continue;
    files[count++] = file;
  }
  return { count, files, ...numbered(checkpoint, files, count) };
}

function beginsWith(text: Uint8Array, start: number, length: number, prefix: Uint8Array): boolean {
  if (length < prefix.length) return false;
  let at = 0;
  while (at < prefix.length && text[start + at] === prefix[at]) at++;
  return at === prefix.length;
}

/** Slots that are tried for a path. Only a crafted image has paths that need more; they go into a Map. */
const MOST_TRIED = 32;

/** Numbers the paths of files, equal ones alike, by a hash table over their bytes. */
function numbered(checkpoint: Checkpoint, files: Int32Array, count: number): Pick<UsedPaths, "numbers" | "different"> {
  const { text } = checkpoint;
  const { nameOffset, nameLength } = checkpoint.files;
  const numbers = new Int32Array(count);
  const mask = 2 ** Math.ceil(Math.log2(2 * count + 1)) - 1;
  // By slot: a file with the path, and the path's number.
  const fileAt = new Int32Array(mask + 1).fill(NONE);
  const numberAt = new Int32Array(mask + 1);
  const crowded = new Map<string, number>();
  let different = 0;
  for (let at = 0; at < count; at++) {
    const file = files[at] as number;
    const start = nameOffset[file] as number;
    const length = nameLength[file] as number;
    let slot = hashOfBytes(text, start, start + length) & mask;
    let tried = 0;
    for (; tried < MOST_TRIED && fileAt[slot] !== NONE; tried++, slot = (slot + 1) & mask) {
      const other = fileAt[slot] as number;
      if (nameLength[other] === length && sameRange(text, start, nameOffset[other] as number, length)) break;
    }
    if (tried === MOST_TRIED) {
      const key = pathKey(nameBytes(checkpoint, file));
      const known = crowded.get(key);
      if (known === undefined) crowded.set(key, different);
      numbers[at] = known ?? different++;
    } else {
      if (fileAt[slot] === NONE) {
        fileAt[slot] = file;
        numberAt[slot] = different++;
      }
      numbers[at] = numberAt[slot] as number;
    }
  }
  return { numbers, different };
}
