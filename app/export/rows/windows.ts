// What the kernel can see of an image: the columns and entries of some thousand rows, and pages of what they refer to.

import type { DetailStore } from "../../model/checkpoint.ts";
import { u32At } from "../../model/read.ts";
import { firstIndex } from "../../model/search.ts";
import { fillWindow } from "./columns.ts";
import { type RowKernel, setWord } from "./kernel.ts";
import type { Program } from "./program.ts";

/** Fills all windows with rows from `row` to before `end`. */
export function fillWindows(kernel: RowKernel, program: Program, row: number, end: number): void {
  for (const window of program.windows) fillWindow(window, row, end - row);
  setWord(kernel, "firstRow", row);
  if (program.entries !== null) fillEntries(kernel, program.entries.store, row, end);
}

function fillEntries(kernel: RowKernel, store: DetailStore, row: number, end: number): void {
  const { words, bytes, regions } = kernel;
  const first = firstIndex(store.count, (at) => u32At(store.row, at) >= row);
  const all = firstIndex(store.count, (at) => u32At(store.row, at) >= end, first);
  const last = Math.min(all, first + regions.entryRow.size / 4);
  words.set(store.row.subarray(first, last), regions.entryRow.at / 4);
  words.set(store.value.subarray(first, last), regions.entryValue.at / 4);
  new Uint16Array(bytes.buffer, regions.entryKey.at).set(store.key.subarray(first, last));
  setWord(kernel, "entries", last - first);
  setWord(kernel, "next", 0);
  setWord(kernel, "hasMore", Number(last < all));
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
export function sourcesOf({ texts, entries }: Program): Source[] {
  const none = new Uint8Array(0);
  const { buffer, byteOffset, byteLength } = entries?.store.start ?? none;
  return [texts ?? none, new Uint8Array(buffer, byteOffset, byteLength), entries?.store.pool ?? none].map((bytes) => ({
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
