// A template as a program of the kernel: instructions, pieces, and windows of columns.

import type { DetailStore } from "../../model/checkpoint.ts";
import { encodeText, jsonText } from "../../model/text/text.ts";
import { type ColumnWindow, type ColumnWindows, columnWindows } from "./columns.ts";
import { type Facts, factsOf } from "./facts.ts";
import { addPieces, keepBytes, type RowKernel } from "./kernel.ts";
import type { AnyValues, Masked, Part, Template, Texts } from "./template.ts";

/** What an instruction writes after its literal, in the order of rows.c. */
const OPS = [
  ...(["end", "number", "pick", "string", "plain", "when", "goto", "memo", "entries", "call", "prefix"] as const),
  "facts",
] as const;

/** The cells of PLAIN, in the order of rows.c. */
const CELLS = [null, "\t", ","] as const;

/** Words of an instruction; which of them are the number of a memo, and of another instruction. */
export const WORDS = 8;
export const MEMO_OPERAND = 5;
const TARGET = 7;

/** The entries of rows, and the numbers of the pieces that are written with them. */
export interface Entries {
  readonly store: DetailStore;
  readonly firstKeys: number;
  readonly nextKeys: number;
  readonly empty: number;
  readonly close: number;
}

export interface Program {
  readonly code: Int32Array;
  /** The part that each instruction is of. */
  readonly parts: readonly (Part | undefined)[];
  readonly memos: Uint32Array;
  readonly windows: readonly ColumnWindow[];
  /** The pool of the texts; a template has only one. */
  readonly texts: Uint8Array | null;
  readonly entries: Entries | null;
  readonly facts: Facts | null;
  /** Rows that the windows have room for. */
  readonly rows: number;
}

/** A program that is being made. */
interface Draft {
  readonly kernel: RowKernel;
  readonly columns: ColumnWindows;
  readonly code: number[];
  readonly parts: (Part | undefined)[];
  readonly memos: number[];
  /** What the next instruction writes first. */
  literals: Uint8Array[];
  texts: Uint8Array | null;
  entries: Entries | null;
  facts: Facts | null;
  /** Whether the kernel had room for everything so far. */
  fits: boolean;
}

/** The program of a template; `null` if the kernel has no room for it. */
export function programOf(kernel: RowKernel, { separator, parts }: Template): Program | null {
  const draft: Draft = {
    ...{ kernel, columns: columnWindows(kernel, parts), code: [], parts: [], memos: [], literals: [separator] },
    ...{ texts: null, entries: null, facts: null, fits: true },
  };
  emitParts(draft, parts);
  emit(draft, "end");
  const { code, memos, columns, texts, entries, facts } = draft;
  const { regions } = kernel;
  if (!draft.fits || 4 * code.length > regions.program.size || 4 * memos.length > regions.memos.size) return null;
  return {
    ...{ code: Int32Array.from(code), parts: draft.parts, memos: Uint32Array.from(memos), texts, entries },
    ...{ facts, windows: columns.windows, rows: columns.rows },
  };
}

/** Appends an instruction and returns its number. */
function emit(draft: Draft, op: (typeof OPS)[number], part?: Part, values?: AnyValues, ...operands: number[]): number {
  const literal = joined(draft.literals);
  draft.literals = [];
  const at = kept(draft, keepBytes(draft.kernel, literal));
  const { address, kind } = values === undefined ? { address: 0, kind: 0 } : draft.columns.of(values);
  const [a = 0, b = 0, c = 0] = operands;
  draft.code.push(OPS.indexOf(op), at, literal.length, address, kind, a, b, c);
  return draft.parts.push(part) - 1;
}

/** A place in the kernel's memory; any number where there is no room, in which case the program is not used. */
function kept(draft: Draft, place: number | null): number {
  if (place === null) draft.fits = false;
  return place ?? 0;
}

/** Makes an instruction continue with the next one that is emitted. */
function land({ code, parts }: Draft, instruction: number): void {
  code[WORDS * instruction + TARGET] = parts.length;
}

function emitParts(draft: Draft, parts: readonly Part[]): void {
  for (const part of parts) emitPart(draft, part);
}

function emitPart(draft: Draft, part: Part): void {
  const { kernel, columns, memos } = draft;
  switch (part.op) {
    case "literal":
      draft.literals.push(part.bytes);
      return;
    case "number":
      emit(draft, "number", part, part.values, part.width ?? -1);
      return;
    case "exact":
      emit(draft, "number", part, part.values, part.width);
      return;
    case "pick":
      emit(draft, "pick", part, part.values, kept(draft, addPieces(kernel, part.pieces)), part.pieces.length);
      return;
    case "string":
      emitText(draft, part, 0);
      return;
    case "plain":
      emitText(draft, part, part.most, CELLS.indexOf(part.cell));
      return;
    case "when": {
      const test = emit(draft, "when", part, part.values, part.mask, part.value);
      emitParts(draft, part.parts);
      // Each branch ends in an instruction of its own, which writes its last literal.
      const end = emit(draft, "goto");
      land(draft, test);
      emitParts(draft, part.otherwise);
      land(draft, emit(draft, "goto"));
      land(draft, end);
      return;
    }
    case "memo":
      emit(draft, "memo", part, undefined, memos.length / MEMO.words);
      memos.push(...memoWords(part.keys, columns));
      return;
    case "entries":
      draft.entries = entriesOf(draft, part.store);
      emit(draft, "entries", part);
      return;
    case "facts":
      emitFacts(draft, part);
      return;
    case "call":
    case "prefix":
      emit(draft, part.op, part);
  }
}

function emitText(draft: Draft, part: Extract<Part, { texts: Texts }>, most: number, cell = 0): void {
  const { pool, start, length } = part.texts;
  draft.texts = pool;
  emit(draft, part.op, part, length, draft.columns.of(start).address, most, cell);
}

function emitFacts(draft: Draft, part: Extract<Part, { op: "facts" }>): void {
  const { values, texts, columns } = part;
  const addressOf = (of: AnyValues): number => draft.columns.of(of).address;
  const addresses = {
    ...{ rowFile: addressOf(columns.files), rowTable: addressOf(columns.tables), rowFd: addressOf(columns.fds) },
    ...{ nameStart: addressOf(texts.start), nameLength: addressOf(texts.length) },
  };
  draft.texts = texts.pool;
  draft.facts = factsOf(draft.kernel, columns, addresses);
  if (draft.facts === null) draft.fits = false;
  emit(draft, "facts", part, values);
}

/** Words of a memo, and where it has its keys and the combinations that it knows. */
export const MEMO = { words: 268, keys: 3, known: 12, combination: 4 } as const;

function memoWords(keys: readonly Masked[], columns: ColumnWindows): number[] {
  const words = new Array<number>(MEMO.words).fill(0);
  words[MEMO.keys - 1] = keys.length;
  for (const [at, { values, mask }] of keys.entries()) {
    const { address, kind } = columns.of(values);
    words.splice(MEMO.keys + 3 * at, 3, address, kind, mask);
  }
  return words;
}

function entriesOf(draft: Draft, store: DetailStore): Entries {
  const keys = store.keys.map((key) => `${jsonText(key)}:`);
  const add = (pieces: readonly string[]): number => kept(draft, addPieces(draft.kernel, pieces.map(encodeText)));
  return {
    store,
    firstKeys: add(keys.map((key) => `{${key}`)),
    nextKeys: add(keys.map((key) => `,${key}`)),
    empty: add(["{}"]),
    close: add(["}"]),
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
