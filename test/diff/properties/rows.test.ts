// Rows that are marked as changed are those of the changes.

import fc from "fast-check";
import { expect, test } from "vitest";
import { holdersOf } from "../../../app/diff/describe/holders.ts";
import { touchedRows } from "../../../app/diff/describe/touched-rows.ts";
import { diff } from "../../../app/diff/diff.ts";
import { NONE } from "../../../app/model/checkpoint.ts";
import { descriptorOf, tablePairOf } from "../../../app/model/comparison/descriptor-pairs.ts";
import { anyPair } from "../../support/arbitrary-state.ts";
import { checkpointOf } from "../../support/state.ts";

test("every changed descriptor is marked, and no other; touched rows are rows of the right tasks", () => {
  fc.assert(
    fc.property(anyPair, ([before, after]) => {
      const comparison = diff(checkpointOf(before), checkpointOf(after));
      const { pairs, changed } = comparison;
      const marked = { before: new Set<number>(), after: new Set<number>() };
      for (let row = 0; row < pairs.descriptors.count; row++) {
        const table = tablePairOf(pairs.tables, row);
        if (pairs.tables.presence[table] !== 0 || changed[row] === 0) continue;
        marked.before.add(descriptorOf(pairs.descriptors, "before", row));
        marked.after.add(descriptorOf(pairs.descriptors, "after", row));
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
