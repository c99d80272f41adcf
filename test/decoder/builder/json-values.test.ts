// Values of details are kept once each, as the JSON that jsonText writes.

import { expect, test } from "vitest";
import { createDetails } from "../../../app/decoder/builder/details.ts";
import { createJsonValues, hashOf, type JsonValues } from "../../../app/decoder/builder/json-values.ts";
import { createKernelValues } from "../../../app/decoder/builder/kernel-values.ts";
import { type AlikeKernel, startAlikeKernel } from "../../../app/decoder/criu/details/alike-kernel.ts";
import { createBudget, LimitReached } from "../../../app/decoder/limits.ts";
import type { DetailValue } from "../../../app/model/fields.ts";
import { decodeText, encodeText, jsonText } from "../../../app/model/text/text.ts";
import { random } from "../../support/random.ts";

const inTypeScript = (): JsonValues => createJsonValues({ budget: createBudget() });

function inKernel(): JsonValues {
  const kernel = startAlikeKernel();
  if (kernel === null) throw new Error("There is no WebAssembly");
  return createKernelValues(kernel, { budget: createBudget() });
}

const EACH = [
  ["in TypeScript", inTypeScript],
  ["in a kernel", inKernel],
] as const;

/** The JSON of all values, in the order of their numbers. */
function texts({ finish }: JsonValues): string[] {
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

test.each(EACH)("are numbered in the order in which they occur first, %s", (_, created) => {
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
  expectNumbered(inTypeScript(), alike);
});

/** The hash by which the kernel looks up texts of at most 16 bytes. */
function kernelHash(text: string): number {
  const bytes = new Uint8Array(16);
  const { written: length } = new TextEncoder().encodeInto(text, bytes);
  const words = new BigUint64Array(bytes.buffer);
  let hash = BigInt(length);
  for (let at = 0; 8 * at < length; at++) {
    hash = BigInt.asUintN(64, (hash ^ (words[at] as bigint)) * 0x9e37_79b9_7f4a_7c15n);
    hash ^= hash >> 32n;
  }
  return Number(hash & 0xffff_ffffn);
}

test("may be crafted to be alike to the kernel, before and after it makes more room", () => {
  const alike: string[] = [];
  for (let at = 0; alike.length < 80; at++) {
    // So that they are alike with twice as much room as there is at first, and more.
    if ((kernelHash(JSON.stringify(`x${at}`)) & 0x3fff) === 7) alike.push(`x${at}`);
  }
  const values = inKernel();
  expectNumbered(values, alike);
  const others = Array.from({ length: 10_000 }, (_, at) => `other ${at}`);
  expectNumbered(values, [...alike, ...others]);
  expectNumbered(values, [...alike, ...others]);
});

/** Expects that texts have the numbers 0, 1 and so on, and no others have any. */
function expectNumbered(values: JsonValues, expected: readonly string[]): void {
  for (let round = 0; round < 2; round++) {
    for (const [at, text] of expected.entries()) expect(values.indexOf(text)).toBe(at);
  }
  expect(texts(values)).toEqual(expected.map((text) => JSON.stringify(text)));
}

test("are within the limit of memory in a kernel as well", () => {
  const kernel = startAlikeKernel() as AlikeKernel;
  const values = createKernelValues(kernel, { budget: createBudget({ rows: 0, memory: 1 << 20 }) });
  const add = (): void => {
    for (let at = 0; at < 100; at++) values.indexOf(`${"x".repeat(50_000)}${at}`);
  };
  expect(add).toThrow(LimitReached);
  expect(kernel.memory.buffer.byteLength).toBeLessThan(8 << 20);
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

test.each([10_000, 24 * 130 + 2100, 24 * 260 + 2100])("of a row are copied to others, within %i bytes", (memory) => {
  const made = (copies: boolean) => {
    const details = createDetails({ decoded: () => 1, budget: createBudget({ rows: 0, memory }) });
    const outcome = { error: "", rows: [] as number[], keys: [] as number[], values: [] as number[] };
    try {
      for (let nth = 0; nth < 100; nth++) details.add(7, `key ${nth}`, nth % 10);
      for (let row = 8; row < 11; row++) {
        if (copies) details.addCopies(row, 10, 90);
        else for (let at = 10; at < 90; at++) details.addNumbered(row, details.keyOf(at), details.valueOf(at));
      }
    } catch (error) {
      outcome.error = String(error);
    }
    const { row, key, value } = details.finish();
    return { ...outcome, rows: [...row], keys: [...key], values: [...value] };
  };
  expect(made(true)).toEqual(made(false));
  expect(made(true).rows.length).toBeGreaterThan(100);
});
