import { expect, test } from "vitest";
import { byteStep } from "../../../app/shell/bytes/step.ts";

const step = (key: string, at: number, size = 100, ctrlKey = false) =>
  byteStep({ key, ctrlKey, metaKey: false }, { at, width: 16, size, visible: 3 });

test("the arrow keys move by bytes and rows, and stay in the member", () => {
  expect([step("ArrowLeft", 0), step("ArrowRight", 99), step("ArrowRight", 5)]).toEqual([0, 99, 6]);
  expect([step("ArrowUp", 5), step("ArrowUp", 21), step("ArrowDown", 21)]).toEqual([5, 5, 37]);
  expect([step("ArrowDown", 90), step("ArrowDown", 97)]).toEqual([99, 97]);
});

test("PageUp, PageDown, Home and End", () => {
  expect([step("PageDown", 5), step("PageDown", 90), step("PageUp", 70), step("PageUp", 37)]).toEqual([53, 99, 22, 5]);
  expect([step("Home", 37), step("End", 37), step("End", 98)]).toEqual([32, 47, 99]);
  expect([step("Home", 37, 100, true), step("End", 37, 2 ** 32, true)]).toEqual([0, 2 ** 32 - 1]);
});

test("other keys, and an empty member", () => {
  expect([step("x", 5), step("ArrowLeft", 5, 100, true), step("ArrowRight", 0, 0)]).toEqual([null, null, null]);
});
