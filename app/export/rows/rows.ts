// Writes rows by a template: by the kernel as far as it can, else by TypeScript. Both write the same bytes.

import { createJsonBytes, takeBytes, writePiece } from "../../model/text/json-bytes.ts";
import { installFacts, rememberFact } from "./facts.ts";
import { addPieces, REPORT, type RowKernel, setPrefix, setWord, startRowKernel } from "./kernel.ts";
import { MEMO, MEMO_OPERAND, type Program, programOf, WORDS } from "./program.ts";
import type { Part, Template } from "./template.ts";
import { fillWindows, loadPage, type Source, sourcesOf, unloadPages } from "./windows.ts";
import { type RowOutput, rowWriter, type Write } from "./write.ts";

/** Collects written rows. The kernel writes to its own memory, which `out` uses as its buffer. */
export interface Rows extends RowOutput {
  readonly kernel: RowKernel | null;
  /** Bytes after which `rest` stops. */
  readonly enough: number;
}

const NOTHING: Uint8Array = new Uint8Array(0);

/** Starting the kernel takes as long as writing this many rows without it. */
const FEW = 2000;

/** A kernel to write rows with; `null` if there are few, or where WebAssembly is not allowed. */
export const kernelFor = (count: number): RowKernel | null => (count < FEW ? null : startRowKernel());

/**
 * An empty output.
 *
 * @param enough A part that is written at once has this many bytes, or a few more.
 * @param kernel `null`: TypeScript writes all rows.
 */
export function createRows(enough: number, kernel: RowKernel | null): Rows {
  const out = createJsonBytes(kernel === null ? 2 * enough : 0);
  if (kernel !== null) out.bytes = kernel.output;
  return { out, width: 0, prefix: NOTHING, kernel, enough };
}

export interface RowsWriter {
  /** Whether rows are separated. */
  readonly separates: boolean;
  /** Writes a row without the separator. */
  one(row: number): void;
  /**
   * Writes rows from … end - 1, each after the separator, until the output has enough. Returns
   * the first row that it has not written.
   */
  rest(from: number, end: number): number;
}

/** Rows that are examined at once. */
const SPAN = 16384;

/**
 * Writes the rows of a range of which `kept` is not 0, giving parts as they become large enough. They are valid until
 * the next is asked for. Returns whether there is such a row.
 *
 * @param start What is written before the first row, instead of a separator.
 */
export function* writeRows(
  { out, enough }: Rows,
  writer: RowsWriter,
  [first, end]: readonly [first: number, end: number],
  kept: Uint8Array | undefined,
  start = NOTHING,
): Generator<Uint8Array<ArrayBuffer>, boolean> {
  let isFirst = true;
  for (let row = first; row < end; ) {
    if (kept?.[row] === 0) row++;
    else if (isFirst && writer.separates) {
      writePiece(out, start);
      writer.one(row++);
      isFirst = false;
    } else {
      isFirst = false;
      let stop = Math.min(end, row + SPAN);
      const gap = kept?.subarray(row, stop).indexOf(0) ?? -1;
      if (gap >= 0) stop = row + gap;
      row = writer.rest(row, stop);
    }
    if (out.length >= enough) yield takeBytes(out);
  }
  return !isFirst;
}

/** A function that writes rows by a template. `count`: how many rows there are. */
export function createRowsWriter(rows: Rows, template: Template, count: number): RowsWriter {
  const { out, kernel, enough } = rows;
  const one = rowWriter(rows, template.parts);
  const next = (row: number): void => {
    writePiece(out, template.separator);
    one(row);
  };
  let user: User | null | undefined = kernel === null ? null : undefined;
  return {
    separates: template.separator.length > 0,
    one,
    rest(from, end) {
      if (user === undefined) user = userOf(rows, template, count, next);
      if (user !== null) return writeByKernel(user, from, end);
      let row = from;
      while (row < end && out.length < enough) next(row++);
      return row;
    },
  };
}

/** A writer that uses the kernel. */
interface User {
  readonly rows: Rows;
  readonly kernel: RowKernel;
  readonly program: Program;
  readonly count: number;
  /** Writes a row by TypeScript. */
  readonly next: Write;
  /** The rows that are in the windows: from the first to before the second. */
  first: number;
  end: number;
  sources: readonly Source[];
}

