// Credentials that tasks have in common are read once, and each task still has its own.

import { expect, test } from "vitest";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import { taskDetailsOf } from "../../../app/model/detail-store.ts";
import { mixedCriuSet } from "../../support/criu-mixed-set.ts";
import { mapNumbers } from "../../support/edit-set.ts";

const TASKS = 40;

/** A set whose tasks are of many users, several of each. */
function users() {
  let set = mixedCriuSet(TASKS, 2);
  for (let task = 0; task < TASKS; task++) {
    set = mapNumbers(set, `core-${1000 + task}.img`, "core_entry", (field, value) =>
      field === "creds_entry.uid" ? BigInt(task % 20) : value,
    );
  }
  return set;
}

test.each([{}, { kernels: false }] as const)("of the users of many tasks, with the options %o", async (options) => {
  const { checkpoint } = await decodeCriuSet(users(), options);
  const found = Array.from({ length: TASKS }, (_, task) => taskDetailsOf(checkpoint, task));
  expect(found.map((details) => details.uid)).toEqual(Array.from({ length: TASKS }, (_, task) => task % 20));
  const effective = expect.arrayContaining(["CAP_CHOWN", "CAP_CHECKPOINT_RESTORE"]);
  for (const details of found) expect(details).toMatchObject({ euid: 0, groups: [], effective });
});
