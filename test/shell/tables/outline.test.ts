import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Line, outlineOf } from "../../../app/shell/tables/outline.ts";
import { recordsOf } from "../../support/records.ts";

const lineText = (line: Line): string =>
  line.kind === "member"
    ? `m${line.member}:${line.records}`
    : line.kind === "record"
      ? `r${line.row}`
      : `f${line.row}.${line.nth}`;

const linesOf = (options: Partial<Parameters<typeof outlineOf>[0]> & { members: readonly number[] }) => {
  const records = recordsOf(options.members.map((member) => ({ length: 8, member })));
  const rows = options.rows ?? Uint32Array.from(options.members, (_, at) => at);
  const outline = outlineOf({ byMember: true, closedMembers: new Set(), open: new Map(), ...options, records, rows });
  return { outline, lines: Array.from({ length: outline.count }, (_, index) => lineText(outline.line(index))) };
};

describe("the outline of records", () => {
  test("members, records, and fields of open records", () => {
    const { lines } = linesOf({ members: [0, 0, 2], open: new Map([[1, 2]]) });
    expect(lines).toEqual(["m0:2", "r0", "r1", "f1.0", "f1.1", "m2:1", "r2"]);
  });
  test("closed members show their line alone, open records in them or not", () => {
    const open = new Map([
      [0, 3],
      [2, 1],
    ]);
    const { lines } = linesOf({ members: [0, 0, 2], open, closedMembers: new Set([0]) });
    expect(lines).toEqual(["m0:2", "m2:1", "r2", "f2.0"]);
  });
  test("without members, in any order, of some records", () => {
    const { lines } = linesOf({
      members: [0, 0, 0, 0],
      byMember: false,
      rows: Uint32Array.of(3, 1),
      open: new Map([
        [3, 1],
        [2, 5],
      ]),
    });
    expect(lines).toEqual(["r3", "f3.0", "r1"]);
  });
  test("every line leads back to its parent, and every record to its line", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 4 }), { maxLength: 30 }),
        fc.boolean(),
        fc.array(fc.tuple(fc.nat({ max: 29 }), fc.nat({ max: 3 })), { maxLength: 6 }),
        fc.uniqueArray(fc.nat({ max: 4 }), { maxLength: 2 }),
        (unsorted, byMember, open, closed) => {
          const members = [...unsorted].sort();
          const closedMembers = new Set(byMember ? closed : []);
          const { outline, lines } = linesOf({ members, byMember, open: new Map(open), closedMembers });
          expect(new Set(lines).size).toBe(lines.length);
          for (let index = 0; index < outline.count; index++) {
            const line = outline.line(index);
            const parent = outline.parentOf(index);
            if (line.kind === "record") {
              expect(outline.indexOf(line.row)).toBe(index);
              if (byMember) expect(lines[parent]).toMatch(`m${members[line.row]}:`);
              else expect(parent).toBe(-1);
            } else if (line.kind === "field") expect(lines[parent]).toBe(`r${line.row}`);
            else expect(parent).toBe(-1);
          }
          for (const [row, member] of members.entries()) {
            expect(outline.indexOf(row) === -1).toBe(closedMembers.has(member));
          }
        },
      ),
    );
  });
});
