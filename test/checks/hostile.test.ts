// Checks of images that are damaged, cut or made up: they end, never throw, and find only what stands in the image.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { decodeCriuSet } from "../../app/decoder/criu/index.ts";
import type { Image } from "../../app/decoder/image.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { setSources } from "../support/criu.ts";
import { descriptionArbitrary } from "../support/descriptions.ts";
import { encodeAll } from "../support/images.ts";
import { fixtureBytes, open } from "../support/open.ts";

/** Milliseconds, for a busy machine. */
const PATIENCE = 60_000;

/** Checks an image; every finding is in a record, and its offset in the record's member. */
async function expectPlaces(image: Image): Promise<string[]> {
  const { members, records } = image.checkpoint;
  const { findings } = await checkImage(image);
  for (const { record, offset, member, message, code } of findings) {
    expect(message, code).toMatch(/^\S.*\S$/s);
    if (record !== null) expect(record).toBeLessThan(records.count);
    if (offset !== null) expect(offset).toBeLessThanOrEqual(members[member ?? 0]?.size ?? 0);
  }
  return findings.map(({ code }) => code);
}

const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 0.9999, noNaN: true }), fc.nat(255)), {
  minLength: 1,
  maxLength: 4,
});

const damaged = (bytes: Uint8Array, edits: readonly (readonly [number, number])[]): Uint8Array => {
  const copy = bytes.slice();
  for (const [place, value] of edits) copy[Math.floor(place * copy.length)] = value;
  return copy;
};

describe("a damaged image", () => {
  test.each(["seed-tables", "v23-s1"])("like %s is checked to its end", { timeout: PATIENCE }, async (name) => {
    const bytes = fixtureBytes(`linux-cr/${name}/before.ckpt`);
    await fc.assert(
      fc.asyncProperty(damage, async (edits) => {
        const image = await openImage([bytesSource("damaged", damaged(bytes, edits))]);
        if (!("refused" in image)) await expectPlaces(image);
      }),
      { numRuns: 150 },
    );
  });

  test("of CRIU is checked to its end", { timeout: PATIENCE }, async () => {
    const set = setSources("w4/before").filter(({ name }) => !name.startsWith("pages"));
    await fc.assert(
      fc.asyncProperty(fc.nat(set.length - 1), damage, async (index, edits) => {
        const sources = set.map((source, at) => {
          if (at !== index || source.size === 0) return source;
          return bytesSource(source.name, damaged(source.read(0, source.size) as Uint8Array, edits));
        });
        await expectPlaces(await decodeCriuSet(sources));
      }),
      { numRuns: 100 },
    );
  });
});

/** What a description made at random may have that no kernel writes: flags, modes, positions and counts of any bits. */
const OF_VALUES = [
  "H20",
  "H21",
  "H22",
  "H23",
  "H24",
  "H26",
  "directory-written",
  "eventfd-refused",
  "position-impossible",
];
/** An epoll or a socket that names what the description does not have. */
const OF_NAMES = ["H12", "object-unused"];
/** The encoder writes more than a kernel of the seed reads. */
const OF_SEED = ["several-tasks", "async-without-owner"];

describe.each(["seed", "v23-rc2"] as const)("any image that the encoder writes in %s", (dialect) => {
  test.each([true, false])("is in order, little-endian %s", { timeout: PATIENCE }, async (littleEndian) => {
    await fc.assert(
      fc.asyncProperty(descriptionArbitrary(dialect), async (description) => {
        const codes = await expectPlaces(await open(encodeAll(description, { dialect, littleEndian }).bytes));
        expect(codes.filter((code) => ![...OF_VALUES, ...OF_NAMES, ...OF_SEED].includes(code))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
