// Makes columns from the functions that get their values.

import { type Checkpoint, NONE } from "../checkpoint.ts";
import { i32At } from "../read.ts";
import { recordOffset as offsetOf } from "../records.ts";
import { shownText } from "../text/text.ts";
import type { Column, Listing, Span } from "./column.ts";

/** The description of a column, apart from its values. */
export type About = Pick<
  Column,
  "id" | "title" | "about" | "width" | "least" | "hidden" | "searched" | "isCount" | "groups"
>;

export const numberColumn = (about: About, number: (checkpoint: Checkpoint, row: number) => number): Column => ({
  ...about,
  number,
  form: "number",
  text: (checkpoint, row) => {
    const value = number(checkpoint, row);
    return Number.isNaN(value) ? "" : String(value);
  },
});

export const bigColumn = (about: About, big: (checkpoint: Checkpoint, row: number) => bigint | null): Column => ({
  ...about,
  big,
  form: "big",
  text: (checkpoint, row) => big(checkpoint, row)?.toString() ?? "",
});

export const spanColumn = (about: About, span: Span): Column => ({
  ...about,
  span,
  form: "span",
  text: (checkpoint, row) => {
    const offset = span.offset(checkpoint, row);
    return shownText(checkpoint.text.subarray(offset, offset + span.length(checkpoint, row)));
  },
});

/** The greatest value, for a column's `needs`; at least 0. A loop: the page runs it over a million rows in one go. */
export function greatest(values: Int32Array | Uint32Array): number {
  let most = 0;
  for (let row = 0; row < values.length; row++) if ((values[row] as number) > most) most = values[row] as number;
  return most;
}

/** The length of the longest text in bytes, for a column's `needs`. */
export const longest = (lengths: Uint32Array): number => Math.max(greatest(lengths), 4);

/** `text` replaces “yes” and “no” where they say too much. */
export const yesColumn = (
  about: About,
  yes: (checkpoint: Checkpoint, row: number) => boolean,
  text?: Column["text"],
): Column => ({
  ...about,
  yes,
  ...(text ? { text } : { form: "yes", text: (checkpoint, row) => (yes(checkpoint, row) ? "yes" : "no") }),
});

/** A column of words: `distinct` gives a number (NaN: none), `word` its word. */
export const wordColumn = (
  about: About,
  distinct: (checkpoint: Checkpoint, row: number) => number,
  word: (value: number, checkpoint: Checkpoint) => string,
): Column => ({
  ...about,
  distinct,
  form: "distinct",
  text: (checkpoint, row) => {
    const value = distinct(checkpoint, row);
    return Number.isNaN(value) ? "" : word(value, checkpoint);
  },
});

export const borrow = (
  about: Partial<About> & { readonly id: string },
  listing: Listing,
  columns: readonly Column[],
  row: (checkpoint: Checkpoint, row: number) => number,
): Column => {
  const lender = columns.find((column) => column.id === about.id);
  if (lender === undefined) throw new Error(`No column ${about.id} to borrow from ${listing}`);
  const { number, big, text, title, about: words, width, least, searched } = lender;
  const { yes, needs, isCount, groups } = lender;
  return {
    title,
    about: words,
    width,
    ...(searched && { searched }),
    ...(least !== undefined && { least }),
    ...(needs && { needs }),
    ...(isCount && { isCount }),
    ...(groups && { groups }),
    ...about,
    borrowed: { listing, column: lender.id, row },
    text: (checkpoint, at) => {
      const from = row(checkpoint, at);
      return from === NONE ? "" : text(checkpoint, from);
    },
    // Only the kinds of value that the lender has: they decide how the column is compared.
    ...(number && { number: (checkpoint, at) => held(number, Number.NaN, checkpoint, row(checkpoint, at)) }),
    ...(big && { big: (checkpoint, at) => held(big, null, checkpoint, row(checkpoint, at)) }),
    ...(yes && { yes: (checkpoint, at) => held(yes, false, checkpoint, row(checkpoint, at)) }),
  };
};

/** A value of a row that may be NONE. */
export const held = <T>(
  of: (checkpoint: Checkpoint, row: number) => T,
  none: T,
  checkpoint: Checkpoint,
  row: number,
): T => (row === NONE ? none : of(checkpoint, row));

/** NONE as NaN, which number columns take for no value. */
export const orNaN = (value: number): number => (value === NONE ? Number.NaN : value);

/** The column with the offset of a row's record, the same in every listing. */
export const recordOffset = (records: (checkpoint: Checkpoint) => Int32Array): Column =>
  numberColumn(
    { id: "offset", title: "Offset", about: "where its record begins, in bytes", width: 10, hidden: true },
    (checkpoint, row) => {
      const record = i32At(records(checkpoint), row);
      return record === NONE ? Number.NaN : offsetOf(checkpoint.records, record);
    },
  );
