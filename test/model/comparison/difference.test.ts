// Bytes are compared by the platform, or four at a time, wherever they begin.

import { expect, test } from "vitest";
import { areSameColumns, firstDifference } from "../../../app/model/comparison/difference.ts";
import { NATIVE_BYTES, nativeCompare } from "../../../app/model/native-compare.ts";
import { sameBytes } from "../../../app/model/text/text.ts";

const LENGTH = 21;

/** The numbers from 1 on, as a view that begins at `offset` of its buffer. */
function bytesAt(offset: number, length = LENGTH): Uint8Array {
  const bytes = new Uint8Array(offset + length + 8).subarray(offset, offset + length);
  for (let at = 0; at < length; at++) bytes[at] = at + 1;
  return bytes;
}

test("finds the first byte that differs, wherever both begin", () => {
  for (let offset = 0; offset < 5; offset++) {
    for (let other = 0; other < 5; other++) {
      for (let at = 0; at < LENGTH; at++) {
        const changed = bytesAt(other);
        changed.fill(0xff, at);
        expect(firstDifference(bytesAt(offset), changed)).toBe(at);
      }
      expect(firstDifference(bytesAt(offset), bytesAt(other))).toBe(LENGTH);
    }
  }
});

test("stops at the end of the shorter one", () => {
  for (let length = 0; length < 9; length++) {
    expect(firstDifference(bytesAt(0), bytesAt(0, length))).toBe(length);
    expect(firstDifference(bytesAt(1, length), bytesAt(0))).toBe(length);
  }
});

test("finds the first byte that differs in long ones, with the platform's comparison and without", () => {
  const length = 3 * NATIVE_BYTES + 5;
  for (const compare of [nativeCompare, null]) {
    for (const offset of [0, 1]) {
      expect(firstDifference(bytesAt(offset, length), bytesAt(0, length + 1), compare)).toBe(length);
      for (let at = 0; at < length; at++) {
        const changed = bytesAt(0, length);
        changed[at] = 0xff;
        expect(firstDifference(bytesAt(offset, length), changed, compare)).toBe(at);
        expect(sameBytes(bytesAt(offset, length), changed)).toBe(false);
        changed.fill(0xfe, at);
        expect(firstDifference(bytesAt(offset, length), changed, compare)).toBe(at);
      }
    }
  }
});

test("the platform's comparison is called for long byte strings only, once if they are the same", () => {
  expect(nativeCompare).not.toBeNull();
  let calls = 0;
  const compare = (left: Uint8Array, right: Uint8Array): number => {
    calls++;
    return nativeCompare?.(left, right) ?? 0;
  };
  firstDifference(bytesAt(0, 100_000), bytesAt(1, 100_000), compare);
  expect(calls).toBe(1);
  firstDifference(bytesAt(0), bytesAt(1), compare);
  expect(calls).toBe(1);
});

test("columns are the same only to their last value", () => {
  const column = Int32Array.of(-1, 2, 3);
  expect(areSameColumns(column, Int32Array.of(0, -1, 2, 3, 4).subarray(1, 4))).toBe(true);
  expect(areSameColumns(column, Int32Array.of(-1, 2, 4))).toBe(false);
  expect(areSameColumns(column, Int32Array.of(-1, 2))).toBe(false);
  expect(areSameColumns(Uint8Array.of(1, 2, 3, 4, 5), Uint8Array.of(1, 2, 3, 4, 6))).toBe(false);
});
