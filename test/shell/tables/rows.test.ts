// The rows of a listing that the page makes itself.

import { expect, test, vi } from "vitest";
import type { Doc } from "../../../app/shell/state.ts";
import { listAhead, placeOf, rowsNow } from "../../../app/shell/tables/rows.ts";
import { NGINX } from "../../support/nginx.ts";
import { checkpointOf } from "../../support/state.ts";

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

test("the rows of a long listing are listed ahead of it, with pauses, until it is not wanted any more", async () => {
  const count = 1_000_000;
  const { records } = doc.checkpoint;
  const long = { document: 1, checkpoint: { ...doc.checkpoint, records: { ...records, count } } } as Doc;
  const lists = async (isWanted: () => boolean): Promise<number> => {
    const timers = vi.spyOn(globalThis, "setTimeout");
    await listAhead(long.checkpoint, isWanted);
    const pauses = timers.mock.calls.length;
    timers.mockRestore();
    return pauses;
  };
  let left = 2;
  expect(await lists(() => left-- > 0)).toBe(3);
  // The first slices are listed, and the others when the rows are wanted.
  const { rows } = rowsNow(long, { ...order("descriptors"), listing: "records" }) ?? { rows: new Uint32Array(0) };
  expect(rows.length).toBe(count);
  expect(rows.every((row, at) => row === at)).toBe(true);
  expect(await lists(() => true)).toBe(1);
});

test("a row is found where it is, in any order", () => {
  const rows = Uint32Array.of(0, 4, 2, 7);
  expect([...rows].map((row) => placeOf(rows, row))).toEqual([0, 1, 2, 3]);
  expect([1, 3, -1, 100].map((row) => placeOf(rows, row))).toEqual([-1, -1, -1, -1]);
});
