// Compares two images as the command line does: rows that are certainly the same are not read.

import { expect } from "vitest";
import type { Image } from "../../app/decoder/image.ts";
import type { Change } from "../../app/diff/changes.ts";
import type { Comparison } from "../../app/diff/comparison.ts";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { pair } from "../../app/diff/pairs/pair.ts";
import { readForComparison, readResources } from "../../app/resources/read.ts";
import { COMPARED_RESOURCES } from "../../app/resources/resources.ts";

/** Compares two images without reading rows that are certainly the same. */
export async function compareImages(before: Image, after: Image): Promise<Comparison> {
  const pairs = pair(before.checkpoint, after.checkpoint);
  const resources = await readForComparison({ before, after }, COMPARED_RESOURCES, pairs);
  return diff(before.checkpoint, after.checkpoint, { pairs, resources });
}

/** The changes between two images, and the notes; checks that they are the same if all rows are read. */
export async function changesAndNotes(before: Image, after: Image) {
  const resources = {
    before: await readResources(before, COMPARED_RESOURCES),
    after: await readResources(after, COMPARED_RESOURCES),
  };
  const [whole, found] = [
    diff(before.checkpoint, after.checkpoint, { resources }),
    await compareImages(before, after),
  ].map((comparison) => ({ changes: changesJson(comparison), notes: comparison.notes }));
  expect(found).toEqual(whole);
  return found as { readonly changes: readonly Change[]; readonly notes: Comparison["notes"] };
}
