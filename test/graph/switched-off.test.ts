// Changes that are hidden: what the drawing of two images still shows.

import { expect, test } from "vitest";
import type { ChangeKind } from "../../app/diff/changes.ts";
import { diff } from "../../app/diff/diff.ts";
import { hiddenByKind } from "../../app/diff/lists/filter.ts";
import { type Change, changeOf, HIDDEN, SAME, type Subject } from "../../app/graph/order/graph.ts";
import { layout } from "../../app/graph/order/layout.ts";
import { withoutChanges } from "../../app/graph/order/switched-off.ts";
import { union } from "../../app/graph/order/union.ts";
import { NOTHING_OPENED } from "../../app/graph/plan/plan.ts";
import type { Scene } from "../../app/graph/scene/scene.ts";
import { sceneOf } from "../../app/graph/scene/scene-of.ts";
import { positionLabel } from "../../app/graph/scene/text/words.ts";
import { checkpointOf, type State } from "../support/state.ts";

const file = (path: string, pos = 0n) => ({ kind: "regular" as const, path, pos });

const BEFORE: State = {
  tasks: [
    { pid: 1, comm: "a", table: 0 },
    { pid: 2, comm: "gone", table: 1 },
  ],
  tables: [[0, 1, 2, 3].map((fd) => ({ fd, file: fd })), [{ fd: 0, file: 4 }]],
  files: [file("/kept"), file("/log", 10n), file("/closed"), file("/old"), file("/of-gone")],
};
const AFTER: State = {
  tasks: [{ pid: 1, comm: "a", table: 0 }],
  tables: [
    [
      { fd: 0, file: 0 },
      { fd: 1, file: 1 },
      { fd: 3, file: 2 },
      { fd: 9, file: 3 },
    ],
  ],
  files: [file("/kept"), file("/log", 20n), file("/new"), file("/opened")],
};

/** The drawing of both, without some kinds of change. */
function drawn(...off: readonly ChangeKind[]): { subject: Subject; scene: Scene } {
  const [before, after] = [checkpointOf(BEFORE), checkpointOf(AFTER, { firstId: 900 })];
  const comparison = diff(before, after);
  const { taskAfter, tables, descriptors } = comparison.pairs;
  const whole = union(before, after, { taskAfter, tables, descriptors, changed: comparison.changed });
  const subject = withoutChanges(whole, comparison, hiddenByKind(comparison.changes, off));
  const options = { width: 900, height: 600, selection: null, expansion: { ...NOTHING_OPENED, whole: true } };
  return { subject, scene: sceneOf(subject, layout(subject), options) };
}

/** How many boxes and edges are drawn as added, removed and changed. */
const signs = ({ boxes, edges }: Scene): number[] =>
  [...boxes, ...edges].reduce(
    (counts, { change }) => {
      counts[change] = (counts[change] ?? 0) + 1;
      return counts;
    },
    [0, 0, 0, 0, 0],
  );

const isUnmarked = (change: Change): boolean => change === SAME || change === HIDDEN;

test("with all kinds on, everything is drawn", () => {
  const { subject, scene } = drawn();
  expect(scene.boxes.filter(({ kind }) => kind === "slot")).toHaveLength(6);
  expect(
    signs(scene)
      .slice(1, 4)
      .every((count) => count > 0),
  ).toBe(true);
  expect(subject.both?.off.slots).toBe(0);
});

test("closed descriptors, their edges and files are not drawn, and a note counts them", () => {
  const { scene } = drawn("fd-closed");
  const text = scene.boxes.flatMap(({ cells }) => cells.map((cell) => cell.text)).join(" ");
  expect(text).not.toContain("/closed");
  expect(text).toContain("/of-gone");
  expect(scene.notes).toContain("1 descriptor not drawn: their changes are hidden.");
});

test("a position that changed is drawn as unchanged, with its value after", () => {
  const { subject } = drawn("file-pos");
  expect(positionLabel(subject, 1)).toBe("@20");
  expect(changeOf(subject, "file", 1)).toBe(SAME);
  expect(positionLabel(drawn().subject, 1)).toBe("@10 → 20");
});

test("a slot that led elsewhere has one edge, to where it leads after", () => {
  const edges = (scene: Scene) => scene.edges.filter(({ kind }) => kind === "lead").length;
  expect(edges(drawn().scene) - edges(drawn("file-path").scene)).toBe(1);
});

test("a task that is gone takes its table, slots and files with it", () => {
  const { scene } = drawn("task-removed");
  expect(scene.boxes.filter(({ kind }) => kind === "table")).toHaveLength(1);
  expect(scene.notes.join()).toContain("1 descriptor and 1 task not drawn");
});

test("a file that was unlinked is drawn as unchanged, with its values after, if changes of paths are hidden", () => {
  const held = (path: string, pos: bigint): State => ({
    tasks: [{ pid: 1, comm: "a", table: 0 }],
    tables: [[{ fd: 3, file: 0 }]],
    files: [{ ...file(path, pos), flags: 1 }],
  });
  const [before, after] = [checkpointOf(held("/x", 50n)), checkpointOf(held("/x (deleted)", 77n))];
  const comparison = diff(before, after);
  const { taskAfter, tables, descriptors } = comparison.pairs;
  const whole = union(before, after, { taskAfter, tables, descriptors, changed: comparison.changed });
  expect(changeOf(whole, "file", 0)).not.toBe(SAME);
  const subject = withoutChanges(whole, comparison, hiddenByKind(comparison.changes, ["file-path"]));
  expect(changeOf(subject, "file", 0)).toBe(SAME);
  expect(positionLabel(subject, 0)).toBe("@77");
});

test("with all kinds off, nothing is marked", () => {
  const { scene } = drawn("task-removed", "fd-opened", "fd-closed", "file-path", "file-pos");
  expect([...scene.boxes, ...scene.edges].every(({ change }) => isUnmarked(change))).toBe(true);
});
