// The records of a listing as the lines of a tree: members, their records, and the fields of those that are open.

import { NONE, type Records, recordMember } from "../model/checkpoint.ts";

export type Line =
  | { readonly kind: "member"; readonly member: number; readonly records: number }
  /** `at`: where the record is among the rows. */
  | { readonly kind: "record"; readonly row: number; readonly at: number }
  /** The n-th line below an open record. */
  | { readonly kind: "field"; readonly row: number; readonly nth: number };

export interface Outline {
  readonly count: number;
  /** The line at an index below `count`. */
  line(index: number): Line;
  /** Index of a record's line; NONE where it is not among the rows, or its member is closed. */
  indexOf(row: number): number;
  /** Index of the line of the member or record that a line is below; NONE: of none. */
  parentOf(index: number): number;
}

export interface OutlineOptions {
  readonly records: Records;
  /** The records that are listed, in order. */
  readonly rows: Uint32Array;
  /** Put a line before the records of each member; only for rows in the order of the image. */
  readonly byMember: boolean;
  readonly closedMembers: ReadonlySet<number>;
  /** Open records, with how many lines stand below each. */
  readonly open: ReadonlyMap<number, number>;
}

/** Lines that follow each other alike: a member, records from … to - 1 of the rows, or what is below one record. */
interface Stretch {
  readonly start: number;
  readonly kind: Line["kind"];
  readonly from: number;
  readonly to: number;
  /** Index of the member's line. */
  readonly member: number;
}

/** The outline. Takes time in proportion to members and open records, not to records. */
export function outlineOf({ records, rows, byMember, closedMembers, open }: OutlineOptions): Outline {
  const stretches: Stretch[] = [];
  let count = 0;
  const add = (kind: Line["kind"], from: number, to: number, lines: number, member: number): void => {
    if (lines === 0) return;
    stretches.push({ start: count, kind, from, to, member });
    count += lines;
  };
  const openAt = [...open.keys()]
    .map((row) => rows.indexOf(row))
    .filter((at) => at !== NONE)
    .sort((a, b) => a - b);
  let next = 0;
  /** Records from … to - 1, cut where one is open. */
  const addRecords = (from: number, to: number, member: number): void => {
    let at = from;
    while (next < openAt.length && (openAt[next] ?? to) < to) {
      const cut = openAt[next++] ?? at;
      add("record", at, cut + 1, cut + 1 - at, member);
      const row = rows[cut] ?? 0;
      add("field", row, row, open.get(row) ?? 0, count - 1);
      at = cut + 1;
    }
    add("record", at, to, to - at, member);
  };
  if (!byMember) addRecords(0, rows.length, NONE);
  for (let at = 0; byMember && at < rows.length; ) {
    const member = recordMember(records, rows[at] ?? 0);
    const end = endOfMember(records, rows, at, member);
    const line = count;
    add("member", member, end - at, 1, NONE);
    if (closedMembers.has(member)) while (next < openAt.length && (openAt[next] ?? end) < end) next++;
    else addRecords(at, end, line);
    at = end;
  }

  const stretchAt = (index: number): Stretch | undefined => {
    let low = 0;
    let high = stretches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((stretches[middle]?.start ?? 0) <= index) low = middle + 1;
      else high = middle;
    }
    return stretches[low - 1];
  };

  return {
    count,
    line(index) {
      const stretch = stretchAt(index) ?? { start: 0, kind: "record", from: 0, to: 0, member: NONE };
      const nth = index - stretch.start;
      if (stretch.kind === "member") return { kind: "member", member: stretch.from, records: stretch.to };
      if (stretch.kind === "field") return { kind: "field", row: stretch.from, nth };
      return { kind: "record", row: rows[stretch.from + nth] ?? 0, at: stretch.from + nth };
    },
    indexOf(row) {
      const at = rows.indexOf(row);
      if (at === NONE) return NONE;
      const stretch = stretches.find(({ kind, from, to }) => kind === "record" && at >= from && at < to);
      return stretch === undefined ? NONE : stretch.start + at - stretch.from;
    },
    parentOf: (index) => stretchAt(index)?.member ?? NONE,
  };
}

/** Where the records of `member` end that begin at `at`: rows are in the order of the image. */
function endOfMember(records: Records, rows: Uint32Array, at: number, member: number): number {
  let low = at;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (recordMember(records, rows[middle] ?? 0) <= member) low = middle + 1;
    else high = middle;
  }
  return low;
}
