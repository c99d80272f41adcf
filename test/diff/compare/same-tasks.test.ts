// The quick test for tasks with the same details agrees with comparing their values.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openImage } from "../../../app/decoder/open.ts";
import { fileOfTask, taskValuesReader } from "../../../app/diff/compare/detail-values.ts";
import { taskDetailsTest } from "../../../app/diff/compare/same-tasks.ts";
import type { Checkpoint } from "../../../app/model/checkpoint.ts";
import type { Side } from "../../../app/model/comparison/side.ts";
import { imageSources, SAMPLES, type Sample } from "../../support/corpus.ts";
import { checkpointOf, type StateTask } from "../../support/state.ts";

async function open(sample: Sample, side: Side): Promise<Checkpoint> {
  const image = await openImage(imageSources(sample, side));
  if ("refused" in image) throw new Error(image.refused);
  return image.checkpoint;
}

const noMount = () => null;

const testOf = (before: Checkpoint, after: Checkpoint) =>
  taskDetailsTest(before, after, (key, b, a) => {
    const [x, y] = [fileOfTask(before, key, b, noMount), fileOfTask(after, key, a, noMount)];
    return JSON.stringify(x) === JSON.stringify(y);
  });

/** Expects of any two tasks that they have the same values if the quick test says so. */
function expectSame(before: Checkpoint, after: Checkpoint): void {
  const [valuesBefore, valuesAfter] = [taskValuesReader(before, noMount), taskValuesReader(after, noMount)];
  const isSame = testOf(before, after);
  for (let b = 0; b < before.tasks.count; b++) {
    for (let a = 0; a < after.tasks.count; a++) {
      if (isSame(b, a)) expect(valuesBefore(b)).toEqual(valuesAfter(a));
    }
  }
}

const task: fc.Arbitrary<StateTask> = fc.record({
  pid: fc.constantFrom(1, 2),
  ppid: fc.constantFrom(0, 1),
  comm: fc.constant("a"),
  state: fc.constantFrom("running", "stopped"),
  details: fc.constantFrom(
    {},
    { exe: 0 },
    { exe: 1 },
    { cwd: 0 },
    { exe: 0, uid: 0 },
    { uid: 0, exe: 0 },
    { exe: "/a" },
  ),
});

test("tasks have the same values wherever the quick test says so", () => {
  const files = ["/a", "/b"].map((path) => ({ kind: "regular" as const, path }));
  const image = (tasks: readonly StateTask[], reversed: boolean) =>
    checkpointOf({ tasks, tables: [], files: reversed ? files.toReversed() : files });
  const tasks = fc.array(task, { maxLength: 4 });
  fc.assert(
    fc.property(tasks, tasks, fc.boolean(), (before, after, reversed) => {
      expectSame(image(before, false), image(after, reversed));
    }),
    { numRuns: 500 },
  );
});

describe.each(SAMPLES.map((sample) => [`${sample.format}/${sample.name}`, sample] as const))("%s", (_, sample) => {
  test("has the same values wherever the quick test says so", async () => {
    for (const side of sample.sides) {
      expectSame(await open(sample, side), await open(sample, sample.sides.at(-1) as Side));
    }
  });

  test("has tasks that are the same as themselves", async () => {
    for (const side of sample.sides) {
      const image = await open(sample, side);
      const isSame = testOf(image, await open(sample, side));
      for (let task = 0; task < image.tasks.count; task++) expect(isSame(task, task)).toBe(true);
    }
  });
});
