// What belongs together by a number that every dump assigns anew: tasks in one namespace, mounts in one peer group.

import { describe, expect, test } from "vitest";
import { changeValues } from "../../app/components/Inspector/change-values.ts";
import type { Change } from "../../app/diff/changes.ts";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { changeSentence, changeWords } from "../../app/export/changes/changes-text.ts";
import { resourceNamed } from "../../app/resources/resources.ts";
import { createTable, type ResourceTable, type Row } from "../../app/resources/table.ts";
import { changesOf, line } from "../support/made-resources.ts";
import { checkpointOf, type StateFile } from "../support/state.ts";

describe("namespaces", () => {
  const PIDS = [7, 8, 9, 10];

  /** Tables of the tasks with these pids, in this order; each has the namespace of its place in `ids`, and a socket. */
  const state = (
    ids: readonly (number | null)[],
    more: Readonly<Record<string, readonly Row[]>> = {},
    files: readonly StateFile[] = [],
  ) => {
    const present = PIDS.flatMap((pid, at) => (ids[at] == null ? [] : [{ pid, id: ids[at] }]));
    const checkpoint = checkpointOf({
      tasks: present.map(({ pid }) => ({ pid, comm: "server", table: 0 })),
      tables: [files.map((_, file) => ({ fd: 3 + file, file }))],
      files,
    });
    const namespaces = createTable(resourceNamed("namespaces"));
    namespaces.hold();
    present.forEach(({ pid, id }, row) => {
      namespaces.add({ pid, kind: "uts", id, own: true }, row, -1);
      namespaces.add({ pid, kind: "net", id: 100 + id, own: true }, row, -1);
    });
    const resources: Record<string, ResourceTable> = { namespaces: namespaces.finish() };
    for (const [name, rows] of Object.entries(more)) {
      const table = createTable(resourceNamed(name));
      table.hold();
      for (const row of rows) table.add(row, resourceNamed(name).scope === "image" ? -1 : 0, -1);
      resources[name] = table.finish();
    }
    return { checkpoint, resources };
  };

  type State = ReturnType<typeof state>;
  const comparisonOf = (before: State, after: State) =>
    diff(before.checkpoint, after.checkpoint, { resources: { before: before.resources, after: after.resources } });
  const compared = (before: State, after: State): Change[] =>
    changesJson(comparisonOf(before, after)).filter((change) => "resource" in change);
  const changed = (before: State, after: State): string[] =>
    compared(before, after).map((change) => ("resource" in change ? `${change.resource} ${change.key.pid ?? ""}` : ""));
  const ofUts = (list: readonly string[]): string[] => list.filter((each) => each.startsWith("namespaces"));

  test.each([
    ["leaves that of the others", [1, 1, 1, 1], [5, 5, 6, 5], [9]],
    ["with the lowest pid leaves that of the others", [1, 1, 1, 1], [6, 5, 5, 5], [7]],
    ["enters that of another", [1, 1, 2, 2], [1, 2, 2, 2], [8]],
    ["trades places with another", [1, 1, 2, 2], [1, 2, 1, 2], [8, 9]],
    ["leaves that of one other", [1, 1, null, null], [1, 2, null, null], [8]],
    ["is in one that is numbered anew", [1, 1, 2, 3], [3, 3, 1, 2], []],
    ["is alone where the other one ended", [1, 1, 2, 2], [4, null, 5, null], []],
  ] as const)("a task %s", (_, before, after, pids) => {
    const expected = pids.flatMap((pid) => [`namespaces ${pid}`, `namespaces ${pid}`]);
    expect(ofUts(changed(state(before), state(after)))).toEqual(expected);
    expect(ofUts(changed(state(after), state(before)))).toEqual(expected);
  });

  test("concern security", () => {
    const changes = compared(state([1, 1, 1, 1]), state([1, 1, 1, 2]));
    const common = { kind: "resource-changed", field: "id", security: true };
    expect(changes).toMatchObject([
      { ...common, key: { pid: 10, kind: "uts" }, before: 1, after: 2 },
      { ...common, key: { pid: 10, kind: "net" }, before: 101, after: 102 },
    ]);
  });

  test("that differ under one id are said to", () => {
    const comparison = comparisonOf(state([1, 1, 1, 1]), state([1, 2, 2, 2]));
    const ofUts = Array.from(comparison.changes.kind, (_, index) => index).filter((index) =>
      changeSentence(comparison, index).includes("uts"),
    );
    expect(ofUts.map((index) => changeSentence(comparison, index))).toEqual([
      "pid 7 namespace uts: id 1 → 1 (another namespace)",
    ]);
    expect(ofUts.flatMap((index) => changeValues(comparison, index))).toContainEqual({
      name: "id",
      before: "1",
      after: "1 (another namespace)",
      differs: true,
    });
  });

  test("of sockets are those of tasks", () => {
    const sockets = (id: number | null): Row[] => [{ pid: 7, fd: 3, namespace: id }];
    const before = state([1, 2, null, null], { sockets: sockets(101) });
    const list = (id: number | null, ids: readonly number[]) =>
      compared(before, state([...ids, null, null], { sockets: sockets(id) })).map(line);
    expect(list(101, [1, 2])).toEqual([]);
    expect(list(102, [2, 1])).toEqual([]);
    expect(list(102, [1, 2])).toEqual(["sockets 7 namespace: 101 → 102"]);
    // The tables are equal, but the namespaces have traded their numbers.
    expect(list(101, [2, 1])).toEqual(["sockets 7 namespace: 101 → 101"]);
    expect(list(null, [1, 2])).toEqual([]);
    // The last task of its namespace left: the sockets are where they were.
    expect(list(101, [7, 2])).toEqual([]);
    expect(list(177, [1, 2])).toEqual([]);
  });

  describe("that descriptors lead to are those of tasks", () => {
    const held = (...details: readonly [string, number][]): StateFile[] =>
      details.map(([namespace, namespaceId]) => ({
        kind: "namespace",
        path: `${namespace}:[CRIU id ${namespaceId}]`,
        stable: namespace.length + 2,
        details: { namespace, namespaceId },
      }));
    const comparison = (before: State, after: State) =>
      diff(before.checkpoint, after.checkpoint, { resources: { before: before.resources, after: after.resources } });
    const details = (before: State, after: State): Change[] =>
      changesJson(comparison(before, after)).filter((change) => change.kind === "file-detail");
    const of = (ids: readonly (number | null)[], ...list: readonly [string, number][]) => state(ids, {}, held(...list));
    const change = (fd: number, before: number, after: number) => ({
      kind: "file-detail",
      holders: PIDS.map((pid) => ({ pid, fd })),
      key: "namespaceId",
      before: { pid: before },
      after: { pid: after },
    });

    test("that of other tasks", () => {
      const before = of([1, 1, 2, 2], ["net", 101], ["uts", 1]);
      const after = of([5, 5, 6, 6], ["net", 106], ["uts", 5]);
      expect(details(before, after)).toEqual([change(3, 7, 9)]);
      expect(details(after, before)).toEqual([change(3, 9, 7)]);
      const { what } = changeWords(comparison(before, after), 0);
      expect(what).toBe("namespace of pid 7 → of pid 9");
    });

    test("with the number of before, but of other tasks", () => {
      const [before, after] = [of([1, 1, 2, 2], ["net", 101]), of([2, 2, 1, 1], ["net", 101])];
      expect(details(before, after)).toEqual([change(3, 7, 9)]);
    });

    test("that a task left, which no longer is the one by which it is known", () => {
      // Of the three tasks of namespace 1, two are in 4 now; the first is in that of the last.
      const [before, after] = [of([1, 1, 1, 2], ["net", 101]), of([5, 4, 4, 5], ["net", 105])];
      expect(details(before, after)).toEqual([change(3, 8, 10)]);
      expect(details(after, before)).toEqual([change(3, 10, 8)]);
    });

    test("that are numbered anew are the same", () => {
      const [before, after] = [of([1, 1, 2, 3], ["net", 102], ["uts", 3]), of([3, 3, 1, 2], ["net", 101], ["uts", 2])];
      expect(comparison(before, after).changes.count).toBe(0);
      expect(comparison(after, before).changes.count).toBe(0);
    });

    test("that no task of both images is in are not known", () => {
      const before = of([1, 1, 1, 1], ["net", 101], ["net", 177]);
      const after = of([1, 1, 1, 1], ["net", 188], ["net", 178]);
      expect(comparison(before, after).changes.count).toBe(0);
      expect(diff(before.checkpoint, of([1, 1, 2, 2], ["net", 102], ["net", 177]).checkpoint).changes.count).toBe(0);
    });
  });

  test("keep their rows, whichever task leaves", () => {
    const uts = (names: Readonly<Record<number, string>>) => ({
      uts: Object.entries(names).map(([id, nodename]) => ({ namespace: Number(id), nodename })),
    });
    const before = state([1, 1, 1, null], uts({ 1: "host" }));
    const after = state([3, 2, 2, null], uts({ 2: "host", 3: "inner" }));
    const rows = (list: readonly Change[]): string[] =>
      list.filter((change) => "resource" in change && change.resource === "uts").map(line);
    expect(rows(compared(before, after))).toEqual(["resource-added uts"]);
    expect(rows(compared(after, before))).toEqual(["resource-removed uts"]);
  });
});

