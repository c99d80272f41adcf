// Early parts of an image, which are shown while the rest is decoded.

import { expect, test } from "vitest";
import { decodeLinuxCr } from "../../../app/decoder/linux-cr/index.ts";
import { bytesSource } from "../../../app/decoder/source.ts";
import { bigDescription, encodeAll } from "../../support/images.ts";

/** Counts of descriptors in the early parts and in the whole of an image with so many. */
async function partsOf(descriptorsPerTask: number) {
  const { bytes } = encodeAll(bigDescription({ tasks: 1, descriptorsPerTask }), { dialect: "v23-rc2" });
  const parts: number[] = [];
  const image = await decodeLinuxCr(bytesSource("a", bytes), {
    onPart: ({ descriptors, complete }) => {
      expect(complete).toBe(false);
      parts.push(descriptors.count);
    },
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
