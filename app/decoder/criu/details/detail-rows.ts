// How details are read from the fields of an open file's message, as data: each row is a detail, with its field and its
// form.
//
// Casts `as number` read lists at field numbers, which all lists cover.

import type { Machine } from "../../../model/checkpoint.ts";
import { NO_MOUNT, NONE } from "../../../model/checkpoint.ts";
import type { DetailValue } from "../../../model/fields.ts";
import type { FileRow } from "../../../model/rows.ts";
import { type JsonBytes, writeInteger, writePiece, writeRaw } from "../../../model/text/json-bytes.ts";
import { encodeText, visibleText } from "../../../model/text/text.ts";
import type { DetailsBuilder, LinksBuilder } from "../../builder/details.ts";
import type { DecodedSet } from "../walk/decoded-set.ts";
import type { FieldTable, KnownField } from "../wire/field-table.ts";
import type { EntryBytes } from "../wire/inspect.ts";
import { highAt, lowAt, numberOf, type Parts } from "../wire/parts.ts";
import { numberText } from "../wire/pieces.ts";
import type { Values } from "../wire/values.ts";
import type { Comparison } from "./alike.ts";
import { fieldsOf, type MessageFields } from "./file-fields.ts";
import type { SocketOptionsReader } from "./socket-options.ts";

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
  readonly options: SocketOptionsReader;
  /** The fields of its message. */
  readonly fields: MessageFields;
  /** Room for the numbers of a nested message. */
  readonly words: Uint32Array;
  /** Whether a detail of the file is needed. Reading others does no harm. */
  needs(key: string): boolean;
  /** Whether the ids in it are needed, too. */
  needsIds(key: string): boolean;
  /** The names of events as JSON, by their mask. */
  readonly pieces: Map<number, Uint8Array>;
  /** The same by their names, for what is not worth a row. */
  values(): Values;
}

export type AddDetails = (about: About) => void;
/** Returns the number of a value; NONE if there is no such detail. */
export type ValueOf = (about: About) => number;
type Word = (value: number, machine: Machine) => DetailValue;

/** How the kernel writes a value (build/kernels/alike.c); PLAIN: not at all. */
export const WRITTEN = {
  PLAIN: 0,
  INTEGER: 1,
  EXACT: 2,
  TEXT: 3,
  ENDPOINT: 4,
  TIME: 5,
  ANY: 6,
  PEER: 7,
  ENDS: 8,
  TARGETS: 9,
  CONSTANT: 10,
} as const;
/** Added to the last of these: the ids of other files are written. */
const WITH_IDS = 16;

/** How the value of a file is written, and so those of files that are like it. */
type WrittenAs = (about: About) => number;

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

/** A row in the form in which it is read: all have the same keys, so that the loop need not distinguish them. */
export interface Row {
  readonly key: string;
  readonly field: KnownField;
  readonly form: Form;
  readonly word: Word | null;
  readonly gate: KnownField | null;
  readonly is: number;
  /** Files that are alike (see alike.ts) have the same details of this row. */
  readonly isSame: boolean;
  /** Instead of reading the field: returns the value. */
  readonly value: ValueOf | null;
  /** The function adds links as well: it is called even if the detail is not needed. */
  readonly isLinking: boolean;
  /** The varying fields from which the kernel writes the value; `null`: none. */
  readonly reads: readonly KnownField[] | null;
  /** How the kernel writes the value. */
  readonly written: WrittenAs;
  /** Instead of reading the field: adds any number of details. */
  readonly add: AddDetails | null;
}

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

/** A function that adds details, and only reads fields that are the same in files that are alike. */
interface Same {
  readonly same: AddDetails;
}

/** Marks a function that reads no varying field, nor looks other files up. */
export const same = (addSame: AddDetails): Same => ({ same: addSame });

/** A detail whose value a function finds. */
interface Made {
  readonly key: string;
  readonly made: ValueOf;
  readonly reads: readonly string[];
  readonly written: WrittenAs;
  readonly isLinking: boolean;
}