describe("the peer groups of a mount", () => {
  const mounts = (sharedId: number | null, masterId: number | null) => ({
    mounts: [{ mountpoint: "/data", sharedId, masterId }],
  });
  const list = (before: readonly [number | null, number | null], after: readonly [number | null, number | null]) =>
    changesJson(changesOf(mounts(...before), mounts(...after))).map(line);

  test("are numbered anew", () => {
    expect(list([3, 4], [5, 6])).toEqual([]);
    expect(list([0, 0], [null, null])).toEqual([]);
  });

  test("are compared by which mounts are in one", () => {
    type Groups = readonly (readonly [shared: number, master: number])[];
    const table = (groups: Groups) => ({
      mounts: groups.map(([sharedId, masterId], at) => ({ mountpoint: `/${"abcd"[at]}`, sharedId, masterId })),
    });
    const changed = (before: Groups, after: Groups) =>
      changesJson(changesOf(table(before), table(after))).map((change) =>
        change.kind === "resource-changed" ? `${change.key.mountpoint} ${change.field}` : change.kind,
      );
    const together: Groups = [
      [3, 0],
      [3, 0],
      [3, 0],
      [0, 3],
    ];
    const renumbered: Groups = [
      [7, 0],
      [7, 0],
      [7, 0],
      [0, 7],
    ];
    const apart: Groups = [
      [3, 0],
      [3, 0],
      [4, 0],
      [0, 4],
    ];
    const swapped: Groups = [
      [4, 0],
      [4, 0],
      [3, 0],
      [0, 3],
    ];
    expect(changed(together, renumbered)).toEqual([]);
    expect(changed(apart, swapped)).toEqual([]);
    const sentence = changeSentence(changesOf(table(together), table(swapped)), 0);
    expect(sentence).toBe("pid 7 mount /c: peer group 3 → 3 (another group)");
    for (const other of [apart, swapped]) {
      expect(changed(together, other)).toEqual(["/c sharedId", "/d masterId"]);
      expect(changed(other, together)).toEqual(["/c sharedId", "/d masterId"]);
    }
  });

  test("are compared by whether there is one: it says whether mounts reach others", () => {
    expect(list([3, 0], [0, 0])).toEqual(["mounts sharedId: 3 → 0"]);
    expect(list([0, 0], [0, 4])).toEqual(["mounts masterId: 0 → 4"]);
  });
});

