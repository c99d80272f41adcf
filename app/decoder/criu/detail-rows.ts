// How details are read from the fields of an open file's message, as data: each row is a detail, with its field and its
// form. One loop reads the rows of all types of files.
//
// Casts `as number` read lists at field numbers, which all lists cover.

import type { Machine } from "../../model/checkpoint.ts";
import { NONE } from "../../model/checkpoint.ts";
import type { DetailValue } from "../../model/fields.ts";
import type { FileRow } from "../../model/rows.ts";
import { visibleText } from "../../model/text.ts";
import type { DetailsBuilder, LinksBuilder } from "../builder/details.ts";
import type { NumberIndex } from "../builder/number-index.ts";
import type { DecodedSet } from "./decoded-set.ts";
import { FIELD_TABLES, type FieldTable, type KnownField } from "./field-table.ts";
import { fieldsOf, type MessageFields } from "./file-fields.ts";
import type { EntryBytes } from "./inspect.ts";
import { highAt, lowAt, numberOf } from "./parts.ts";
import { numberText } from "./pieces.ts";
import type { SocketOptionsReader } from "./socket-options.ts";
import type { Values } from "./values.ts";

/** Another entry that describes the file further. */
export interface Related {
  readonly message: string;
  readonly entry: EntryBytes;
  readonly values: Values;
}

/** The file whose details are being read. One object serves all files, to spare allocations. */
export interface About {
  readonly set: DecodedSet;
  file: FileRow;
  /** Takes the links of the file. */
  readonly links: LinksBuilder;
  related: readonly Related[];
  /** Takes its details. */
  readonly details: DetailsBuilder;
  /** Numbers of values by the numbers that they are made of, for `valueOf`. */
  readonly known: NumberIndex;
  readonly options: SocketOptionsReader;
  /** The fields of its message. */
  readonly fields: MessageFields;
  /** Room for the fields of a nested message. */
  readonly nested: MessageFields;
  /** The names of events as JSON, by their mask. */
  readonly pieces: Map<number, Uint8Array>;
  /** The same by their names, for what is not worth a row. */
  values(): Values;
}

export type AddDetails = (about: About) => void;
type Word = (value: number, machine: Machine) => DetailValue;

type Form = "number" | "exact" | "flag" | "word" | "text";

/** A row as it is stated. */
interface RowSpec {
  readonly key: string;
  /** The name of the field. */
  readonly field: string;
  readonly form: Form;
  readonly word?: Word;
  readonly only: Only;
}

/** When there is a detail: always (`null` if the field is absent), or by a field's value. */
type Only = null | { readonly field: string; readonly is: number };
/** Instead of a value: the field is there; it is not 0. */
const PRESENT = -1;
const SET = -2;

/** A row in the form in which it is read: all have the same keys, so that the loop does not need to tell them apart. */
interface Row {
  readonly key: string;
  readonly field: KnownField;
  readonly form: Form;
  readonly word: Word | null;
  readonly gate: KnownField | null;
  readonly is: number;
  /** Tells the numbers of this row from those of others. */
  readonly kind: number;
  /** Instead of reading the field: adds any number of details. */
  readonly add: AddDetails | null;
}

export type Rows = readonly Row[];

const row =
  (form: Form) =>
  (key: string, field = key, only: Only = null): RowSpec => ({ key, field, form, only });

/** A number of at most 53 bits. */
export const number = row("number");
/** A number of 64 bits, as decimal text. */
export const exact = row("exact");
/** True or false. */
export const flag = row("flag");
export const text = row("text");
/** A number in words. */
export const word = (key: string, field: string, made: Word, only: Only = null): RowSpec => ({
  key,
  field,
  form: "word",
  word: made,
  only,
});

/** A word from a list, or the number itself. */
export const listed =
  (list: Readonly<Record<number, string>> | readonly (string | null | undefined)[]): Word =>
  (value) =>
    list[value] ?? value;

/** The detail is left out unless a field is there. */
export const ifThere = (field: string): Only => ({ field, is: PRESENT });
/** The detail is left out if a field is absent or 0. */
export const ifSet = (field: string): Only => ({ field, is: SET });
/** The detail is left out unless a field has a value. */
export const ifIs = (field: string, value: number): Only => ({ field, is: value });

