// The comparison of resources: a recorded tree, and tables made for one question each.

import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { changeValues } from "../../app/components/Inspector/change-values.ts";
import type { Image } from "../../app/decoder/image.ts";
import type { Change } from "../../app/diff/changes.ts";
import { changesJson } from "../../app/diff/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { filterChanges } from "../../app/diff/filter.ts";
import { changeSentence, changeWords } from "../../app/export/changes-text.ts";
import { diffDocument } from "../../app/export/diff-json.ts";
import { encodeText } from "../../app/model/text.ts";
import { readResources } from "../../app/resources/read.ts";
import { resourceNamed } from "../../app/resources/resources.ts";
import { createTable, type Resources, type ResourceTable, type Row } from "../../app/resources/table.ts";
import { openRecorded } from "../support/resources.ts";
import { checkpointOf, type StateFile } from "../support/state.ts";

const SOURCES = { before: { name: "before", bytes: 1 }, after: { name: "after", bytes: 1 } };

async function compare(before: Image, after: Image) {
  const resources = { before: await readResources(before), after: await readResources(after) };
  return diff(before.checkpoint, after.checkpoint, { resources });
}

/** A change of a resource in one line: `mappings 12 permissions: rw-p → rwxp`. */
function line(change: Change): string {
  if (!("resource" in change)) return change.kind;
  const { resource, key } = change;
  const pid = key.pid === undefined ? "" : ` ${key.pid}`;
  if (change.kind !== "resource-changed") return `${change.kind} ${resource}${pid}`;
  return `${resource}${pid} ${change.field}: ${JSON.stringify(change.before)} → ${JSON.stringify(change.after)}`;
}

describe("a recorded tree", () => {
  test("has the changes that were made, and no other", async () => {
    const comparison = await compare(await openRecorded("r1/before"), await openRecorded("r1/after"));
    const indices = filterChanges(comparison, { withoutRepeated: true });
    const changes = changesJson(comparison, indices);
    const bounding = changes.find((change) => change.kind === "task-detail");
    expect(changes.map(line)).toEqual([
      "resource-added mappings 25572",
      'mappings 25575 permissions: "rw-p" → "rwxp"',
      "ipc values: [0,7,0] → [0,8,0]",
      'uts nodename: "inner-host" → "renamed"',
      "task-detail",
      "resource-added signals 25572",
      "resource-added mappings 25572",
      "resource-removed signals 25572",
      "resource-removed mappings 25572",
      "threads 25572 nice: 5 → 9",
      'limits 25572 soft: "512" → "256"',
      'mappings 25572 size: "16384" → "12288"',
      ...["file-detail", "file-detail", "file-detail", "file-detail", "fd-opened", "fd-opened"],
      "task-renamed",
      "resource-removed mappings 25575",
    ]);
    expect(bounding).toMatchObject({ pid: 25572, key: "bounding" });
    expect(changes[0]).toMatchObject({
      security: true,
      key: { pid: 25572, start: "7fdefe3da000", kind: "anonymous", path: null, offset: "0" },
      entry: { permissions: "r-xp", size: "20480" },
    });
    expect(changes[1]).toMatchObject({ security: true, key: { pid: 25575, start: "7fdeff3ec000" } });
  });

  test("has the repeated changes of sockets and credentials in the document, which follows its schema", async () => {
    const comparison = await compare(await openRecorded("r1/before"), await openRecorded("r1/after"));
    const schema = JSON.parse(readFileSync(new URL("../../public/schema/diff.schema.json", import.meta.url), "utf8"));
    const validate = new Ajv({ allErrors: true, strict: false, allowUnionTypes: true }).compile(schema);
    const document = diffDocument(comparison, SOURCES);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(document.changes.filter((change) => "resource" in change && change.resource === "sockets")).toHaveLength(10);
    expect(document.changes.map(line).filter((each) => each.startsWith("credentials"))).toHaveLength(1);
  });

  test("has no change against itself", async () => {
    const [one, other] = [await openRecorded("r1/before"), await openRecorded("r1/before")];
    expect((await compare(one, other)).changes.count).toBe(0);
  });
});

const CHECKPOINT = checkpointOf({ tasks: [{ pid: 7, comm: "server", table: 0 }], tables: [[]], files: [] });

/** Tables with rows of the one task. */
const tables = (rows: Readonly<Record<string, readonly Row[]>>): Resources =>
  Object.fromEntries(
    Object.entries(rows).map(([name, list]) => {
      const table = createTable(resourceNamed(name));
      table.hold();
      for (const row of list) table.add({ pid: 7, tid: 7, ...row }, 0, -1);
      return [name, table.finish()];
    }),
  );

function changesOf(before: Readonly<Record<string, readonly Row[]>>, after: Readonly<Record<string, readonly Row[]>>) {
  const resources = { before: tables(before), after: tables(after) };
  return diff(CHECKPOINT, CHECKPOINT, { resources });
}

const mapping = (start: bigint, pages: number, row: Row = {}): Row => ({
  start,
  end: start + BigInt(pages) * 4096n,
  size: BigInt(pages) * 4096n,
  permissions: "rw-p",
  kind: "anonymous",
  offset: 0n,
  ...row,
});

