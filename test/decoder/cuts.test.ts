// Images that end anywhere: every value whose bytes stand before the cut is shown, and no value that the whole image
// does not have. Here for some of the cuts; CKPTSCOPE_ALL_CUTS=1 tries every one.

import { describe, expect, test } from "vitest";
import type { Image } from "../../app/decoder/image.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { setSources } from "../support/criu.ts";
import { invented, lost, truthOf } from "../support/kept.ts";
import { fixtureBytes } from "../support/open.ts";
import { random } from "../support/random.ts";

const ALL = process.env.CKPTSCOPE_ALL_CUTS === "1";
/** All cuts take minutes, and hours on a busy machine. */
const TIMEOUT = ALL ? 36_000_000 : 600_000;

async function opened(sources: readonly Source[]): Promise<Image | null> {
  const image = await openImage(sources);
  return "refused" in image ? null : image;
}

/** Places to cut `size` bytes at: all, or `count` of them, the same in every run. */
function places(size: number, count: number): number[] {
  const next = random(size);
  const all = Array.from({ length: size }, (_, at) => at);
  if (ALL || size <= count) return all;
  return Array.from({ length: count }, () => next(size)).toSorted((a, b) => a - b);
}

/** Cuts one file of an image at each place. `isShort`: too short to be recognized. */
async function expectKept(
  sources: readonly Source[],
  name: string,
  count: number,
  isShort: (size: number) => boolean,
): Promise<void> {
  const whole = await opened(sources);
  if (whole === null) throw new Error("the image does not open");
  const truth = truthOf(whole);
  const own = sources.find((source) => source.name === name) as Source;
  const bytes = await own.read(0, own.size);
  for (const size of places(bytes.length, count)) {
    const cut = bytesSource(name, bytes.subarray(0, size));
    const image = await opened(sources.map((source) => (source === own ? cut : source)));
    if (image === null) {
      expect(isShort(size), `cut at ${size}: refused`).toBe(true);
      continue;
    }
    const missing = await lost(truth, image, new Map([[name, size]]));
    const added = invented(truth, image);
    if (missing !== null) expect.fail(`cut at ${size}: ${missing}`);
    if (added !== null) expect.fail(`cut at ${size}: ${added}`);
  }
}

describe("every value before a cut is shown, of a Linux-CR image", () => {
  const images = ["seed-tables/before", "v16-s4/before", "diff-blind/before"];
  test.each(images)("%s", { timeout: TIMEOUT }, async (path) => {
    const bytes = fixtureBytes(`linux-cr/${path}.ckpt`);
    // The header is 72 bytes long at most.
    await expectKept([bytesSource("image.ckpt", bytes)], "image.ckpt", 150, (size) => size < 73);
  });
});

describe("every value before a cut is shown, of a set's file", () => {
  const sources = setSources("w1/before");
  // Memory pages have no values.
  const members = sources.filter(({ name }) => name.endsWith(".img") && !name.startsWith("pages-"));
  test.each(members.map(({ name }) => name))("%s", { timeout: TIMEOUT }, async (name) => {
    await expectKept(sources, name, 25, () => false);
  });
});
