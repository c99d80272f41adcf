// The values of an entry by their names, for reading details.

import { visibleText } from "../../model/text.ts";
import type { EntryBytes } from "./inspect.ts";
import { numberText, type Piece, pieces } from "./pieces.ts";
import { isNumber } from "./wire.ts";

/** The values of one message by dotted name. */
export interface Values {
  has(name: string): boolean;
  /** A number of 32 bits; `null` if absent. */
  number(name: string): number | null;
  /** A number as exact decimal text; `null` if absent. */
  exact(name: string): string | null;
  text(name: string): string | null;
  bool(name: string): boolean | null;
  piece(name: string): Piece | null;
  /** All values of a repeated number. */
  numbers(name: string): number[];
  /** The values of each occurrence of a repeated message. */
  each<T>(name: string, make: (values: Values) => T): T[];
}

/** Most repeated messages to list. */
const LIST_LIMIT = 10_000;

function valuesOf(found: ReadonlyMap<string, Piece>, bytes: Uint8Array, prefix: string): Values {
  const piece = (name: string): Piece | null => found.get(prefix + name) ?? null;
  const exact = (name: string): string | null => {
    const value = piece(name);
    return value === null || !(isNumber(value.type) || value.role === "value")
      ? null
      : numberText(value.type, value.low, value.high);
  };
  const number = (name: string): number | null => {
    const text = exact(name);
    return text === null ? null : Number(text);
  };
  return {
    has: (name) => piece(name) !== null,
    piece,
    exact,
    number,
    text: (name) => {
      const value = piece(name);
      return value === null || value.role !== "value" ? null : visibleText(bytes.subarray(value.value, value.end));
    },
    bool: (name) => {
      const value = piece(name);
      return value === null ? null : value.low !== 0 || value.high !== 0;
    },
    numbers: (name) => {
      const list: number[] = [];
      for (let at = 0; at < LIST_LIMIT; at++) {
        const value = number(`${name}[${at}]`);
        if (value === null) break;
        list.push(value);
      }
      return list;
    },
    each: (name, make) => {
      const list: ReturnType<typeof make>[] = [];
      for (let at = 0; at < LIST_LIMIT && found.has(`${prefix}${name}[${at}]`); at++) {
        list.push(make(valuesOf(found, bytes, `${prefix}${name}[${at}].`)));
      }
      return list;
    },
  };
}

/** The values of an entry, or of the message in it under `prefix`: `reg.`. */
export function entryValues(entry: EntryBytes, prefix = ""): Values {
  const found = new Map<string, Piece>();
  for (const piece of pieces(entry.bytes, entry.start, entry.end, entry.message ?? "", entry.isCut)) {
    if (piece.role !== "payload") found.set(piece.name, piece);
  }
  return valuesOf(found, entry.bytes, prefix);
}
