// What a change is about, and the change that an object is part of: each finds the other, in any two states.

import fc from "fast-check";
import { expect, test } from "vitest";
import { changeKind, mirrored } from "../../../app/diff/changes.ts";
import { diff } from "../../../app/diff/diff.ts";
import { changeAbout, findChange, nameOfChange, objectOfChange } from "../../../app/diff/lists/about.ts";
import { align, LINE, lineAt } from "../../../app/diff/lists/align.ts";
import { hiddenByKind } from "../../../app/diff/lists/filter.ts";
import { lineOfSelection } from "../../../app/diff/lists/selected-line.ts";
import { changeSentence } from "../../../app/export/changes/changes-text.ts";
import { resolve } from "../../../app/link/name.ts";
import { NONE } from "../../../app/model/checkpoint.ts";
import { arbitraryState } from "../../support/arbitrary-state.ts";
import { descriptorsOfPairs } from "../../support/pairs.ts";
import { checkpointOf, type State } from "../../support/state.ts";

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
  expect(moved.changes.kind[about(0)]).toBe(changeKind("file-flags"));
  expect(moved.changes.kind[about(0, hiddenByKind(moved.changes, ["file-flags"]))]).toBe(changeKind("file-pos"));
  expect(about(0, NONE_HIDDEN, 0)).toBe(0);
  expect(findChange(moved, { kind: "file-pos", pid: 7, fd: 1 })).toBe(-1);
});

/** A server whose logs moved up by one descriptor when it reopened them, and what its worker opened and closed. */
const logs = (isAfter: boolean): State => {
  const [error, access, admin, extra] = isAfter ? [4, 5, 6, 3] : [0, 1, 2, 3];
  return {
    tasks: [
      { pid: 7, comm: "a", table: 0 },
      { pid: 8, ppid: 7, comm: "w", table: 1 },
    ],
    tables: [
      [
        { fd: 2, file: 0 },
        { fd: 3, file: isAfter ? access : error },
        { fd: 4, file: isAfter ? admin : access },
        { fd: 5, file: extra },
      ],
      [{ fd: 2, file: 0 }, { fd: 4, file: isAfter ? admin : access }, ...(isAfter ? [] : [{ fd: 5, file: extra }])],
    ],
    files: [
      { kind: "regular", path: "/error.log", pos: isAfter ? 78n : 0n },
      ...(["/access.log", "/admin.log", "/extra", "/error.log", "/access.log", "/admin.log"] as const).map(
        (path) => ({ kind: "regular", path, pos: 0n }) as const,
      ),
    ],
  };
};

/** By pid and fd of a descriptor, or by the path of its open file with `file`: the sentence of the change about it. */
test.each([
  ["after", "7:2", "descriptor", "pid 7 fd 2, pid 8 fd 2 /error.log: position 0 → 78"],
  ["after", "7:3", "descriptor", "pid 7 fd 3: /error.log → /access.log"],
  ["before", "7:3", "descriptor", "pid 7 fd 3: /error.log → /access.log"],
  ["after", "8:4", "descriptor", "pid 7 fd 4, pid 8 fd 4: /access.log → /admin.log"],
  ["before", "8:5", "descriptor", "pid 8 fd 5 /extra: closed"],
  ["after", "7:2", "file", "pid 7 fd 2, pid 8 fd 2 /error.log: position 0 → 78"],
  ["after", "7:3", "file", "pid 7 fd 3: /error.log → /access.log"],
  ["after", "7:5", "file", "pid 8 fd 5 /extra: closed"],
] as const)("the change about %s %s, its %s, is the one about it", (side, at, to, sentence) => {
  const comparison = diff(checkpointOf(logs(false)), checkpointOf(logs(true)));
  const [pid, fd] = at.split(":").map(Number);
  const checkpoint = comparison[side];
  const descriptor = resolve(checkpoint, { to: "descriptor", task: pid as number, fd: fd as number });
  const row = to === "file" ? (checkpoint.descriptors.file[descriptor?.row ?? -1] as number) : (descriptor?.row ?? -1);
  const change = changeAbout(comparison, { side, ref: { to, row } }, NONE_HIDDEN);
  expect(change === -1 ? null : changeSentence(comparison, change)).toBe(sentence);
});

test("the line of a selection is the selected descriptor's own, whatever change it is listed in", () => {
  const comparison = diff(checkpointOf(logs(false)), checkpointOf(logs(true)));
  const lines = align(comparison, {
    onlyChanges: false,
    hidden: NONE_HIDDEN,
    openedPairs: new Set(),
    openedSections: new Set(),
  });
  const { pairs, changes } = comparison;
  const rowsAfter = descriptorsOfPairs(pairs.descriptors, "after");
  rowsAfter.forEach((row, pair) => {
    if (row === NONE) return;
    for (const change of [null, ...changes.kind.keys()]) {
      const line = lineOfSelection(comparison, lines, { side: "after", ref: { to: "descriptor", row }, change });
      expect(lineAt(lines, line)).toMatchObject({ kind: LINE.pair, at: pair });
    }
  });
  // An open file: the line of its change that leads to it, which need not be the first.
  const shared = changes.kind.indexOf(changeKind("file-unshared"));
  const moved = rowsAfter[descriptorsOfPairs(pairs.descriptors, "before").indexOf(1)] as number;
  const file = comparison.after.descriptors.file[moved] as number;
  const line = lineOfSelection(comparison, lines, { side: "after", ref: { to: "file", row: file }, change: shared });
  expect(lineAt(lines, line)).toMatchObject({ kind: LINE.pair, at: rowsAfter.indexOf(moved) });
});
