// What a command that decodes an image without its details needs is the same as with them.

import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { openImage } from "../../app/decoder/open.ts";
import type { Source } from "../../app/decoder/source.ts";
import { holdersOf } from "../../app/export/who.ts";
import { chooseParts } from "../../app/memory/choose.ts";
import type { Checkpoint } from "../../app/model/checkpoint.ts";
import { fileName } from "../../app/model/text/words.ts";
import { FROM_DETAILS } from "../../app/resources/from-checkpoint.ts";
import { readResources } from "../../app/resources/read.ts";
import { RESOURCES } from "../../app/resources/resources.ts";
import { imageSources, SAMPLES } from "../support/corpus.ts";
import { resourcefulSet } from "../support/resourceful-set.ts";

const IMAGES: readonly (readonly [name: string, sources: () => Source[]])[] = [
  ...SAMPLES.map((sample) => [`${sample.format}/${sample.name}`, () => imageSources(sample, "before")] as const),
  ["a set with all resources", resourcefulSet],
];

async function open(sources: readonly Source[], details: boolean) {
  const image = await openImage(sources, { details });
  if ("refused" in image) throw new Error(image.refused);
  return image;
}

/** Who holds unlinked files, and each file by its whole name. */
const holders = (checkpoint: Checkpoint) => [
  holdersOf(checkpoint, { kind: "deleted" }),
  ...Array.from({ length: checkpoint.files.count }, (_, file) =>
    holdersOf(checkpoint, { kind: "name", name: fileName(checkpoint, file) }),
  ),
];

describe.each(IMAGES)("%s without details", (_, sources) => {
  test("has the same tables of resources, but for those from details", async () => {
    const names = RESOURCES.map(({ name }) => name).filter((name) => !FROM_DETAILS.has(name));
    const [all, some] = [await open(sources(), true), await open(sources(), false)];
    expect(await readResources(some, names)).toEqual(await readResources(all, names));
  });

  test("has the same holders of files, and the same memory", async () => {
    const [all, some] = [await open(sources(), true), await open(sources(), false)];
    expect(holders(some.checkpoint)).toEqual(holders(all.checkpoint));
    const [memory, same] = [await all.memory(), await some.memory()];
    if (typeof memory === "string" || typeof same === "string") expect(same).toBe(memory);
    else expect(chooseParts(some.checkpoint, same, {})).toEqual(chooseParts(all.checkpoint, memory, {}));
  });
});

test("only tables that need details are said to", async () => {
  const different = new Set<string>();
  for (const [, sources] of IMAGES) {
    const [all, some] = [await open(sources(), true), await open(sources(), false)];
    for (const name of FROM_DETAILS) {
      const [table, other] = [await readResources(all, [name]), await readResources(some, [name])];
      if (!isDeepStrictEqual(table, other)) different.add(name);
    }
  }
  expect([...different].sort()).toEqual([...FROM_DETAILS].sort());
});
