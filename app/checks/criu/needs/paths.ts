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
import type { UsedPaths } from "./used-paths.ts";

/** The size and st_mode that a restore expects of an open file; `null`: the set has none. */
export function inodeOf({ files }: Checkpoint, file: FileRow): Readonly<Record<"size" | "mode", number | null>> {
  if ((u8At(files.has, file) & HAS.inode) === 0) return { size: null, mode: null };
  const size = u64At(files.size, file);
  const mode = u32At(files.inodeMode, file);
  return { size: size === NO_SIZE ? null : Number(size), mode: mode === 0 ? null : mode };
}

/** fd_types of files with a path. */
const REG = 1;

/** The beginnings of paths that are left out: the restore creates entries of /proc and of the terminals' file system. */
export const LEFT_OUT = ["/proc/", "/dev/pts/"].map(encodeText);

/** The paths of files that the restore opens by name. What it creates itself is left out. The kernel does the same. */
export function usedPaths({ checkpoint, types }: Scan): UsedPaths {
  const { files: all, text } = checkpoint;
  const files = new Int32Array(all.count);
  let count = 0;
  for (let file = 0; file < all.count; file++) {
    if (types[file] !== REG || ((all.has[file] as number) & HAS.path) === 0) continue;
    if (all.use[file] === 0 && holderCount(all, file) === 0) continue;
    const start = all.nameOffset[file] as number;
    const length = all.nameLength[file] as number;
    if (LEFT_OUT.some((prefix) => beginsWith(text, start, length, prefix))) continue;
    files[count++] = file;
  }
  const { numbers, different } = numbered(checkpoint, files, count);
  return { count, files, numbers, different, listed: listedIn(checkpoint, files, numbers, different) };
}

/** Of each different path, the first open file that is not deleted. */
function listedIn(
  { files: { has } }: Checkpoint,
  files: Int32Array,
  numbers: Int32Array,
  different: number,
): Int32Array {
  const isListed = new Uint8Array(different);
  const listed = new Int32Array(different);
  let count = 0;
  for (let at = 0; at < numbers.length; at++) {
    const [file, number] = [files[at] as number, numbers[at] as number];
    if (isListed[number] === 1 || ((has[file] as number) & HAS.deleted) !== 0) continue;
    isListed[number] = 1;
    listed[count++] = file;
  }
  return listed.subarray(0, count);
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
