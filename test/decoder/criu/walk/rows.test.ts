// Look-ups by number against a search through all keys, whatever the numbers: dense, in a
// narrow range, scattered, none.

import { describe, expect, test } from "vitest";
import { addLink, createLinks, indexRows, linkedRows, linkLookup } from "../../../../app/decoder/criu/walk/rows.ts";
import { random } from "../../../support/random.ts";

const below = random(7);
const KEYS: readonly (readonly [string, readonly number[]])[] = [
  ["no keys", []],
  ["one key", [4_000_000_000]],
  ["dense keys", Array.from({ length: 100 }, () => below(60))],
  ["a narrow range far from 0", Array.from({ length: 100 }, () => 3_000_000_000 + below(60))],
  ["keys that follow one another", Array.from({ length: 100 }, (_, at) => 5 + at)],
  ["the largest keys", Array.from({ length: 100 }, (_, at) => 2 ** 32 - 100 + at)],
  ["keys that ascend", Array.from({ length: 100 }, (_, at) => 1000 + 2 * at)],
  ["keys that ascend and occur several times", Array.from({ length: 100 }, (_, at) => Math.floor(at / 3))],
  ["keys that ascend but for the last", [...Array.from({ length: 100 }, (_, at) => 7 + at), 7]],
  ["scattered keys", Array.from({ length: 100 }, () => below(2 ** 32))],
  ["scattered keys that occur several times", Array.from({ length: 100 }, () => below(40) * 100_000_000)],
];

/** The keys, those next to them, and the ends of the range. */
const asked = (keys: readonly number[]): Set<number> =>
  new Set([0, 2 ** 32 - 1, ...keys.flatMap((key) => [Math.max(0, key - 1), key, Math.min(2 ** 32 - 1, key + 1)])]);

describe.each(KEYS)("%s", (_name, keys) => {
  test.each([
    ["a list", keys],
    ["a longer column", Uint32Array.of(...keys, 1, 2, 3)],
  ])("are found in %s", (_form, column) => {
    const index = indexRows(column, keys.length);
    if (index.isUnique) expect(new Set(keys).size).toBe(keys.length);
    for (const key of asked(keys)) {
      const rows = keys.flatMap((each, row) => (each === key ? [row] : []));
      expect([...index.rows.subarray(index.first(key), index.end(key))]).toEqual(rows);
      expect(index.row(key)).toBe(rows[0] ?? -1);
    }
  });

  test("lead to the rows that are linked to them", () => {
    const links = createLinks();
    for (const [at, key] of keys.entries()) addLink(links, key, 1000 + at);
    const visit = linkedRows(links);
    for (const key of asked(keys)) {
      const rows: number[] = [];
      visit(key, (row) => rows.push(row));
      expect(rows).toEqual(keys.flatMap((each, at) => (each === key ? [1000 + at] : [])));
    }
  });

  test("are visited together as one by one", () => {
    const links = createLinks();
    for (const [at, key] of keys.entries()) addLink(links, key, 1000 + at);
    const { rows, toMany } = linkLookup(links);
    const all = [...asked(keys)];
    for (const order of [all, all.toSorted((a, b) => a - b), [...all, ...all], all.flatMap((key) => [key, key])]) {
      const expected: (readonly [number, number])[] = [];
      for (const [nth, key] of order.entries()) rows(key, (row) => expected.push([nth, row]));
      const found: (readonly [number, number])[] = [];
      toMany(Uint32Array.of(...order, 1, 2), order.length, (nth, row) => found.push([nth, row]));
      expect(found).toEqual(expected);
    }
  });
});

test("of a key that a crafted image has very often, only the first rows are visited", () => {
  const links = createLinks();
  for (let row = 0; row < 300; row++) addLink(links, row < 200 ? 7 : 8, row);
  const found: number[][] = [[], [], []];
  linkLookup(links).toMany(Uint32Array.of(7, 7, 8), 3, (nth, row) => found[nth]?.push(row));
  const firstOf = (from: number) => Array.from({ length: 64 }, (_, at) => from + at);
  expect(found).toEqual([firstOf(0), firstOf(0), firstOf(200)]);
});
