// What holds of any two states: the rules as told by naive-diff.ts, the order, and the symmetries of a comparison.

import fc from "fast-check";
import { expect, test } from "vitest";
import { CHANGE_KINDS, type Change, type Holder } from "../../app/diff/changes.ts";
import { changesJson, countHolders, holdersOf, touchedRows } from "../../app/diff/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { NONE } from "../../app/model/checkpoint.ts";
import { arbitraryState, reordered } from "../support/arbitrary-state.ts";
import { naiveDiff } from "../support/naive-diff.ts";
import { checkpointOf } from "../support/state.ts";

const anyState = fc.boolean().chain((pids) => arbitraryState(pids));
const anyPair = fc.boolean().chain((pids) => fc.tuple(arbitraryState(pids), arbitraryState(pids)));
const seeds = fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 });

const canonical = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(canonical)
    : value !== null && typeof value === "object"
      ? Object.fromEntries(
          Object.entries(value)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, inner]) => [key, canonical(inner)]),
        )
      : value;
const unordered = (changes: readonly Change[]): string[] =>
  changes.map((change) => JSON.stringify(canonical(change))).toSorted();

/** What a change is sorted by. */
function sortKey(change: Change): [number, number, number] {
  const kind = CHANGE_KINDS.indexOf(change.kind);
  if ("pid" in change) return [change.pid, -1, kind];
  const first: Holder | number | undefined = "holders" in change ? change.holders[0] : change.groups[0]?.[0];
  return typeof first === "number" ? [first, -1, kind] : [first?.pid ?? NaN, first?.fd ?? NaN, kind];
}

test("the changes are those that the rules name", () => {
  fc.assert(
    fc.property(anyPair, ([before, after]) => {
      const changes = changesJson(diff(checkpointOf(before), checkpointOf(after, { firstId: 500 })));
      expect(unordered(changes)).toEqual(unordered(naiveDiff(before, after)));
    }),
    { numRuns: 1500 },
  );
});

test("changes are in order of first holder, fd and kind, and holders in order of pid and fd", () => {
  fc.assert(
    fc.property(anyPair, ([before, after]) => {
      const comparison = diff(checkpointOf(before), checkpointOf(after));
      const changes = changesJson(comparison);
      const keys = changes.map(sortKey);
      const compare = (a: number[], b: number[]): number =>
        a.map((value, at) => value - (b[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
      expect(keys).toEqual(keys.toSorted(compare));
      changes.forEach((change, index) => {
        expect([comparison.changes.pid[index], comparison.changes.fd[index]]).toEqual(keys[index]?.slice(0, 2));
        if (!("holders" in change)) return;
        const holders = change.holders.map(({ pid, fd }) => [pid, fd]);
        expect(holders).toEqual(holders.toSorted(compare));
        expect(countHolders(comparison, index)).toBe(holders.length);
        expect(holdersOf(comparison, index, 2)).toEqual(change.holders.slice(0, 2));
      });
    }),
  );
});

test("a state is equal to itself, however files and tables are numbered and ordered", () => {
  fc.assert(
    fc.property(anyState, seeds, (state, seed) => {
      const again = checkpointOf(reordered(state, seed), { firstId: 1000 });
      expect(changesJson(diff(checkpointOf(state), again))).toEqual([]);
    }),
  );
});

test("numbering and order of files and tables never matter", () => {
  fc.assert(
    fc.property(anyPair, seeds, seeds, ([before, after], one, other) => {
      const changes = changesJson(diff(checkpointOf(before), checkpointOf(after)));
      const renumbered = diff(
        checkpointOf(reordered(before, one), { firstId: 77 }),
        checkpointOf(reordered(after, other), { firstId: 3000 }),
      );
      expect(changesJson(renumbered)).toEqual(changes);
    }),
  );
});

const OPPOSITE: Partial<Record<Change["kind"], Change["kind"]>> = {
  "task-added": "task-removed",
  "task-removed": "task-added",
  "fd-opened": "fd-closed",
  "fd-closed": "fd-opened",
  "file-shared": "file-unshared",
  "file-unshared": "file-shared",
  "table-shared": "table-unshared",
  "table-unshared": "table-shared",
};

/** The change that a swapped comparison has in place of this one. */
function mirrored(change: Change): unknown {
  const swapped: Record<string, unknown> = { ...change, kind: OPPOSITE[change.kind] ?? change.kind };
  if ("before" in change) Object.assign(swapped, { before: change.after, after: change.before });
  if ("set" in change) Object.assign(swapped, { set: change.cleared, cleared: change.set });
  if ("details" in change) {
    const entries = Object.entries(change.details as Record<string, { before: unknown; after: unknown }>);
    swapped.details = Object.fromEntries(
      entries.map(([key, { before, after }]) => [key, { before: after, after: before }]),
    );
  }
  return swapped;
}

test("swapping the sides gives the mirror image, whichever side is incomplete", () => {
  fc.assert(
    fc.property(arbitraryState(true), arbitraryState(true), fc.boolean(), fc.boolean(), (one, other, left, right) => {
      const before = checkpointOf(one, { complete: left });
      const after = checkpointOf(other, { complete: right });
      const mirror = changesJson(diff(after, before)).map(mirrored) as Change[];
      expect(unordered(mirror)).toEqual(unordered(changesJson(diff(before, after))));
    }),
    { numRuns: 400 },
  );
});

test("every changed descriptor is marked, and no other; touched rows are rows of the right tasks", () => {
  fc.assert(
    fc.property(anyPair, ([before, after]) => {
      const comparison = diff(checkpointOf(before), checkpointOf(after));
      const { pairs, changed } = comparison;
      const marked = { before: new Set<number>(), after: new Set<number>() };
      for (let row = 0; row < pairs.descriptors.count; row++) {
        const table = pairs.descriptors.tablePair[row] ?? 0;
        if (pairs.tables.side[table] !== 0 || changed[row] === 0) continue;
        marked.before.add(pairs.descriptors.before[row] ?? NONE);
        marked.after.add(pairs.descriptors.after[row] ?? NONE);
      }
      const touched = { before: new Set<number>(), after: new Set<number>() };
      for (let index = 0; index < comparison.changes.count; index++) {
        const rows = touchedRows(comparison, index);
        for (const row of rows.descriptors.before) touched.before.add(row);
        for (const row of rows.descriptors.after) touched.after.add(row);
        const pids = holdersOf(comparison, index).map(({ pid }) => pid);
        for (const task of rows.tasks.before) {
          const number = before.tasks[task]?.pid ?? task;
          if (pids.length > 0) expect(pids).toContain(number);
        }
      }
      marked.before.delete(NONE);
      marked.after.delete(NONE);
      expect([...touched.before].toSorted()).toEqual([...marked.before].toSorted());
      expect([...touched.after].toSorted()).toEqual([...marked.after].toSorted());
    }),
  );
});