const lines = (before: readonly Row[], after: readonly Row[]): string[] =>
  changesJson(changesOf({ mappings: before }, { mappings: after })).map(line);

describe("mappings", () => {
  const library = (start: bigint): Row[] => [
    mapping(start, 4, { kind: "file", path: "/lib/libc.so", permissions: "r--p" }),
    mapping(start + 0x4000n, 40, { kind: "file", path: "/lib/libc.so", permissions: "r-xp", offset: 0x4000n }),
    mapping(start + 0x2c000n, 2, { kind: "file", path: "/lib/libc.so", permissions: "rw-p", offset: 0x2c000n }),
  ];
  const program = (base: bigint): Row[] => [
    ...library(base),
    mapping(base + 0x100000n, 3),
    mapping(base + 0x200000n, 33, { kind: "heap" }),
    mapping(base + 0x300000n, 3),
    mapping(base + 0x400000n, 5, { permissions: "---p" }),
    mapping(base + 0x500000n, 33, { kind: "stack" }),
  ];

  test("do not change if two runs have them at other addresses", () => {
    expect(lines(program(0x7f0000000000n), program(0x7fab00000000n))).toEqual([]);
  });

  test("do not change if another one among them is new", () => {
    const after = [...program(0x7fab00000000n), mapping(0x7fab00180000n, 7, { permissions: "r-xp" })];
    after.sort((a, b) => Number((a.start as bigint) - (b.start as bigint)));
    expect(lines(program(0x7f0000000000n), after)).toEqual(["resource-added mappings 7"]);
  });

  test("that are made executable at another address are one change, and the first", () => {
    const after = program(0x7fab00000000n).map((row) => (row.kind === "heap" ? { ...row, permissions: "rwxp" } : row));
    const comparison = changesOf(
      { mappings: program(0x7f0000000000n), limits: [{ resource: "RLIMIT_AS", soft: 1n }] },
      { mappings: after, limits: [{ resource: "RLIMIT_AS", soft: 2n }] },
    );
    expect(changesJson(comparison).map(line)).toEqual([
      'mappings 7 permissions: "rw-p" → "rwxp"',
      'limits 7 soft: "1" → "2"',
    ]);
    expect(changeSentence(comparison, 0)).toBe("pid 7 mapping 7f0000200000 heap: permissions rw-p → rwxp");
  });

  test("that are split keep the part with the same permissions", () => {
    const before = [mapping(0x1000n, 8)];
    const after = [mapping(0x1000n, 2), mapping(0x3000n, 1, { permissions: "rwxp" }), mapping(0x4000n, 5)];
    expect(lines(before, after)).toEqual([
      "resource-added mappings 7",
      "resource-added mappings 7",
      'mappings 7 size: "32768" → "8192"',
    ]);
  });

  test("of a file with another path are another mapping", () => {
    const at = (path: string): Row[] => [mapping(0x1000n, 1, { kind: "file", path })];
    expect(lines(at("/lib/a"), at("/lib/b"))).toEqual(["resource-added mappings 7", "resource-removed mappings 7"]);
  });

  test("of files with very long paths are compared to the last byte", () => {
    const at = (...ends: readonly string[]): Row[] =>
      ends.map((end, nth) => {
        const path = encodeText(`/${"a".repeat(100_000)}${end}`);
        return mapping(BigInt(nth + 1) * 0x10_0000n, nth + 1, { kind: "file", path });
      });
    expect(lines(at("b", "b", "c"), at("b", "b", "c"))).toEqual([]);
    expect(lines(at("b"), at("c"))).toEqual(["resource-added mappings 7", "resource-removed mappings 7"]);
  });

  test("whose paths differ in bytes that are no UTF-8 differ", () => {
    const at = (byte: number): Row[] => [mapping(0x1000n, 1, { kind: "file", path: Uint8Array.of(0x2f, byte) })];
    expect(lines(at(0xff), at(0xfe))).toEqual(["resource-added mappings 7", "resource-removed mappings 7"]);
  });
});

