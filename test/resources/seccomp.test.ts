// Chains of seccomp filters: which filter has which flags.

import { expect, test } from "vitest";
import { readFilters } from "../../app/resources/criu/seccomp.ts";
import type { SetReader } from "../../app/resources/criu/set-reader.ts";

const LOG = 2;
const PROGRAM = [0x0a, 8, 6, 0, 0, 0, 0, 0, 0, 0];

/** The chain of two filters with these flags, the latest first. */
async function chainWith(latest: number, earlier: number) {
  const filters = [
    [...PROGRAM, 0x18, earlier],
    [...PROGRAM, 0x10, 0, 0x18, latest],
  ];
  const message = Uint8Array.from(filters.flatMap((filter) => [0x0a, filter.length, ...filter]));
  const entry = { bytes: message, base: 0, start: 0, end: message.length, isCut: false, message: "seccomp_entry" };
  const set = {
    async *entries() {
      yield { entry, number: 0, record: 0 };
    },
  } as unknown as SetReader;
  return (await readFilters(set))(1);
}

test("flags that another filter of the chain has are a difference", async () => {
  const [one, other] = [await chainWith(LOG, 0), await chainWith(0, LOG)];
  expect(one?.flags).toEqual(other?.flags);
  expect(one?.digest).toMatch(/^[0-9a-f]{8}:2 [0-9a-f]{8}:0$/);
  expect(other?.digest).toMatch(/^[0-9a-f]{8}:0 [0-9a-f]{8}:2$/);
});

test("flags that all filters have are not in the digest", async () => {
  expect((await chainWith(LOG, LOG))?.digest).toBe((await chainWith(0, 0))?.digest);
});
