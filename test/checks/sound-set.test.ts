// The generated set that speed is measured with is one that a restore accepts.

import { expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { mixedCriuSet } from "../support/criu-mixed-set.ts";
import { openSources } from "../support/resources.ts";

test.each([
  [1, 1],
  [3, 11],
  [3, 40],
  [40, 100],
])("nothing is found in a set of %i tasks with %i descriptors each", async (tasks, descriptors) => {
  const image = await openSources(mixedCriuSet(tasks, descriptors));
  expect(image.checkpoint.problems).toEqual([]);
  for (const kernels of ["always", false] as const) {
    const { findings, unlisted } = await checkImage(image, { kernels });
    expect({ findings, unlisted }).toEqual({ findings: [], unlisted: [] });
  }
});