const asPlain: WrittenAs = () => WRITTEN.PLAIN;
const asInteger: WrittenAs = () => WRITTEN.INTEGER;
const asExact: WrittenAs = () => WRITTEN.EXACT;
const asText: WrittenAs = () => WRITTEN.TEXT;

/** A form in which the ids of other files are written if they are needed. */
export const withIds =
  (key: string, form: number): WrittenAs =>
  (about) =>
    about.needsIds(key) ? form + WITH_IDS : form;

/**
 * A detail whose value a function finds.
 *
 * @param reads The varying fields that decide it.
 * @param written How the kernel writes it, from these fields.
 */
export const made = (key: string, found: ValueOf, reads: readonly string[], written: WrittenAs = asPlain): Made => ({
  key,
  made: found,
  reads,
  written,
  isLinking: false,
});

/** A detail whose value a function finds that also adds links: it must see itself whether the detail is needed. */
export const linking = (key: string, found: ValueOf, reads: readonly string[], form: number): Made => ({
  key,
  made: found,
  reads,
  written: withIds(key, form),
  isLinking: true,
});

/** How files of one type are described. */
export interface FileRows {
  /** How files of the type are compared; `null` if they are not. */
  readonly comparison: Comparison | null;
  readonly rows: readonly Row[];
  /** Other rows, and which files they are for. */
  readonly others: { readonly areFor: (about: About) => boolean; readonly rows: readonly Row[] } | null;
}

/** Which fields of a message vary, and which others the rows that are not the same for all files read. */
interface VaryingFields {
  readonly varying: readonly string[];
  readonly also?: readonly string[];
}

/**
 * The rows of a message. Functions in the list add details of their own.
 *
 * @param fields `null`: files of the type are not compared.
 */
export function rowsOf(
  message: string,
  fields: VaryingFields | null,
  list: readonly (RowSpec | Made | AddDetails | Same)[],
): FileRows {
  const table = fieldsOf(message);
  const rows = list.map((each) => rowOf(table, fields?.varying ?? [], each));
  if (fields !== null && rows.some(({ add, isSame }) => add !== null && !isSame)) {
    throw new Error(`A function adds details that differ among files with a ${message} that are alike`);
  }
  return { comparison: fields === null ? null : comparisonOf(message, table, fields), rows, others: null };
}

function rowOf(table: FieldTable, varying: readonly string[], each: RowSpec | Made | AddDetails | Same): Row {
  const id = fieldIn(table, "id");
  const own = { key: "", field: id, form: "number", word: null, gate: null, is: 0, isLinking: false } as const;
  const none = { value: null, reads: null, written: asPlain, add: null } as const;
  if (typeof each === "function") return { ...own, ...none, isSame: false, add: each };
  if ("same" in each) return { ...own, ...none, isSame: true, add: each.same };
  const { key } = each;
  if ("made" in each) {
    const reads = each.reads.map((name) => fieldIn(table, name));
    const { written, isLinking } = each;
    return { ...own, ...none, key, isSame: false, value: each.made, reads, written, isLinking };
  }
  const { form, word = null, only } = each;
  const field = fieldIn(table, each.field);
  const gate = only === null ? null : fieldIn(table, only.field);
  // Files that are alike have the same details, and only differ in values.
  if (gate !== null && varying.includes(gate.name)) throw new Error(`Whether there is a ${key} varies`);
  const is = only?.is ?? 0;
  const isSame = !varying.includes(field.name);
  const written = writtenAs(form, field.type);
  return { ...own, ...none, key, field, form, word, gate, is, isSame, reads: [field], written };
}

function writtenAs(form: Form, type: string): WrittenAs {
  if (form === "number" && type === "uint32") return asInteger;
  if (form === "exact" && type === "uint64") return asExact;
  return form === "text" ? asText : asPlain;
}

