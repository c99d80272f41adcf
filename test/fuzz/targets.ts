// All targets of the fuzzer.

import type { Target } from "./target.ts";
import { archiveTargets } from "./targets/archives.ts";
import { comparisonTargets } from "./targets/comparisons.ts";
import { factsTargets } from "./targets/facts.ts";
import { imageTargets } from "./targets/images.ts";
import { linkTargets } from "./targets/links.ts";
import { memoryTargets } from "./targets/memory.ts";
import { metadataTargets } from "./targets/metadata.ts";
import { resourceTargets } from "./targets/resources.ts";

export async function allTargets(): Promise<Target[]> {
  const targets = await Promise.all([
    imageTargets(),
    archiveTargets(),
    metadataTargets(),
    linkTargets(),
    comparisonTargets(),
    resourceTargets(),
    memoryTargets(),
    factsTargets(),
  ]);
  return targets.flat();
}
