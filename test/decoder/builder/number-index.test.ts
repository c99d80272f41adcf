// Pairs of numbers stand for what was entered for them, or for nothing.

import { expect, test } from "vitest";
import { createNumberIndex } from "../../../app/decoder/builder/number-index.ts";
import { random } from "../../support/random.ts";

test("give what was entered for the same kind and the same two numbers", () => {
  const below = random(1);
  const index = createNumberIndex();
  const entered = new Map<string, number>();
  let missed = 0;
  for (let run = 0; run < 20_000; run++) {
    const [kind, low, high] = [below(3), below(2) === 0 ? below(3000) : 2 ** 32 - 1 - below(9), below(2)];
    const key = `${kind} ${low} ${high}`;
    const found = index.find(kind, low, high);
    if (found === -1) {
      if (entered.has(key)) missed++;
      entered.set(key, index.enter(entered.get(key) ?? entered.size));
    } else expect(found).toBe(entered.get(key));
  }
  expect(entered.size).toBeGreaterThan(5000);
  expect(missed).toBeLessThan(100);
});

test("may be crafted to have hashes that are alike: some are forgotten, none confused", () => {
  const index = createNumberIndex();
  // Multiples of a high power of two have the same low bits.
  const alike = Array.from({ length: 200 }, (_, at) => Math.imul(at, 2 ** 24) >>> 0);
  for (let round = 0; round < 2; round++) {
    for (const [at, low] of alike.entries()) {
      const found = index.find(1, low, at);
      if (found === -1) index.enter(at);
      else expect(found).toBe(at);
    }
  }
});
