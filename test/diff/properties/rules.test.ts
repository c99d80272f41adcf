// Changes of any two states are those that the rules in naive-diff.ts give.

import fc from "fast-check";
import { expect, test } from "vitest";
import { changesJson } from "../../../app/diff/describe/describe.ts";
import { diff } from "../../../app/diff/diff.ts";
import { arbitraryState, edited, edits } from "../../support/arbitrary-state.ts";
import { unordered } from "../../support/changes.ts";
import { naiveDiff } from "../../support/naive-diff.ts";
import { checkpointOf } from "../../support/state.ts";

test("the changes between two dumps with most files in the same places are those of the rules", () => {
  fc.assert(
    fc.property(arbitraryState(true), edits, (before, { changed, added }) => {
      const after = edited(before, changed, added);
      const changes = changesJson(diff(checkpointOf(before), checkpointOf(after, { firstId: 500 })));
      expect(unordered(changes)).toEqual(unordered(naiveDiff(before, after)));
    }),
    { numRuns: 750 },
  );
});

test.each([
  ["with pids", true],
  ["without pids", false],
])("the changes between tasks %s are those of the rules", (_, pids) => {
  fc.assert(
    fc.property(arbitraryState(pids), arbitraryState(pids), (before, after) => {
      const changes = changesJson(diff(checkpointOf(before), checkpointOf(after, { firstId: 500 })));
      expect(unordered(changes)).toEqual(unordered(naiveDiff(before, after)));
    }),
    { numRuns: 750 },
  );
});
