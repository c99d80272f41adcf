// The list of changes as lines, and the way from one to the next.

import { expect, test } from "vitest";
import { diff } from "../../app/diff/diff.ts";
import { changeLines, hiddenKinds, lineOfChange, stepChange } from "../../app/diff/lines.ts";
import { checkpointOf, type State } from "../support/state.ts";

const state = (pos: bigint, comm: string): State => ({
  tasks: [
    { pid: 1, comm, table: 0 },
    { pid: 2, comm: "b", table: 1 },
  ],
  tables: [[{ fd: 0, file: 0 }], [{ fd: 4, file: 1 }]],
  files: [
    { kind: "regular", path: "/x", pos },
    { kind: "regular", path: "/y", pos },
  ],
});
// Renamed and moved in task 1, moved in task 2.
const { changes } = diff(checkpointOf(state(0n, "a")), checkpointOf(state(8n, "c")));
const NONE_HIDDEN = hiddenKinds([]);

test("a heading for each task, two lines for each change", () => {
  expect([...changeLines(changes, NONE_HIDDEN)]).toEqual([-1, 0, 1, 2, 3, -3, 4, 5]);
});

test("kinds that are switched off are not listed, nor tasks of which nothing is left", () => {
  expect([...changeLines(changes, hiddenKinds(["file-pos"]))]).toEqual([-1, 0, 1]);
  expect([...changeLines(changes, hiddenKinds(["task-renamed"]))]).toEqual([-2, 2, 3, -3, 4, 5]);
});

test("the line of a change, heading or not", () => {
  const lines = changeLines(changes, NONE_HIDDEN);
  expect([0, 1, 2].map((change) => lineOfChange(lines, change))).toEqual([1, 3, 6]);
  expect(lineOfChange(lines, 3)).toBe(-1);
  expect(lineOfChange(changeLines(changes, hiddenKinds(["task-renamed"])), 0)).toBe(-1);
});

test("steps leave out what is hidden, and end at the ends", () => {
  const hidden = hiddenKinds(["task-renamed"]);
  expect(stepChange(changes, hidden, -1, 1)).toBe(1);
  expect(stepChange(changes, hidden, -1, -1)).toBe(2);
  expect(stepChange(changes, hidden, 1, 1)).toBe(2);
  expect(stepChange(changes, hidden, 2, 1)).toBe(-1);
  expect(stepChange(changes, hidden, 1, -1)).toBe(-1);
});