function userOf(rows: Rows, template: Template, count: number, next: Write): User | null {
  const { kernel } = rows;
  const program = kernel === null ? null : programOf(kernel, template);
  return kernel === null || program === null
    ? null
    : { rows, kernel, program, count, next, first: 0, end: 0, sources: [] };
}

/** Gives the kernel the program of a writer, unless it has that already. */
function install(user: User): void {
  const { kernel, program, rows } = user;
  setWord(kernel, "width", rows.width);
  setPrefix(kernel, rows.prefix);
  if (kernel.user === user) return;
  kernel.user = user;
  user.end = user.first;
  user.sources = sourcesOf(program);
  unloadPages(kernel);
  const { words, regions } = kernel;
  words.set(program.code, regions.program.at / 4);
  words.set(program.memos, regions.memos.at / 4);
  if (program.facts !== null) installFacts(kernel, program.facts);
  if (program.entries === null) return;
  const { store: _, ...pieces } = program.entries;
  for (const [name, piece] of Object.entries(pieces)) setWord(kernel, name as keyof typeof pieces, piece);
}

function moveTo(user: User, row: number): void {
  user.first = row;
  user.end = Math.min(user.count, row + user.program.rows);
  fillWindows(user.kernel, user.program, row, user.end);
}

/** Why the kernel stopped, in the order of rows.c. */
const [DONE, OUTSIDE, FAULT, UNKNOWN, CALLED] = [0, 2, 3, 4, 5];

function writeByKernel(user: User, from: number, end: number): number {
  const { rows, kernel, program } = user;
  const { out, enough } = rows;
  const { words, regions } = kernel;
  const report = regions.report.at / 4;
  install(user);
  returnToOutput(rows, kernel);
  let row = from;
  let part = 0;
  let rowStart = 0;
  while (row < end && (part > 0 || out.length < enough)) {
    if (row < user.first || row >= user.end) moveTo(user, row);
    const { first } = user;
    row = first + kernel.run(row - first, Math.min(end, user.end) - first, out.length, enough, part, rowStart);
    out.length = words[report + REPORT.length] as number;
    const at = words[report + REPORT.part] as number;
    part = 0;
    switch (words[report + REPORT.status]) {
      case DONE:
        break;
      case FAULT: {
        const source = words[report + REPORT.source] as number;
        loadPage(kernel, source, user.sources[source] as Source, words[report + REPORT.page] as number);
        break;
      }
      case CALLED:
        rowStart = words[report + REPORT.rowStart] as number;
        part = at + 1;
        writeCalled(program.parts[at], row);
        if (returnToOutput(rows, kernel)) break;
        part = 0;
        out.length = rowStart;
        user.next(row++);
        break;
      case UNKNOWN:
        if (!remember(user, at, row)) user.next(row++);
        break;
      case OUTSIDE:
        if (row > first) moveTo(user, row);
        else user.next(row++);
        break;
      default:
        user.next(row++);
    }
  }
  return row;
}

/** Writes a part that the kernel leaves to TypeScript. */
function writeCalled(part: Part | undefined, row: number): void {
  if (part?.op === "call" || part?.op === "facts") part.write(row);
}

/** Lets the output be the kernel's memory again, which it left if a row was too long; false if it still is too long. */
function returnToOutput({ out }: Rows, { output }: RowKernel): boolean {
  if (out.bytes === output) return true;
  if (out.length > output.length) return false;
  output.set(out.bytes.subarray(0, out.length));
  out.bytes = output;
  return true;
}

/** Gives the kernel the piece that a memo has for a row; false if there is no room. */
function remember({ kernel, program }: User, at: number, row: number): boolean {
  const part = program.parts[at];
  if (program.facts !== null && part?.op === "facts") return rememberFact(kernel, program.facts);
  if (part?.op !== "memo") return false;
  const piece = addPieces(kernel, [part.make(row)]);
  if (piece === null) return false;
  const memo = kernel.regions.memos.at / 4 + MEMO.words * (program.code[WORDS * at + MEMO_OPERAND] as number);
  const count = kernel.words[memo] as number;
  kernel.words[memo + MEMO.known + MEMO.combination * count + MEMO.combination - 1] = piece;
  kernel.words[memo] = count + 1;
  return true;
}
