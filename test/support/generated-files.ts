// Open files of every type with generated messages that have few different values, so that many are alike.

import { FILE_FIELDS } from "../../app/decoder/criu/format/file-types.ts";
import { FIELD_TABLES, type FieldTable, type KnownField } from "../../app/decoder/criu/wire/field-table.ts";
import { WIRE } from "../../app/decoder/criu/wire/wire.ts";
import type { Message } from "./criu-set.ts";
import { random } from "./random.ts";

type Below = (below: number) => number;

const tableOf = (message: string): FieldTable => {
  const table = FIELD_TABLES.get(message);
  if (table === undefined) throw new Error(`There is no message ${message}`);
  return table;
};

/** A message with few different values; its id is `id`. */
function messageLike({ byName }: FieldTable, id: number, below: Below, depth = 0): Message {
  return [...byName.values()].flatMap((field): Message => {
    if (field.name === "id" && depth === 0) return [[field.number, id]];
    const most = field.isRepeated ? 3 : 1;
    const count = below(8) === 0 ? below(most + 2) : field.label === "optional" ? 0 : 1;
    return Array.from({ length: count }, () => [field.number, valueLike(field, below, depth)] as const);
  });
}

function valueLike({ name, wire, message }: KnownField, below: Below, depth: number): Message[number][1] {
  if (message !== null) return depth > 2 ? [] : messageLike(message, 0, below, depth + 1);
  if (wire !== WIRE.varint) return ["", "", "name", "/run/socket", "\0abstract\u0007"][below(5)] ?? "";
  const isVarying = ["ino", "peer", "pipe_id", "src_port", "dst_port", "tfd", "ticks", "vsec"].includes(name);
  if (isVarying && below(20) > 0) return below(400);
  return below(6) > 0 ? 2 : ([0, 1, 3, 10, 300, 0x0100_007f, 2 ** 32 - 1, 2 ** 40][below(8)] ?? 0);
}

const TYPES = FILE_FIELDS.flatMap((name, type) => {
  const field = tableOf("file_entry").byName.get(name ?? "");
  return field?.message == null || name === "tty" || name === "tunf" ? [] : [{ type, field, table: field.message }];
});

/** An open file: its fd_types number, the number of its message in file_entry, and the name of that field. */
export interface GeneratedFile {
  readonly type: number;
  readonly id: number;
  readonly number: number;
  readonly name: string;
  readonly message: Message;
}

/** Open files with the ids 1, 2 and so on. */
export function generatedFiles(count: number, seed: number): GeneratedFile[] {
  const below = random(seed);
  return Array.from({ length: count }, (_, at) => {
    const { type, field, table } = TYPES[below(TYPES.length)] as (typeof TYPES)[number];
    return { type, id: at + 1, number: field.number, name: field.name, message: messageLike(table, at + 1, below) };
  });
}

/** An entry as CRIU writes it. */
export const entryOf = ({ type, id, number, message }: GeneratedFile): Message => [
  [1, type],
  [2, id],
  [number, message],
];

/** An entry with fields out of order, which is not compared with others. */
export const unusualEntryOf = ({ type, id, number, message }: GeneratedFile): Message => [
  [2, id],
  [1, type],
  [number, message],
];
