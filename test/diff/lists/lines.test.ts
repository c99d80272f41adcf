// The list of changes as rows, and the way from one change to the next.

import { expect, test } from "vitest";
import { diff } from "../../../app/diff/diff.ts";
import { byTask, eventsOf, stepInEvents } from "../../../app/diff/lists/events.ts";
import { hiddenByKind } from "../../../app/diff/lists/filter.ts";
import { changeRows, rowOfChange } from "../../../app/diff/lists/lines.ts";
import { checkpointOf, type State } from "../../support/state.ts";

const state = (pos: bigint, comm: string): State => ({
  tasks: [
    { pid: 1, comm, table: 0 },
    { pid: 2, comm: "b", table: 1 },
  ],
  tables: [[{ fd: 0, file: 0 }], [{ fd: 4, file: 1 }]],
  files: [
    { kind: "regular", path: "/x", pos },
    { kind: "regular", path: "/x", pos },
  ],
});
// Change 0: task 1 was renamed; 1 and 2: /x moved in task 1 and in task 2.
const comparison = diff(checkpointOf(state(0n, "a")), checkpointOf(state(8n, "c")));
const { changes } = comparison;
const events = eventsOf(comparison);
const NONE_HIDDEN = new Uint8Array(0);
const folded = () => false;
const open = () => true;

test("an event of several changes has a heading, and its changes below it once it is open", () => {
  expect([...changeRows(events, NONE_HIDDEN, folded)]).toEqual([0, -2]);
  expect([...changeRows(events, NONE_HIDDEN, open)]).toEqual([0, -2, 1, 2]);
});

test("by task, every change has the heading of its task", () => {
  expect([...changeRows(byTask(comparison), NONE_HIDDEN, open, true)]).toEqual([-1, 0, 1, -2, 2]);
});

test("hidden changes are not listed, nor headings of which one change or none is left", () => {
  expect([...changeRows(events, hiddenByKind(changes, ["file-pos"]), open)]).toEqual([0]);
  expect([...changeRows(events, Uint8Array.of(1, 0, 1), folded)]).toEqual([1]);
});

test("a change is in its own row, or in the heading that stands for it", () => {
  const at = (isOpen: () => boolean, hidden: Uint8Array = NONE_HIDDEN) =>
    [0, 1, 2].map((change) => rowOfChange(changeRows(events, hidden, isOpen), events, change));
  expect(at(open)).toEqual([0, 2, 3]);
  expect(at(folded)).toEqual([0, 1, 1]);
  expect(at(open, hiddenByKind(changes, ["file-pos"]))).toEqual([0, -1, -1]);
});

test("steps follow the events, leave out what is hidden, and end at the ends", () => {
  const hidden = hiddenByKind(changes, ["task-renamed"]);
  expect(stepInEvents(events, hidden, -1, 1)).toBe(1);
  expect(stepInEvents(events, hidden, -1, -1)).toBe(2);
  expect(stepInEvents(events, hidden, 1, 1)).toBe(2);
  expect(stepInEvents(events, hidden, 2, 1)).toBe(-1);
  expect(stepInEvents(events, hidden, 1, -1)).toBe(-1);
});
