// The filter language of the listings: words that must all match, `column:value`, `-` for not.
//
//   nginx log          rows in which both words occur, in any searched column
//   "a b"              a word with a space in it
//   fd:3  fd:3-10  pos:>4096   numbers: equal, from … to, compared
//   kind:socket  path:=/var/log/x   text: contains, is
//   shared:yes         yes or no
//   pos:none           the image has no value
//   -kind:pipe         not
//
// A key that is not a column is part of a plain word, so that `socket:[41433]` can be typed as it is shown.

import { type Checkpoint, NONE } from "../checkpoint.ts";
import { encodeText } from "../text/text.ts";
import { type Column, type Listing, rowCount } from "./column.ts";
import { COLUMNS, columnOf } from "./columns.ts";

export interface Term {
  readonly not: boolean;
  /** Column id; `null`: any searched column. */
  readonly column: string | null;
  readonly value: string;
}

/** The terms of a filter over `listing`. Every text is a filter; none is an error. */
export function parseFilter(listing: Listing, filter: string): Term[] {
  return parseTerms(filter, (key) => columnOf(listing, key) !== null);
}

/** The terms of a text, with keys for which `isKey` is true. */
export function parseTerms(filter: string, isKey: (key: string) => boolean): Term[] {
  const terms: Term[] = [];
  // -?key:"quoted"  |  -?"quoted"  |  -?word; a quote left open runs to the end.
  for (const match of filter.matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/g)) {
    const [whole, dash = "", key, quoted, bare] = match;
    const known = key !== undefined && isKey(key);
    const value = quoted ?? bare ?? "";
    const text = known || key === undefined ? value : whole.slice(dash.length).replaceAll('"', "");
    if (text !== "") terms.push({ not: dash === "-", column: known ? key : null, value: text });
  }
  return terms;
}

/** A term that cannot mean anything, and why: `pos:>abc` has no number. */
export interface FilterError {
  /** The term as typed, without `-`. */
  readonly term: string;
  readonly message: string;
}

/** The terms of a filter that have no meaning for any row, each with the reason. */
export function filterErrors(listing: Listing, filter: string): FilterError[] {
  return parseFilter(listing, filter).flatMap(({ column, value }) => {
    const known = column === null ? null : columnOf(listing, column);
    if (known === null || column === null) return [];
    const message = valueError(known, value);
    return message === null ? [] : [{ term: `${column}:${value}`, message }];
  });
}

function valueError({ number, big, yes }: Column, value: string): string | null {
  const isNumeric = number !== undefined || big !== undefined;
  if (isNumeric && value !== "none" && comparison(value) === null) {
    const given = value.replace(/^(>=|<=|>|<|=)/, "");
    return `“${given}” is not a number; write 3, 3-10, >4096 or none`;
  }
  if (yes !== undefined && !YES.includes(value) && !NO.includes(value)) return `“${value}” is not yes or no`;
  return null;
}

const YES = ["yes", "true", "1"];
const NO = ["no", "false", "0"];

/** The condition on a value, for each way that columns hold values. */
interface Test {
  text(text: string): boolean;
  /** Bytes from … to - 1 of the checkpoint's text. */
  span(text: Uint8Array, from: number, to: number): boolean;
  /** Whether any number can pass. If not, numeric columns are skipped. */
  readonly numbers: boolean;
  number(value: number): boolean;
  big(value: bigint | null): boolean;
  yes(value: boolean): boolean;
}

const lower = (text: string): string => text.toLowerCase();

/** Whether `needle` (lower-case) occurs in bytes from … to - 1, ASCII letters of either case being the same. */
export function contains(bytes: Uint8Array, from: number, to: number, needle: Uint8Array): boolean {
  const last = to - needle.length;
  for (let at = from; at <= last; at++) {
    let i = 0;
    while (i < needle.length && folded(bytes[at + i] as number) === needle[i]) i++;
    if (i === needle.length) return true;
  }
  return false;
}

const folded = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);

/** Text in the form that `contains` expects for its needle: ASCII letters in lower case. */
export const needleOf = (text: string): Uint8Array => encodeText(text).map(folded);

/** A plain word: contained in what is shown. */
function wordTest(word: string): Test {
  const needle = needleOf(word);
  const text = (value: string) => lower(value).includes(lower(word));
  return {
    text,
    span: (bytes, from, to) => contains(bytes, from, to, needle),
    numbers: /^\d+$/.test(word),
    number: (value) => !Number.isNaN(value) && String(value).includes(word),
    big: (value) => value !== null && String(value).includes(word),
    yes: () => false,
  };
}

const RANGE = /^(\d+|0x[0-9a-f]+)-(\d+|0x[0-9a-f]+)$/i;
const COMPARED = /^(>=|<=|>|<|=)?(-?\d+|0x[0-9a-f]+)$/i;

