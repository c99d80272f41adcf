// Resources of tasks that are the same in two sets are not read. The changes must be the same as when all are read.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { MessageName } from "../../app/decoder/criu/format/messages.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { pair } from "../../app/diff/pairs/pair.ts";
import { NONE } from "../../app/model/checkpoint.ts";
import { createSetReader, type SetReader } from "../../app/resources/criu/set-reader.ts";
import { haveSameOwners } from "../../app/resources/criu/unchanged.ts";
import { readForComparison, readResources } from "../../app/resources/read.ts";
import { COMPARED_RESOURCES } from "../../app/resources/resources.ts";
import { changesAndNotes } from "../support/compare.ts";
import { mixedCriuSet } from "../support/criu-mixed-set.ts";
import { imageBytes, type Message } from "../support/criu-set.ts";
import { editEntries, editField, setNumber, withFile, without } from "../support/edit-set.ts";
import { everyEdit } from "../support/every-edit.ts";
import { resourcefulSet } from "../support/resourceful-set.ts";
import { openSources } from "../support/resources.ts";

type Set = readonly Source[];

const TASKS = 7;
/** A task in the middle, and one of its neighbours. */
const [PID, OTHER] = [1005, 1006];

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)));

const vma = (at: number, status: number, shmid: number): Message => [
  ...[4096 * at, 4096 * (at + 1), 0, shmid, 3, 34, status].map((value, field) => [field + 1, value] as const),
  [8, 0],
];

/** A set of many tasks with the core of a real one, and mappings of a file. */
function crowd(): Source[] {
  const core = fixture("resources/r1/before/core-25572.img");
  const addresses = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((field) => [field, 4096 * field] as const);
  const memory: Message = [...addresses, [12, 1], [14, vma(16, 513, 0)], [14, vma(17, 65, 1)], [14, vma(18, 65, 3)]];
  return mixedCriuSet(TASKS, 3).map((source) => {
    const { name } = source;
    if (name.startsWith("core-")) return bytesSource(name, core);
    return name.startsWith("mm-") ? bytesSource(name, imageBytes("MM", [memory])) : source;
  });
}

async function changesOf(before: Set, after: Set) {
  const [one, other] = [await openSources(before), await openSources(after)];
  return changesAndNotes(one, other);
}

/** How many rows of each table are read of the set after. */
async function rowsRead(before: Set, after: Set): Promise<Record<string, number>> {
  const images = { before: await openSources(before), after: await openSources(after) };
  const pairs = pair(images.before.checkpoint, images.after.checkpoint);
  const read = await readForComparison(images, COMPARED_RESOURCES, pairs);
  return Object.fromEntries(Object.entries(read.after).map(([name, { count }]) => [name, count]));
}

const core = `core-${PID}.img`;
const mm = `mm-${PID}.img`;

describe("tasks that are the same in two sets", () => {
  test("are not read: neither their cores nor their mappings", async () => {
    const none = { tasks: 0, threads: 0, credentials: 0, limits: 0, signals: 0, timers: 0, mappings: 0 };
    expect(await rowsRead(crowd(), crowd())).toMatchObject(none);
    const after = setNumber(crowd(), core, "core_entry", 0, "tc.rlimits.rlimits.cur", 77);
    expect(await rowsRead(crowd(), after)).toMatchObject({ tasks: 1, threads: 1, credentials: 1, mappings: 0 });
    expect((await changesOf(crowd(), after)).changes).toMatchObject([
      { kind: "resource-changed", resource: "limits", key: { pid: PID }, after: "77" },
    ]);
  });

  test("may differ in registers, and in mm_brk", async () => {
    const moved = setNumber(crowd(), core, "core_entry", 0, "thread_info.gpregs.ip", 77);
    const after = setNumber(moved, mm, "mm_entry", 0, "mm_brk", 77);
    expect(await rowsRead(crowd(), after)).toMatchObject({ tasks: 0, threads: 0, mappings: 0 });
    expect((await changesOf(crowd(), after)).changes).toEqual([]);
  });

  test("are those that the caller says correspond", async () => {
    const images = { before: await openSources(crowd()), after: await openSources(crowd()) };
    const pairs = pair(images.before.checkpoint, images.after.checkpoint);
    const taskAfter = pairs.taskAfter.with(3, NONE);
    const read = await readForComparison(images, COMPARED_RESOURCES, { ...pairs, taskAfter });
    expect([read.before.tasks?.count, read.after.mappings?.count]).toEqual([1, 3]);
  });
});

