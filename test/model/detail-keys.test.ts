// Titles of the details of open files and tasks.

import { describe, expect, test } from "vitest";
import { detailText, fileDetail, taskDetail } from "../../app/model/detail-keys.ts";
import { fileKind } from "../../app/model/names/names.ts";

test("the mode of a ghost file is in octal", () => {
  const spec = fileDetail("ghost", fileKind("regular"));
  expect(detailText(spec, { uid: 0, mode: 0o100640, size: "5" })).toBe("uid 0 mode 0640 size 5");
  expect(detailText(spec, { mode: null })).toBe("mode none");
});

describe("the title of a key that is not listed, as a packed image may have", () => {
  const titles = (key: string): string[] => [fileDetail(key, fileKind("pipe")).title, taskDetail(key).title];

  test("has nothing invisible", () => {
    expect(titles("a\u{e0041}\u202e\\b")).toEqual(Array(2).fill("a\\u{e0041}\\u202e\\\\b"));
  });

  test("is shortened", () => {
    expect(titles("x".repeat(100_000))).toEqual(Array(2).fill(`${"x".repeat(256)}… (100,000 characters)`));
  });
});
