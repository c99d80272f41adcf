// What differs between two long values, as sentences about changes say it.

import { expect, test } from "vitest";
import { differingParts, shortenedTexts } from "../../../app/export/changes/differing-parts.ts";

test("of objects, the keys that differ are left, at any depth", () => {
  const before = { SO_BROADCAST: true, ring: { blocks: 4, timeout: 10 }, groups: ["a", "b"] };
  const after = { SO_BROADCAST: true, ring: { blocks: 4, timeout: 11 }, groups: ["a", "c"], SO_MARK: 1 };
  expect(differingParts(before, after)).toEqual([
    { ring: { timeout: 10 }, groups: ["a", "b"] },
    { ring: { timeout: 11 }, groups: ["a", "c"], SO_MARK: 1 },
  ]);
});

test("of an object within, nothing is left if only the other has more", () => {
  expect(differingParts({ ring: { blocks: 4 } }, { ring: { blocks: 4, timeout: 10 } })).toEqual([
    {},
    { ring: { timeout: 10 } },
  ]);
  expect(differingParts({ ring: {} }, { ring: null })).toEqual([{ ring: {} }, { ring: null }]);
});

test("of lists, the elements of only one of them are left, and a repeated one as often as it is there more", () => {
  expect(differingParts(["a", "b", "b"], ["b", "c", "a"])).toEqual([["b"], ["c"]]);
  expect(differingParts([1, 2], [1, 2, 3])).toEqual([[], [3]]);
  expect(differingParts(["a", "b"], ["b", "a"])).toEqual([
    ["a", "b"],
    ["b", "a"],
  ]);
});

test("of one element that changed, its name and what changed is left", () => {
  const watch = (wd: number, mask: readonly string[], path: string) => ({ wd, inode: 10 * wd, mask, path });
  const other = watch(1, ["IN_CREATE"], "/b");
  expect(
    differingParts([watch(2, ["IN_OPEN"], "/a"), other], [other, watch(2, ["IN_OPEN", "IN_CLOSE"], "/a")]),
  ).toEqual([
    { wd: 2, mask: ["IN_OPEN"] },
    { wd: 2, mask: ["IN_OPEN", "IN_CLOSE"] },
  ]);
  // Nothing says that it is the same one.
  expect(differingParts([watch(2, [], "/a")], [watch(3, [], "/b")])).toEqual([
    [{ wd: 2, inode: 20, mask: [], path: "/a" }],
    [{ wd: 3, inode: 30, mask: [], path: "/b" }],
  ]);
});

test("texts are cut so that both show where they begin to differ", () => {
  const same = "x".repeat(500);
  expect(shortenedTexts("a", "b", 200)).toEqual(["a", "b"]);
  expect(shortenedTexts(`a${same}`, `b${same}`, 200)).toEqual([`a${"x".repeat(199)}…`, `b${"x".repeat(199)}…`]);
  const [before, after] = shortenedTexts(`${same}a${same}`, `${same}b`, 200);
  expect(before).toBe(`…${"x".repeat(40)}a${"x".repeat(159)}…`);
  expect(after).toBe(`…${"x".repeat(40)}b`);
  // One is the beginning of the other.
  expect(shortenedTexts(same, `${same}!`, 200)).toEqual([`…${"x".repeat(40)}`, `…${"x".repeat(40)}!`]);
});
