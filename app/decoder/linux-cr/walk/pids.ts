// The pids of the tree of tasks: plain numbers up to v23-dev, tags of pid objects from v23-pids on.

import { NONE } from "../../../model/checkpoint.ts";
import type { Dialect } from "../catalogue/dialect.ts";

/** Data about pids from the records before the first task. */
export interface Pids {
  /** Number of tasks that TREE announces; `null`: there was no TREE yet. */
  announced: number | null;
  /** PIDS: how many pid objects, and the objref of the first; `null`: there was no PIDS yet. */
  objects: number;
  firstObjref: number | null;
  /** Payload of the BUFFER after TREE: one entry a task, in the tasks' order. */
  entries: Uint8Array | null;
  /** Payload of the BUFFER after PIDS. */
  numbers: Uint8Array | null;
  /** Bytes of one entry. */
  readonly entrySize: number;
  /** Whether entries hold tags instead of numbers. */
  readonly tagged: boolean;
}

/** Nothing collected yet. */
export function noPids(dialect: Dialect): Pids {
  const tagged = dialect.struct("ckpt_task_pids");
  const plain = dialect.struct("ckpt_pids") ?? dialect.struct("ckpt_hdr_pids");
  return {
    announced: null,
    objects: 0,
    firstObjref: null,
    entries: null,
    numbers: null,
    entrySize: (tagged ?? plain)?.size ?? 24,
    tagged: tagged !== undefined,
  };
}

/** Outermost number of each pid object of a PIDS record: entries of {u32 depth; s32 numbers[depth + 1]}. */
function pidNumbers(entries: Uint8Array | null, count: number, littleEndian: boolean): number[] {
  if (entries === null) return [];
  const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
  const numbers: number[] = [];
  let at = 0;
  while (numbers.length < count && at + 8 <= entries.length) {
    const depth = view.getUint32(at, littleEndian);
    numbers.push(view.getInt32(at + 4, littleEndian));
    at += 8 + 4 * depth;
  }
  return numbers;
}

/** The pids of one task; NONE where there is none. All five are at the same places in every version. */
export interface TaskPids {
  readonly pid: number;
  readonly ppid: number;
  readonly tgid: number;
  readonly pgid: number;
  readonly sid: number;
}

/**
 * Pids of tasks in the image's order. A tag is the objref of a pid object, whose outermost number is the pid as seen
 * from outside. Tag 0 is a pid of an ancestor namespace; it is given as 0, like the parent of a root. Of an entry that
 * is cut off, the numbers before the cut are given.
 *
 * @param tasks How many tasks there are: no more pids are read.
 */
export function taskPids(pids: Pids, littleEndian: boolean, tasks: number): TaskPids[] {
  const { entries, entrySize, firstObjref } = pids;
  if (entries === null) return [];
  const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
  const numbers = pids.tagged ? pidNumbers(pids.numbers, pids.objects, littleEndian) : null;
  const number = (at: number): number => {
    if (at + 4 > entries.length) return NONE;
    const value = view.getInt32(at, littleEndian);
    if (numbers === null) return value < 0 ? NONE : value;
    return value === 0 ? 0 : Math.max(NONE, numbers[value - (firstObjref ?? 0)] ?? NONE);
  };
  return Array.from({ length: Math.min(tasks, Math.ceil(entries.length / entrySize)) }, (_, row) => {
    const at = row * entrySize;
    return { pid: number(at), ppid: number(at + 4), tgid: number(at + 8), pgid: number(at + 12), sid: number(at + 16) };
  });
}
