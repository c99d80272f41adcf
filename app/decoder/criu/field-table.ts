// The fields of messages as the wire has them: by number, with wire type and nested message.

import { type FieldSpec, MESSAGES } from "./messages.ts";
import { isNumber, wireType } from "./wire.ts";

/** A field of a message. */
export interface KnownField extends FieldSpec {
  /** The wire type of one value. */
  readonly wire: number;
  readonly isRepeated: boolean;
  /** Several values may be in one occurrence, packed. */
  readonly isPackable: boolean;
  /** The fields of a nested message; `null` for any other type. */
  readonly message: FieldTable | null;
}

/** The fields of one message. */
export interface FieldTable {
  /** By field number. */
  readonly byNumber: readonly (KnownField | undefined)[];
  readonly byName: ReadonlyMap<string, KnownField>;
}

/** By message. */
export const FIELD_TABLES: ReadonlyMap<string, FieldTable> = fieldTables();

function fieldTables(): Map<string, FieldTable> {
  const tables = new Map<string, { byNumber: (KnownField | undefined)[]; byName: Map<string, KnownField> }>();
  for (const message of MESSAGES.keys()) tables.set(message, { byNumber: [], byName: new Map() });
  for (const [message, specs] of MESSAGES) {
    const table = tables.get(message);
    for (const spec of specs) {
      const isRepeated = spec.label === "repeated";
      const field = {
        ...spec,
        wire: wireType(spec.type),
        isRepeated,
        isPackable: isRepeated && isNumber(spec.type),
        message: tables.get(spec.type) ?? null,
      };
      if (table === undefined) continue;
      table.byNumber[spec.number] = field;
      table.byName.set(spec.name, field);
    }
  }
  return tables;
}
