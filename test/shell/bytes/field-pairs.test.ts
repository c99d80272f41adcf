import { expect, test } from "vitest";
import type { Field } from "../../../app/model/fields.ts";
import { alignFields, differing } from "../../../app/shell/bytes/field-pairs.ts";

const field = (name: string, offset: number): Field => ({
  name,
  type: "u32",
  offset,
  length: 4,
  raw: "",
  meaning: null,
});
const text = (before: string, after: string) =>
  alignFields([...before].map(field), [...after].map(field)).map(
    (pair) => `${pair.name}${pair.before?.offset ?? "-"}${pair.after?.offset ?? "-"}`,
  );

test("fields correspond by name and count", () => {
  expect(text("abc", "abc")).toEqual(["a00", "b11", "c22"]);
  expect(text("aab", "ab")).toEqual(["a00", "a1-", "b21"]);
  expect(text("ab", "axb")).toEqual(["a00", "x-1", "b12"]);
  expect(text("xyz", "")).toEqual(["x0-", "y1-", "z2-"]);
});

test("every field of both is in exactly one pair, in another order too", () => {
  expect(text("abcd", "dcx").sort()).toEqual(["a0-", "b1-", "c21", "d30", "x-2"]);
});

test("runs of bytes that differ", () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);
  expect(differing(bytes(1, 2, 3, 4), bytes(1, 9, 9, 4))).toEqual([[1, 3]]);
  expect(differing(bytes(1), bytes(1, 2, 3))).toEqual([[1, 3]]);
  expect(differing(bytes(5, 6), bytes(5, 6))).toEqual([]);
  expect(differing(null, bytes(1))).toEqual([[0, 1]]);
});
