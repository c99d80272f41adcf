import { describe, expect, test } from "vitest";
import { oneImage } from "../../app/graph/order/graph.ts";
import { layout } from "../../app/graph/order/layout.ts";
import { type Direction, firstStep, type Step, walk } from "../../app/graph/order/walk.ts";
import { checkpointOf } from "../support/state.ts";

const checkpoint = checkpointOf({
  tasks: [
    { pid: 1, comm: "a", table: 0 },
    { pid: 2, comm: "b", table: 0 },
    { pid: 3, comm: "c", table: 1 },
    { pid: 4, comm: "zombie" },
  ],
  tables: [
    [
      { fd: 0, file: 0 },
      { fd: 1, file: 1 },
    ],
    [{ fd: 7, file: 1 }],
  ],
  files: [
    { kind: "regular", path: "/own" },
    { kind: "regular", path: "/shared" },
  ],
});
const order = layout(oneImage(checkpoint));

const walked = (start: Step, ...directions: Direction[]): string => {
  let step = start;
  for (const direction of directions) step = walk(checkpoint, order, step, direction);
  return `${step.at.to} ${step.at.row}`;
};
const at = (to: Step["at"]["to"], row: number): Step => ({ at: { to, row }, from: null });

describe("walking", () => {
  test("starts at the first task", () => {
    expect(firstStep(checkpoint, order)?.at).toEqual({ to: "task", row: 0 });
    const nothing = checkpointOf({ tasks: [], tables: [], files: [] });
    expect(firstStep(nothing, layout(oneImage(nothing)))).toBeNull();
  });

  test("follows edges to the right, and stays at their end", () => {
    expect(walked(at("task", 0), "right")).toBe("table 0");
    expect(walked(at("task", 0), "right", "right")).toBe("descriptor 0");
    expect(walked(at("task", 0), "right", "right", "down", "right")).toBe("file 1");
    expect(walked(at("task", 0), "right", "right", "down", "right", "right")).toBe("file 1");
    expect(walked(at("task", 3), "right")).toBe("task 3");
  });

  test("goes back the way it came", () => {
    expect(walked(at("task", 1), "right", "left")).toBe("task 1");
    expect(walked(at("descriptor", 2), "right", "left")).toBe("descriptor 2");
    expect(walked(at("descriptor", 2), "left", "left", "left")).toBe("task 2");
  });

  test("moves among the holders of a file after coming from it", () => {
    expect(walked(at("file", 1), "left")).toBe("descriptor 1");
    expect(walked(at("file", 1), "left", "down")).toBe("descriptor 2");
    expect(walked(at("file", 1), "left", "down", "down")).toBe("descriptor 2");
    expect(walked(at("file", 1), "left", "down", "up", "up", "right")).toBe("file 1");
  });

  test("moves among the slots of a table, and along the lanes otherwise", () => {
    expect(walked(at("descriptor", 0), "down")).toBe("descriptor 1");
    expect(walked(at("descriptor", 1), "down")).toBe("descriptor 1");
    expect(walked(at("table", 0), "down")).toBe("table 1");
    expect(walked(at("task", 0), "down", "down", "down", "down")).toBe("task 3");
    // Shared files come first.
    expect(walked(at("file", 0), "up")).toBe("file 1");
  });

  test("moves among the tasks of a table after coming from it", () => {
    expect(walked(at("table", 0), "left", "down")).toBe("task 1");
    expect(walked(at("table", 0), "left", "down", "down")).toBe("task 1");
  });
});
