// What a change is about, and the change that an object is part of: each finds the other, in any two states.

import fc from "fast-check";
import { expect, test } from "vitest";
import { changeAbout, findChange, nameOfChange, objectOfChange } from "../../app/diff/about.ts";
import { changeKind, mirrored } from "../../app/diff/changes.ts";
import { diff } from "../../app/diff/diff.ts";
import { hiddenByKind } from "../../app/diff/filter.ts";
import { arbitraryState } from "../support/arbitrary-state.ts";
import { checkpointOf, type State } from "../support/state.ts";

const NONE_HIDDEN = new Uint8Array(0);
const anyPair = fc.tuple(arbitraryState(true), arbitraryState(true));

test("the object of a change is there, and leads back to it", () => {
  fc.assert(
    fc.property(anyPair, ([before, after]) => {
      const comparison = diff(checkpointOf(before), checkpointOf(after));
      for (let change = 0; change < comparison.changes.count; change++) {
        const object = objectOfChange(comparison, change);
        expect(object).not.toBeNull();
        if (object === null) continue;
        const checkpoint = comparison[object.side];
        const rows = { task: checkpoint.tasks, table: checkpoint.tables, descriptor: checkpoint.descriptors };
        const { count } = object.ref.to === "file" ? checkpoint.files : rows[object.ref.to];
        expect(object.ref.row).toBeLessThan(count);
        expect(changeAbout(comparison, object, NONE_HIDDEN, change)).toBe(change);
        expect(changeAbout(comparison, object, NONE_HIDDEN)).not.toBe(-1);
      }
    }),
    { numRuns: 500 },
  );
});

test("a change is found by its name, and under its other name where the images are swapped", () => {
  fc.assert(
    fc.property(anyPair, ([before, after]) => {
      const comparison = diff(checkpointOf(before), checkpointOf(after));
      const swapped = diff(checkpointOf(after), checkpointOf(before));
      for (let change = 0; change < comparison.changes.count; change++) {
        const name = nameOfChange(comparison, change);
        expect(findChange(comparison, name)).toBe(change);
        const other = findChange(swapped, { ...name, kind: mirrored(name.kind) });
        expect(nameOfChange(swapped, other)).toEqual({ ...name, kind: mirrored(name.kind) });
      }
    }),
    { numRuns: 500 },
  );
});

const state = (pos: bigint, flags: number): State => ({
  tasks: [{ pid: 7, comm: "a", table: 0 }],
  tables: [
    [
      { fd: 0, file: 0 },
      { fd: 1, file: 1 },
    ],
  ],
  files: [
    { kind: "regular", path: "/x", pos, flags },
    { kind: "regular", path: "/y", pos: 0n, flags: 0 },
  ],
});
const moved = diff(checkpointOf(state(0n, 0)), checkpointOf(state(8n, 1)));

test("what has not changed has no change, and a hidden change is passed over", () => {
  const about = (row: number, hidden: Uint8Array = NONE_HIDDEN, preferred = -1): number =>
    changeAbout(moved, { side: "after", ref: { to: "descriptor", row } }, hidden, preferred);
  expect(moved.changes.kind).toHaveLength(2);
  expect(about(1)).toBe(-1);
  expect(moved.changes.kind[about(0)]).toBe(changeKind("file-pos"));
  expect(moved.changes.kind[about(0, hiddenByKind(moved.changes, ["file-pos"]))]).toBe(changeKind("file-flags"));
  expect(about(0, NONE_HIDDEN, 1)).toBe(1);
  expect(findChange(moved, { kind: "file-pos", pid: 7, fd: 1 })).toBe(-1);
});
