// The order in which the members of a set are decoded.

import { expect, test } from "vitest";
import { placeMembers } from "../../../../app/decoder/criu/sets/placing.ts";
import { bytesSource } from "../../../../app/decoder/source.ts";

async function placed(names: readonly string[]): Promise<string[]> {
  const sources = names.map((name) => bytesSource(name, new Uint8Array(0)));
  return (await placeMembers(sources, () => {})).map(({ source }) => source.name);
}

test("kinds in the order of their references, numbers in ascending order", async () => {
  const names = [
    "fdinfo-2.img",
    "core-10.img",
    "core-9.img",
    "files.img",
    "core-100.img",
    "pstree.img",
    "inventory.img",
  ];
  const ordered = ["inventory.img", "pstree.img", "core-9.img", "core-10.img", "core-100.img", "files.img"];
  expect(await placed(names)).toEqual([...ordered, "fdinfo-2.img"]);
});

test("equal numbers by name", async () => {
  expect(await placed(["core-9.img", "core-7.img", "core-07.img", "core-007.img"])).toEqual([
    "core-007.img",
    "core-07.img",
    "core-7.img",
    "core-9.img",
  ]);
});

test("numbers that ascend already, and those that do only at first", async () => {
  expect(await placed(["core-8.img", "core-9.img", "core-10.img"])).toEqual([
    "core-8.img",
    "core-9.img",
    "core-10.img",
  ]);
  expect(await placed(["core-8.img", "core-9.img", "core-7.img"])).toEqual(["core-7.img", "core-8.img", "core-9.img"]);
  expect(await placed(["core-8.img", "core-9.img", "core-09.img"])).toEqual([
    "core-8.img",
    "core-09.img",
    "core-9.img",
  ]);
});

test("members without a number by name", async () => {
  expect(await placed(["plugin-c.img", "plugin-a.img", "plugin-b.img"])).toEqual([
    "plugin-a.img",
    "plugin-b.img",
    "plugin-c.img",
  ]);
});
