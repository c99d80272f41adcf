// Supplementary groups of a task, also more than a window holds.

import { expect, test } from "vitest";
import { taskDetailsOf } from "../../../app/model/detail-store.ts";
import { putTogether, setField, setPayload, takeApart } from "../../support/edit-image.ts";
import { fixtureBytes, open } from "../../support/open.ts";

test.each([1, 1022, 1023, 5000, 65_536])("%i groups of a task are all read", async (count) => {
  const parts = await takeApart(fixtureBytes("linux-cr/v23-s1/before.ckpt"));
  const groups = Uint32Array.from({ length: count }, (_, at) => at + 7);
  // The groups begin where the struct's last padding is.
  const payload = new Uint8Array(4 * count);
  payload.set(new Uint8Array(groups.buffer, 4));
  const edited = setPayload(parts, "GROUPINFO", 0, payload);
  const image = await open(
    putTogether(setField(setField(edited, "GROUPINFO", 0, "ngroups", count), "GROUPINFO", 0, "groups[0]", 7)),
  );
  expect(image.checkpoint.problems).toEqual([]);
  expect(taskDetailsOf(image.checkpoint, 0).groups).toEqual([...groups]);
});
