// The large images that other tests and measurements are made with say what they should.

import { describe, expect, test } from "vitest";
import type { Image } from "../../app/decoder/image.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { holderCount } from "../../app/model/checkpoint.ts";
import { bigDescription, bigImage, encodeAll, withPages } from "../support/images.ts";

async function open(source: Source): Promise<Image["checkpoint"]> {
  const image = await openImage([source]);
  if ("refused" in image) throw new Error(image.refused);
  return image.checkpoint;
}

describe.each(["seed", "v23-rc2"] as const)("a large image in %s", (dialect) => {
  test("has its tasks, tables, descriptors and shared files", async () => {
    const chunks = [...bigImage({ tasks: 20, descriptorsPerTask: 100, sharedEvery: 10, dialect })];
    const checkpoint = await open(bytesSource("big", Buffer.concat(chunks)));
    const { tasks, tables, descriptors, files } = checkpoint;
    expect(checkpoint.problems).toEqual([]);
    expect(checkpoint).toMatchObject({ dialect, complete: true });
    expect([tasks.count, tables.count, descriptors.count, files.count]).toEqual([20, 20, 2000, 10 + 20 * 90]);
    const holders = Array.from({ length: files.count }, (_, file) => holderCount(files, file));
    expect(holders.filter((count) => count === 20).length).toBe(10);
    expect(holders.filter((count) => count === 1).length).toBe(1800);
  });

  test("comes in chunks, none of which is large", () => {
    const sizes = [...bigImage({ tasks: 1, descriptorsPerTask: 20_000, dialect })].map((chunk) => chunk.length);
    expect(sizes.length).toBeGreaterThan(30);
    expect(Math.max(...sizes)).toBeLessThan(80 * 1024);
  });
});

describe("an image with memory that is nowhere", () => {
  test("is decoded without reading it", async () => {
    const { bytes } = encodeAll(bigDescription({ tasks: 2, descriptorsPerTask: 3 }), { dialect: "v23-rc2" });
    const whole = withPages("large", bytes, 1_000_000);
    expect(whole.size).toBeGreaterThan(4_000_000_000);
    let read = 0;
    const counting: Source = {
      ...whole,
      read: (offset, length) => {
        read += length;
        return whole.read(offset, length);
      },
    };
    const checkpoint = await open(counting);
    expect(checkpoint.problems).toEqual([]);
    expect(checkpoint).toMatchObject({ dialect: "v23-rc2", complete: true });
    expect(checkpoint.tasks.count).toBe(2);
    expect(checkpoint.descriptors.count).toBe(6);
    expect(read).toBeLessThan(40_000_000);
  });
});
