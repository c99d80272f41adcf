// Pairs of descriptors stored as runs are those that were added.

import fc from "fast-check";
import { expect, test } from "vitest";
import { createPairRuns } from "../../../app/diff/pairs/pair-runs.ts";
import { NONE } from "../../../app/model/checkpoint.ts";
import {
  counterpartOf,
  descriptorOf,
  filesOfPairs,
  firstPairOfDescriptor,
  pairsOfDescriptor,
  runsOfBoth,
  tablePairOf,
} from "../../../app/model/comparison/descriptor-pairs.ts";
import { SIDES } from "../../../app/model/comparison/side.ts";
import { descriptorsOfPairs, pairsOfDescriptors } from "../../support/pairs.ts";
import { checkpointOf } from "../../support/state.ts";

type Listed = readonly [before: number, after: number];

/** Runs of descriptors on both sides and on one, in any order and repeated. */
const anyList: fc.Arbitrary<Listed[]> = fc
  .array(
    fc.record({
      before: fc.integer({ min: NONE, max: 9 }),
      after: fc.integer({ min: NONE, max: 9 }),
      length: fc.integer({ min: 1, max: 4 }),
    }),
    { maxLength: 8 },
  )
  .map((runs) =>
    runs
      .filter(({ before, after }) => before !== NONE || after !== NONE)
      .flatMap(({ before, after, length }) =>
        Array.from(
          { length },
          (_, at): Listed => [before === NONE ? NONE : before + at, after === NONE ? NONE : after + at],
        ),
      ),
  );

test("any pairs, and the first of them", () => {
  fc.assert(
    fc.property(anyList, fc.nat(20), (list, most) => {
      const runs = createPairRuns();
      for (const [before, after] of list) runs.add(before, after);
      const kept = Math.min(most, list.length);
      const pairs = runs.finish(kept);
      expect(pairs.count).toBe(kept);
      const wanted = list.slice(0, kept);
      expect(descriptorsOfPairs(pairs, "before")).toEqual(wanted.map(([before]) => before));
      expect(descriptorsOfPairs(pairs, "after")).toEqual(wanted.map(([, after]) => after));
      expect(pairs.runs.count).toBe(pairs.runs.before.length);
      expect(pairs.runs.firstPair.length).toBe(pairs.runs.count + 1);
      expect(() => descriptorOf(pairs, "before", kept)).toThrow(RangeError);
    }),
  );
});

test("the pairs of a descriptor, and its counterpart", () => {
  fc.assert(
    fc.property(anyList, fc.nat(12), (list, descriptor) => {
      const pairs = pairsOfDescriptors(list);
      for (const side of SIDES) {
        const [own, other] = side === "before" ? [0, 1] : [1, 0];
        const wanted = [...list.keys()].filter((pair) => list[pair]?.[own] === descriptor);
        expect([...pairsOfDescriptor(pairs, side, descriptor)]).toEqual(wanted);
        expect(firstPairOfDescriptor(pairs, side, descriptor)).toBe(wanted[0] ?? -1);
        expect(counterpartOf(pairs, side, descriptor)).toBe(list[wanted[0] ?? -1]?.[other] ?? NONE);
      }
    }),
  );
});

test("runs with a descriptor on both sides", () => {
  fc.assert(
    fc.property(anyList, (list) => {
      const found: unknown[] = [];
      for (const run of runsOfBoth(pairsOfDescriptors(list))) {
        for (let at = 0; run.pair + at < run.end; at++) found.push([run.pair + at, run.before + at, run.after + at]);
      }
      expect(found).toEqual(
        list.flatMap(([before, after], pair) => (before === NONE || after === NONE ? [] : [[pair, before, after]])),
      );
    }),
  );
});

test("consecutive descriptors are one run, however they are added", () => {
  const runs = createPairRuns();
  runs.add(0, 5, 1000);
  runs.add(1000, 1005);
  runs.add(1001, 1006, 10);
  runs.add(NONE, 1016);
  runs.add(NONE, 1017);
  expect(runs.finish(runs.count).runs).toEqual({
    count: 2,
    firstPair: Uint32Array.of(0, 1011, 1013),
    before: Int32Array.of(0, NONE),
    after: Int32Array.of(5, 1016),
  });
});

test("open files of pairs, NONE where there is no descriptor or file", () => {
  const checkpoint = checkpointOf({
    tasks: [{ pid: 1, comm: "t", table: 0 }],
    tables: [[2, 0, -1, 1].map((file, fd) => ({ fd, file }))],
    files: ["/a", "/b", "/c"].map((path) => ({ kind: "regular", path })),
  });
  const pairs = pairsOfDescriptors([
    [0, 0],
    [1, 1],
    [NONE, 2],
    [3, NONE],
    [2, NONE],
  ]);
  const files = (row: number): number => (row === NONE ? NONE : (checkpoint.descriptors.file[row] as number));
  expect([...filesOfPairs(checkpoint, pairs, "before")]).toEqual([0, 1, NONE, 3, 2].map(files));
  expect([...filesOfPairs(checkpoint, pairs, "after")]).toEqual([0, 1, 2, NONE, NONE].map(files));
});

test("the table pair of a pair, where table pairs are empty", () => {
  const tables = { firstRow: Uint32Array.of(0, 0, 3, 3, 3, 5, 5) };
  expect([0, 1, 2, 3, 4].map((pair) => tablePairOf(tables, pair))).toEqual([1, 1, 1, 4, 4]);
});
