// The records of a listing as the lines of a tree: members, their records, and the fields of expanded records.

import { NONE, type Records } from "../../model/checkpoint.ts";
import { u32At } from "../../model/read.ts";
import { recordMember } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import { firstIndex } from "../../model/search.ts";
import { placeOf } from "./rows.ts";

export type Line =
  | { readonly kind: "member"; readonly member: number; readonly records: number }
  /** `at`: index of the record in `rows`. */
  | { readonly kind: "record"; readonly row: RecordRow; readonly at: number }
  /** The n-th line below an expanded record. */
  | { readonly kind: "field"; readonly row: RecordRow; readonly nth: number };

export interface Outline {
  readonly count: number;
  /** The line at an index below `count`. */
  line(index: number): Line;
  /** Index of a record's line; NONE if it is not in `rows` or its member is collapsed. */
  indexOf(row: RecordRow): number;
  /** Index of the line of the member or record that a line is below; NONE at the top level. */
  parentOf(index: number): number;
}

export interface OutlineOptions {
  readonly records: Records;
  /** The listed records, in order. */
  readonly rows: Uint32Array;
  /** Whether a line goes before the records of each member. Requires `rows` in the order of the image. */
  readonly byMember: boolean;
  readonly closedMembers: ReadonlySet<number>;
  /** Expanded records, with the number of lines below each. */
  readonly open: ReadonlyMap<RecordRow, number>;
}

/** Consecutive lines of one kind: one member, records `from` to `to` - 1 of the rows, or all fields of one record. */
interface Stretch {
  readonly start: number;
  readonly kind: Line["kind"];
  readonly from: number;
  readonly to: number;
  /** Index of the line that these are below. */
  readonly member: number;
}

/** Lays out the lines. Linear in members and expanded records, not in all records. */
export function outlineOf({ records, rows, byMember, closedMembers, open }: OutlineOptions): Outline {
  const stretches: Stretch[] = [];
  let count = 0;
  const add = (kind: Line["kind"], from: number, to: number, lines: number, member: number): void => {
    if (lines === 0) return;
    stretches.push({ start: count, kind, from, to, member });
    count += lines;
  };
  const openAt = [...open.keys()]
    .map((row) => placeOf(rows, row))
    .filter((at) => at !== NONE)
    .sort((a, b) => a - b);
  let next = 0;
  /** Adds records `from` to `to` - 1, with the fields of expanded ones. */
  const addRecords = (from: number, to: number, member: number): void => {
    let at = from;
    while (next < openAt.length && (openAt[next] ?? to) < to) {
      const cut = openAt[next++] ?? at;
      add("record", at, cut + 1, cut + 1 - at, member);
      const row = u32At(rows, cut);
      add("field", row, row, open.get(row) ?? 0, count - 1);
      at = cut + 1;
    }
    add("record", at, to, to - at, member);
  };
  if (!byMember) addRecords(0, rows.length, NONE);
  for (let at = 0; byMember && at < rows.length; ) {
    const member = recordMember(records, u32At(rows, at));
    const end = endOfMember(records, rows, at, member);
    const line = count;
    add("member", member, end - at, 1, NONE);
    if (closedMembers.has(member)) while (next < openAt.length && (openAt[next] ?? end) < end) next++;
    else addRecords(at, end, line);
    at = end;
  }

  return readOutline(rows, stretches, count);
}

/** Reads lines out of stretches. */
function readOutline(rows: Uint32Array, stretches: readonly Stretch[], count: number): Outline {
  const stretchAt = (index: number): Stretch => {
    const at = firstIndex(stretches.length, (each) => (stretches[each] as Stretch).start > index) - 1;
    const stretch = stretches[at];
    if (stretch === undefined) throw new RangeError(`Line ${index} of an outline of ${count} lines`);
    return stretch;
  };

  return {
    count,
    line(index) {
      const stretch = stretchAt(index);
      const nth = index - stretch.start;
      if (stretch.kind === "member") return { kind: "member", member: stretch.from, records: stretch.to };
      if (stretch.kind === "field") return { kind: "field", row: stretch.from, nth };
      return { kind: "record", row: u32At(rows, stretch.from + nth), at: stretch.from + nth };
    },
    indexOf(row) {
      const at = placeOf(rows, row);
      if (at === NONE) return NONE;
      const stretch = stretches.find(({ kind, from, to }) => kind === "record" && at >= from && at < to);
      return stretch === undefined ? NONE : stretch.start + at - stretch.from;
    },
    parentOf: (index) => stretchAt(index).member,
  };
}

/** The end of the records of `member`, which begin at `at`. Rows are in the order of the image. */
function endOfMember(records: Records, rows: Uint32Array, at: number, member: number): number {
  return firstIndex(rows.length, (index) => recordMember(records, u32At(rows, index)) > member, at);
}