function comparisonOf(message: string, table: FieldTable, { varying, also = [] }: VaryingFields): Comparison {
  const setOf = (names: readonly string[]): number =>
    names.reduce((set, name) => set | (1 << fieldIn(table, name).number), 0);
  const number = fieldsOf("file_entry").byNumber.find((field) => field?.type === message)?.number ?? 0;
  return { number, table, varying: setOf(varying), kept: setOf([...varying, ...also]) };
}

/** Adds the details of a file that a row states. */
export function addRow(about: About, row: Row): void {
  if (row.add !== null) row.add(about);
  else {
    const value = valueOfRow(about, row);
    if (value !== NONE) about.details.addIndexed(about.file, row.key, value);
  }
}

/** The number of the value that a row states; NONE if there is no such detail. */
export function valueOfRow(about: About, row: Row): number {
  const { details, fields } = about;
  const { last, parts } = fields;
  if (row.value !== null) return row.value(about);
  if (row.gate !== null && !isOpen(fields, row.gate, row.is)) return NONE;
  const at = last[row.field.number] as number;
  return at === NONE ? details.indexOf(null) : valueIn(about, row, at, parts);
}

/** The number of the value that part `at` has by its row. */
function valueIn({ details, fields, set }: About, row: Row, at: number, parts: Parts): number {
  const low = lowAt(parts, at);
  const high = highAt(parts, at);
  if (row.form === "text")
    return details.indexOf(low === high ? "" : visibleText(fields.entry.bytes.subarray(low, high)));
  if (row.form === "number" && row.field.type === "uint32") return details.indexOfInteger(low);
  if (row.form === "exact") {
    writeExact(details.write(), row.field.type, low, high);
    return details.indexOfWritten();
  }
  return details.indexOf(decoded(row, low, high, set.checkpoint.machine));
}

function isOpen({ last, parts }: MessageFields, { number, type }: KnownField, is: number): boolean {
  const at = last[number] as number;
  if (at === NONE) return false;
  if (is === PRESENT) return true;
  const value = numberOf(type, lowAt(parts, at), highAt(parts, at));
  return is === SET ? value !== 0 : value === is;
}

function decoded({ form, field, word }: Row, low: number, high: number, machine: Machine): DetailValue {
  if (form === "flag") return low !== 0 || high !== 0;
  const value = numberOf(field.type, low, high);
  return word === null ? value : word(value, machine);
}

const QUOTE = encodeText('"');

/** Writes a number of 64 bits as a JSON string. */
export function writeExact(out: JsonBytes, type: string, low: number, high: number): void {
  writePiece(out, QUOTE);
  if (high === 0 && type === "uint64") writeInteger(out, low);
  else writeRaw(out, numberText(type, low, high));
  writePiece(out, QUOTE);
}

/** A field of a message that must have it. */
export function fieldIn(table: FieldTable, name: string): KnownField {
  const field = table.byName.get(name);
  if (field === undefined) throw new Error(`There is no field ${name}`);
  return field;
}

/** Adds a detail that is in no row. */
export function add(about: About, key: string, value: DetailValue): void {
  if (about.needs(key)) about.details.add(about.file, key, value);
}

/** Adds the mount that the path of a file is on. */
export function addMount(about: About, mount: number | null): void {
  if (mount !== null && mount !== NO_MOUNT) add(about, "mountId", mount);
}

/** The values of another entry with more about the file; `null` if there is none. */
export const relatedOf = ({ related }: About, message: string): Values | null =>
  related.length === 0 ? null : (related.find((each) => each.message === message)?.values ?? null);

/** All other entries of a message with more about the file. */
export const allRelated = ({ related }: About, message: string): readonly Related[] =>
  related.length === 0 ? related : related.filter((each) => each.message === message);

/** The id of a file; `null` if it is missing. */
export const fileId = ({ set }: About, row: FileRow): number | null =>
  row < 0 ? null : (set.checkpoint.files.id[row] ?? null);
