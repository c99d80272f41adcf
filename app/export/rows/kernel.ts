// The kernel that writes rows, build/kernels/rows.c, and its memory.

import { startKernel } from "../../model/kernel.ts";
import { HIDDEN } from "../../model/text/text.ts";
import { ROWS_MODULE } from "./module.ts";

/** What `regions` in rows.c lists, in its order. */
const REGIONS = [
  ...(["set", "report", "program", "pieces", "memos", "hidden", "entryRow", "entryKey", "entryValue"] as const),
  ...([
    "firstHolder",
    "holder",
    "fileFlags",
    "fileHas",
    "linkFrom",
    "linkTo",
    "linkData",
    "linkRole",
    "firstMember",
    "member",
  ] as const),
  ...(["facts", "factKeys", "factTitles", "columns", "output", "pieceBytes", "slots", "slotOf", "prefix"] as const),
];

/** The words of `set` in rows.c, in its order. */
const SET = [
  ...(["width", "prefix", "ranges", "firstRow", "entries", "next", "hasMore"] as const),
  ...(["firstKeys", "nextKeys", "empty", "close", "rows"] as const),
  ...(["rowFile", "rowTable", "rowFd", "nameStart", "nameLength", "firstFile", "files", "holders"] as const),
  ...(["links", "nextLink", "hasMoreLinks", "firstGroup", "groups", "members", "groupRoles"] as const),
  ...(["otherEnd", "hasFlags", "words", "roles", "keys"] as const),
];

/** The words of `report` in rows.c, in its order. */
export const REPORT = {
  ...{ status: 0, length: 1, rowStart: 2, part: 3, source: 4, page: 5, fact: 6 },
  ...{ factKind: 7, factKey: 8, factValue: 9 },
} as const;

/** A part of the memory, in bytes. */
export interface Region {
  readonly at: number;
  readonly size: number;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly regions: () => number;
  readonly run: (
    ...of: [row: number, end: number, length: number, enough: number, part: number, rowStart: number]
  ) => number;
}

export interface RowKernel {
  readonly run: Exports["run"];
  readonly regions: Readonly<Record<(typeof REGIONS)[number], Region>>;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Uint32Array;
  /** Rows are written here. */
  readonly output: Uint8Array<ArrayBuffer>;
  /** Pieces in use, and their bytes. */
  pieces: number;
  pieceBytes: number;
  /** The writer that the program and the windows belong to. */
  user: object | null;
}

/** Starts the kernel; `null` where WebAssembly is not allowed. */
export function startRowKernel(): RowKernel | null {
  const exports = startKernel<Exports>(ROWS_MODULE);
  if (exports === null) return null;
  const { memory, run } = exports;
  // The memory never grows, so it has one buffer.
  const bytes = new Uint8Array(memory.buffer as ArrayBuffer);
  const words = new Uint32Array(memory.buffer);
  const list = exports.regions() / 4;
  const regions = Object.fromEntries(
    REGIONS.map((name, at) => [name, { at: words[list + 2 * at] ?? 0, size: words[list + 2 * at + 1] ?? 0 }]),
  ) as RowKernel["regions"];
  const output = bytes.subarray(regions.output.at, regions.output.at + regions.output.size);
  const kernel = { run, regions, bytes, words, output, pieces: 0, pieceBytes: 0, user: null };
  words.set(HIDDEN.flat(), regions.hidden.at / 4);
  setWord(kernel, "ranges", HIDDEN.length);
  return kernel;
}

/** Sets a word of `set`. */
export function setWord({ words, regions }: RowKernel, name: (typeof SET)[number], value: number): void {
  words[regions.set.at / 4 + SET.indexOf(name)] = value;
}

/** Gives the kernel the prefix of rows. It writes no rows if there is no room for it. */
export function setPrefix(kernel: RowKernel, prefix: Uint8Array): void {
  const { at, size } = kernel.regions.prefix;
  if (prefix.length <= size) kernel.bytes.set(prefix, at);
  setWord(kernel, "prefix", prefix.length);
}

/** Copies bytes to where they stay; `null` if there is no room. */
export function keepBytes(kernel: RowKernel, bytes: Uint8Array): number | null {
  const { at, size } = kernel.regions.pieceBytes;
  if (bytes.length > size - kernel.pieceBytes) return null;
  const kept = at + kernel.pieceBytes;
  kernel.bytes.set(bytes, kept);
  kernel.pieceBytes += bytes.length;
  return kept;
}

/** Adds pieces, and returns the number of the first; `null` if there is no room. */
export function addPieces(kernel: RowKernel, pieces: readonly Uint8Array[]): number | null {
  const { at, size } = kernel.regions.pieces;
  if (8 * (kernel.pieces + pieces.length) > size) return null;
  const first = kernel.pieces;
  for (const piece of pieces) {
    const kept = keepBytes(kernel, piece);
    if (kept === null) return null;
    kernel.words.set([kept - kernel.regions.pieceBytes.at, piece.length], at / 4 + 2 * kernel.pieces++);
  }
  return first;
}
