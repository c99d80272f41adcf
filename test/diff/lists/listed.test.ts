// How many changes are listed.

import { expect, test } from "vitest";
import { diff } from "../../../app/diff/diff.ts";
import { filterChanges } from "../../../app/diff/lists/filter.ts";
import { listed } from "../../../app/diff/lists/listed.ts";
import { readResources } from "../../../app/resources/read.ts";
import { fixtureBytes, open } from "../../support/open.ts";
import { checkpointOf, type State } from "../../support/state.ts";

const compare = async (before: string, after: string) => {
  const images = [await open(fixtureBytes(before)), await open(fixtureBytes(after))] as const;
  const resources = { before: await readResources(images[0]), after: await readResources(images[1]) };
  return diff(images[0].checkpoint, images[1].checkpoint, { resources });
};

test("counts what is listed, by kind, and what the filters are about", async () => {
  const comparison = await compare("linux-cr/v23-s1/before.ckpt", "linux-cr/v23-s1/after.ckpt");
  const { count, byKind, security } = listed(comparison);
  expect(count).toBeGreaterThan(0);
  expect(count).toBe(filterChanges(comparison, { withoutRepeated: true }).length);
  expect(Object.values(byKind).reduce((sum, each) => sum + each, 0)).toBe(count);
  expect(security).toBe(filterChanges(comparison, { security: true }).length);
});

test("counts positions that writes to logs move as expected", () => {
  const state = (pos: bigint): State => ({
    tasks: [{ pid: 1, comm: "a", table: 0 }],
    tables: [
      [
        { fd: 0, file: 0 },
        { fd: 1, file: 1 },
      ],
    ],
    files: [
      { kind: "regular", path: "/log", pos, flags: 0o2001 },
      { kind: "regular", path: "/data", pos, flags: 0o1 },
    ],
  });
  const comparison = diff(checkpointOf(state(1n)), checkpointOf(state(2n)));
  expect(listed(comparison)).toMatchObject({ count: 2, expected: 1, security: 0 });
});
