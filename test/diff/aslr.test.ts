// Two runs of one program have their memory at other addresses, and no change of a mapping.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Change } from "../../app/diff/changes.ts";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { diffMemories } from "../../app/memory/diff.ts";
import { readResources } from "../../app/resources/read.ts";
import { mapsSet } from "../support/maps-set.ts";
import { entries, openSources } from "../support/resources.ts";

const FOLDER = join(import.meta.dirname, "../fixtures/resources/aslr");
const read = (name: string): string => readFileSync(join(FOLDER, `${name}.maps`), "utf8");

async function changesOf(before: string, after: string): Promise<readonly Change[]> {
  const [one, other] = [await openSources(mapsSet(before)), await openSources(mapsSet(after))];
  const resources = { before: await readResources(one), after: await readResources(other) };
  return changesJson(diff(one.checkpoint, other.checkpoint, { resources }));
}

test("the recorded runs are at other addresses, and the sets have their mappings", async () => {
  const [first, second] = [read("first"), read("second")];
  const starts = (text: string): string[] => text.match(/^\w+/gm) ?? [];
  expect(starts(first).filter((start) => starts(second).includes(start))).toEqual(["ffffffffff600000"]);
  const found = await entries(await openSources(mapsSet(first)), "mappings");
  expect(found.map(({ start }) => String(start))).toEqual(starts(first).map((start) => start.replace(/^0+/, "")));
  expect(found.filter(({ kind }) => kind === "stack")).toHaveLength(1);
});

test("two runs have no change, in tables and in memory", async () => {
  expect(await changesOf(read("first"), read("second"))).toEqual([]);
  const sides = [];
  for (const name of ["first", "second"]) {
    const image = await openSources(mapsSet(read(name)));
    const memory = await image.memory();
    if (typeof memory === "string") throw new Error(memory);
    sides.push({ checkpoint: image.checkpoint, memory });
  }
  const [before, after] = sides;
  if (before === undefined || after === undefined) throw new Error("no sides");
  for await (const pair of diffMemories(before, after)) expect([pair.before, pair.after]).not.toContain(null);
});

test("a page made executable in another run is the first change", async () => {
  const changes = await changesOf(read("first"), read("executable"));
  expect(changes[0]).toMatchObject({ kind: "resource-added", entry: { permissions: "rwxp", size: "4096" } });
  expect(changes.filter((change) => "security" in change && change.security)).toHaveLength(1);
});