/** The rows of a message. Functions in the list add details of their own. */
export function rowsOf(message: string, list: readonly (RowSpec | AddDetails)[]): Rows {
  const table = fieldsOf(message);
  return list.map((each) => {
    const spec: RowSpec = typeof each === "function" ? { key: "", field: "id", form: "number", only: null } : each;
    return {
      key: spec.key,
      field: fieldIn(table, spec.field),
      form: spec.form,
      word: spec.word ?? null,
      gate: spec.only === null ? null : fieldIn(table, spec.only.field),
      is: spec.only?.is ?? 0,
      kind: kindOf(spec, table, message),
      add: typeof each === "function" ? each : null,
    };
  });
}

/** Rows of one kind have the same values for the same numbers. */
function kindOf({ form, field }: RowSpec, table: FieldTable, message: string): number {
  const { number, type } = fieldIn(table, field);
  // No field has words of two kinds.
  if (form === "word") return 1000 + 64 * [...FIELD_TABLES.keys()].indexOf(message) + number;
  return KIND.number + 10 * TYPES.indexOf(type) + FORMS.indexOf(form);
}

const TYPES = ["uint32", "uint64", "int32", "int64", "sint32", "sint64", "fixed64", "bool"];
const FORMS: readonly Form[] = ["number", "exact", "flag"];

/** Kinds of values that rows do not state; `number` is a uint32, in rows as well. */
export const KIND = { absent: 1, empty: 2, time: 3, endpoint: 4, number: 100 } as const;

/** Adds the details of a file that rows state. */
export function addRows(about: About, rows: Rows): void {
  const { details, fields, file, known } = about;
  const { last, parts } = fields;
  for (let each = 0; each < rows.length; each++) {
    const row = rows[each] as Row;
    if (row.add !== null) {
      row.add(about);
      continue;
    }
    if (row.gate !== null && !isOpen(fields, row.gate, row.is)) continue;
    const at = last[row.field.number] as number;
    let value: number;
    if (at === NONE) value = absent(about);
    else if (row.form === "text") value = textOf(about, lowAt(parts, at), highAt(parts, at));
    else {
      const low = lowAt(parts, at);
      const high = highAt(parts, at);
      value = known.find(row.kind, low, high);
      if (value === NONE) value = known.enter(details.indexOf(made(row, low, high, about.set.checkpoint.machine)));
    }
    details.addIndexed(file, row.key, value);
  }
}

function isOpen({ last, parts }: MessageFields, { number, type }: KnownField, is: number): boolean {
  const at = last[number] as number;
  if (at === NONE) return false;
  if (is === PRESENT) return true;
  const value = numberOf(type, lowAt(parts, at), highAt(parts, at));
  return is === SET ? value !== 0 : value === is;
}

function made({ form, field, word }: Row, low: number, high: number, machine: Machine): DetailValue {
  if (form === "exact") return numberText(field.type, low, high);
  if (form === "flag") return low !== 0 || high !== 0;
  const value = numberOf(field.type, low, high);
  return word === null ? value : word(value, machine);
}

/** The number of the value `null`. */
export function absent({ known, details }: About): number {
  const value = known.find(KIND.absent, 0, 0);
  return value === NONE ? known.enter(details.indexOf(null)) : value;
}

function textOf({ known, details, fields }: About, start: number, end: number): number {
  if (start < end) return details.indexOf(visibleText(fields.entry.bytes.subarray(start, end)));
  const value = known.find(KIND.empty, 0, 0);
  return value === NONE ? known.enter(details.indexOf("")) : value;
}

/** A field of a message that must have it. */
export function fieldIn(table: FieldTable, name: string): KnownField {
  const field = table.byName.get(name);
  if (field === undefined) throw new Error(`There is no field ${name}`);
  return field;
}

/** Adds a detail that is in no row. */
export const add = ({ details, file }: About, key: string, value: DetailValue): void => details.add(file, key, value);

/** The values of another entry with more about the file; `null` if there is none. */
export const relatedOf = ({ related }: About, message: string): Values | null =>
  related.length === 0 ? null : (related.find((each) => each.message === message)?.values ?? null);

/** All other entries of a message with more about the file. */
export const allRelated = ({ related }: About, message: string): readonly Related[] =>
  related.length === 0 ? related : related.filter((each) => each.message === message);

/** The id of a file; `null` if it is missing. */
export const fileId = ({ set }: About, row: FileRow): number | null =>
  row < 0 ? null : (set.checkpoint.files.id[row] ?? null);
