// Things in a set that CRIU 4.2 does not write. They are named, so that users know why a part is shown only as bytes.

import { sameRange } from "../../../model/text/text.ts";
import { FIELD_TABLES, type FieldTable } from "../wire/field-table.ts";
import { endOfValue, endOfVarint, highAt, lowAt, WIRE } from "../wire/wire.ts";
import type { Entry, SetContext } from "./context.ts";
import { report } from "./context.ts";

/** inventory_entry.img_version of CRIU 1.6 to 4.2. */
export const NEWEST_VERSION = 2;

/** The most things to name. */
const MOST_NAMED = 16;
/** How many entries of a message are searched for unknown fields, and how large each may be. */
const MOST_ENTRIES = 64;
const LARGEST_ENTRY = 64 << 10;

/** Notes something that CRIU 4.2 does not write. */
export function noteNewer({ facts }: SetContext, what: string): void {
  if (facts.newer.size <= MOST_NAMED) facts.newer.add(what);
}

/** Whether further entries of a message are searched for unknown fields. */
export const isExamined = ({ examined }: SetContext, message: string): boolean =>
  (examined.get(message) ?? 0) < MOST_ENTRIES;

/**
 * Notes the fields of an entry that CRIU 4.2 does not have. Only the first entries of each message are examined;
 * returns whether further ones are.
 */
export function noteUnknownFields(set: SetContext, { bytes, start, end }: Entry, message: string): boolean {
  const { examined } = set;
  const count = examined.get(message) ?? 0;
  if (count === MOST_ENTRIES) return false;
  if (end - start > LARGEST_ENTRY) return true;
  examined.set(message, count + 1);
  noteUnknown(set, bytes, start, end, FIELD_TABLES.get(message) ?? null, message);
  return true;
}

/** The same for the message bytes[start … end - 1] and those in it, up to the first damage of each. */
function noteUnknown(
  set: SetContext,
  bytes: Uint8Array,
  start: number,
  end: number,
  fields: FieldTable | null,
  message: string,
): void {
  // The field before, and where its value is.
  let before = -1;
  let from = start;
  let to = start;
  for (let at = start; at < end; at = to) {
    // Without calls for the usual tags and values, of one byte: there are a thousand fields in a core.
    let tag = bytes[at] as number;
    let value = at + 1;
    if (tag > 127) {
      value = endOfVarint(bytes, at, end);
      // A tag of more than 32 bits is no tag.
      if (value < 0 || (value - at > 4 && highAt(bytes, at, value) !== 0)) return;
      tag = lowAt(bytes, at);
    }
    const isShort = (tag & 7) === WIRE.varint && value < end && (bytes[value] as number) < 128;
    const next = isShort ? value + 1 : endOfValue(bytes, value, end, tag);
    if (next < 0) return;
    // Repeated messages, such as those for signals, are mostly the same.
    const isRepeated =
      tag === before &&
      ((tag & 7) === WIRE.varint || (next - value === to - from && sameRange(bytes, value, from, to - from)));
    before = tag;
    from = value;
    to = next;
    if (isRepeated) continue;
    const field = fields?.byNumber[tag >>> 3];
    // A field that messages.ts does not describe is named by its number.
    if (field === undefined) noteNewer(set, `field ${tag >>> 3} of ${message}`);
    else if (field.newer) noteNewer(set, `${field.name} of ${message}`);
    if (field?.message && (tag & 7) === field.wire) {
      noteUnknown(set, bytes, endOfVarint(bytes, value, next), next, field.message, field.type);
    }
  }
}

/**
 * Reports the fields and types that CRIU 4.2 does not write. Its version and members are reported with those missing.
 */
export function reportNewer(set: SetContext): void {
  const { facts, placed } = set;
  const { imageVersion, newer } = facts;
  if (newer.size > 0) {
    const named = [...newer].slice(0, MOST_NAMED);
    const list = `${named.join(", ")}${newer.size > MOST_NAMED ? " and more" : ""}`;
    report(set, "note", "newer-criu", `The set is from a CRIU newer than 4.2. CRIU 4.2 does not write: ${list}.`, null);
  }
  if (imageVersion !== null && imageVersion > NEWEST_VERSION) noteNewer(set, "its version");
  if (placed.some(({ isUnknownImage }) => isUnknownImage)) noteNewer(set, "its members");
}
