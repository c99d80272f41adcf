import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { taskTree } from "../../app/model/task-tree.ts";
import { NGINX } from "../support/nginx.ts";
import { checkpointOf, type StateTask } from "../support/state.ts";

const treeOf = (tasks: readonly StateTask[]) => taskTree(checkpointOf({ tasks, tables: [], files: [] }).tasks);

describe("task tree", () => {
  test("children follow their parents, in image order", () => {
    const tree = taskTree(checkpointOf(NGINX).tasks);
    expect(Array.from(tree.task)).toEqual([0, 1, 2, 3, 4]);
    expect(Array.from(tree.depth)).toEqual([0, 1, 2, 2, 3]);
    expect(Array.from(tree.end)).toEqual([5, 5, 3, 5, 5]);
  });
  test("a child that comes before its parent in the image is below it", () => {
    const tree = treeOf([
      { pid: 5, ppid: 4, comm: "" },
      { pid: 4, ppid: 1, comm: "" },
    ]);
    expect(Array.from(tree.task)).toEqual([1, 0]);
    expect(Array.from(tree.depth)).toEqual([0, 1]);
  });
  test("without pids all are roots", () => {
    const tree = treeOf([{ comm: "a" }, { comm: "b" }]);
    expect(Array.from(tree.depth)).toEqual([0, 0]);
  });
  test("whoever claims whom as parent, each task is there once and subtrees nest", () => {
    const task = fc.record({
      pid: fc.integer({ min: 1, max: 9 }),
      ppid: fc.integer({ min: 0, max: 9 }),
      comm: fc.constant(""),
    });
    fc.assert(
      fc.property(fc.array(task, { maxLength: 12 }), (tasks) => {
        const { task: order, depth, end } = treeOf(tasks);
        expect(Array.from(order).toSorted((a, b) => a - b)).toEqual(tasks.map((_, row) => row));
        order.forEach((_, at) => {
          const last = end[at] ?? 0;
          expect(last).toBeGreaterThan(at);
          for (let inner = at + 1; inner < last; inner++) {
            expect(depth[inner]).toBeGreaterThan(depth[at] ?? 0);
            expect(end[inner]).toBeLessThanOrEqual(last);
          }
          if (last < order.length) expect(depth[last]).toBeLessThanOrEqual(depth[at] ?? 0);
        });
      }),
    );
  });
});
