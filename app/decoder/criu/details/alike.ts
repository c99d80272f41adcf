// Finds files that differ in nothing but fields that are expected to differ, such as inodes and ports: most sockets,
// pipes and timers of an image are like one that was read before, and have the same details but for a few. Entries are
// compared by their bytes; of the fields, only those that the few details need are split.
//
// Casts `as number` read lists within bounds checked by the loop.

import { NONE } from "../../../model/checkpoint.ts";
import { grown } from "../../builder/growing.ts";
import type { FieldTable } from "../wire/field-table.ts";
import type { EntryBytes } from "../wire/inspect.ts";
import { addPart } from "../wire/parts.ts";
import { readVarint, WIRE } from "../wire/wire.ts";
import { indexFields, type MessageFields } from "./file-fields.ts";

/** Most files that others are compared with; most bytes of a message that are compared. */
const MOST_KNOWN = 4096;
const MOST_COMPARED = 512;

/** Slots of the table, a power of two, and how many are tried. */
const SLOTS = 4 * MOST_KNOWN;
const MOST_TRIED = 32;

/** How the files of one type are compared. */
export interface Comparison {
  /** The number of their message's field in file_entry. */
  readonly number: number;
  readonly table: FieldTable;
  /** Bit n: field n is expected to differ in nearly every file. */
  readonly varying: number;
  /** Bit n: field n is read for files that are alike. These include the varying fields. */
  readonly kept: number;
}

/** An empty collection of files. */
export function createAlike() {
  /** By the low bits of the hash: number of a known file, plus 1. */
  const table = new Uint16Array(SLOTS);
  /** By known file: where its bytes begin in `pool`. */
  const start: number[] = [0];
  let pool = new Uint8Array(4096);
  const looked: Looked = { key: new Uint8Array(MOST_COMPARED + 1), length: 0, hash: 0, words: new Uint32Array(2) };
  let place = NONE;

  /** Whether a known file is like the one that is looked for. */
  const isLike = (known: number): boolean => {
    const from = start[known] as number;
    const { key, length } = looked;
    if ((start[known + 1] as number) - from !== length) return false;
    for (let at = 0; at < length; at++) if (pool[from + at] !== key[at]) return false;
    return true;
  };

  return {
    /**
     * The number of a file whose message differs from that in bytes start … end - 1 of an entry in varying fields
     * alone; `fields` then has the fields that are read. NONE if there is no such file.
     */
    find(fields: MessageFields, entry: EntryBytes, start: number, end: number, how: Comparison): number {
      place = NONE;
      if (!readKey(looked, fields, entry, start, end, how)) return NONE;
      for (let tried = 0; tried < MOST_TRIED; tried++) {
        const slot = (looked.hash + tried) & (SLOTS - 1);
        const known = (table[slot] as number) - 1;
        if (known < 0) {
          place = slot;
          return NONE;
        }
        if (isLike(known)) return known;
      }
      return NONE;
    },

    /** Adds the file that was looked for last, and not found. Returns its number; NONE if that is not possible. */
    add(): number {
      const known = start.length - 1;
      if (place === NONE || known === MOST_KNOWN) return NONE;
      const { key, length } = looked;
      const from = start[known] as number;
      if (from + length > pool.length) pool = grown(pool, 2 * (from + length));
      pool.set(key.subarray(0, length), from);
      start.push(from + length);
      table[place] = known + 1;
      place = NONE;
      return known;
    },
  };
}

/** A file that is looked for. */
interface Looked {
  /** What it is compared by: the bytes of its message but for those of values of varying fields. */
  readonly key: Uint8Array;
  length: number;
  hash: number;
  /** Scratch room for a number. */
  readonly words: Uint32Array;
}

/**
 * Reads the message in bytes start … end - 1 into the key, and the kept fields into `fields`. Returns false if it is
 * long, damaged or unusual.
 */
function readKey(
  looked: Looked,
  fields: MessageFields,
  entry: EntryBytes,
  start: number,
  end: number,
  { number: type, table, varying, kept }: Comparison,
): boolean {
  const { key, words } = looked;
  const { bytes } = entry;
  const { parts } = fields;
  let count = 1;
  let hash = type;
  if (end - start > MOST_COMPARED) return false;
  parts.length = 0;
  key[0] = type;
  for (let at = start; at < end; ) {
    let copied = at;
    const tag = bytes[at++] as number;
    const more = tag > 127 && at < end ? (bytes[at++] as number) : 0;
    const number = ((tag & 127) >>> 3) | (more << 4);
    const wire = tag & 7;
    const bit = number < 32 ? 1 << number : 0;
    const isVarying = (varying & bit) !== 0;
    const copyEnd = at;
    const value = readVarint(bytes, at, end, words);
    if (more > 127 || value < 0) return false;
    at = value;
    if (wire === WIRE.bytes) {
      const size = words[0] as number;
      if (words[1] !== 0 || size > end - value) return false;
      at += size;
      if ((kept & bit) !== 0) addPart(parts, number, wire, value, at);
    } else if (wire !== WIRE.varint) return false;
    else if ((kept & bit) !== 0) addPart(parts, number, wire, words[0] as number, words[1] as number);
    if ((kept & bit) !== 0 && table.byNumber[number]?.wire !== wire) return false;
    for (const until = isVarying ? copyEnd : at; copied < until; copied++) {
      const byte = bytes[copied] as number;
      key[count++] = byte;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
  }
  looked.length = count;
  looked.hash = hash ^ (hash >>> 15);
  fields.entry = entry;
  fields.first = 0;
  fields.end = parts.length;
  indexFields(fields);
  return true;
}
