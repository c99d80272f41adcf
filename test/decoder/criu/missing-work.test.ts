// Reporting the members that a set lacks takes work that grows with the set, not with its square.

import { expect, test } from "vitest";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import type { Source } from "../../../app/decoder/source.ts";
import { criuSet } from "../../support/criu-set.ts";

test("the names of members are read a few times each", async () => {
  let reads = 0;
  const counted = (source: Source): Source => ({
    ...source,
    get name() {
      reads++;
      return source.name;
    },
  });
  // Without fs, mm and pagemap of any task.
  const set = criuSet(200, 1).map(counted);
  const { checkpoint } = await decodeCriuSet(set);
  expect(checkpoint.problems.filter(({ code }) => code === "missing-member").length).toBeGreaterThan(90);
  expect(reads).toBeLessThan(30 * set.length);
});
