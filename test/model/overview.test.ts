// The overview of one image: what is ranked, counted and taken for a possible leak.

import { expect, test } from "vitest";
import { FILE_KINDS } from "../../app/model/names.ts";
import { overviewOf } from "../../app/model/overview.ts";
import { fileName } from "../../app/model/words.ts";
import { checkpointOf, type State } from "../support/state.ts";

const leak = (count: number, path: string, kind: "regular" | "socket" = "regular"): State => ({
  tasks: [
    { pid: 7, comm: "a", table: 0 },
    { pid: 8, comm: "b", table: 1 },
  ],
  tables: [
    [{ fd: 0, file: 0 }, ...Array.from({ length: count }, (_, at) => ({ fd: 10 + at, file: 1 + at }))],
    [
      { fd: 0, file: 0 },
      { fd: 3, file: 0, closeOnExec: true },
    ],
  ],
  files: [
    { kind: "tty", path: "/dev/pts/0", pos: 0n },
    ...Array.from({ length: count }, (_, at) => ({
      kind,
      path: kind === "socket" ? `socket:[${at}]` : path,
      ...(kind === "socket" && { stable: 8 }),
    })),
  ],
});

test("shared files are ranked by holders, and those of several tables counted", () => {
  const checkpoint = checkpointOf(leak(2, "/x"));
  const { shared, acrossTables, sharedTables } = overviewOf(checkpoint);
  expect([...shared.rows].map((file) => fileName(checkpoint, file))).toEqual(["/dev/pts/0"]);
  expect([...shared.numbers]).toEqual([3]);
  expect(acrossTables).toBe(1);
  expect(sharedTables.total).toBe(0);
});

test("a path that one table opened eight times may leak, seven times not; paths of two tables are not added up", () => {
  expect(overviewOf(checkpointOf(leak(7, "/tmp/x"))).repeated).toEqual([]);
  const checkpoint = checkpointOf(leak(8, "/tmp/x"));
  const [found, ...others] = overviewOf(checkpoint).repeated;
  expect(others).toEqual([]);
  expect(found).toMatchObject({ table: 0, isPath: true, count: 8 });
  expect(fileName(checkpoint, found?.file ?? -1)).toBe("/tmp/x");
});

test("files without a path are counted by kind, and may leak from 32 on", () => {
  expect(overviewOf(checkpointOf(leak(31, "", "socket"))).repeatedTotal).toBe(0);
  expect(overviewOf(checkpointOf(leak(32, "", "socket"))).repeated).toMatchObject([{ isPath: false, count: 32 }]);
});

test("descriptors above 2 without close-on-exec cross an exec", () => {
  const { crossExec } = overviewOf(checkpointOf(leak(3, "/x")));
  expect(crossExec.descriptors).toBe(3);
  expect([...crossExec.rows]).toEqual([0]);
  expect([...crossExec.numbers]).toEqual([3]);
});

test("kinds count descriptors, most first", () => {
  const { kinds } = overviewOf(checkpointOf(leak(5, "/x")));
  expect(kinds.map(({ kind, descriptors }) => [FILE_KINDS[kind], descriptors])).toEqual([
    ["regular", 5],
    ["tty", 3],
  ]);
});

test("of many only the first few are listed, and all are counted", () => {
  const files = Array.from({ length: 9 }, (_, at) => ({ kind: "regular" as const, path: `/f${at}` }));
  const fds = files.flatMap((_, at) => Array.from({ length: at + 1 }, (_, i) => ({ fd: 20 * at + i, file: at })));
  const { shared } = overviewOf(checkpointOf({ tasks: [{ pid: 1, comm: "a", table: 0 }], tables: [fds], files }));
  expect(shared.total).toBe(8);
  expect([...shared.numbers]).toEqual([9, 8, 7, 6, 5]);
});
