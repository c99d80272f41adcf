// Rows that belong to a selection.

import { expect, test } from "vitest";
import type { Listing } from "../../../app/model/listings/column.ts";
import type { Selection } from "../../../app/model/related.ts";
import { relatedRows } from "../../../app/shell/tables/related-rows.ts";
import { NGINX } from "../../support/nginx.ts";
import { checkpointOf } from "../../support/state.ts";

const checkpoint = checkpointOf(NGINX);
const related = (selection: Selection | null, listing: Listing): number[] => {
  const isRelated = relatedRows(checkpoint, selection, listing);
  const count = listing === "problems" ? 0 : checkpoint[listing].count;
  return Array.from({ length: count }, (_, row) => row).filter(isRelated);
};

test("a selected open file marks all its descriptors and their tables", () => {
  expect(related({ to: "file", row: 1 }, "descriptors").map((row) => checkpoint.descriptors.fd[row])).toEqual([
    1, 2, 3,
  ]);
  expect(related({ to: "file", row: 1 }, "tables")).toEqual([1, 2]);
});

test("a selected task or table marks all its descriptors, a table all its tasks", () => {
  expect(related({ to: "task", row: 1 }, "descriptors")).toHaveLength(5);
  expect(related({ to: "table", row: 1 }, "descriptors")).toHaveLength(5);
  expect(related({ to: "table", row: 1 }, "tasks")).toEqual([1, 2]);
});

test("a descriptor marks its open file; nothing marks nothing", () => {
  expect(related({ to: "descriptor", row: 0 }, "files")).toEqual([0]);
  expect(related(null, "descriptors")).toEqual([]);
});
