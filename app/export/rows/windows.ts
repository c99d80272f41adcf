// What the kernel can see of an image: the columns and entries of some thousand rows, and pages of what they refer to.

import { fillAll } from "./columns.ts";
import { fillEntries, fillFacts } from "./facts.ts";
import { type RowKernel, setWord } from "./kernel.ts";
import type { Program } from "./program.ts";

/** Fills all windows with rows from `row` to before `end`. */
export function fillWindows(kernel: RowKernel, program: Program, row: number, end: number): void {
  fillAll(program.windows, row, end - row);
  setWord(kernel, "firstRow", row);
  if (program.entries !== null) fillEntries(kernel, program.entries.store, row, end);
  if (program.facts !== null) fillFacts(kernel, program.facts, row, end);
}

/** As in rows.c. */
const [PAGE, OVERLAP, OVERRUN, SLOTS] = [1 << 15, 4096, 16, 16];
const STRIDE = PAGE + OVERLAP + OVERRUN;

/** Bytes; the kernel has some pages of them. */
export interface Source {
  readonly bytes: Uint8Array;
  /** The page that each slot has; -1 for none. */
  readonly pages: number[];
  /** The slot that was filled first. */
  oldest: number;
}

/** The sources of a program, by number as in rows.c. */
export function sourcesOf({ texts, entries, facts }: Program): Source[] {
  const none = new Uint8Array(0);
  const store = entries?.store ?? facts?.columns.checkpoint.fileDetails;
  const { buffer, byteOffset, byteLength } = store?.start ?? none;
  return [texts ?? none, new Uint8Array(buffer, byteOffset, byteLength), store?.pool ?? none].map((bytes) => ({
    bytes,
    pages: new Array<number>(SLOTS).fill(-1),
    oldest: 0,
  }));
}

/** Copies a page of a source to the slot that was filled first. */
export function loadPage({ bytes, regions }: RowKernel, number: number, source: Source, page: number): void {
  const slotOf = regions.slotOf.at + number * (regions.slotOf.size / 3);
  const slot = source.oldest;
  const before = source.pages[slot] as number;
  if (before >= 0) bytes[slotOf + before] = 0;
  source.pages[slot] = page;
  source.oldest = (slot + 1) % SLOTS;
  const start = page * PAGE;
  bytes.set(source.bytes.subarray(start, start + PAGE + OVERLAP), regions.slots.at + (number * SLOTS + slot) * STRIDE);
  bytes[slotOf + page] = slot + 1;
}

/** Forgets all pages. */
export function unloadPages({ bytes, regions }: RowKernel): void {
  bytes.fill(0, regions.slotOf.at, regions.slotOf.at + regions.slotOf.size);
}
