import { expect, test } from "vitest";
import { diff } from "../../../app/diff/diff.ts";
import { NONE } from "../../../app/model/checkpoint.ts";
import { counterpart } from "../../../app/shell/objects/counterpart.ts";
import { fixtureBytes, open } from "../../support/open.ts";

test("what is paired leads to each other, from either side", async () => {
  const before = (await open(fixtureBytes("linux-cr/v16-s2/before.ckpt"))).checkpoint;
  const after = (await open(fixtureBytes("linux-cr/v16-s2/after.ckpt"))).checkpoint;
  const comparison = diff(before, after);
  let paired = 0;
  for (const to of ["task", "table", "descriptor"] as const) {
    const { count } = before[`${to}s` as const];
    for (let row = 0; row < count; row++) {
      const there = counterpart(comparison, "before", { to, row });
      if (there === null) continue;
      paired++;
      expect(counterpart(comparison, "after", there)).toEqual({ to, row });
    }
  }
  expect(paired).toBeGreaterThan(before.tasks.count);
});

test("an open file is paired by a descriptor of the same task and number", async () => {
  const before = (await open(fixtureBytes("linux-cr/v23-s1/before.ckpt"))).checkpoint;
  const after = (await open(fixtureBytes("linux-cr/v23-s1/after.ckpt"))).checkpoint;
  const comparison = diff(before, after);
  const fd = before.descriptors.fd.indexOf(3);
  const file = before.descriptors.file[fd] ?? NONE;
  const there = after.descriptors.file[after.descriptors.fd.indexOf(3)] ?? NONE;
  expect(counterpart(comparison, "before", { to: "file", row: file })).toEqual({ to: "file", row: there });
  // Nothing leads to the executable.
  const unheld = [...before.files.firstHolder.keys()].find(
    (row) => row < before.files.count && before.files.firstHolder[row] === before.files.firstHolder[row + 1],
  );
  expect(counterpart(comparison, "before", { to: "file", row: unheld ?? NONE })).toBeNull();
});
