// Rows of sockets that are the same in two sets are not read. The changes must be the same as when all are read.

import { describe, expect, test } from "vitest";
import { fieldNumber } from "../../app/decoder/criu/wire/wire.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { pair } from "../../app/diff/pairs/pair.ts";
import { readForComparison } from "../../app/resources/read.ts";
import { COMPARED_RESOURCES } from "../../app/resources/resources.ts";
import { changesAndNotes } from "../support/compare.ts";
import { completeSet } from "../support/complete-set.ts";
import { mixedCriuSet } from "../support/criu-mixed-set.ts";
import { FOWN, imageBytes, inventoryAndTree, type Message } from "../support/criu-set.ts";
import { editEntries, mapNumbers, setNumber, without } from "../support/edit-set.ts";
import { everyEdit } from "../support/every-edit.ts";
import { openSources } from "../support/resources.ts";

type Set = readonly Source[];

/** Descriptors of sockets that are read of each side, as `pid fd`. */
async function rowsRead(before: Set, after: Set): Promise<readonly (readonly string[])[]> {
  const images = { before: await openSources(before), after: await openSources(after) };
  const pairs = pair(images.before.checkpoint, images.after.checkpoint);
  const read = await readForComparison(images, COMPARED_RESOURCES, pairs);
  return [read.before.sockets, read.after.sockets].map((table) => {
    const [pid, fd] = table?.columns ?? [];
    if (pid?.kind !== "number" || fd?.kind !== "number") throw new Error("there is no table of sockets");
    return Array.from(pid.values, (own, row) => `${own} ${fd.values[row]}`);
  });
}

/** Changes of the table of sockets, both ways, as `kind pid fd field`. */
async function changesOf(before: Set, after: Set): Promise<readonly string[]> {
  const [one, other] = [await openSources(before), await openSources(after)];
  const back = await changesAndNotes(other, one);
  const { changes } = await changesAndNotes(one, other);
  expect(back.changes).toHaveLength(changes.length);
  return changes.flatMap((change) =>
    "resource" in change && change.resource === "sockets"
      ? [[change.kind, change.key.pid, change.key.fd, "field" in change ? change.field : ""].join(" ").trim()]
      : [],
  );
}

const SELINUX = 1;

interface Socket {
  readonly task: number;
  readonly fd: number;
  readonly state?: number;
  readonly network?: number;
  readonly label?: string;
}

/**
 * A set of tasks 1000, 1001, … with unix sockets. @param tables By task: the number of its file table, and its network.
 */
function setOf(tables: readonly (readonly [table: number, network: number])[], sockets: readonly Socket[]): Set {
  const { members } = inventoryAndTree(tables.length);
  const files: Message[] = sockets.map(({ state = 7, network = 9 }, at) => [
    [1, 5],
    [2, at + 1],
    [
      16,
      [
        ...[at + 1, 70 + at, 1, state, 2, 0, 0, 0].map((value, field) => [field + 1, value] as const),
        [9, FOWN],
        [10, []],
        [11, ""],
        [16, network],
      ],
    ],
  ]);
  members.push(["files.img", imageBytes("FILES", files)]);
  tables.forEach(([table, network], task) => {
    const ids: Message = [
      [1, 50 + task],
      [2, table],
      [3, 1],
      [4, 1],
      [6, network],
    ];
    members.push([`ids-${1000 + task}.img`, imageBytes("IDS", [ids])]);
  });
  for (const table of new Set(tables.map(([own]) => own))) {
    const descriptors = sockets.flatMap(({ task, fd, label }, at): Message[] =>
      tables[task]?.[0] === table
        ? [[[1, at + 1], [2, 0], [3, 5], [4, fd], ...(label === undefined ? [] : [[5, label] as const])]]
        : [],
    );
    members.push([`fdinfo-${table}.img`, imageBytes("FDINFO", descriptors)]);
  }
  const set = members.map(([name, bytes]) => bytesSource(name, bytes));
  const isLabelled = sockets.some(({ label }) => label !== undefined);
  return isLabelled ? setNumber(set, "inventory.img", "inventory_entry", 0, "lsmtype", SELINUX) : set;
}

const ONE = [[1, 9]] as const;
const TWO = [
  [1, 9],
  [2, 9],
] as const;

describe("rows that are left out", () => {
  test("are those of sockets that are the same", async () => {
    expect(await rowsRead(mixedCriuSet(3, 40), mixedCriuSet(3, 40))).toEqual([[], []]);
    const before = setOf(TWO, [
      { task: 0, fd: 3 },
      { task: 1, fd: 3 },
      { task: 1, fd: 4 },
    ]);
    const after = setOf(TWO, [
      { task: 0, fd: 3 },
      { task: 1, fd: 3, state: 1 },
      { task: 1, fd: 5 },
    ]);
    expect(await rowsRead(before, after)).toEqual([
      ["1001 3", "1001 4"],
      ["1001 3", "1001 5"],
    ]);
    expect(await changesOf(before, after)).toEqual([
      "resource-changed 1001 3 state",
      "resource-removed 1001 4",
      "resource-added 1001 5",
    ]);
  });

  test("are not those of files that only one set has", async () => {
    const before = setOf(ONE, [{ task: 0, fd: 3 }]);
    const after = without(before, "files.img");
    expect(await rowsRead(before, after)).toEqual([["1000 3"], []]);
  });

  test("may differ in what advances, and in what every dump numbers anew", async () => {
    const before = mixedCriuSet(2, 40);
    const after = mapNumbers(before, "files.img", "file_entry", (field, value) =>
      /^unix_sk_entry\.(ino|peer)$/.test(field) && value !== 0n ? value + 10_000n : value,
    );
    expect(await rowsRead(before, after)).toEqual([[], []]);
    expect(await changesOf(before, after)).toEqual([]);
  });
});

