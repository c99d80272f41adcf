// How a dump numbers and orders files and tables makes no difference.

import fc from "fast-check";
import { expect, test } from "vitest";
import { changesJson } from "../../../app/diff/describe/describe.ts";
import { diff } from "../../../app/diff/diff.ts";
import { anyPair, arbitraryState, reordered, seeds } from "../../support/arbitrary-state.ts";
import { checkpointOf } from "../../support/state.ts";

const anyState = fc.boolean().chain((pids) => arbitraryState(pids));

test("a state is equal to itself, however files and tables are numbered and ordered", () => {
  fc.assert(
    fc.property(anyState, seeds, (state, seed) => {
      const again = checkpointOf(reordered(state, seed), { firstId: 1000 });
      expect(changesJson(diff(checkpointOf(state), again))).toEqual([]);
    }),
  );
});

test("numbering and order of files and tables never matter", () => {
  fc.assert(
    fc.property(anyPair, seeds, seeds, ([before, after], one, other) => {
      const changes = changesJson(diff(checkpointOf(before), checkpointOf(after)));
      const renumbered = diff(
        checkpointOf(reordered(before, one), { firstId: 77 }),
        checkpointOf(reordered(after, other), { firstId: 3000 }),
      );
      expect(changesJson(renumbered)).toEqual(changes);
    }),
  );
});
