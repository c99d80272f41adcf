// All targets of the fuzzer.

import type { Target } from "./target.ts";
import { archiveTargets } from "./targets/archives.ts";
import { comparisonTargets } from "./targets/comparisons.ts";
import { imageTargets } from "./targets/images.ts";
import { linkTargets } from "./targets/links.ts";
import { metadataTargets } from "./targets/metadata.ts";

export async function allTargets(): Promise<Target[]> {
  const targets = await Promise.all([
    imageTargets(),
    archiveTargets(),
    metadataTargets(),
    linkTargets(),
    comparisonTargets(),
  ]);
  return targets.flat();
}
