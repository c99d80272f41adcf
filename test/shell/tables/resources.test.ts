import { expect, test } from "vitest";
import { NONE } from "../../../app/model/checkpoint.ts";
import { resourceNamed } from "../../../app/resources/resources.ts";
import type { Column, ResourceTable } from "../../../app/resources/table.ts";
import { selectionOfRow } from "../../../app/shell/tables/resources.ts";
import { NGINX } from "../../support/nginx.ts";
import { checkpointOf } from "../../support/state.ts";

const image = checkpointOf(NGINX);

/** A table with one row of a task, and with the number of a descriptor in the column `fd`. */
const tableOf = (resource: string, task: number, record: number, fd = Number.NaN): ResourceTable => ({
  resource,
  count: 1,
  columns: resourceNamed(resource).columns.map(
    ({ name }): Column => ({ kind: "number", values: Float64Array.of(name === "fd" ? fd : Number.NaN) }),
  ),
  task: Int32Array.of(task),
  record: Int32Array.of(record),
  held: true,
  cut: false,
});

test("a row about a descriptor leads to it", () => {
  const task = 1;
  const table = image.tasks.table[task] as number;
  const row = image.descriptors.table.indexOf(table);
  const fd = image.descriptors.fd[row] as number;
  expect(selectionOfRow(image, tableOf("sockets", task, 7, fd), 0)).toEqual({ to: "descriptor", row });
});

test("other rows lead to their task, and without one to their record", () => {
  expect(selectionOfRow(image, tableOf("sockets", 1, 7, 99_999), 0)).toEqual({ to: "task", row: 1 });
  expect(selectionOfRow(image, tableOf("limits", 1, 7), 0)).toEqual({ to: "task", row: 1 });
  expect(selectionOfRow(image, tableOf("mounts", NONE, 7), 0)).toEqual({ to: "record", row: 7 });
  expect(selectionOfRow(image, tableOf("mounts", NONE, NONE), 0)).toBeNull();
});
