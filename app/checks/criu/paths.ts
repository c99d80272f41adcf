// The paths of a set's open files, read once: what a restore needs beyond the set (needs.ts) and what it compares with the
// machine (demands.ts) are both chosen from them.

import { HAS, holderCount, nameBytes } from "../../model/checkpoint.ts";
import { u8At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { pathKey } from "../host/path-key.ts";
import type { Scan } from "./scan.ts";

/** The path of an open file that a task holds or uses. */
export interface UsedPath {
  readonly file: FileRow;
  /** Bytes as in the image. */
  readonly path: Uint8Array;
  readonly key: string;
  /** Equal paths have equal numbers, from 0 on. */
  readonly number: number;
  readonly isHeld: boolean;
  readonly isDeleted: boolean;
}

/** Paths in the order of their open files. */
export interface UsedPaths {
  readonly list: readonly UsedPath[];
  /** How many different ones there are. */
  readonly different: number;
}

/** fd_types of files with a path. */
const REG = 1;

/** The paths of files that the restore opens by name. What it creates itself is left out. */
export function usedPaths({ checkpoint, types }: Scan): UsedPaths {
  const { files } = checkpoint;
  const numbers = new Map<string, number>();
  const list: UsedPath[] = [];
  for (let file = 0; file < files.count; file++) {
    const has = u8At(files.has, file);
    if (types[file] !== REG || (has & HAS.path) === 0) continue;
    const isHeld = holderCount(files, file) > 0;
    if (!isHeld && u8At(files.use, file) === 0) continue;
    const path = nameBytes(checkpoint, file);
    const key = pathKey(path);
    // Entries of /proc and of the terminals' file system are created by the restore.
    if (key.startsWith("/proc/") || key.startsWith("/dev/pts/")) continue;
    let number = numbers.get(key);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(key, number);
    }
    list.push({ file, path, key, number, isHeld, isDeleted: (has & HAS.deleted) !== 0 });
  }
  return { list, different: numbers.size };
}