/** `column:value`. */
function valueTest(value: string): Test {
  const none = value === "none";
  const exact = value.startsWith("=") ? value.slice(1) : null;
  const compare = comparison(value);
  const contained = wordTest(exact ?? value);
  const whole = exact === null ? null : encodeText(exact);
  const wanted = YES.includes(value) ? true : NO.includes(value) ? false : null;
  return {
    text: (text) => (none ? text === "" : exact === null ? contained.text(text) : text === exact),
    span: (bytes, from, to) => {
      if (none) return from === to;
      if (whole === null) return contained.span(bytes, from, to);
      return to - from === whole.length && whole.every((byte, at) => byte === bytes[from + at]);
    },
    numbers: none || compare !== null,
    number: (number) => {
      if (none) return Number.isNaN(number);
      return compare !== null && !Number.isNaN(number) && Number.isInteger(number) && compare(BigInt(number));
    },
    big: (big) => (none ? big === null : compare !== null && big !== null && compare(big)),
    yes: (yes) => wanted === yes,
  };
}

/** The number to compare with: exact, whatever its size. `null` if the value is not a number. */
function comparison(value: string): ((number: bigint) => boolean) | null {
  const range = RANGE.exec(value);
  if (range) {
    const from = BigInt(range[1] as string);
    const to = BigInt(range[2] as string);
    return (number) => number >= from && number <= to;
  }
  const compared = COMPARED.exec(value);
  if (!compared) return null;
  const to = BigInt(compared[2] as string);
  const compare: Record<string, (number: bigint) => boolean> = {
    ">": (number) => number > to,
    ">=": (number) => number >= to,
    "<": (number) => number < to,
    "<=": (number) => number <= to,
  };
  return compare[compared[1] ?? "="] ?? ((number) => number === to);
}

/** Most results that are cached for repeated values. */
const KEPT_ANSWERS = 4096;

/** For each row of a listing, 1 if `test` holds for the value of `column`. */
function columnMask(checkpoint: Checkpoint, listing: Listing, column: Column, test: Test): Uint8Array {
  const count = rowCount(checkpoint, listing);
  const mask = new Uint8Array(count);
  const { borrowed, among, span, number, big, yes, distinct } = column;
  if ((number || big) && !test.numbers) return mask;
  if (borrowed || among) {
    const source = borrowed ?? among;
    const lender = source && columnOf(source.listing, source.column);
    if (!source || !lender) return mask;
    const lent = columnMask(checkpoint, source.listing, lender, test);
    const nothing = test.text("") && (number ? test.number(Number.NaN) : true) ? 1 : 0;
    for (let row = 0; row < count; row++) {
      if (borrowed) {
        const from = borrowed.row(checkpoint, row);
        mask[row] = from === NONE ? nothing : (lent[from] ?? 0);
      } else if (among) {
        const rows = among.rows(checkpoint, row);
        mask[row] = rows.length === 0 ? nothing : rows.some((from) => lent[from] === 1) ? 1 : 0;
      }
    }
    return mask;
  }
  const answers = new Map<number, boolean>();
  const response = (row: number): boolean => {
    if (span) {
      const from = span.offset(checkpoint, row);
      return test.span(checkpoint.text, from, from + span.length(checkpoint, row));
    }
    if (big) return test.big(big(checkpoint, row));
    if (number) return test.number(number(checkpoint, row));
    if (yes) return test.yes(yes(checkpoint, row));
    if (!distinct) return test.text(column.text(checkpoint, row));
    const value = distinct(checkpoint, row);
    const known = answers.get(value);
    if (known !== undefined) return known;
    const found = test.text(column.text(checkpoint, row));
    if (answers.size < KEPT_ANSWERS) answers.set(value, found);
    return found;
  };
  for (let row = 0; row < count; row++) mask[row] = response(row) ? 1 : 0;
  return mask;
}

/** For each row of a listing, 1 if it passes the filter. `null`: every row does. */
export function filterMask(checkpoint: Checkpoint, listing: Listing, filter: string): Uint8Array | null {
  const terms = parseFilter(listing, filter);
  if (terms.length === 0) return null;
  const all = new Uint8Array(rowCount(checkpoint, listing)).fill(1);
  for (const term of terms) {
    const column = term.column === null ? null : columnOf(listing, term.column);
    const columns = column ? [column] : COLUMNS[listing].filter(({ searched }) => searched);
    const test = column ? valueTest(term.value) : wordTest(term.value);
    const any = new Uint8Array(all.length);
    for (const each of columns) {
      const mask = columnMask(checkpoint, listing, each, test);
      for (let row = 0; row < any.length; row++) any[row] = (any[row] as number) | (mask[row] as number);
    }
    const wanted = term.not ? 0 : 1;
    for (let row = 0; row < all.length; row++) if (any[row] !== wanted) all[row] = 0;
  }
  return all;
}
