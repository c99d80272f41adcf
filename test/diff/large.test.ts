// Comparisons of many descriptors, and of images that ask for more than they hold.

import { expect, test } from "vitest";
import { changeAt, changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { bigCheckpoint } from "../support/big-state.ts";
import { checkpointOf, type State } from "../support/state.ts";

test("a forged image cannot ask for any number of pairs", () => {
  // 50 tasks share a table of 50, and leave it for empty tables of their own: 2,500 pairs.
  const tasks = Array.from({ length: 50 }, (_, at) => ({ pid: at + 1, comm: "t", table: 0 }));
  const table = Array.from({ length: 50 }, (_, fd) => ({ fd, file: 0 }));
  const before: State = { tasks, tables: [table], files: [{ kind: "generic", path: "/var/log/x" }] };
  const after: State = {
    tasks: tasks.map((task, at) => ({ ...task, table: at })),
    tables: tasks.map(() => []),
    files: [],
  };
  const all = diff(checkpointOf(before), checkpointOf(after));
  expect(all.pairs.descriptors.count).toBe(2500);
  expect(all.pairs.tasksLeftOut).toBe(0);
  const some = diff(checkpointOf(before), checkpointOf(after), { extraPairs: 100 });
  expect(some.pairs.descriptors.count).toBe(150);
  expect(some.pairs.tasksLeftOut).toBe(47);
  expect(changesJson(some)).toMatchObject([{ kind: "table-unshared" }, { kind: "fd-closed" }]);
});

test("a hundredth of many descriptors", () => {
  const comparison = diff(bigCheckpoint(20_000), bigCheckpoint(20_000, 100));
  expect(comparison.pairs.descriptors.count).toBe(20_000);
  expect(comparison.counts).toMatchObject({ "file-pos": 200 });
  expect(comparison.changes.count).toBe(200);
  expect(changeAt(comparison, 199)).toEqual({
    kind: "file-pos",
    holders: [
      { pid: 20, fd: 900 },
      { pid: 20, fd: 901 },
    ],
    before: "19900",
    after: "19901",
  });
});
