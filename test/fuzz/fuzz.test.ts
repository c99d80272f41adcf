// A short run of the fuzzer: the same inputs each time, or others with CKPTSCOPE_SEED. `npm run
// fuzz` goes on for longer.

import { expect, test } from "vitest";
import { random } from "../support/random.ts";
import { allTargets } from "./targets.ts";

const SEED = Number(process.env.CKPTSCOPE_SEED ?? 20_090_527);
/** Inputs for each part of a target's share. */
const INPUTS = 6;

const targets = await allTargets();

test.each(targets)("$name", async ({ name, share, run }) => {
  for (let input = 0; input < share * INPUTS; input++) {
    const seed = SEED + input;
    try {
      const next = random(seed);
      // The number by which `npm run fuzz` picks the target, so that the same seed gives the same input there.
      next(1);
      await run(next);
    } catch (error) {
      expect.fail(`${name}, seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    }
  }
});