describe("the shared memory of mappings", () => {
  type Objects = readonly (number | null)[];
  const mappings = (objects: Objects) => ({
    mappings: objects.map((object, at) => {
      const size = 4096n * BigInt(at + 1);
      const start = 0x10_0000n * BigInt(at + 1);
      return { start, end: start + size, size, permissions: "rw-s", kind: "shared", offset: 0n, object };
    }),
  });
  const list = (before: Objects, after: Objects) => changesJson(changesOf(mappings(before), mappings(after))).map(line);

  test("is numbered anew", () => {
    expect(list([5, 5, 9], [9, 9, 5])).toEqual([]);
    expect(list([null], [null])).toEqual([]);
  });

  test("is compared by which mappings show the same", () => {
    expect(list([5, 5, 9], [5, 6, 9])).toEqual(["mappings 7 object: 5 → 6"]);
    expect(list([5, 6, 9], [7, 7, 9])).toEqual(["mappings 7 object: 6 → 7"]);
  });
});

describe("what tasks share", () => {
  type Sharing = readonly (readonly [pid: number, kind: string, id: number])[];
  const PIDS = [7, 8, 9];
  const checkpoint = checkpointOf({
    tasks: PIDS.map((pid) => ({ pid, comm: "server", table: 0 })),
    tables: [[]],
    files: [],
  });
  const sharing = (rows: Sharing): Record<string, ResourceTable> => {
    const table = createTable(resourceNamed("sharing"));
    table.hold();
    for (const [pid, kind, id] of rows) table.add({ pid, kind, id }, PIDS.indexOf(pid), -1);
    return { sharing: table.finish() };
  };
  const list = (before: Sharing, after: Sharing) => {
    const resources = { before: sharing(before), after: sharing(after) };
    return changesJson(diff(checkpoint, checkpoint, { resources })).map(line);
  };
  const all = (kind: string, id: number): Sharing => PIDS.map((pid) => [pid, kind, id] as const);

  test("is numbered anew, each kind for itself", () => {
    expect(
      list([...all("memory", 1), ...all("directories", 1)], [...all("memory", 5), ...all("directories", 6)]),
    ).toEqual([]);
    expect(
      list([...all("memory", 1), ...all("directories", 2)], [...all("memory", 2), ...all("directories", 1)]),
    ).toEqual([]);
  });

  test("is no longer shared by one that has it for itself", () => {
    expect(list(all("memory", 1), all("memory", 1).slice(0, 2))).toEqual(["resource-removed sharing 9"]);
    expect(list([], all("directories", 4).slice(1))).toEqual(["resource-added sharing 8", "resource-added sharing 9"]);
  });

  test("is that of others", () => {
    const pairs = (a: number, b: number, c: number, d: number): Sharing => [
      [7, "memory", a],
      [8, "memory", b],
      [9, "memory", c],
      [7, "directories", d],
    ];
    expect(list(pairs(1, 1, 2, 2), pairs(1, 2, 2, 2))).toEqual(["sharing 8 id: 1 → 2"]);
    expect(list(pairs(1, 1, 2, 1), pairs(4, 4, 3, 4))).toEqual([]);
  });
});

test("a thread's signal stack is compared by whether there is one", () => {
  const thread = (signalStack: bigint | null) => ({ threads: [{ blocked: [], signalStack }] });
  const list = (before: bigint | null, after: bigint | null) =>
    changesJson(changesOf(thread(before), thread(after))).map(line);
  expect(list(0x7f00n, 0x8800n)).toEqual([]);
  expect(list(null, null)).toEqual([]);
  expect(list(null, 0x7f00n)).toEqual(['threads 7 signalStack: null → "7f00"']);
  expect(list(0x7f00n, null)).toEqual(['threads 7 signalStack: "7f00" → null']);
});
