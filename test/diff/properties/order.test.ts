// Changes and holders of any two states are sorted.

import fc from "fast-check";
import { expect, test } from "vitest";
import { CHANGE_KINDS, type Change, type Holder } from "../../../app/diff/changes.ts";
import { changesJson } from "../../../app/diff/describe/describe.ts";
import { countHolders, holdersOf } from "../../../app/diff/describe/holders.ts";
import { diff } from "../../../app/diff/diff.ts";
import { anyPair } from "../../support/arbitrary-state.ts";
import { checkpointOf } from "../../support/state.ts";

/** What a change is sorted by. */
function sortKey(change: Change): [number, number, number] {
  const kind = CHANGE_KINDS.indexOf(change.kind);
  if ("resource" in change) throw new Error("Resources are not compared here");
  if ("pid" in change) return [change.pid, -1, kind];
  const first: Holder | number | undefined = "holders" in change ? change.holders[0] : change.groups[0]?.[0];
  return typeof first === "number" ? [first, -1, kind] : [first?.pid ?? NaN, first?.fd ?? NaN, kind];
}

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
