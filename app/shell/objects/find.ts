// Finds tasks, descriptors and open files by name or number, in slices so that the page stays responsive.

import { fromText } from "../../link/link.ts";
import { resolve } from "../../link/name.ts";
import { type Checkpoint, NONE, taskNumber } from "../../model/checkpoint.ts";
import { contains, needleOf } from "../../model/listings/filter.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { u32At } from "../../model/read.ts";

/** Most results to keep; further ones are only counted. */
export const KEPT_RESULTS = 200;

/** The turns in which a long search is done, with pauses in which the page handles events. */
export function createTurns(): { isOver(): boolean; next(): Promise<void> } {
  let began = performance.now();
  return {
    isOver: () => performance.now() - began >= TURN,
    async next() {
      await new Promise((resume) => setTimeout(resume));
      began = performance.now();
    },
  };
}

export interface FindResults {
  readonly found: readonly ObjectRef[];
  /** All matches, kept or not. */
  readonly total: number;
  readonly done: boolean;
}

/** Rows to pass between two checks of the clock. */
export const SLICE = 4096;
/** Milliseconds of work before the page may handle events. */
const TURN = 8;
/** Milliseconds between two calls of `onResults`. */
const REPORT = 250;

/**
 * Finds the matches of `query`, best first: the descriptor that `412:3` names, tasks by pid, tasks by comm, open
 * files by path, descriptors by fd (of numbers, `fd 3` and `pid 412` are only that); of these, only what `wants`
 * allows. Calls `onResults` while it searches and at the end; stops when the signal is aborted.
 */
export async function find(
  checkpoint: Checkpoint,
  query: string,
  signal: AbortSignal,
  onResults: (results: FindResults) => void,
  wants: (object: ObjectRef) => boolean = () => true,
): Promise<void> {
  const wanted = query.trim();
  const found: ObjectRef[] = [];
  let total = 0;
  if (wanted === "") return onResults({ found, total, done: true });
  const add = (object: ObjectRef) => {
    if (!wants(object)) return;
    total++;
    if (found.length < KEPT_RESULTS) found.push(object);
  };
  const needle = needleOf(wanted);
  const [, kind, digits] = /^(?:(fd|pid)[\s:]*)?(\d{1,10})$/i.exec(wanted) ?? [];
  const number = digits === undefined ? null : Number(digits);
  const pid = kind?.toLowerCase() === "fd" ? null : number;
  const fd = kind?.toLowerCase() === "pid" ? null : number;
  const { tasks, files, descriptors } = checkpoint;

  const inText = (offset: number, length: number): boolean =>
    contains(checkpoint.text, offset, offset + length, needle);

  const named = fromText(wanted);
  const exact = named?.to === "descriptor" ? resolve(checkpoint, named) : null;
  if (exact !== null && exact.to !== "record") add(exact);

  const passes: { readonly to: ObjectRef["to"]; readonly count: number; matches(row: number): boolean }[] = [
    { to: "task", count: pid === null ? 0 : tasks.count, matches: (row) => taskNumber(tasks, row) === pid },
    {
      to: "task",
      count: tasks.count,
      matches: (row) =>
        taskNumber(tasks, row) !== pid && inText(u32At(tasks.commOffset, row), u32At(tasks.commLength, row)),
    },
    {
      to: "file",
      count: files.count,
      matches: (row) => inText(u32At(files.nameOffset, row), u32At(files.nameLength, row)),
    },
    {
      to: "descriptor",
      count: fd === null ? 0 : descriptors.count,
      matches: (row) => descriptors.fd[row] === fd && descriptors.file[row] !== NONE,
    },
  ];
  const turns = createTurns();
  let reported = performance.now();
  for (const { to, count, matches } of passes) {
    for (let row = 0; row < count; row++) {
      if (matches(row)) add({ to, row });
      if (row % SLICE !== SLICE - 1 || !turns.isOver()) continue;
      if (performance.now() - reported > REPORT) {
        onResults({ found: [...found], total, done: false });
        reported = performance.now();
      }
      await turns.next();
      if (signal.aborted) return;
    }
  }
  onResults({ found, total, done: true });
}
