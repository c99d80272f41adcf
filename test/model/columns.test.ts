import { describe, expect, test } from "vitest";
import { LISTINGS, type Listing } from "../../app/model/columns/column.ts";
import { COLUMNS, columnOf } from "../../app/model/columns/columns.ts";
import { NGINX } from "../support/nginx.ts";
import { checkpointOf } from "../support/state.ts";

const checkpoint = checkpointOf(NGINX);
const text = (listing: Listing, column: string, row: number): string | undefined =>
  columnOf(listing, column)?.text(checkpoint, row);

describe("columns", () => {
  test("ids are unique within a listing, and fit in links", () => {
    for (const listing of LISTINGS) {
      const ids = COLUMNS[listing].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => !/^[a-z]+$/.test(id))).toEqual([]);
    }
  });
  test("positions are exact, and empty where the image has none", () => {
    expect(text("files", "pos", 3)).toBe("9007199254740993");
    expect(text("files", "pos", 2)).toBe("");
    expect(text("descriptors", "pos", 6)).toBe("9007199254740993");
  });
  test("flags by name and in octal", () => {
    expect(text("files", "flags", 1)).toBe("O_WRONLY O_APPEND");
    expect(text("files", "octal", 1)).toBe("02001");
    expect(text("files", "flags", 4)).toBe("");
  });
  test("what misleads is made visible", () => {
    expect(text("tasks", "comm", 3)).toBe("tail\\u202e");
  });
  test("a table’s tasks are listed", () => {
    expect(text("descriptors", "pid", 2)).toBe("412 413");
    expect(text("tables", "comm", 1)).toBe("nginx nginx-log");
  });
  test("the position column asks for the room of the largest value", () => {
    expect(columnOf("files", "pos")?.needs?.(checkpoint)).toBe(16);
    expect(columnOf("descriptors", "pos")?.needs?.(checkpoint)).toBe(16);
  });
});
