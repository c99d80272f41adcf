// Finds one field of an entry by its name, without splitting all of the entry into pieces.

import { FIELD_TABLES, type KnownField, pathIn } from "./field-table.ts";
import { PIECE_LIMIT } from "./pieces.ts";
import { readVarint, skip, WIRE } from "./wire.ts";

/** Not there, or its place depends on more than its name: whether `pieces` has it is not known. */
const UNKNOWN = -1;

/**
 * Where the first field with a dotted name begins in the message bytes[start … end - 1], where `pieces` has it; -1 if
 * that is not certain: it is repeated, or not there, or the bytes before it are damaged.
 */
export function placeOfField(bytes: Uint8Array, start: number, end: number, message: string, name: string): number {
  const table = FIELD_TABLES.get(message);
  const path = table === undefined ? null : pathIn(table, name);
  // Every piece has a byte at least.
  if (path === null || end - start > PIECE_LIMIT) return UNKNOWN;
  return placeIn(bytes, start, end, [...path.through, path.field], 0, new Uint32Array(2));
}

/** @param level The field of `path` to look for. */
function placeIn(
  bytes: Uint8Array,
  start: number,
  end: number,
  path: readonly KnownField[],
  level: number,
  words: Uint32Array,
): number {
  const { number, wire, isRepeated } = path[level] as KnownField;
  if (isRepeated) return UNKNOWN;
  for (let at = start; at < end; ) {
    const value = readVarint(bytes, at, end, words);
    if (value < 0 || words[1] !== 0) return UNKNOWN;
    const tag = words[0] as number;
    const next = skip(bytes, value, end, tag, words);
    if (next < 0) return UNKNOWN;
    if (tag >>> 3 === number) {
      if ((tag & 7) !== wire) return UNKNOWN;
      if (level === path.length - 1) return at;
      // One in which the rest of the name is not found may be followed by another that has it.
      return wire === WIRE.bytes
        ? placeIn(bytes, readVarint(bytes, value, next, words), next, path, level + 1, words)
        : UNKNOWN;
    }
    at = next;
  }
  return UNKNOWN;
}