describe("one field of one task among many, edited, makes the changes that reading everything makes", () => {
  test.each([
    [core, "core_entry"],
    [mm, "mm_entry"],
  ] as const)("%s", async (member, message) => {
    const before = crowd();
    let changed = 0;
    for (const after of everyEdit(before, member, message)) {
      if ((await changesOf(before, after)).changes.length > 0) changed++;
    }
    expect(changed).toBeGreaterThan(message === "core_entry" ? 40 : 6);
  });

  test.each(["core-25572.img", "core-25573.img", "mm-25572.img", "seccomp.img", "cgroup.img", "pstree.img"])(
    "%s of a set with all resources",
    async (member) => {
      const before = resourcefulSet();
      const message = { c: "core_entry", m: "mm_entry", s: "seccomp_entry", p: "pstree_entry" }[member[0] as string];
      const own = (member === "cgroup.img" ? "cgroup_entry" : message) as MessageName;
      let changed = 0;
      for (const after of everyEdit(before, member, own)) {
        if ((await changesOf(before, after)).changes.length > 0) changed++;
      }
      expect(changed).toBeGreaterThan(0);
    },
  );
});

describe("rows of a task whose own members are the same", () => {
  test("are read if what is mapped is another file", async () => {
    const files = (path: string) =>
      editEntries(crowd(), "files.img", (entries) => {
        const id = entries.findIndex((entry) => new TextDecoder().decode(entry).includes("/usr/bin/service"));
        const bytes = new TextEncoder().encode(path);
        const text = new TextDecoder("latin1").decode(entries[id]);
        const start = text.indexOf("/usr/bin/service");
        return entries.map((entry, at) =>
          at === id
            ? Uint8Array.from([...entry.slice(0, start), ...bytes, ...entry.slice(start + bytes.length)])
            : entry,
        );
      });
    const { changes } = await changesOf(crowd(), files("/usr/bin/another"));
    const added = changes.filter(({ kind }) => kind === "resource-added");
    expect(added).toHaveLength(TASKS);
    expect(await rowsRead(crowd(), files("/usr/bin/another"))).toMatchObject({ mappings: 3 * TASKS, limits: 0 });
  });

  test("are read if several mappings may show the same memory", async () => {
    const shared = (set: Set, pid: number, object: number): Set => {
      const memory: Message = [
        [12, 2],
        [14, vma(16, 257, object)],
      ];
      return withFile(set, `mm-${pid}.img`, imageBytes("MM", [memory]));
    };
    const before = shared(shared(shared(crowd(), 1003, 50), 1004, 50), PID, 60);
    const after = shared(before, PID, 50);
    expect(await rowsRead(before, after)).toMatchObject({ mappings: 3 });
    expect((await changesOf(before, after)).changes).toMatchObject([{ resource: "mappings", field: "object" }]);
  });

  test("are read if only one of the sets has the member", async () => {
    const { changes } = await changesOf(crowd(), without(crowd(), mm));
    expect(changes.length).toBeGreaterThan(0);
    await changesOf(crowd(), without(crowd(), core));
    await changesOf(without(crowd(), mm), without(crowd(), mm));
  });

  test("are read if a member was cut off", async () => {
    const bytes = crowd().find(({ name }) => name === core) as Source;
    for (const left of [1, 20, 200]) {
      const part = (bytes.read(0, bytes.size - left) as Uint8Array).slice();
      await changesOf(crowd(), withFile(crowd(), core, part));
      const both = withFile(crowd(), core, part);
      expect((await changesOf(both, both)).changes).toEqual([]);
    }
  });

  test("are read if the machine is another one", async () => {
    const after = crowd().map((source) =>
      source.name.startsWith("core-")
        ? (setNumber([source], source.name, "core_entry", 0, "mtype", 3)[0] as Source)
        : source,
    );
    await changesOf(crowd(), after);
    expect(await rowsRead(crowd(), after)).toMatchObject({ tasks: TASKS });
  });
});

