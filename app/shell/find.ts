// Finding tasks, descriptors and open files by name or number, a slice at a time so that the page stays live.

import { fromText } from "../link/link.ts";
import { resolve } from "../link/name.ts";
import { type Checkpoint, commBytes, NONE, nameBytes, taskNumber } from "../model/checkpoint.ts";
import { contains, needleOf } from "../model/filter.ts";
import type { ObjectRef } from "../model/object-ref.ts";

/** More than this many are counted instead of kept. */
export const KEPT_FINDS = 500;

export interface Finds {
  readonly found: readonly ObjectRef[];
  /** All that match, kept or not. */
  readonly total: number;
  readonly done: boolean;
}

/** Rows looked at before the clock is. */
const SLICE = 4096;
/** Milliseconds of work before the page gets its turn. */
const TURN = 8;

/**
 * What matches `query`, best first: the descriptor that `412:3` names, tasks by pid or comm, open files by path,
 * descriptors by fd. Calls `onFinds` as it gets on; stops when the signal is aborted.
 */
export async function find(
  checkpoint: Checkpoint,
  query: string,
  signal: AbortSignal,
  onFinds: (finds: Finds) => void,
): Promise<void> {
  const wanted = query.trim();
  const found: ObjectRef[] = [];
  let total = 0;
  if (wanted === "") return onFinds({ found, total, done: true });
  const add = (object: ObjectRef) => {
    total++;
    if (found.length < KEPT_FINDS) found.push(object);
  };
  const needle = needleOf(wanted);
  const number = /^\d{1,10}$/.test(wanted) ? Number(wanted) : null;
  const { tasks, files, descriptors } = checkpoint;

  const named = fromText(wanted);
  const exact = named?.to === "descriptor" ? resolve(checkpoint, named) : null;
  if (exact !== null && exact.to !== "record") add(exact);

  const passes: { readonly to: ObjectRef["to"]; readonly count: number; matches(row: number): boolean }[] = [
    { to: "task", count: number === null ? 0 : tasks.count, matches: (row) => taskNumber(tasks, row) === number },
    {
      to: "task",
      count: tasks.count,
      matches: (row) => taskNumber(tasks, row) !== number && contains(commBytes(checkpoint, row), needle),
    },
    { to: "file", count: files.count, matches: (row) => contains(nameBytes(checkpoint, row), needle) },
    {
      to: "descriptor",
      count: number === null ? 0 : descriptors.count,
      matches: (row) => descriptors.fd[row] === number && descriptors.file[row] !== NONE,
    },
  ];
  let began = performance.now();
  for (const { to, count, matches } of passes) {
    for (let row = 0; row < count; row++) {
      if (matches(row)) add({ to, row });
      if (row % SLICE !== SLICE - 1 || performance.now() - began < TURN) continue;
      onFinds({ found: [...found], total, done: false });
      await new Promise((resume) => setTimeout(resume));
      if (signal.aborted) return;
      began = performance.now();
    }
  }
  onFinds({ found, total, done: true });
}
