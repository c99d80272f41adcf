// Reads the details of many files at once, in a kernel (build/kernels/alike.c): files that are like one that was read
// before get its details. The kernel leaves all others to the caller.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { NONE } from "../../../model/checkpoint.ts";
import type { FileRow } from "../../../model/rows.ts";
import type { KernelValues } from "../../builder/kernel-values.ts";
import type { EntryBytes } from "../wire/inspect.ts";
import { PART } from "../wire/parts.ts";
import {
  type AlikeKernel,
  type AlikeViews,
  BLOCK,
  describeTargets,
  describeTypes,
  FILES,
  MOST_STEPS,
  MOST_WRITTEN,
  STATE,
  STEP_WORDS,
  STEPS,
  viewsOf,
} from "./alike-kernel.ts";
import { addSteps, STEP, type Steps } from "./alike-steps.ts";
import { type About, type Row, WRITTEN } from "./detail-rows.ts";
import { createFields, type FileBody, indexFields } from "./file-fields.ts";

/** What is done about a file, in bits: its details are read; they may be those of a file that it is like. */
export const WANTED = 1;
export const ALONE = 2;
/** Its record follows that of the file before it. */
export const FOLLOWS = 4;
/** The bits above have the number of its contents (PipeContents): a file that it is like has equal ones. */
export const RELATED_SHIFT = 3;

/**
 * Why the kernel stopped: the file is left to the caller; the same, and others may be like it; the same, and it is like
 * a known one; there is no more room.
 */
const [LEFT, NEW, APART, FULL] = [0, 1, 2, 3];

/** What a reader of runs needs of the reader of single files. */
interface Single {
  /** An object for files that are alike, whose fields are in `fields`. @param bodyOf The type of the current file. */
  aboutAlike(fields: ReturnType<typeof createFields>, bodyOf: () => FileBody | null): About;
  /** Reads the details of a file that is not like another so far; returns how to do so for others that are like it. */
  describeNew(file: FileRow, entry: EntryBytes): Steps | null;
}

/** A kernel that has been given all files, and the values that it adds to. */
export interface GivenKernel {
  readonly kernel: AlikeKernel;
  readonly values: KernelValues;
}

/** Reads the details of files from `file` on, whose entry is given. Returns the first file that it has not read. */
export type RunReader = (file: FileRow, entry: EntryBytes) => FileRow;

/** A reader. @param flags WANTED and so on by file. */
export function createRunReader({ kernel, values }: GivenKernel, flags: Uint8Array, single: Single): RunReader {
  let views = viewsOf(kernel);
  const current = (): AlikeViews => {
    if (views.buffer !== kernel.memory.buffer) views = viewsOf(kernel);
    return views;
  };
  const numbers = describeTypes(views);
  const giveEvents = describeTargets(views);
  const known: Steps[] = [];
  const apart = createApart(single, known);
  const { about } = apart;
  /** The block and the flags that the kernel has. */
  let loaded: Uint8Array | null = null;
  let base = 0;
  let count = 0;
  const loadFlags = (file: FileRow): void => {
    if (file >= base && file < base + count) return;
    base = file;
    count = Math.min(FILES, flags.length - file);
    current().flags.set(flags.subarray(base, base + count));
  };
  return (file, entry) => {
    const { bytes, message } = entry;
    const own = message === "file_entry" ? 0 : numbers.get(message ?? "");
    if (own === undefined || bytes.length > BLOCK || !isPlainSize(entry)) return file;
    if (loaded !== bytes) current().block.set(bytes);
    loaded = bytes;
    let at = entry.start - 4;
    for (let next = file; ; ) {
      loadFlags(next);
      values.reserve(MOST_STEPS, MOST_WRITTEN);
      const reason = kernel.run(at, bytes.length, next - base, count, base, own);
      const { state } = current();
      next = base + (state[STATE.index] as number);
      takeFound(kernel, views, about, next / flags.length);
      at = state[STATE.start] as number;
      if (reason === LEFT) return next;
      if (reason === FULL) continue;
      if (reason === NEW || reason === APART) {
        const end = state[STATE.end] as number;
        if (reason === NEW) {
          const steps = single.describeNew(next, { ...entry, start: at + 4, end });
          if (steps === null) return next;
          learn(kernel, current(), known, steps);
        } else apart.add(views, next, entry);
        giveEvents(current(), about.pieces);
        at = end;
        next++;
      }
      if (((flags[next] ?? 0) & FOLLOWS) === 0) return next;
    }
  };
}

/** Whether an entry is whole, and its size is before it in the byte order of the kernel. */
function isPlainSize({ bytes, start, end, isCut }: EntryBytes): boolean {
  const at = start - 4;
  const size = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
  return !isCut && size === end - start && bytes[at + 3] === 0;
}

/** Adds the steps of the file that the kernel looked for last. */
function learn(kernel: AlikeKernel, { steps, state }: AlikeViews, known: Steps[], added: Steps): void {
  const { list, rows } = added;
  const count = list.length / STEP;
  const first = state[STATE.steps] as number;
  if (count > MOST_STEPS || first + count > STEPS) return;
  for (let each = 0; each < count; each++) {
    const at = (first + each) * STEP_WORDS;
    const [key, value, row, written] = list.slice(STEP * each, STEP * (each + 1)) as [number, number, number, number];
    const reads = row === NONE ? null : (rows[row] as Row).reads;
    const form = row === NONE ? WRITTEN.CONSTANT : written;
    steps.set([key, value, form, reads?.[0]?.number ?? 0, reads?.[1]?.number ?? 0], at);
  }
  const number = kernel.learn(count);
  if (number >= 0) known[number] = added;
}

/**
 * Takes the details and links that the kernel has found. @param fraction How many of all files have been read, 0 … 1.
 */
function takeFound(kernel: AlikeKernel, views: AlikeViews, { details, links }: About, fraction: number): void {
  const { state, rows, keys, values, linkFrom, linkRoles, linkTo, linkData } = views;
  const count = state[STATE.details] as number;
  const linkCount = state[STATE.links] as number;
  if (count > 0) details.addAll(rows, keys, values, count, fraction);
  if (linkCount > 0) links.addAll(linkFrom, linkRoles, linkTo, linkData, linkCount);
  kernel.empty();
}

/** Adds the details of files that are like a known one, but one of whose values the kernel does not write. */
function createApart(single: Single, known: readonly Steps[]) {
  const fields = createFields();
  let body: FileBody | null = null;
  const about = single.aboutAlike(fields, () => body);
  return {
    about,
    /** Adds those of the file at which the kernel stopped. `block`: an entry of the same block. */
    add({ state, parts }: AlikeViews, file: FileRow, block: EntryBytes): void {
      const steps = known[state[STATE.known] as number] as Steps;
      about.file = file;
      body = steps.body;
      fields.parts.list = parts;
      fields.first = 0;
      fields.end = (state[STATE.parts] as number) * PART;
      fields.entry = { ...block, start: (state[STATE.start] as number) + 4, end: state[STATE.end] as number };
      indexFields(fields);
      addSteps(about, steps);
    },
  };
}