describe("security", () => {
  const isSecurity = (resource: string, before: readonly Row[], after: readonly Row[]): boolean[] =>
    changesJson(changesOf({ [resource]: before }, { [resource]: after })).map(
      (change) => "security" in change && change.security === true,
    );

  test("code that can be written, and code without a file", () => {
    const at = (permissions: string, kind = "anonymous"): Row[] => [mapping(0x1000n, 1, { permissions, kind })];
    expect(isSecurity("mappings", at("rw-p"), at("rwxp"))).toEqual([true]);
    expect(isSecurity("mappings", at("rw-p", "file"), at("rwxp", "file"))).toEqual([true]);
    expect(isSecurity("mappings", at("rw-p"), at("r-xp"))).toEqual([true]);
    expect(isSecurity("mappings", at("rw-p", "file"), at("r-xp", "file"))).toEqual([false]);
    expect(isSecurity("mappings", at("rwxp"), at("r-xp"))).toEqual([false]);
    expect(isSecurity("mappings", at("rwxp"), at("rw-p"))).toEqual([false]);
  });

  test("capabilities that are gained, and not those that are dropped; ids in either direction", () => {
    const held = (effective: readonly string[], uid = 0): Row[] => [{ effective, uid }];
    expect(isSecurity("credentials", held([]), held(["CAP_SYS_ADMIN"]))).toEqual([true]);
    expect(isSecurity("credentials", held(["CAP_SYS_ADMIN", "CAP_KILL"]), held(["CAP_KILL"]))).toEqual([false]);
    expect(isSecurity("credentials", held([], 1000), held([], 0))).toEqual([true]);
    expect(isSecurity("credentials", [{ noNewPrivs: false }], [{ noNewPrivs: true }])).toEqual([false]);
    expect(isSecurity("credentials", [{ noNewPrivs: true }], [{ noNewPrivs: false }])).toEqual([true]);
  });

  test("sockets that begin to listen", () => {
    const socket = (row: Row): Row[] => [{ fd: 3, protocol: "tcp", ...row }];
    expect(isSecurity("sockets", [], socket({ state: "listen", local: "0.0.0.0:22" }))).toEqual([true]);
    expect(isSecurity("sockets", [], socket({ state: "established", remote: "10.0.0.1:22" }))).toEqual([false]);
    expect(isSecurity("sockets", [], socket({ protocol: "udp", state: "close", local: "0.0.0.0:53" }))).toEqual([true]);
    expect(isSecurity("sockets", socket({ state: "listen" }), [])).toEqual([false]);
  });

  test("seccomp and namespaces", () => {
    expect(isSecurity("seccomp", [{ mode: "filter", filters: 1 }], [])).toEqual([true]);
    expect(isSecurity("namespaces", [{ kind: "net", own: true }], [{ kind: "net", own: false }])).toEqual([true]);
  });

  test("is a filter, also by words", () => {
    const comparison = changesOf(
      { mappings: [mapping(0x1000n, 1)], limits: [{ resource: "RLIMIT_AS", soft: 1n }] },
      { mappings: [mapping(0x1000n, 1, { permissions: "rwxp" })], limits: [{ resource: "RLIMIT_AS", soft: 2n }] },
    );
    const of = (words: string): number[] => [...filterChanges(comparison, { words })];
    expect([...filterChanges(comparison, { security: true })]).toEqual([0]);
    expect(of("security:yes")).toEqual([0]);
    expect(of("resource:limits")).toEqual([1]);
    expect(of("rwx")).toEqual([0]);
    expect(of("RLIMIT_AS")).toEqual([1]);
  });
});

describe("tables", () => {
  test("that only one image records are not compared, and a note says so", () => {
    const { changes, notes } = diff(CHECKPOINT, CHECKPOINT, {
      resources: {
        before: tables({ mappings: [mapping(0x1000n, 1)] }),
        after: { mappings: createTable(resourceNamed("mappings")).finish() },
      },
    });
    expect(changes.count).toBe(0);
    expect(notes).toMatchObject([{ code: "resources-on-one-side" }]);
  });

  test("tell an absent value from a value", () => {
    const before = { limits: [{ resource: "RLIMIT_AS", soft: null }] };
    expect(changesJson(changesOf(before, { limits: [{ resource: "RLIMIT_AS", soft: 0n }] })).map(line)).toEqual([
      'limits 7 soft: null → "0"',
    ]);
  });

  test("leave out what advances by itself, what is renumbered, and what is compared elsewhere", () => {
    const row = { kind: "posix", id: 0, interval: "1", value: "0.5", overrun: 0 };
    expect(changesOf({ timers: [row] }, { timers: [{ ...row, value: "0.25", overrun: 3 }] }).changes.count).toBe(0);
    const namespace = (id: number): Row[] => [{ kind: "net", id, own: true }];
    expect(changesOf({ namespaces: namespace(1) }, { namespaces: namespace(2) }).changes.count).toBe(0);
  });
});

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

describe("text that is not UTF-8", () => {
  const bytes = (...own: number[]) => Uint8Array.from([...encodeText("/x"), ...own]);
  const mounts = (mountpoint: Uint8Array, source: Uint8Array) => ({ mounts: [{ mountpoint, source }] });

  test("is in a sentence, and in the document, by its exact bytes", () => {
    const comparison = changesOf(mounts(bytes(0xff), bytes(0xfe)), mounts(bytes(0xff), bytes(0xfd)));
    expect(changeSentence(comparison, 0)).toBe("pid 7 mount /x\\xff: source /x\\xfe → /x\\xfd");
    expect(changesJson(comparison)).toMatchObject([
      {
        key: { mountpoint: "/x\ufffd", mountpointBytes: "L3j/" },
        before: "/x\ufffd",
        beforeBytes: "L3j+",
        after: "/x\ufffd",
        afterBytes: "L3j9",
      },
    ]);
  });

  test("is in the sentence of a row on one side", () => {
    const comparison = changesOf({ mounts: [] }, mounts(bytes(0xff), bytes(0xfe)));
    expect(changeSentence(comparison, 0)).toBe("pid 7 mount /x\\xff: new, /x\\xfe");
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
