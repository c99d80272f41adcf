// How wide the values of listings are: of small images at once, of large ones from the worker, once for each.

import { expect, test } from "vitest";
import { valueWidths } from "../../../app/model/listings/columns.ts";
import { createWidths } from "../../../app/shell/tables/widths.ts";
import type { Client } from "../../../app/worker/client.ts";
import { checkpointOfCrowd } from "../../support/crowd.ts";
import { NGINX } from "../../support/nginx.ts";
import { checkpointOf } from "../../support/state.ts";

const crowd = checkpointOfCrowd({ tables: 600, slotsPerTable: 10, family: 10, sharedSlots: 2, unused: 0 });

/** A worker that fails so many requests first. */
function fakeClient(failures = 0) {
  const asked: string[] = [];
  const client = {
    async request(kind: string) {
      asked.push(kind);
      if (asked.length <= failures) throw new Error("failed");
      return valueWidths(crowd);
    },
  } as unknown as Client;
  return { asked, widths: createWidths(client) };
}

test("those of a small image are known at once", () => {
  const { asked, widths } = fakeClient();
  const checkpoint = checkpointOf(NGINX);
  expect(widths.now({ checkpoint, document: 1 })).toEqual(valueWidths(checkpoint));
  expect(asked).toEqual([]);
});

test("those of an early part are not", () => {
  expect(fakeClient().widths.now({ checkpoint: checkpointOf(NGINX), document: null })).toBeNull();
});

test("the worker is asked once for those of a large image, however often they are needed", async () => {
  const { asked, widths } = fakeClient();
  const doc = { checkpoint: crowd, document: 1 };
  expect(widths.now(doc)).toBeNull();
  const [one, other] = await Promise.all([widths.of(1), widths.of(1)]);
  expect(other).toBe(one);
  expect(widths.now(doc)).toBe(one);
  expect(asked).toEqual(["widths"]);
});

test("they are asked for again if that failed", async () => {
  const { widths } = fakeClient(1);
  await expect(widths.of(1)).rejects.toThrow("failed");
  expect(await widths.of(1)).toEqual(valueWidths(crowd));
});
