// Whether the page says that the order of two images is in doubt.

import { expect, test } from "vitest";
import { diff } from "../../../app/diff/diff.ts";
import type { Verdict } from "../../../app/model/comparison/earlier.ts";
import { orderDoubt, shownOrder } from "../../../app/shell/opening/order.ts";
import type { Compared } from "../../../app/shell/state.ts";
import { checkpointOf } from "../../support/state.ts";

const image = (comm: string) => checkpointOf({ tasks: [{ pid: 1, comm, table: 0 }], tables: [[]], files: [] });
const compared = (before: string, after: string): Compared => {
  const images = { before: image(before), after: image(after) };
  return { comparison: { ...diff(images.before, images.after), ...images } } as unknown as Compared;
};
const order: Verdict = { earlier: "first", sure: false, reason: "Neither says." };

test("two equal images have no order to be unsure about", () => {
  expect(orderDoubt(shownOrder({ order, compared: compared("a", "a") }))).toBeNull();
  expect(orderDoubt(shownOrder({ order, compared: compared("a", "b") }))).toBe("order unsure");
  expect(orderDoubt(shownOrder({ order, compared: null }))).toBe("order unsure");
});
