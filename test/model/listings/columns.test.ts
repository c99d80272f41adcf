import { describe, expect, test } from "vitest";
import { LISTINGS, type Listing } from "../../../app/model/listings/column.ts";
import { COLUMNS, columnOf } from "../../../app/model/listings/columns.ts";
import { NGINX } from "../../support/nginx.ts";
import { checkpointOf } from "../../support/state.ts";

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
  test("the path column asks for the room of the longest path", () => {
    const longest = Math.max(...NGINX.files.map(({ path }) => (path ?? "").length));
    expect(columnOf("files", "path")?.needs?.(checkpoint)).toBe(longest);
    expect(columnOf("descriptors", "path")?.needs?.(checkpoint)).toBe(longest);
  });
  test("a zombie does not widen the column of the tasks that use a table", () => {
    const needs = (zombie: boolean) =>
      columnOf("descriptors", "comm")?.needs?.(
        checkpointOf({
          tasks: [
            { pid: 1, comm: "parent", table: 0 },
            { pid: 2, comm: zombie ? "gone" : "child", ...(zombie ? { state: "zombie" as const } : { table: 0 }) },
          ],
          tables: [[{ fd: 0, file: 0 }]],
          files: [{ kind: "regular", path: "/x" }],
        }),
      );
    expect(needs(true)).toBe("parent".length);
    expect(needs(false)).toBe("parent child".length);
  });
});
