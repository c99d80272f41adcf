// Values of details are kept once each, as the JSON that jsonText writes.

import { expect, test } from "vitest";
import { createDetails } from "../../../app/decoder/builder/details.ts";
import { createJsonValues, hashOf } from "../../../app/decoder/builder/json-values.ts";
import { createBudget } from "../../../app/decoder/limits.ts";
import type { DetailValue } from "../../../app/model/fields.ts";
import { decodeText, encodeText, jsonText } from "../../../app/model/text.ts";
import { random } from "../../support/random.ts";

const created = () => createJsonValues({ budget: createBudget() });

/** The JSON of all values, in the order of their numbers. */
function texts({ finish }: ReturnType<typeof created>): string[] {
  const { start, pool } = finish();
  return Array.from(start.subarray(1), (end, value) => decodeText(pool.subarray(start[value], end)));
}

/** A value of any kind, drawn from few enough that they occur again. */
function anyValue(below: (below: number) => number, depth = 0): DetailValue {
  const kinds: (() => DetailValue)[] = [
    () => below(3000),
    () => below(50) - 25,
    () => 2 ** below(60) + below(2),
    () => below(9) / 4,
    () => [null, true, false, "", "null", -0][below(6)] ?? null,
    () => String.fromCharCode(below(300)) + below(100),
    () => `plain ${below(1000)}`,
    () => ['"', "\\", "\n", "\u2028", "é", "😀", "\ud800", "\x7f"][below(8)] ?? "",
    () => Array.from({ length: below(4) }, () => anyValue(below, depth + 1)),
    () => Object.fromEntries(Array.from({ length: below(4) }, (_, at) => [`k"${at}é`, anyValue(below, depth + 1)])),
  ];
  return kinds[below(depth > 2 ? 8 : kinds.length)]?.() ?? null;
}

test("are numbered in the order in which they occur first", () => {
  const below = random(1);
  const values = created();
  const numbers = new Map<string, number>();
  for (let run = 0; run < 20_000; run++) {
    const value = anyValue(below);
    const json = jsonText(value);
    if (!numbers.has(json)) numbers.set(json, numbers.size);
    expect(values.indexOf(value)).toBe(numbers.get(json));
  }
  expect(numbers.size).toBeGreaterThan(5000);
  expect(texts(values)).toEqual([...numbers.keys()]);
});

test("may be crafted to have hashes that are alike", () => {
  const alike: string[] = [];
  for (let at = 0; alike.length < 200; at++) {
    const bytes = encodeText(JSON.stringify(`x${at}`));
    if ((hashOf(bytes, bytes.length) & 0x3ff) === 7) alike.push(`x${at}`);
  }
  const values = created();
  for (let round = 0; round < 2; round++) {
    for (const [at, text] of alike.entries()) expect(values.indexOf(text)).toBe(at);
  }
  expect(texts(values)).toEqual(alike.map((text) => JSON.stringify(text)));
});

test("are replaced in the row that was added last", () => {
  const details = createDetails();
  details.add(1, "inode", 5);
  details.add(2, "inode", 6);
  details.add(2, "mode", 7);
  details.set(2, "inode", "8");
  details.set(2, "owner", 9);
  const { row, key, value, keys, start, pool } = details.finish();
  const text = (at: number): string => decodeText(pool.subarray(start[at], start[at + 1]));
  expect(Array.from(row, (each, at) => [each, keys[key[at] as number], text(value[at] as number)])).toEqual([
    [1, "inode", "5"],
    [2, "inode", '"8"'],
    [2, "mode", "7"],
    [2, "owner", "9"],
  ]);
});
