// Tables of resources of mutated and cut images.

import type { Image } from "../../../app/decoder/image.ts";
import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource } from "../../../app/decoder/source.ts";
import { resourceLines, resourceTable } from "../../../app/export/tables/resources.ts";
import { NONE } from "../../../app/model/checkpoint.ts";
import { readResources } from "../../../app/resources/read.ts";
import { resourceNamed } from "../../../app/resources/resources.ts";
import type { Resources } from "../../../app/resources/table.ts";
import { lostResources } from "../../support/kept-resources.ts";
import { richSetSeeds, type Seed, streamSeeds } from "../corpus.ts";
import { holdVisible } from "../holds.ts";
import { mutate } from "../mutate.ts";
import { holdDiff, holdShow } from "../outputs.ts";
import { hold, pick, type Random, type Target } from "../target.ts";

interface Held extends Seed {
  readonly resources: Resources;
}

const withResources = async (seed: Seed): Promise<Held> => ({
  ...seed,
  resources: await readResources(seed.truth.image),
});

/** Rows are of tasks and records that exist; texts and cells are as everywhere. */
function holdTables({ checkpoint }: Image, resources: Resources, next: Random): void {
  for (const table of Object.values(resources)) {
    for (const row of table.task) hold(row >= NONE && row < checkpoint.tasks.count, `${table.resource} of no task`);
    for (const row of table.record) hold(row >= NONE && row < checkpoint.records.count, `${table.resource}: no record`);
  }
  const tables = Object.values(resources).filter(({ count }) => count > 0);
  if (tables.length === 0) return;
  const table = pick(tables, next);
  for (const line of resourceLines(table)) holdVisible(line, `a line of ${table.resource}`);
  const width = resourceNamed(table.resource).columns.length;
  let rows = -1;
  for (const line of resourceTable(table, "\t")) {
    hold(line.endsWith("\n") && line.split("\t").length === width, `a line of ${table.resource} with other cells`);
    holdVisible(line, `a line of ${table.resource}`);
    rows++;
  }
  hold(rows === table.count, `${rows} lines of ${table.count} ${table.resource}`);
}

async function run(seeds: readonly Held[], next: Random): Promise<void> {
  const { files, truth, resources: whole } = pick(seeds, next);
  const victim = next(files.length);
  const { name, bytes } = files[victim] as Seed["files"][number];
  const isCut = next(2) === 0;
  const at = next(bytes.length + 1);
  const { bytes: changed, changedFrom } = isCut
    ? { bytes: bytes.subarray(0, at), changedFrom: at }
    : mutate(bytes, next);
  const image = await openImage(
    files.map((file, nth) => bytesSource(file.name, nth === victim ? changed : file.bytes)),
  );
  if ("refused" in image) return;
  const resources = await readResources(image);
  holdTables(image, resources, next);
  const missing = lostResources(truth, whole, image, resources, new Map([[name, changedFrom]]), isCut);
  hold(missing === null, `${missing}, ${isCut ? "cut" : "changed"} at ${changedFrom} of ${name}`);
  const { checkpoint } = image;
  if (next(4) === 0) holdShow(checkpoint, resources);
  if (next(6) === 0) holdDiff(truth.image.checkpoint, checkpoint, { before: whole, after: resources });
}

export async function resourceTargets(): Promise<Target[]> {
  const all = [...(await streamSeeds()), ...(await richSetSeeds())];
  const seeds = await Promise.all(all.map(withResources));
  return [{ name: "resources", share: 10, run: (next) => run(seeds, next) }];
}
