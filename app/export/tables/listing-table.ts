// Rows of a listing as CSV or separated by tabs, written as bytes. Numbers, plain text and repeated values are written
// without making a string. Columns are functions; the kernel of rows, which needs arrays, cannot write them.

import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import type { Column, Listing } from "../../model/listings/column.ts";
import { columnOf } from "../../model/listings/columns.ts";
import { u32At } from "../../model/read.ts";
import {
  createJsonBytes,
  type JsonBytes,
  takeBytes,
  writeInteger,
  writePiece,
  writeRaw,
} from "../../model/text/json-bytes.ts";
import { encodeText } from "../../model/text/text.ts";
import { MOST_PLAIN } from "../../model/text/words.ts";
import { delimitedCell, delimitedLine, type Separator } from "./delimited.ts";
import { writePlainCell } from "./plain-cell.ts";

/** Bytes that are given at once. */
const PART = 64 * 1024;

export interface ListingTable {
  /** The lines as UTF-8, the titles first, in parts that are valid until the next is read. */
  readonly parts: Generator<Uint8Array<ArrayBuffer>>;
  /** The share of the rows that is done, from 0 to 1. */
  readonly share: () => number;
}

/** Some rows of a listing, with some of its columns. Columns that it does not have have a title only. */
export function listingTable(
  checkpoint: Checkpoint,
  listing: Listing,
  columns: readonly string[],
  rows: Uint32Array,
  separator: Separator,
): ListingTable {
  const out = createJsonBytes(2 * PART);
  const known = columns.map((id) => columnOf(listing, id)).filter((column): column is Column => column !== null);
  const cells = known.map((column) => cellWriter({ out, checkpoint, separator }, column));
  const [gap, end] = [separator, separator === "," ? "\r\n" : "\n"].map(encodeText) as [Uint8Array, Uint8Array];
  let done = 0;
  function* parts(): Generator<Uint8Array<ArrayBuffer>> {
    const titles = columns.map((id) => columnOf(listing, id)?.title ?? id);
    writeRaw(out, delimitedLine(titles, separator));
    for (; done < rows.length; done++) {
      // Before the row, so that all rows of a part are done when it is given.
      if (out.length >= PART) yield takeBytes(out);
      const row = u32At(rows, done);
      for (let at = 0; at < cells.length; at++) {
        if (at > 0) writePiece(out, gap);
        (cells[at] as WriteCell)(row);
      }
      writePiece(out, end);
    }
    yield takeBytes(out);
  }
  return { parts: parts(), share: () => done / Math.max(1, rows.length) };
}

interface Table {
  readonly out: JsonBytes;
  readonly checkpoint: Checkpoint;
  readonly separator: Separator;
}

/** Writes a cell of a row. */
type WriteCell = (row: number) => void;

/** A function that writes the cells of a column. */
function cellWriter(table: Table, column: Column): WriteCell {
  const { checkpoint } = table;
  const { borrowed, form } = column;
  if (borrowed !== undefined) {
    const lender = columnOf(borrowed.listing, borrowed.column);
    if (lender === null) return () => {};
    const write = lender.form === undefined ? lastCell(table, lender) : cellWriter(table, lender);
    return (row) => {
      const from = borrowed.row(checkpoint, row);
      if (from !== NONE) write(from);
    };
  }
  switch (form) {
    case "span":
      return spanWriter(table, column);
    case "number":
      return numberWriter(table, column);
    case "big":
      return bigWriter(table, column);
    case "yes":
    case "distinct":
      return wordWriter(table, column);
    default:
      return (row) => writeCell(table, column.text(checkpoint, row));
  }
}

const writeCell = ({ out, separator }: Table, text: string): void => writeRaw(out, delimitedCell(text, separator));

function spanWriter(table: Table, column: Column): WriteCell {
  const { out, checkpoint, separator } = table;
  const { span } = column;
  if (span === undefined) throw new TypeError(`The column ${column.id} has no span`);
  return (row) => {
    const start = span.offset(checkpoint, row);
    const length = span.length(checkpoint, row);
    const isPlain = length <= MOST_PLAIN && writePlainCell(separator, out, checkpoint.text, start, start + length);
    if (!isPlain) writeCell(table, column.text(checkpoint, row));
  };
}

function numberWriter(table: Table, column: Column): WriteCell {
  const { out, checkpoint } = table;
  const { number } = column;
  if (number === undefined) throw new TypeError(`The column ${column.id} has no number`);
  return (row) => {
    const value = number(checkpoint, row);
    if (Number.isSafeInteger(value)) writeInteger(out, value);
    else if (!Number.isNaN(value)) writeCell(table, column.text(checkpoint, row));
  };
}

function bigWriter({ out, checkpoint }: Table, column: Column): WriteCell {
  const { big } = column;
  if (big === undefined) throw new TypeError(`The column ${column.id} has no 64-bit value`);
  return (row) => {
    const value = big(checkpoint, row);
    if (value === null) return;
    const number = Number(value);
    if (Number.isSafeInteger(number)) writeInteger(out, number);
    else writeRaw(out, value.toString());
  };
}

/** Most words of a column that are kept. */
const MOST_WORDS = 4096;

/** A word is made once for each value that it depends on. */
function wordWriter(table: Table, column: Column): WriteCell {
  const { out, checkpoint } = table;
  const { distinct, yes } = column;
  const numberOf = (row: number): number =>
    distinct === undefined ? Number(yes?.(checkpoint, row)) : distinct(checkpoint, row);
  const words = new Map<number, Uint8Array>();
  let last = Number.NaN;
  let word = encodeText(delimitedCell("", table.separator));
  return (row) => {
    const value = numberOf(row);
    if (Number.isNaN(value)) return;
    if (value !== last) {
      word = words.get(value) ?? cellBytes(table, column, row);
      last = value;
      if (words.size < MOST_WORDS) words.set(value, word);
    }
    writePiece(out, word);
  };
}

/** A function that makes the cell again only for another row: many consecutive descriptors are in one table. */
function lastCell(table: Table, column: Column): WriteCell {
  let last = NONE;
  let cell = new Uint8Array(0);
  return (row) => {
    if (row !== last) cell = cellBytes(table, column, row);
    last = row;
    writePiece(table.out, cell);
  };
}

const cellBytes = ({ checkpoint, separator }: Table, column: Column, row: number): Uint8Array<ArrayBuffer> =>
  encodeText(delimitedCell(column.text(checkpoint, row), separator)) as Uint8Array<ArrayBuffer>;
