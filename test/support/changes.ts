// Compares changes with expected ones.

import { expect } from "vitest";
import type { Change } from "../../app/diff/changes.ts";
import type { ExpectedChange } from "./corpus.ts";

type Parts = Readonly<Record<string, unknown>>;

/** Whether a change is one of details or links, which expectations recorded before these were compared do not list. */
export const isOfDetails = ({ kind }: { readonly kind: string }): boolean =>
  ["file-detail", "file-linked", "task-detail"].includes(kind);

/** The parts of a change that the expectation names; null where the expectation is null. */
export function asExpected(change: Change | undefined, expected: Parts): Parts {
  const known: Record<string, unknown> = { ...change };
  return Object.fromEntries(Object.entries(expected).map(([key, value]) => [key, value === null ? null : known[key]]));
}

/** Expects these changes and no others, in any order. */
export function expectChanges(changes: readonly Change[], expected: readonly ExpectedChange[]): void {
  const key = (change: Parts): string =>
    JSON.stringify([change.kind, change.pid ?? null, change.holders ?? null, change.groups ?? null]);
  const byKey = new Map(changes.map((change) => [key({ ...change }), change]));
  expect(changes.map((change) => key({ ...change })).toSorted()).toEqual(expected.map(key).toSorted());
  for (const change of expected) expect(asExpected(byKey.get(key(change)), change)).toEqual(change);
}

const canonical = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(canonical)
    : value !== null && typeof value === "object"
      ? Object.fromEntries(
          Object.entries(value)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, inner]) => [key, canonical(inner)]),
        )
      : value;

/** Changes in a form that does not depend on their order, nor on the order of their keys. */
export const unordered = (changes: readonly Change[]): string[] =>
  changes.map((change) => JSON.stringify(canonical(change))).toSorted();
