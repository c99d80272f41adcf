// The paths that a restore needs, each once, and how many of them are made.

import { expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { decodeText, encodeText } from "../../app/model/text/text.ts";
import { mixedCriuSet } from "../support/criu-mixed-set.ts";
import { imageBytes, inventoryAndTree, regularFile } from "../support/criu-set.ts";
import { mapNumbers } from "../support/edit-set.ts";
import { random } from "../support/random.ts";
import { openSources } from "../support/resources.ts";

/** A set of one task that has opened these paths. */
function setOf(paths: readonly string[]): Source[] {
  const { members } = inventoryAndTree(1);
  const ids = paths.map((_, at) => at + 1);
  members.push(
    ["ids-1000.img", imageBytes("IDS", [[1, 2, 3, 4].map((field) => [field, 1] as const)])],
    [
      "fdinfo-1.img",
      imageBytes(
        "FDINFO",
        ids.map((id) => [
          [1, id],
          [2, 0],
          [3, 1],
          [4, id],
        ]),
      ),
    ],
    [
      "files.img",
      imageBytes(
        "FILES",
        ids.map((id) => [
          [1, 1],
          [2, id],
          [3, regularFile(id, paths[id - 1] ?? "")],
        ]),
      ),
    ],
  );
  return members.map(([name, bytes]) => bytesSource(name, bytes));
}

async function pathsOf(paths: readonly string[]): Promise<string[]> {
  const { needs } = await checkImage(await openSources(setOf(paths)));
  return (needs?.outside ?? []).map(({ path }) => decodeText(path));
}

test("each path once, in the order of the open files, whatever others it begins or ends like", async () => {
  const next = random(2);
  const parts = ["a", "ab", "b", "a/b", "proc", "dev/pts", "/proc/1", "/dev/pts/0", "/proc", "/dev/pts"];
  const paths = Array.from({ length: 600 }, () => {
    const length = 1 + next(3);
    return Array.from({ length }, () => parts[next(parts.length)] as string).join(next(2) === 0 ? "/" : "");
  });
  const expected = [...new Set(paths)].filter((path) => !/^\/(proc|dev\/pts)\//.test(path));
  expect(expected.length).toBeGreaterThan(100);
  expect(await pathsOf(paths)).toEqual(expected);
});

test("paths that a hash table has no room for", async () => {
  // All in one slot of the table, by the hash that it uses.
  const slotOf = (path: string): number => {
    const hash = encodeText(path).reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), 0x811c9dc5);
    return ((hash ^ (hash >>> 15)) >>> 0) & 255;
  };
  const crowd: string[] = [];
  for (let number = 0; crowd.length < 60; number++)
    if (slotOf(`/crowd/${number}`) === 7) crowd.push(`/crowd/${number}`);
  expect(await pathsOf([...crowd, ...crowd.slice(20, 50)])).toEqual(crowd);
});

test("no more are made than are asked for, and the others are counted", async () => {
  // Without --tcp-close.
  const set = mapNumbers(mixedCriuSet(3, 100), "inventory.img", "inventory_entry", (field, value) =>
    field === "inventory_entry.tcp_close" ? 0n : value,
  );
  const image = await openSources(set);
  const { needs: all } = await checkImage(image);
  const { needs: few } = await checkImage(image, { mostNeeds: 2 });
  if (all === undefined || few === undefined) throw new Error("a set has needs");
  expect(all.options.length).toBeGreaterThan(10);
  expect(all.leftOut).toEqual({ options: 0, outside: 0 });
  expect(few.options).toEqual(all.options.slice(0, 2));
  expect(few.outside).toEqual(all.outside.slice(0, 2));
  expect(few.leftOut).toEqual({ options: all.options.length - 2, outside: all.outside.length - 2 });
  expect(few.unlisted).toBe(all.unlisted);
  // A comparison with a host has to know all.
  const { needs: compared } = await checkImage(image, { mostNeeds: 2, host: {} });
  expect(compared).toEqual(all);
});
