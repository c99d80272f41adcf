import { describe, expect, test } from "vitest";
import { NONE } from "../../app/model/checkpoint.ts";
import { recordAt } from "../../app/model/records.ts";
import { relatedRow, selectionAt } from "../../app/model/related.ts";
import { NGINX } from "../support/nginx.ts";
import { recordsOf } from "../support/records.ts";
import { checkpointOf } from "../support/state.ts";

const checkpoint = checkpointOf(NGINX);

describe("what belongs to what", () => {
  test("a descriptor leads to its file, table and first task", () => {
    const selection = { to: "descriptor", row: 5 } as const;
    expect(relatedRow(checkpoint, selection, "descriptors")).toBe(5);
    expect(relatedRow(checkpoint, selection, "files")).toBe(2);
    expect(relatedRow(checkpoint, selection, "tables")).toBe(1);
    expect(relatedRow(checkpoint, selection, "tasks")).toBe(1);
  });
  test("a file leads to its first holder; one that nobody holds leads nowhere", () => {
    expect(relatedRow(checkpoint, { to: "file", row: 1 }, "descriptors")).toBe(3);
    expect(relatedRow(checkpoint, { to: "file", row: 1 }, "tasks")).toBe(1);
    expect(relatedRow(checkpoint, { to: "file", row: 5 }, "descriptors")).toBe(NONE);
    expect(relatedRow(checkpoint, { to: "file", row: 5 }, "tasks")).toBe(NONE);
  });
  test("a task leads to its table and that table’s first descriptor; a zombie to neither", () => {
    expect(relatedRow(checkpoint, { to: "task", row: 3 }, "tables")).toBe(2);
    expect(relatedRow(checkpoint, { to: "task", row: 3 }, "descriptors")).toBe(7);
    expect(relatedRow(checkpoint, { to: "task", row: 4 }, "tables")).toBe(NONE);
    expect(relatedRow(checkpoint, { to: "task", row: 4 }, "descriptors")).toBe(NONE);
  });
});

describe("records", () => {
  const places = [{ length: 10 }, { length: 5 }, { offset: 0, length: 20, member: 1 }];
  const made = { ...checkpoint, records: recordsOf(places, [{ type: 1, name: "A", struct: null }]) };

  test("a byte is in the record around it, of its own member", () => {
    expect(recordAt(made.records, 0, 0)).toBe(0);
    expect(recordAt(made.records, 0, 14)).toBe(1);
    expect(recordAt(made.records, 0, 15)).toBe(NONE);
    expect(recordAt(made.records, 1, 15)).toBe(2);
  });
  test("a problem leads to the record that it is in", () => {
    const problems = [{ severity: "error", code: "x", message: "X.", offset: 12 }] as const;
    expect(selectionAt({ ...made, problems }, "problems", 0)).toEqual({ to: "record", row: 1 });
  });
});
