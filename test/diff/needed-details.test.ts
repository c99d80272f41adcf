// The details that a comparison does without make no difference to its changes and notes.

import { describe, expect, test } from "vitest";
import { openImage } from "../../app/decoder/open.ts";
import type { Source } from "../../app/decoder/source.ts";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { isNeededDetail } from "../../app/diff/needed-details.ts";
import { changeSentence } from "../../app/export/changes/changes-text.ts";
import { fileKind } from "../../app/model/names/names.ts";
import { compareImages } from "../support/compare.ts";
import { imageSources, SAMPLES } from "../support/corpus.ts";
import { mixedCriuSet } from "../support/criu-mixed-set.ts";
import { mapNumbers } from "../support/edit-set.ts";

type Set = readonly Source[];

async function open(set: Set, details: boolean) {
  const image = await openImage(set, { details: details || isNeededDetail });
  if ("refused" in image) throw new Error(image.refused);
  return image;
}

async function compared(before: Set, after: Set, details: boolean) {
  const comparison = await compareImages(await open(before, details), await open(after, details));
  const sentences = Array.from({ length: comparison.changes.count }, (_, index) => changeSentence(comparison, index));
  return { changes: changesJson(comparison), notes: comparison.notes, sentences };
}

const edited = mapNumbers(mixedCriuSet(3, 40), "files.img", "file_entry", (field, value) => {
  if (/^(inet_sk_entry.state|unix_sk_entry.backlog|eventfd_file_entry.counter|pipe_entry.pipe_id)$/.test(field)) {
    return value ^ 1n;
  }
  return value;
});

const PAIRS: readonly (readonly [name: string, before: () => Set, after: () => Set])[] = [
  ...SAMPLES.filter(({ sides }) => sides.includes("before") && sides.includes("after")).map(
    (sample) =>
      [
        `${sample.format}/${sample.name}`,
        () => imageSources(sample, "before"),
        () => imageSources(sample, "after"),
      ] as const,
  ),
  ["a set with files of many kinds", () => mixedCriuSet(3, 40), () => edited],
  ["other files of many kinds", () => mixedCriuSet(3, 40), () => mixedCriuSet(3, 43)],
];

describe.each(PAIRS)("%s", (_, one, other) => {
  test("has the same changes, both ways", async () => {
    expect(await compared(one(), other(), false)).toEqual(await compared(one(), other(), true));
    expect(await compared(other(), one(), false)).toEqual(await compared(other(), one(), true));
  });
});

test("what every dump numbers anew is not needed; what is compared, or shown of sockets, is", () => {
  const needed = (key: string, kind: "socket" | "pipe" | "regular") => isNeededDetail(key, fileKind(kind));
  expect([needed("inode", "socket"), needed("pipe", "pipe"), needed("bufferedBytes", "pipe")]).toEqual([
    false,
    false,
    false,
  ]);
  expect([needed("inode", "regular"), needed("state", "socket"), needed("queuedBytes", "socket")]).toEqual([
    true,
    true,
    true,
  ]);
  expect([needed("peer", "socket"), needed("otherEnds", "pipe")]).toEqual(["without-ids", "without-ids"]);
  expect(needed("a key that is not listed", "socket")).toBe(true);
});
