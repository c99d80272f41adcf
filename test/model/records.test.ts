// Places of records, held against a list of them: any gaps, members and lengths, looked up in any order.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NONE } from "../../app/model/checkpoint.ts";
import {
  eachMemberOf,
  endOfMember,
  endsOfMembers,
  lastRecordFrom,
  moveTo,
  noRecords,
  RUN,
  recordAt,
  recordCursor,
  recordEnd,
  recordKind,
  recordLength,
  recordMember,
  recordOffset,
} from "../../app/model/records.ts";
import { type RecordPlace, recordsOf } from "../support/records.ts";

const length = fc.oneof(
  fc.integer({ min: 1, max: 127 }),
  fc.integer({ min: 128, max: 20_000 }),
  fc.integer({ min: 2 ** 31, max: 2 ** 32 - 1 }),
);

/** Records of several members, some of them after a gap. */
const listed = fc
  .array(fc.record({ length, gap: fc.integer({ min: -9, max: 3 }), next: fc.integer({ min: -40, max: 2 }) }), {
    minLength: 1,
    maxLength: 5 * RUN,
  })
  .map((steps) => {
    let [end, member] = [0, 0];
    return steps.map(({ length, gap, next }): Required<RecordPlace> => {
      if (next > 0) [end, member] = [0, member + next];
      const offset = end + Math.max(0, gap);
      end = offset + length;
      return { offset, length, kind: (length + member) % 300, member };
    });
  });

describe("records", () => {
  test("are where they were put, in any order of looking them up", () => {
    fc.assert(
      fc.property(listed, fc.array(fc.nat(), { maxLength: 40 }), (places, jumps) => {
        const records = recordsOf(places);
        const cursor = recordCursor(records);
        const rows = [...places.keys(), ...jumps.map((jump) => jump % places.length)];
        for (const row of rows) {
          const place = places[row] as Required<RecordPlace>;
          moveTo(cursor, row);
          expect(cursor).toMatchObject({ row, offset: place.offset, length: place.length, member: place.member });
          expect(recordOffset(records, row)).toBe(place.offset);
          expect(recordLength(records, row)).toBe(place.length);
          expect(recordEnd(records, row)).toBe(place.offset + place.length);
          expect(recordMember(records, row)).toBe(place.member);
          expect(recordKind(records, row)).toBe(place.kind);
        }
      }),
    );
  });

  test("are found by the bytes in them", () => {
    fc.assert(
      fc.property(listed, fc.nat({ max: 3 }), (places, beyond) => {
        const records = recordsOf(places);
        for (const [row, { offset, length, member }] of places.entries()) {
          expect(recordAt(records, member, offset)).toBe(row);
          expect(recordAt(records, member, offset + length - 1)).toBe(row);
          const next = places[row + 1];
          const isFollowed = next?.member === member && next.offset <= offset + length + beyond;
          expect(lastRecordFrom(records, member, offset + length + beyond)).toBeGreaterThanOrEqual(row);
          if (!isFollowed) {
            expect(recordAt(records, member, offset + length + beyond)).toBe(NONE);
            expect(lastRecordFrom(records, member, offset + length + beyond)).toBe(row);
          }
          if (row === 0 && offset > 0) expect(recordAt(records, member, offset - 1)).toBe(NONE);
        }
      }),
    );
  });

  test("end where those of another member begin", () => {
    fc.assert(
      fc.property(listed, (places) => {
        const records = recordsOf(places);
        for (const [row, { member }] of places.entries()) {
          const next = places.findIndex((place, at) => at > row && place.member !== member);
          expect(endOfMember(records, row)).toBe(next < 0 ? places.length : next);
          // Those of the members that follow, up to the first without records.
          const ends: number[] = [];
          for (let at = row, own = member; at < places.length && ends.length < 3 && places[at]?.member === own; own++) {
            at = endOfMember(records, at);
            ends.push(at);
          }
          expect(endsOfMembers(records, row, 3)).toEqual(ends);
        }
      }),
    );
  });

  test("of each member follow one another", () => {
    fc.assert(
      fc.property(listed, (places) => {
        const records = recordsOf(places);
        const found: number[] = [];
        eachMemberOf(records, (member, start, end) => {
          expect(start).toBe(found.length);
          for (let row = start; row < end; row++) found.push(member);
          expect(endOfMember(records, start)).toBe(end);
        });
        expect(found).toEqual(places.map(({ member }) => member));
      }),
    );
  });

  test("that follow one another take a row of two bytes and one run for every 64", () => {
    const records = recordsOf(Array.from({ length: 10 * RUN }, () => ({ length: 40 })));
    expect(records.runs.count).toBe(10);
    expect(records.lengths.length + records.kind.byteLength).toBe(2 * 10 * RUN);
  });

  test.each([-1, 3, Number.NaN])("have no row %d of three", (row) => {
    const records = recordsOf([{ length: 8 }, { length: 8 }, { length: 8 }]);
    expect(() => recordOffset(records, row)).toThrow(RangeError);
    expect(() => recordLength(records, row)).toThrow(RangeError);
    expect(() => recordKind(records, row)).toThrow(RangeError);
  });

  test("may be empty", () => {
    expect(recordAt(noRecords([]), 0, 0)).toBe(NONE);
    expect(lastRecordFrom(noRecords([]), 0, 0)).toBe(NONE);
    expect(() => recordOffset(noRecords([]), 0)).toThrow(RangeError);
  });
});
