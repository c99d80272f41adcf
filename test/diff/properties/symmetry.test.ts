// Swapping the two sides of a comparison mirrors its changes.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Change } from "../../../app/diff/changes.ts";
import { changesJson } from "../../../app/diff/describe/describe.ts";
import { diff } from "../../../app/diff/diff.ts";
import { arbitraryState } from "../../support/arbitrary-state.ts";
import { unordered } from "../../support/changes.ts";
import { checkpointOf, type State, type StateDescriptor } from "../../support/state.ts";

const OPPOSITE: Partial<Record<Change["kind"], Change["kind"]>> = {
  "task-added": "task-removed",
  "task-removed": "task-added",
  "fd-opened": "fd-closed",
  "fd-closed": "fd-opened",
  "file-shared": "file-unshared",
  "file-unshared": "file-shared",
  "table-shared": "table-unshared",
  "table-unshared": "table-shared",
};

/** The change that a swapped comparison has in place of this one. */
function mirrored(change: Change): unknown {
  const swapped: Record<string, unknown> = { ...change, kind: OPPOSITE[change.kind] ?? change.kind };
  if ("before" in change) Object.assign(swapped, { before: change.after, after: change.before });
  if ("set" in change) Object.assign(swapped, { set: change.cleared, cleared: change.set });
  if ("details" in change) {
    const entries = Object.entries(change.details as Record<string, { before: unknown; after: unknown }>);
    swapped.details = Object.fromEntries(
      entries.map(([key, { before, after }]) => [key, { before: after, after: before }]),
    );
  }
  return swapped;
}

test("swapping the sides gives the mirror image, whichever side is incomplete", () => {
  fc.assert(
    fc.property(arbitraryState(true), arbitraryState(true), fc.boolean(), fc.boolean(), (one, other, left, right) => {
      const before = checkpointOf(one, { complete: left });
      const after = checkpointOf(other, { complete: right });
      const mirror = changesJson(diff(after, before)).map(mirrored) as Change[];
      expect(unordered(mirror)).toEqual(unordered(changesJson(diff(before, after))));
    }),
    { numRuns: 400 },
  );
});

test("descriptors that repeat an fd are mirrored in every order, and the last of each counts", () => {
  const files = ["/a", "/b"].map((path) => ({ kind: "regular" as const, path, pos: 0n, flags: 2 }));
  const descriptors = [0, 1].flatMap((file): StateDescriptor[] =>
    [false, true].map((closeOnExec) => ({ fd: 3, file, closeOnExec })),
  );
  const lists = descriptors.flatMap((one) => [[one], ...descriptors.map((other) => [one, other])]);
  const states = lists.map(
    (list): State => ({ files, tables: [[...list, { fd: 4, file: 0 }]], tasks: [{ pid: 1, comm: "a", table: 0 }] }),
  );
  const kindsOf = (changes: readonly Change[]): string[] => changes.map(({ kind }) => kind);
  for (const [at, one] of states.entries()) {
    for (const [to, other] of states.entries()) {
      const changes = changesJson(diff(checkpointOf(one), checkpointOf(other)));
      const mirror = changesJson(diff(checkpointOf(other), checkpointOf(one))).map(mirrored) as Change[];
      expect(unordered(mirror)).toEqual(unordered(changes));
      const flags = [lists[at]?.at(-1)?.closeOnExec, lists[to]?.at(-1)?.closeOnExec];
      expect(kindsOf(changes).includes("close-on-exec")).toBe(flags[0] !== flags[1]);
    }
  }
});
