// Every sample image shows and compares as its expected.json says. A new folder is a new test.

import { describe, expect, test } from "vitest";
import { openImage } from "../app/decoder/open.ts";
import { changesJson } from "../app/diff/describe/describe.ts";
import { diff } from "../app/diff/diff.ts";
import type { Side } from "../app/model/comparison/side.ts";
import { expectChanges, isOfDetails } from "./support/changes.ts";
import { imageSources, SAMPLES, type Sample } from "./support/corpus.ts";
import { documentOf } from "./support/open.ts";

async function open(sample: Sample, side: Side) {
  const image = await openImage(imageSources(sample, side));
  if ("refused" in image) throw new Error(image.refused);
  return image;
}

describe.each(SAMPLES.map((sample) => [`${sample.format} ${sample.name}`, sample] as const))("%s", (_, sample) => {
  const { sides, expected } = sample;

  test.each(sides)("shows %s", async (side) => {
    const document = await documentOf(await open(sample, side));
    expect(document).toMatchObject({ complete: true, problems: [], ...expected.show?.[side] });
  });

  const { changes } = expected;
  if (changes === undefined) return;
  test("has the expected changes", async () => {
    const [before, after] = await Promise.all([open(sample, "before"), open(sample, "after")]);
    const found = changesJson(diff(before.checkpoint, after.checkpoint));
    // Recorded expectations are older than the comparison of details; diff/recorded.test.ts has those.
    expectChanges(changes.some(isOfDetails) ? found : found.filter((change) => !isOfDetails(change)), changes);
  });
});
