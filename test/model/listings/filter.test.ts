import { describe, expect, test } from "vitest";
import type { Listing } from "../../../app/model/listings/column.ts";
import { filterErrors, filterMask, parseFilter } from "../../../app/model/listings/filter.ts";
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

/** Who holds an open file, as `fds` writes them. */
const HOLDERS: Readonly<Record<number, readonly string[]>> = {
  0: ["1:0", "1:1", "2:0"],
  1: ["2:1", "2:2", "3:3"],
  3: ["2:7"],
};

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
  test("numbers: each comparison with its bounds, a value that is unknown passing none", () => {
    const passing: Readonly<Record<string, readonly number[]>> = {
      "<4096": [0],
      "<=4096": [0, 1],
      ">0": [1, 3, 5],
      ">=4096": [1, 3, 5],
      "=4096": [1],
      "0-4096": [0, 1],
      "1-4095": [],
      "4096-5000": [1],
    };
    for (const [value, wanted] of Object.entries(passing)) {
      expect(rows("files", `pos:${value}`), value).toEqual(wanted);
      const holders = fds(`pos:${value}`);
      const held = wanted.flatMap((file) => HOLDERS[file] ?? []);
      expect(holders, `${value} of descriptors`).toEqual(held.toSorted());
    }
  });
  test("none of what descriptors have from their open files", () => {
    expect(fds("pos:none")).toEqual(["2:5", "3:4"]);
    expect(fds("-pos:none")).toEqual(["1:0", "1:1", "2:0", "2:1", "2:2", "2:7", "3:3"]);
  });
  test("yes and no are words of their own", () => {
    expect(rows("files", "shared:no")).toEqual([2, 3, 4, 5]);
    expect(fds("cloexec:no")).not.toContain("2:5");
    expect(fds("cloexec:no")).toHaveLength(8);
    expect(fds("cloexec:perhaps")).toEqual([]);
  });
  test("letters of either case are the same from A to Z", () => {
    const named = checkpointOf({ ...NGINX, files: [{ kind: "regular", path: "/srv/AZ[@", pos: 0n }], tables: [[]] });
    for (const word of ["az[@", "AZ[@", "path:aZ"])
      expect(filterMask(named, "files", word), word).toEqual(new Uint8Array([1]));
    for (const word of ["az{@", "az[`"]) expect(filterMask(named, "files", word), word).toEqual(new Uint8Array([0]));
  });
});

describe("a table that no task uses", () => {
  const alone = checkpointOf({
    tasks: [{ pid: 1, ppid: 0, comm: "init", table: 0 }],
    tables: [[{ fd: 0, file: 0 }], [{ fd: 4, file: 0 }]],
    files: [{ kind: "regular", path: "/dev/null" }],
  });
  const passing = (filter: string): number[] => [...(filterMask(alone, "tables", filter) ?? [])];

  test("has no pid and no name", () => {
    expect(passing("pid:none")).toEqual([0, 1]);
    expect(passing("pid:1")).toEqual([1, 0]);
    expect(passing("comm:init")).toEqual([1, 0]);
    expect(passing("comm:none")).toEqual([0, 1]);
    expect(passing("-comm:init")).toEqual([0, 1]);
  });
});

describe("a term without a meaning", () => {
  test.each([
    ["pos:>abc", "pos:>abc", "“abc” is not a number; write 3, 3-10, >4096 or none"],
    ["nginx -fd:x", "fd:x", "“x” is not a number; write 3, 3-10, >4096 or none"],
    ["cloexec:perhaps", "cloexec:perhaps", "“perhaps” is not yes or no"],
  ])("%s", (filter, term, message) => {
    expect(filterErrors("descriptors", filter)).toEqual([{ term, message }]);
  });
  test("is one of the tasks of a table, too", () => {
    expect(filterErrors("tables", "pid:x")).toMatchObject([{ term: "pid:x" }]);
    expect(filterErrors("tables", "pid:1 comm:x")).toEqual([]);
  });
  test("is not a number, range, comparison, none, yes or no, or a word", () => {
    for (const filter of ["fd:3", "fd:3-10", "pos:>=4096", "pos:none", "cloexec:yes", "cloexec:no", "path:>abc", "x"]) {
      expect(filterErrors("descriptors", filter), filter).toEqual([]);
    }
  });
});
