// What a row of a document or a listing consists of, as data. TypeScript (write.ts) and the
// kernel (program.ts) follow it.

import type { Checkpoint, DetailStore } from "../../model/checkpoint.ts";
import { encodeText } from "../../model/text/text.ts";
import type { Separator } from "../tables/delimited.ts";

export type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array;

/** Values of a column at the rows that another column has; those at negative rows are not used. */
export interface Through {
  readonly column: Column | BigUint64Array;
  readonly rows: Int32Array;
}

/** A value for each row. */
export type Values = Column | Through;

export type AnyValues = Values | BigUint64Array;

/** Texts of an image: bytes start[row] … start[row] + length[row] - 1 of a pool. */
export interface Texts {
  readonly pool: Uint8Array;
  readonly start: Values;
  readonly length: Values;
}

/** A value without the bits that do not matter. */
export interface Masked {
  readonly values: Values;
  readonly mask: number;
}

export type Part =
  /** Bytes. */
  | { readonly op: "literal"; readonly bytes: Uint8Array }
  /** A number in decimal with spaces before it, up to a width; `null`: up to that of the output. */
  | { readonly op: "number"; readonly values: Values; readonly width: number | null }
  /** The same for 64 bits. */
  | { readonly op: "exact"; readonly values: BigUint64Array | Through; readonly width: number }
  /** The piece with the number that a column has; `other` if there is none. */
  | {
      readonly op: "pick";
      readonly values: Values;
      readonly pieces: readonly Uint8Array[];
      readonly other: Uint8Array;
    }
  /** A text as a JSON string. `other` writes those that are not UTF-8. */
  | { readonly op: "string"; readonly texts: Texts; readonly other: (row: number) => void }
  /**
   * Printable ASCII without a backslash, 1 to `most` bytes, as it is. `other` writes any other text, and what a cell
   * with this separator has otherwise: see delimited.ts.
   */
  | {
      readonly op: "plain";
      readonly texts: Texts;
      readonly most: number;
      readonly cell: Separator | null;
      readonly other: (row: number) => void;
    }
  /** One of two sequences, by whether the bits of a mask are equal to a value. Both are extended by their sign. */
  | {
      readonly op: "when";
      readonly values: AnyValues;
      readonly mask: number;
      readonly value: number;
      readonly parts: readonly Part[];
      readonly otherwise: readonly Part[];
    }
  /** Bytes that depend on at most three values, in few combinations. */
  | { readonly op: "memo"; readonly keys: readonly Masked[]; readonly make: (row: number) => Uint8Array }
  /** The entries of a row in a store as a JSON object. `write` writes any. */
  | { readonly op: "entries"; readonly store: DetailStore; readonly write: (row: number) => void }
  /** The prefix of the output. */
  | { readonly op: "prefix" }
  /**
   * What is worth saying about the open file of a row. `values` are the kinds of these files; `write` writes any facts.
   */
  | {
      readonly op: "facts";
      readonly values: Values;
      readonly texts: Texts;
      readonly columns: FactColumns;
      readonly write: (row: number) => void;
    }
  /** Anything else. */
  | { readonly op: "call"; readonly write: (row: number) => void };

/** The inputs of facts about open files. */
export interface FactColumns {
  readonly checkpoint: Checkpoint;
  /** By row: the open file, and the number and table of the descriptor that it is listed with. */
  readonly files: Int32Array;
  readonly fds: Int32Array;
  readonly tables: Uint32Array;
  /** What is written before the facts, if there are any. */
  readonly gap: Uint8Array;
}

/** Parts of rows, and what is between two rows. */
export interface Template {
  readonly separator: Uint8Array;
  readonly parts: readonly Part[];
}

export const piece = (text: string): Part => ({ op: "literal", bytes: encodeText(text) });
export const number = (values: Values, width = 0): Part => ({ op: "number", values, width });
/** A number with spaces before it, up to the width of the output. */
export const padded = (values: Values): Part => ({ op: "number", values, width: null });
export const exact = (values: BigUint64Array | Through, width = 0): Part => ({ op: "exact", values, width });
export const pick = (values: Values, pieces: readonly Uint8Array[], other: Uint8Array): Part => ({
  op: "pick",
  values,
  pieces,
  other,
});
export const string = (texts: Texts, other: (row: number) => void): Part => ({ op: "string", texts, other });
export const plain = (
  texts: Texts,
  most: number,
  other: (row: number) => void,
  cell: Separator | null = null,
): Part => ({ op: "plain", texts, most, cell, other });
/** Parts that are written where all bits of `mask` are set. */
export const whenSet = (values: Values, mask: number, parts: readonly Part[], otherwise: readonly Part[] = []): Part =>
  whenBits(values, mask, mask, parts, otherwise);
/** Parts that are written where the value is `value`. */
export const whenIs = (
  values: AnyValues,
  value: number,
  parts: readonly Part[],
  otherwise: readonly Part[] = [],
): Part => whenBits(values, -1, value, parts, otherwise);
export const memo = (keys: readonly Masked[], make: (row: number) => Uint8Array): Part => ({ op: "memo", keys, make });
export const entries = (store: DetailStore, write: (row: number) => void): Part => ({ op: "entries", store, write });
export const prefix: Part = { op: "prefix" };
export const call = (write: (row: number) => void): Part => ({ op: "call", write });

/** Parts that are written where the bits of `mask` are `value`. */
export function whenBits(
  values: AnyValues,
  mask: number,
  value: number,
  parts: readonly Part[],
  otherwise: readonly Part[],
): Part {
  return { op: "when", values, mask, value, parts, otherwise };
}
