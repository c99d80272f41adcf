// Numbers of the process tree that cannot be pids.

import { expect, test } from "vitest";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import { setSources } from "../../support/criu.ts";
import { setNumber } from "../../support/edit-set.ts";
import { documentOf } from "../../support/open.ts";

test("a pid above the largest one is unknown, and a problem", async () => {
  const set = setNumber(setSources("w1/before"), "pstree.img", "pstree_entry", 0, "pid", 0xffff_fffbn);
  const image = await decodeCriuSet(set);
  const { tasks, problems } = await documentOf(image);
  expect(tasks[0]?.pid).toBeNull();
  expect(problems.map(({ code }) => code)).toContain("task-without-pid");
});
