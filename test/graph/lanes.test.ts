import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { oneImage } from "../../app/graph/order/graph.ts";
import { lanes } from "../../app/graph/order/lanes.ts";
import { orderByKey, places } from "../../app/graph/order/sort.ts";
import { placeInOrder } from "../../app/graph/scene/lanes/place.ts";
import { allRows } from "../../app/model/all-rows.ts";
import { type Checkpoint, NONE } from "../../app/model/checkpoint.ts";
import { checkpointOfCrowd, randomNumbers } from "../support/crowd.ts";
import { checkpointOf } from "../support/state.ts";

const shuffled = checkpointOfCrowd({ tables: 60, slotsPerTable: 12, family: 6, sharedSlots: 4, shuffled: true });
const lanesOf = (checkpoint: Checkpoint) => lanes(oneImage(checkpoint));

describe("lanes", () => {
  const file = (path: string) => ({ kind: "regular" as const, path });

  test("follow the process tree, whatever the image's order", () => {
    const checkpoint = checkpointOf({
      tasks: [
        { pid: 30, ppid: 10, comm: "child", table: 0 },
        { pid: 20, ppid: 1, comm: "other", table: 1 },
        { pid: 10, ppid: 1, comm: "parent", table: 2 },
        { pid: 31, ppid: 30, comm: "grandchild", table: 3 },
      ],
      tables: [[{ fd: 0, file: 0 }], [{ fd: 0, file: 1 }], [{ fd: 0, file: 0 }], [{ fd: 0, file: 2 }]],
      files: [file("/a"), file("/b"), file("/c")],
    });
    const order = lanesOf(checkpoint);
    expect([...order.tasks]).toEqual([1, 2, 0, 3]);
    expect([...order.tables]).toEqual([1, 2, 0, 3]);
    expect([...order.taskDepth]).toEqual([1, 0, 0, 2]);
    expect([...order.taskParent]).toEqual([2, -1, -1, 0]);
  });

  test("put a table where its first task is, and tables without a task last", () => {
    const checkpoint = checkpointOf({
      tasks: [
        { pid: 1, comm: "a", table: 2 },
        { pid: 2, ppid: 1, comm: "b", table: 1 },
        { pid: 3, ppid: 1, comm: "c", table: 2 },
      ],
      tables: [[], [], []],
      files: [],
    });
    expect([...lanesOf(checkpoint).tables]).toEqual([2, 1, 0]);
  });

  test("put shared files first, most holders first, then private ones by slot, then those that nothing holds", () => {
    const checkpoint = checkpointOf({
      tasks: [
        { pid: 1, comm: "a", table: 1 },
        { pid: 2, ppid: 1, comm: "b", table: 0 },
      ],
      tables: [
        [
          { fd: 0, file: 1 },
          { fd: 1, file: 4 },
          { fd: 2, file: 3 },
        ],
        [
          { fd: 0, file: 3 },
          { fd: 1, file: 4 },
          { fd: 2, file: 3 },
          { fd: 3, file: 2 },
        ],
      ],
      files: [file("/unused"), file("/second"), file("/first"), file("/most"), file("/shared")],
    });
    const order = lanesOf(checkpoint);
    expect([...order.files]).toEqual([3, 4, 2, 1, 0]);
    expect(order.held).toBe(4);
    expect([...order.filePosition]).toEqual([0, 4, 3, 0, 1]);
  });

  test("of two images count a file's slots before and after", () => {
    const before = checkpointOfCrowd({ tables: 40, slotsPerTable: 9, family: 5, sharedSlots: 3, unused: 4 });
    const { firstHolder, holder, count } = before.files;
    // Every file but the last takes the place of the one before it.
    const moved = before.descriptors.file.map((file) => (file === NONE || file === count - 1 ? file : file + 1));
    const graph = {
      ...before,
      descriptors: { ...before.descriptors, file: moved, fileBefore: before.descriptors.file },
    };
    const holders = Array.from({ length: count }, (_, file) =>
      [...moved.keys()].filter((slot) => moved[slot] === file || before.descriptors.file[slot] === file),
    );
    expect(holders.some((slots) => slots.length > 1)).toBe(true);
    const files = {
      ...before.files,
      firstHolder: Uint32Array.from([0, ...holders]).map((_, at) => holders.slice(0, at).flat().length),
      holder: Uint32Array.from(holders.flat()),
    };
    expect([firstHolder.length, holder.length]).toEqual([count + 1, moved.length]);
    const order = lanes({ ...oneImage(before), graph: { ...graph, files } });
    const place = (slot: number): number => {
      const table = before.descriptors.table[slot] ?? 0;
      return (order.slotsAbove[order.tablePlace[table] ?? 0] ?? 0) + slot - (before.tables.first[table] ?? 0);
    };
    expect([...order.filePosition]).toEqual(holders.map((slots) => (slots.length ? Math.min(...slots.map(place)) : 0)));
    const byHolders = [...holders.keys()].sort((a, b) => {
      const [one, two] = [holders[a]?.length ?? 0, holders[b]?.length ?? 0];
      const shared = (n: number): number => (n > 1 ? -n : n === 1 ? 0 : 1);
      return shared(one) - shared(two) || (order.filePosition[a] ?? 0) - (order.filePosition[b] ?? 0) || a - b;
    });
    expect([...order.files]).toEqual(byHolders);
    expect(order.held).toBe(holders.filter((slots) => slots.length > 0).length);
  });

  test("are the same every time", () => {
    expect(lanesOf(shuffled)).toEqual(lanesOf(shuffled));
  });

  test("contain every row once, with its place", () => {
    const order = lanesOf(shuffled);
    for (const [rows, place, count] of [
      [order.tasks, order.taskPlace, shuffled.tasks.count],
      [order.tables, order.tablePlace, shuffled.tables.count],
      [order.files, order.filePlace, shuffled.files.count],
    ] as const) {
      expect([...rows].sort((a, b) => a - b)).toEqual([...allRows(count)]);
      expect(places(rows, count)).toEqual(place);
    }
    expect(order.slotsAbove.at(-1)).toBe(shuffled.descriptors.count);
  });

  test("of an empty image are empty", () => {
    const order = lanesOf(checkpointOf({ tasks: [], tables: [], files: [] }));
    expect([order.tasks.length, order.tables.length, order.files.length, order.held]).toEqual([0, 0, 0, 0]);
  });
});

describe("orderByKey", () => {
  test("sorts many rows as it sorts few, stably", () => {
    const random = randomNumbers(3);
    const keys = Uint32Array.from({ length: 6000 }, () => random(2) * 0x9000_0000 + random(500));
    const expected = [...keys.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
    expect([...orderByKey(allRows(6000), keys)]).toEqual(expected);
  });
});

describe("placeInOrder", () => {
  test("leaves boxes at their ideal heights if there is room", () => {
    expect(placeInOrder([0, 50, 70], 20, 0)).toEqual([0, 50, 70]);
  });

  test("spreads boxes with the same ideal height around it", () => {
    expect(placeInOrder([100, 100, 100], 20, 0)).toEqual([80, 100, 120]);
  });

  test("never lets boxes overlap or begin above the top", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -500, max: 500 }), { maxLength: 40 }), (ideal) => {
        const placed = placeInOrder(ideal, 20, 10);
        expect(placed.length).toBe(ideal.length);
        placed.forEach((y, at) => {
          expect(y).toBeGreaterThanOrEqual(at === 0 ? 10 : (placed[at - 1] ?? 0) + 20);
        });
      }),
    );
  });
});
