import { describe, expect, test } from "vitest";
import type { Listing } from "../../../app/model/listings/column.ts";
import { filterMask, parseFilter } from "../../../app/model/listings/filter.ts";
import { NGINX } from "../../support/nginx.ts";
import { checkpointOf } from "../../support/state.ts";

const checkpoint = checkpointOf(NGINX);

/** Rows that pass. */
const rows = (listing: Listing, filter: string): number[] => {
  const mask = filterMask(checkpoint, listing, filter);
  return mask === null ? [] : Array.from(mask.keys()).filter((row) => mask[row] === 1);
};

const fds = (filter: string): string[] =>
  rows("descriptors", filter).map(
    (row) => `${checkpoint.tables.id[checkpoint.descriptors.table[row] ?? 0]}:${checkpoint.descriptors.fd[row]}`,
  );

describe("reading a filter", () => {
  test("words, quotes, keys and not", () => {
    expect(parseFilter("descriptors", 'nginx "a b" -kind:pipe path:"x y"')).toEqual([
      { not: false, column: null, value: "nginx" },
      { not: false, column: null, value: "a b" },
      { not: true, column: "kind", value: "pipe" },
      { not: false, column: "path", value: "x y" },
    ]);
  });
  test("a key that is not a column is part of the word", () => {
    expect(parseFilter("files", "socket:[tcp")).toEqual([{ not: false, column: null, value: "socket:[tcp" }]);
  });
  test("an open quote runs to the end", () => {
    expect(parseFilter("files", '"a b')).toEqual([{ not: false, column: null, value: "a b" }]);
  });
  test("an empty text is no filter", () => {
    expect(filterMask(checkpoint, "files", "   ")).toBeNull();
  });
});

describe("plain words", () => {
  test("all must occur, in any column, whatever their case", () => {
    expect(fds("NGINX access")).toEqual(["2:1", "2:2", "3:3"]);
    expect(fds("413 access")).toEqual(["2:1", "2:2"]);
  });
  test("a descriptor matches by any task that shares its table", () => {
    expect(fds("nginx-log")).toEqual(["2:0", "2:1", "2:2", "2:5", "2:7"]);
  });
  test("quoted words hold spaces", () => {
    expect(rows("files", '"a b"')).toEqual([3]);
  });
  test("flags are found by name", () => {
    expect(rows("files", "o_append")).toEqual([1]);
  });
});

describe("column:value", () => {
  test("numbers: equal, range, compared", () => {
    expect(fds("fd:1")).toEqual(["1:1", "2:1"]);
    expect(fds("fd:2-4")).toEqual(["2:2", "3:3", "3:4"]);
    expect(fds("fd:>=5")).toEqual(["2:5", "2:7"]);
    expect(fds("fd:x")).toEqual([]);
  });
  test("64-bit numbers compare exactly", () => {
    expect(rows("files", "pos:9007199254740993")).toEqual([3]);
    expect(rows("files", "pos:>9007199254740992")).toEqual([3]);
    expect(rows("files", "pos:0x1000")).toEqual([1]);
  });
  test("none: the image has no value", () => {
    expect(rows("files", "pos:none")).toEqual([2, 4]);
    expect(rows("files", "-pos:none")).toEqual([0, 1, 3, 5]);
  });
  test("text: contains, is", () => {
    expect(rows("files", "path:nginx")).toEqual([1, 5]);
    expect(rows("files", "path:=/usr/bin/nginx")).toEqual([5]);
    expect(rows("files", "path:=/usr/bin/ngin")).toEqual([]);
  });
  test("yes or no", () => {
    expect(rows("files", "shared:yes")).toEqual([0, 1]);
    expect(fds("cloexec:yes")).toEqual(["2:5"]);
    expect(rows("tables", "shared:yes")).toEqual([1]);
  });
  test("words of numbers", () => {
    expect(rows("files", "kind:socket")).toEqual([2]);
    expect(rows("tasks", "state:zombie")).toEqual([4]);
  });
  test("pid of any task of the table", () => {
    expect(fds("pid:413")).toEqual(["2:0", "2:1", "2:2", "2:5", "2:7"]);
  });
});