describe("one field of a socket edited makes the changes that reading everything makes", () => {
  test.each([
    ["inet_sk_entry", "isk"],
    ["unix_sk_entry", "usk"],
    ["netlink_sk_entry", "nlsk"],
    ["packet_sock_entry", "psk"],
  ])("%s", async (_, name) => {
    // What sockets and their rows are read from.
    const set = completeSet().filter((source) => /^(inventory|pstree|files|fdinfo-|ids-|core-)/.test(source.name));
    const before = await openSources(set);
    const [at = -1] = entriesWith(set, fieldNumber("file_entry", name));
    let changed = 0;
    for (const after of everyEdit(set, "files.img", "file_entry", at)) {
      const { changes } = await changesAndNotes(before, await openSources(after));
      if (changes.some((change) => "resource" in change && change.resource === "sockets")) changed++;
    }
    expect(changed).toBeGreaterThan(1);
  });
});

/** The entries of files.img with a field that is a message. */
function entriesWith(set: Set, field: number): number[] {
  const found: number[] = [];
  editEntries(set, "files.img", (entries) => {
    // The type and the id come first, each with a tag of one byte.
    entries.forEach((entry, at) => {
      let from = 0;
      for (const _ of [0, 1]) {
        from++;
        while ((entry[from++] as number) > 127);
      }
      const tag = field * 8 + 2;
      const isIt =
        tag < 128 ? entry[from] === tag : entry[from] === ((tag & 127) | 128) && entry[from + 1] === tag >> 7;
      if (isIt) found.push(at);
    });
    return entries;
  });
  return found;
}

describe("rows are read", () => {
  test("if labels differ, or only one set has any", async () => {
    const set = (label?: string) =>
      setOf(ONE, [
        { task: 0, fd: 3, ...(label === undefined ? {} : { label }) },
        { task: 0, fd: 4, label: "system_u:object_r:y:s0" },
      ]);
    expect(await rowsRead(set("a"), set("a"))).toEqual([[], []]);
    expect(await rowsRead(set("a"), set("b"))).toEqual([["1000 3"], ["1000 3"]]);
    expect(await changesOf(set("a"), set("b"))).toEqual(["resource-changed 1000 3 label"]);
    expect(await changesOf(set("a"), set())).toEqual(["resource-changed 1000 3 label"]);
    expect(await changesOf(set(), set())).toEqual([]);
    const unlabelled = setOf(ONE, [
      { task: 0, fd: 3 },
      { task: 0, fd: 4 },
    ]);
    expect(await rowsRead(unlabelled, set())).toEqual([["1000 4"], ["1000 4"]]);
    await changesOf(unlabelled, set());
  });

  test("if tasks are in several network namespaces", async () => {
    const tables = [
      [1, 9],
      [2, 10],
    ] as const;
    const set = (network: number) =>
      setOf(tables, [
        { task: 0, fd: 3, network },
        { task: 1, fd: 3, network: 10 },
      ]);
    expect(await rowsRead(set(9), set(9))).toEqual(Array(2).fill(["1000 3", "1001 3"]));
    expect(await changesOf(set(9), set(9))).toEqual([]);
    expect(await changesOf(set(9), set(10))).toEqual(["resource-changed 1000 3 namespace"]);
    // One more namespace on one side only.
    const one = setOf(TWO, [
      { task: 0, fd: 3 },
      { task: 1, fd: 3 },
    ]);
    expect(await rowsRead(one, set(9))).toEqual(Array(2).fill(["1000 3", "1001 3"]));
    await changesOf(one, set(10));
  });

  test("if a table corresponds to several", async () => {
    const shared = setOf(
      [
        [1, 9],
        [1, 9],
      ],
      [{ task: 0, fd: 3 }],
    );
    const separate = setOf(TWO, [
      { task: 0, fd: 3 },
      { task: 1, fd: 3, state: 1 },
    ]);
    expect(await rowsRead(shared, separate)).toEqual(Array(2).fill(["1000 3", "1001 3"]));
    expect(await changesOf(shared, separate)).toEqual(["resource-changed 1001 3 state"]);
    expect(await rowsRead(shared, shared)).toEqual([[], []]);
  });

  test("if a table has a number twice", async () => {
    const [first, second] = [
      { task: 0, fd: 3 },
      { task: 0, fd: 3, state: 1 },
    ];
    const both = setOf(ONE, [first, second]);
    expect(await rowsRead(both, both)).toEqual(Array(2).fill(["1000 3", "1000 3"]));
    for (const other of [[second, first], [first], [second], [second, second]]) {
      await changesOf(both, setOf(ONE, other));
    }
    // Those next to them have a row each.
    const between = setOf(
      ONE,
      [2, 3, 3, 4, 5, 5].map((fd) => ({ task: 0, fd })),
    );
    expect(await rowsRead(between, between)).toEqual(Array(2).fill(["1000 3", "1000 3", "1000 5", "1000 5"]));
  });

  test("of tasks that are on one side only, and make no change", async () => {
    const before = setOf(TWO, [
      { task: 0, fd: 3 },
      { task: 1, fd: 3 },
    ]);
    const after = setOf(ONE, [{ task: 0, fd: 3 }]);
    expect(await rowsRead(before, after)).toEqual([["1001 3"], []]);
    expect(await changesOf(before, after)).toEqual([]);
  });
});
