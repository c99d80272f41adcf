// Early parts of an image, which are shown while the rest is decoded.

import { expect, test } from "vitest";
import { decodeLinuxCr } from "../../../app/decoder/linux-cr/index.ts";
import { bytesSource } from "../../../app/decoder/source.ts";
import { bigDescription, encodeAll } from "../../support/images.ts";

/** Counts of descriptors in the early parts and in the whole of an image with so many. */
async function partsOf(descriptorsPerTask: number, wantsPart?: () => boolean) {
  const { bytes } = encodeAll(bigDescription({ tasks: 1, descriptorsPerTask }), { dialect: "v23-rc2" });
  const parts: number[] = [];
  const image = await decodeLinuxCr(bytesSource("a", bytes), {
    onPart: ({ descriptors, complete }) => {
      expect(complete).toBe(false);
      parts.push(descriptors.count);
    },
    ...(wantsPart && { wantsPart }),
  });
  if (image === null || "refused" in image) throw new Error("not decoded");
  expect(image.checkpoint.descriptors.count).toBe(descriptorsPerTask);
  return parts;
}

test("the first early part is given in the first half of a large image, and no other in its second half", async () => {
  const [first, ...others] = await partsOf(30_000);
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(15_000);
  expect(others).toEqual([]);
});

test("a small image has no early parts", async () => {
  expect(await partsOf(100)).toEqual([]);
});

test("a part that is not wanted yet is given later", async () => {
  const [first] = await partsOf(60_000);
  const answers = [false, true];
  const [later, ...others] = await partsOf(60_000, () => answers.shift() ?? true);
  expect(later).toBeGreaterThan(first ?? Number.POSITIVE_INFINITY);
  expect(others).toEqual([]);
  expect(await partsOf(60_000, () => false)).toEqual([]);
});