test("a table that one set seems to lack is read whole if rows of it were left out", async () => {
  const withTimer = (set: Set, pid: number): Set =>
    setNumber(set, `core-${pid}.img`, "core_entry", 0, "tc.timers.real.isec", 5);
  const without = (set: Set, pid: number): Set =>
    editField(set, `core-${pid}.img`, "core_entry", 0, "tc.timers", () => null);
  const before = withTimer(withTimer(crowd(), PID), OTHER);
  const after = without(before, PID);
  const { changes, notes } = await changesOf(before, after);
  const removed = { kind: "resource-removed", resource: "timers", key: { pid: PID } };
  expect(changes).toMatchObject([removed, removed]);
  expect(notes.some(({ code }) => code === "resources-on-one-side")).toBe(false);
});

test("all rows are read where they are for people to see", async () => {
  const image = await openSources(crowd());
  const { tasks, mappings } = await readResources(image);
  expect([tasks?.count, mappings?.count]).toEqual([TASKS, 3 * TASKS]);
});

test("threads are read once if the process trees and the states of tasks are the same", async () => {
  const readerOf = async (set: Set, like?: SetReader) => createSetReader(await openSources(set), undefined, like);
  const before = await readerOf(crowd());
  const isTaken = async (after: Set): Promise<boolean> => haveSameOwners(before, await readerOf(after, before));
  expect(await isTaken(crowd())).toBe(true);
  const dead = setNumber(crowd(), core, "core_entry", 0, "tc.task_state", 6);
  expect(await isTaken(dead)).toBe(false);
  expect(await isTaken(setNumber(crowd(), "pstree.img", "pstree_entry", 0, "threads", 77))).toBe(false);
  expect(await isTaken(without(crowd(), mm))).toBe(false);
});

test("members are indexed once if two sets have those of the same names", async () => {
  const [one, other] = [await openSources(crowd()), await openSources(crowd())];
  const before = createSetReader(one);
  expect(createSetReader(other, undefined, before).members).toBe(before.members);
  const fewer = createSetReader(await openSources(without(crowd(), mm)), undefined, before);
  expect([before.members.find("mm", PID) >= 0, fewer.members.find("mm", PID)]).toEqual([true, NONE]);
});

test("namespaces are read once if their ids are the same", async () => {
  const isTaken = async (before: Set, after: Set): Promise<boolean> => {
    const images = { before: await openSources(before), after: await openSources(after) };
    const pairs = pair(images.before.checkpoint, images.after.checkpoint);
    const read = await readForComparison(images, COMPARED_RESOURCES, pairs);
    const alone = await readResources(images.after, ["namespaces", "sharing"]);
    expect({ namespaces: read.after.namespaces, sharing: read.after.sharing }).toEqual(alone);
    const isSame = read.before.namespaces === read.after.namespaces;
    expect(read.before.sharing === read.after.sharing).toBe(isSame);
    return isSame;
  };
  const ids = `ids-${PID}.img`;
  const set = crowd();
  expect(await isTaken(set, crowd())).toBe(true);
  expect(await isTaken(set, setNumber(set, core, "core_entry", 0, "thread_info.gpregs.ip", 77))).toBe(true);
  expect(await isTaken(set, setNumber(set, ids, "task_kobj_ids_entry", 0, "uts_ns_id", 77))).toBe(false);
  expect(await isTaken(set, setNumber(set, ids, "task_kobj_ids_entry", 0, "vm_id", 77))).toBe(false);
  const isOfRoot = (id: number) => setNumber(set, "inventory.img", "inventory_entry", 0, "root_ids.uts_ns_id", id);
  expect(await isTaken(isOfRoot(7), isOfRoot(7))).toBe(true);
  expect(await isTaken(isOfRoot(7), isOfRoot(8))).toBe(false);
  // The records are in other rows.
  const longer = withFile(set, "cgroup.img", imageBytes("CGROUP", [[], []]));
  expect(await isTaken(set, longer)).toBe(false);
});
