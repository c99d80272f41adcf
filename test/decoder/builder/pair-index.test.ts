// Pairs of numbers stand for what was entered for them last, or for nothing.

import { expect, test } from "vitest";
import { createPairIndex, hashOf } from "../../../app/decoder/builder/pair-index.ts";
import { random } from "../../support/random.ts";

test("give what was entered last for the same two numbers", () => {
  const below = random(1);
  const index = createPairIndex();
  const entered = new Map<string, number>();
  for (let run = 0; run < 20_000; run++) {
    const first = below(2) === 0 ? below(3000) : 2 ** 32 - 1 - below(9);
    const second = below(4);
    const key = `${first} ${second}`;
    expect(index.find(first, second)).toBe(entered.get(key) ?? -1);
    if (below(4) === 0) continue;
    entered.set(key, run);
    index.enter(first, second, run);
  }
  expect(entered.size).toBeGreaterThan(5000);
});

test("may be crafted to have hashes that are alike", () => {
  const alike: number[] = [];
  for (let first = 0; alike.length < 200; first++) if ((hashOf(first, 7) & 0xfff) === 5) alike.push(first);
  const index = createPairIndex();
  for (const [at, first] of alike.entries()) index.enter(first, 7, at);
  // Others, so that the index grows with these in it.
  for (let other = 0; other < 2000; other++) index.enter(other, 8, other);
  for (const [at, first] of alike.entries()) expect(index.find(first, 7)).toBe(at);
  expect(index.find(1, 7)).toBe(alike.includes(1) ? alike.indexOf(1) : -1);
});
