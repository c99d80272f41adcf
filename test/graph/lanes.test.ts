import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crossings, lanes } from "../../app/graph/order/lanes.ts";
import { orderByKey, places, rowNumbers } from "../../app/graph/order/sort.ts";
import { placeInOrder } from "../../app/graph/scene/place.ts";
import { checkpointOfCrowd, randomNumbers } from "../support/crowd.ts";
import { checkpointOf } from "../support/state.ts";

const shuffled = checkpointOfCrowd({ tables: 60, slotsPerTable: 12, family: 6, sharedSlots: 4, shuffled: true });

/** Crossing pairs of edges, counted by comparing every pair. */
function crossingsByPairs(graph: typeof shuffled): number {
  const { order, place } = { order: lanes(graph).tables, place: lanes(graph).filePlace };
  const ends: number[] = [];
  for (const table of order) {
    const end = graph.tables.first[table + 1] ?? 0;
    for (let slot = graph.tables.first[table] ?? 0; slot < end; slot++) {
      ends.push(place[graph.descriptors.file[slot] ?? 0] ?? 0);
    }
  }
  let count = 0;
  for (let a = 0; a < ends.length; a++) {
    for (let b = a + 1; b < ends.length; b++) if ((ends[a] ?? 0) > (ends[b] ?? 0)) count++;
  }
  return count;
}

describe("lanes", () => {
  test("cross less than in the image's order", () => {
    const before = crossings(shuffled, rowNumbers(shuffled.tables.count));
    const after = crossings(shuffled, lanes(shuffled).tables);
    expect(after).toBeLessThan(before / 4);
  });

  test("never cross more than in the image's order", () => {
    for (let seed = 1; seed < 20; seed++) {
      const random = randomNumbers(seed);
      const checkpoint = checkpointOfCrowd({
        tables: 2 + random(12),
        slotsPerTable: 1 + random(9),
        family: 1 + random(6),
        sharedSlots: random(4),
        shuffled: true,
      });
      const inOrder = crossings(checkpoint, rowNumbers(checkpoint.tables.count));
      expect(crossings(checkpoint, lanes(checkpoint).tables)).toBeLessThanOrEqual(inOrder);
    }
  });

  test("count as many crossings as comparing every pair of edges", () => {
    expect(crossings(shuffled, lanes(shuffled).tables)).toBe(crossingsByPairs(shuffled));
  });

  test("are the same every time", () => {
    expect(lanes(shuffled)).toEqual(lanes(shuffled));
  });

  test("keep the image's order where nothing is shared", () => {
    const plain = checkpointOfCrowd({ tables: 30, slotsPerTable: 3, family: 1, sharedSlots: 0, unused: 5 });
    const order = lanes(plain);
    expect([...order.tables]).toEqual([...rowNumbers(30)]);
    expect([...order.tasks]).toEqual([...rowNumbers(30)]);
    expect([...order.files]).toEqual([...rowNumbers(95)]);
    expect(order.held).toBe(90);
  });

  test("contain every row once, with its place", () => {
    const order = lanes(shuffled);
    for (const [rows, place, count] of [
      [order.tasks, order.taskPlace, shuffled.tasks.count],
      [order.tables, order.tablePlace, shuffled.tables.count],
      [order.files, order.filePlace, shuffled.files.count],
    ] as const) {
      expect([...rows].sort((a, b) => a - b)).toEqual([...rowNumbers(count)]);
      expect(places(rows, count)).toEqual(place);
    }
    expect(order.slotsAbove.at(-1)).toBe(shuffled.descriptors.count);
  });

  test("put tables that share a file next to each other", () => {
    const file = (path: string) => ({ kind: "regular" as const, path });
    const checkpoint = checkpointOf({
      tasks: [],
      tables: [[{ fd: 0, file: 0 }], [{ fd: 0, file: 1 }], [{ fd: 0, file: 2 }], [{ fd: 0, file: 0 }]],
      files: [file("/a"), file("/b"), file("/c")],
    });
    expect([...lanes(checkpoint).tables]).toEqual([0, 3, 1, 2]);
  });

  test("of an empty image are empty", () => {
    const order = lanes(checkpointOf({ tasks: [], tables: [], files: [] }));
    expect([order.tasks.length, order.tables.length, order.files.length, order.held]).toEqual([0, 0, 0, 0]);
  });
});

describe("orderByKey", () => {
  test("sorts many rows as it sorts few, stably", () => {
    const random = randomNumbers(3);
    const keys = Uint32Array.from({ length: 6000 }, () => random(2) * 0x9000_0000 + random(500));
    const expected = [...keys.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
    expect([...orderByKey(rowNumbers(6000), keys)]).toEqual(expected);
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
