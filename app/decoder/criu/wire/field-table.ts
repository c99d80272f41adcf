// The fields of messages as the wire has them: by number, with wire type and nested message.

import { type FieldSpec, MESSAGES } from "../format/messages.ts";
import { isNumber, wireType } from "./wire.ts";

/** A field of a message. */
export interface KnownField extends Omit<FieldSpec, "newer"> {
  /** The wire type of one value. */
  readonly wire: number;
  readonly isRepeated: boolean;
  /** Several values may be in one occurrence, packed. */
  readonly isPackable: boolean;
  /** CRIU 4.2 does not have the field. */
  readonly newer: boolean;
  /** The fields of a nested message; `null` for any other type. */
  readonly message: FieldTable | null;
}

/** The fields of one message. */
export interface FieldTable {
  /** By field number. */
  readonly byNumber: readonly (KnownField | undefined)[];
  readonly byName: ReadonlyMap<string, KnownField>;
  /** Dotted names that were resolved; `null`: the message has no such field. */
  readonly paths: Map<string, Path | null>;
}

/** Where a dotted name leads. */
export interface Path {
  /** The nested messages to go through. */
  readonly through: readonly KnownField[];
  readonly field: KnownField;
}

/** By message. */
export const FIELD_TABLES: ReadonlyMap<string, FieldTable> = fieldTables();

function fieldTables(): Map<string, FieldTable> {
  const tables = new Map<
    string,
    FieldTable & { byNumber: (KnownField | undefined)[]; byName: Map<string, KnownField> }
  >();
  for (const message of MESSAGES.keys()) tables.set(message, { byNumber: [], byName: new Map(), paths: new Map() });
  for (const [message, specs] of MESSAGES) {
    const table = tables.get(message);
    if (table === undefined) continue;
    for (const { number, name, type, label, newer = false } of specs) {
      const isRepeated = label === "repeated";
      // Without a spread, for which V8 would give each field a hidden class of its own: these are read everywhere.
      const field = {
        number,
        name,
        type,
        label,
        newer,
        wire: wireType(type),
        isRepeated,
        isPackable: isRepeated && isNumber(type),
        message: tables.get(type) ?? null,
      };
      table.byNumber[number] = field;
      table.byName.set(name, field);
    }
  }
  return tables;
}

/** Resolves a dotted name, each once; `null` if the message has no such field. */
export function pathIn(fields: FieldTable, name: string): Path | null {
  const known = fields.paths.get(name);
  if (known !== undefined) return known;
  const path = resolvePath(fields, name);
  fields.paths.set(name, path);
  return path;
}

function resolvePath(fields: FieldTable, name: string): Path | null {
  const through: KnownField[] = [];
  const names = name.split(".");
  const last = names.pop() ?? "";
  let table: FieldTable | null = fields;
  for (const each of names) {
    const field: KnownField | undefined = table?.byName.get(each);
    if (field === undefined) return null;
    through.push(field);
    table = field.message;
  }
  const field = table?.byName.get(last);
  return field === undefined ? null : { through, field };
}
