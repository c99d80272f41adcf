// Writes rows by a template, one by one: those that the kernel leaves, and all of them where
// WebAssembly is not allowed.

import { i32At, MOST_EXACT, u8At, u16At, u32At, u64At } from "../../model/read.ts";
import {
  type JsonBytes,
  writeInteger,
  writePiece,
  writePlain,
  writeRaw,
  writeText,
} from "../../model/text/json-bytes.ts";
import { encodeText } from "../../model/text/text.ts";
import { writePlainCell } from "../tables/plain-cell.ts";
import type { Masked, Part, Texts, Through, Values } from "./template.ts";

/** Writes a row, or a part of one. */
export type Write = (row: number) => void;

/** Collects written rows, and holds what the next rows have in common. */
export interface RowOutput {
  readonly out: JsonBytes;
  /** How wide padded numbers are. */
  width: number;
  prefix: Uint8Array;
}

/** A function that writes the parts of a row one after the other. */
export function rowWriter(output: RowOutput, parts: readonly Part[]): Write {
  const writers = parts.map((part) => partWriter(output, part));
  return (row) => {
    for (let at = 0; at < writers.length; at++) (writers[at] as Write)(row);
  };
}

function partWriter(output: RowOutput, part: Part): Write {
  const { out } = output;
  switch (part.op) {
    case "literal":
      return () => writePiece(out, part.bytes);
    case "number":
      return numberWriter(output, reader(part.values), part.width);
    case "exact":
      return exactWriter(out, part.values, part.width);
    case "pick": {
      const read = reader(part.values);
      return (row) => writePiece(out, part.pieces[read(row)] ?? part.other);
    }
    case "string": {
      const write = textWriter(out, part.texts, writeText);
      return (row) => {
        if (!write(row)) part.other(row);
      };
    }
    case "plain": {
      const { cell } = part;
      const writeCell: typeof writePlain = (...of) => writePlainCell(cell ?? "\t", ...of);
      const write = textWriter(out, part.texts, cell === null ? writePlain : writeCell);
      const length = reader(part.texts.length);
      return (row) => {
        const count = length(row);
        if (count === 0 || count > part.most || !write(row)) part.other(row);
      };
    }
    case "when": {
      const holds = condition(part.values, part.mask, part.value);
      const [write, writeOther] = [rowWriter(output, part.parts), rowWriter(output, part.otherwise)];
      return (row) => (holds(row) ? write(row) : writeOther(row));
    }
    case "memo": {
      const piece = memory(part.keys, part.make);
      return (row) => writePiece(out, piece(row));
    }
    case "prefix":
      return () => writePiece(out, output.prefix);
    case "entries":
    case "facts":
    case "call":
      return part.write;
  }
}

/** A function that reads a value of a row: one for each kind of array, so that V8 inlines it. */
function reader(values: Values): (row: number) => number {
  if (values instanceof Uint8Array) return (row) => u8At(values, row);
  if (values instanceof Uint16Array) return (row) => u16At(values, row);
  if (values instanceof Uint32Array) return (row) => u32At(values, row);
  if (values instanceof Int32Array) return (row) => i32At(values, row);
  const { column, rows } = values;
  if (column instanceof BigUint64Array) throw new TypeError("A column of 64 bits is not read as a number");
  const read = reader(column);
  return (row) => read(i32At(rows, row));
}

function condition(values: Values | BigUint64Array, mask: number, value: number): (row: number) => boolean {
  if (values instanceof BigUint64Array) {
    const [bits, wanted] = [mask, value].map((number) => BigInt.asUintN(64, BigInt(number))) as [bigint, bigint];
    return (row) => (u64At(values, row) & bits) === wanted;
  }
  const read = reader(values);
  return mask === -1 ? (row) => read(row) === value : (row) => (read(row) & mask) === value;
}

const SPACE = encodeText(" ");

function numberWriter(output: RowOutput, read: (row: number) => number, width: number | null): Write {
  const { out } = output;
  if (width === 0) return (row) => writeInteger(out, read(row));
  return (row) => {
    const value = read(row);
    let digits = value < 0 ? String(value).length : 1;
    for (let limit = 10; value >= limit; limit *= 10) digits++;
    writeSpaces(out, (width ?? output.width) - digits);
    writeInteger(out, value);
  };
}

function writeSpaces(out: JsonBytes, count: number): void {
  for (let at = 0; at < count; at++) writePiece(out, SPACE);
}

function exactWriter(out: JsonBytes, values: BigUint64Array | Through, width: number): Write {
  if (!(values instanceof BigUint64Array)) {
    const { column, rows } = values;
    if (!(column instanceof BigUint64Array)) throw new TypeError("A column of 64 bits is expected");
    const write = exactWriter(out, column, width);
    return (row) => write(i32At(rows, row));
  }
  // By words, as reading a BigUint64Array allocates an object for each value.
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  return (row) => {
    const high = u32At(words, 2 * row + 1);
    if (high < MOST_EXACT && width === 0) writeInteger(out, high * 2 ** 32 + u32At(words, 2 * row));
    else writeRaw(out, u64At(values, row).toString().padStart(width));
  };
}

/** A function that writes a text, and returns false if `write` cannot. */
function textWriter(out: JsonBytes, texts: Texts, write: typeof writeText): (row: number) => boolean {
  const [start, length] = [reader(texts.start), reader(texts.length)];
  return (row) => {
    const first = start(row);
    return write(out, texts.pool, first, first + length(row));
  };
}

/** Combinations of values that are remembered. */
const MOST_REMEMBERED = 64;

/** A function that returns what `make` does, and calls it once for rows whose values are the same. */
function memory(keys: readonly Masked[], make: (row: number) => Uint8Array): (row: number) => Uint8Array {
  const readers = keys.map(({ values }) => reader(values));
  const known: { readonly key: readonly number[]; readonly piece: Uint8Array }[] = [];
  let last = 0;
  const keyAt = (row: number, at: number): number =>
    (readers[at] as (row: number) => number)(row) & (keys[at]?.mask ?? 0);
  const isOf = (index: number, row: number): boolean =>
    known[index]?.key.every((value, at) => value === keyAt(row, at)) ?? false;
  return (row) => {
    if (!isOf(last, row)) last = known.findIndex((_, index) => isOf(index, row));
    const found = known[last];
    if (found !== undefined) return found.piece;
    const piece = make(row);
    last = 0;
    if (known.length === MOST_REMEMBERED) return piece;
    last = known.push({ key: keys.map((_, at) => keyAt(row, at)), piece }) - 1;
    return piece;
  };
}
