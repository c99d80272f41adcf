// The memory of two images is compared mapping by mapping, and the same mappings correspond as in their tables.

import { expect, test } from "vitest";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { diffMemories } from "../../app/memory/diff.ts";
import type { MemorySide } from "../../app/memory/pair.ts";
import { mappingEntry } from "../../app/memory/words.ts";
import { readResources } from "../../app/resources/read.ts";
import { openRecorded } from "../support/resources.ts";

async function open(name: string) {
  const image = await openRecorded(name);
  const memory = await image.memory();
  if (typeof memory === "string") throw new Error(memory);
  return { image, side: { checkpoint: image.checkpoint, memory } satisfies MemorySide };
}

test("mappings without a counterpart are those that are new or gone in the tables", async () => {
  const [before, after] = [await open("r1/before"), await open("r1/after")];
  const resources = {
    before: await readResources(before.image, ["mappings"]),
    after: await readResources(after.image, ["mappings"]),
  };
  const inTables = changesJson(diff(before.side.checkpoint, after.side.checkpoint, { resources })).flatMap((change) =>
    "resource" in change && change.kind !== "resource-changed" ? [`${change.kind} ${change.key.start}`] : [],
  );
  const inMemory: string[] = [];
  for await (const change of diffMemories(before.side, after.side)) {
    const startOf = ({ checkpoint, memory }: MemorySide, row: number): string =>
      mappingEntry(checkpoint, memory, row).start;
    if (change.before === null) inMemory.push(`resource-added ${startOf(after.side, change.after as number)}`);
    else if (change.after === null) inMemory.push(`resource-removed ${startOf(before.side, change.before)}`);
  }
  expect(inMemory.toSorted()).toEqual(inTables.toSorted());
  expect(inMemory.length).toBeGreaterThan(3);
});

test("memory that is shared without a file has the path of /proc/PID/maps, in memory as in the table", async () => {
  const { image, side } = await open("r1/before");
  const { mappings } = side.memory;
  const paths = Array.from({ length: mappings.count }, (_, row) => mappingEntry(side.checkpoint, side.memory, row));
  const shared = paths.filter(({ kind }) => kind === "shared");
  expect(shared.map(({ path }) => path)).toEqual(["/dev/zero", "/dev/zero"]);
  const { mappings: table } = await readResources(image, ["mappings"]);
  expect(table?.count).toBe(mappings.count);
});
