// Comparisons of two mutated images.

import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource } from "../../../app/decoder/source.ts";
import { type Seed, setSeeds, streamSeeds } from "../corpus.ts";
import { mutate } from "../mutate.ts";
import { holdDiff } from "../outputs.ts";
import { pick, type Random, type Target } from "../target.ts";

async function mutated({ files }: Seed, next: Random) {
  const victim = next(files.length);
  const image = await openImage(
    files.map(({ name, bytes }, at) => bytesSource(name, at === victim ? mutate(bytes, next).bytes : bytes)),
  );
  return "refused" in image ? null : image.checkpoint;
}

/** Two versions of one image, or two images that have nothing in common. */
async function run(seeds: readonly Seed[], next: Random): Promise<void> {
  const seed = pick(seeds, next);
  const before = await mutated(seed, next);
  const after = await mutated(next(4) === 0 ? pick(seeds, next) : seed, next);
  if (before !== null && after !== null) holdDiff(before, after);
}

export async function comparisonTargets(): Promise<Target[]> {
  const seeds = [...(await streamSeeds()), ...(await setSeeds())];
  return [{ name: "diff", share: 4, run: (next) => run(seeds, next) }];
}
