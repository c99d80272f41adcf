// The rows of a listing that the page makes itself.

import { expect, test } from "vitest";
import { rowsNow } from "../../app/shell/rows.ts";
import type { Doc } from "../../app/shell/state.ts";
import { NGINX } from "../support/nginx.ts";
import { checkpointOf } from "../support/state.ts";

const doc = { document: 1, checkpoint: checkpointOf(NGINX) } as Doc;
const order = (listing: "tasks" | "descriptors") => ({ listing, filter: "", column: null, descending: false });
const upTo = (count: number) => Array.from({ length: count }, (_, row) => row);

test("the image's own order has all rows of the listing, whichever was asked for before", () => {
  const { tasks, descriptors } = doc.checkpoint;
  expect(descriptors.count).toBeGreaterThan(tasks.count);
  for (const listing of ["tasks", "descriptors", "tasks"] as const) {
    expect([...(rowsNow(doc, order(listing))?.rows ?? [])]).toEqual(upTo(doc.checkpoint[listing].count));
  }
});

test("another order leaves it as it was", () => {
  const down = rowsNow(doc, { ...order("descriptors"), descending: true });
  expect([...(down?.rows ?? [])]).toEqual(upTo(doc.checkpoint.descriptors.count).reverse());
  expect([...(rowsNow(doc, order("descriptors"))?.rows ?? [])]).toEqual(upTo(doc.checkpoint.descriptors.count));
});
