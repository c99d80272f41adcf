import { describe, expect, test } from "vitest";
import { orderRows } from "../../../app/model/listings/order.ts";
import { recordLinks } from "../../../app/model/record-links.ts";
import {
  aboutRecord,
  kindCounts,
  kindFilter,
  kindOfFilter,
  refersTo,
  summaryOf,
} from "../../../app/shell/tables/record-words.ts";
import { fixtureBytes, open } from "../../support/open.ts";

describe("records of an image in words", async () => {
  const image = await open(fixtureBytes("linux-cr/v23-s1/before.ckpt"));
  const { checkpoint } = image;
  const links = recordLinks(checkpoint);
  const { records } = checkpoint;
  const describeAll = (kind: string): string[] => {
    const lines: string[] = [];
    for (let row = 0; row < records.count; row++) {
      if (records.kinds[records.kind[row] ?? 0]?.name !== kind) continue;
      lines.push(`${aboutRecord(checkpoint, links, row)} | ${refersTo(checkpoint, links, row)}`);
    }
    return lines;
  };

  test("tasks, tables, descriptors and open files, with who refers to them", () => {
    expect(describeAll("TASK")).toEqual(["task 4242 server | "]);
    expect(describeAll("FILE_TABLE")).toEqual([expect.stringMatching(/^file table \d+, 4 descriptors \| 1 task$/)]);
    expect(describeAll("FILE_DESC")).toContain("fd 3 → /var/log/app/server.log | ");
    expect(describeAll("FILE")).toContainEqual(
      expect.stringMatching(/^open file \d+ tty:\[pts\/3\] \| 3 descriptors$/),
    );
    expect(describeAll("FILE")).toContainEqual(expect.stringMatching(/^open file \d+ \/usr\/sbin\/server \| $/));
  });
  test("what an OBJREF announces", () => {
    const announced = describeAll("OBJREF");
    expect(announced.every((line) => /^announces .+ \d+ \| $/.test(line))).toBe(true);
    for (const file of checkpoint.files.id) expect(announced).toContain(`announces open file ${file} | `);
  });
  test("of other records, their text or first fields", async () => {
    const summaries = new Map<string, string>();
    for (let row = 0; row < records.count; row++) {
      const name = records.kinds[records.kind[row] ?? 0]?.name ?? "";
      if (!summaries.has(name)) summaries.set(name, summaryOf(await image.fields(row)));
    }
    expect(summaries.get("FILE_NAME")).toBe("“/var/log/app/server.log”");
    expect(summaries.get("TREE")).toMatch(/^nr_tasks 1/);
  });
  test("kinds are counted, and a kind’s filter keeps its records", () => {
    const counts = kindCounts(checkpoint);
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(records.count);
    for (const { name, count } of counts) {
      const filter = kindFilter(name);
      expect(kindOfFilter(filter)).toBe(name);
      const order = { listing: "records", filter, column: null, descending: false } as const;
      expect(orderRows(checkpoint, order).length).toBe(count);
    }
    expect(kindOfFilter("kind:FILE")).toBeNull();
  });
});
