// Tasks whose rows are the same in both images are found by their place in the tables.

import { describe, expect, test } from "vitest";
import { tasksWithSameRows } from "../../../app/diff/compare/same-rows.ts";
import { NONE } from "../../../app/model/checkpoint.ts";
import { resourceNamed } from "../../../app/resources/resources.ts";
import { createTable, type ResourceTable } from "../../../app/resources/table.ts";

const SPEC = resourceNamed("sockets");
const FD = SPEC.columns.findIndex(({ name }) => name === "fd");

/** A table with the numbers of descriptors of each task, in this order. */
function tableOf(rows: readonly (readonly [task: number, fd: number])[]): ResourceTable {
  const builder = createTable(SPEC);
  for (const [task, fd] of rows) builder.add({ fd }, task, NONE);
  return builder.finish();
}

function sameTasks(before: ResourceTable, after: ResourceTable, placeAfter = (task: number): number | null => task) {
  const fdOf = ({ columns }: ResourceTable, row: number): number => {
    const column = columns[FD];
    return column?.kind === "number" ? (column.values[row] as number) : Number.NaN;
  };
  return [
    ...tasksWithSameRows({
      before,
      after,
      tasks: 3,
      placeOf: { before: (task) => task, after: placeAfter },
      tests: [(b, a) => fdOf(before, b) === fdOf(after, a)],
    }),
  ];
}

describe("tasks with the same rows", () => {
  const before = tableOf([
    [0, 3],
    [0, 4],
    [1, 3],
    [2, 5],
    [2, 6],
  ]);

  test("are those whose rows pass the test one by one, wherever the table has them", () => {
    expect(sameTasks(before, before)).toEqual([1, 1, 1]);
    expect(
      sameTasks(
        before,
        tableOf([
          [2, 5],
          [2, 6],
          [0, 3],
          [0, 4],
          [1, 4],
        ]),
      ),
    ).toEqual([1, 0, 1]);
  });

  test("have as many rows before as after", () => {
    expect(
      sameTasks(
        before,
        tableOf([
          [0, 3],
          [0, 4],
          [1, 3],
          [1, 4],
          [2, 5],
        ]),
      ),
    ).toEqual([1, 0, 0]);
    expect(sameTasks(before, tableOf([]))).toEqual([0, 0, 0]);
  });

  test("have their rows next to each other, and in the same order", () => {
    expect(
      sameTasks(
        before,
        tableOf([
          [0, 3],
          [1, 3],
          [0, 4],
          [2, 6],
          [2, 5],
        ]),
      ),
    ).toEqual([0, 1, 0]);
  });

  test("are in both images, whatever their rows after are", () => {
    const after = tableOf([
      [1, 3],
      [1, 4],
      [2, 3],
      [0, 5],
      [NONE, 6],
    ]);
    expect(sameTasks(before, after, (task) => (task === 0 ? null : task - 1))).toEqual([1, 1, 0]);
  });
});
