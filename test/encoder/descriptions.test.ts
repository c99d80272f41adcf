// encode → decode gives the same description: tasks, tables, descriptors, open files and all that they share.

import fc from "fast-check";
import { expect, describe as suite, test } from "vitest";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { describe } from "../../app/encoder/carry.ts";
import type { Description } from "../../app/encoder/description.ts";
import type { WritableDialect } from "../../app/encoder/encode.ts";
import { descriptionArbitrary, normalised } from "../support/descriptions.ts";
import { encodeAll } from "../support/images.ts";

/** Milliseconds, for a busy machine. */
const PATIENCE = 60_000;

async function decode(bytes: Uint8Array, dialect: WritableDialect) {
  const image = await openImage([bytesSource("image", bytes)]);
  if ("refused" in image) throw new Error(image.refused);
  expect(image.checkpoint.problems).toEqual([]);
  expect(image.checkpoint).toMatchObject({ dialect, complete: true });
  return await describe(image);
}

/**
 * Whether no socket has a peer that no descriptor leads to: such a peer is written, but no open file of what is read.
 */
function peersAreHeld({ files, fileTables }: Description): boolean {
  const every = <T>(list: { readonly length: number; at(index: number): T | undefined }): T[] =>
    Array.from({ length: list.length }, (_, index) => list.at(index) as T);
  const held = new Set(every(fileTables).flatMap(({ fds }) => every(fds).map(({ file }) => file)));
  const sockets = new Map(every(files).map(({ id, details }) => [details?.socket, id]));
  return every(files).every(
    ({ details }) => details?.peer === undefined || held.has(sockets.get(details.peer) ?? null),
  );
}

suite.each(["seed", "v23-rc2"] as const)("any description in %s", (dialect) => {
  test.each([true, false])("is what the image says, little-endian %s", { timeout: PATIENCE }, async (littleEndian) => {
    await fc.assert(
      fc.asyncProperty(descriptionArbitrary(dialect), async (description: Description) => {
        const { bytes, result } = encodeAll(description, { dialect, littleEndian });
        expect(result).toBe(0);
        expect(normalised(await decode(bytes, dialect))).toEqual(normalised(description));
      }),
      { numRuns: 100 },
    );
  });

  test("is written the same again from what was read", { timeout: PATIENCE }, async () => {
    await fc.assert(
      fc.asyncProperty(descriptionArbitrary(dialect), async (description: Description) => {
        const once = encodeAll(description, { dialect }).bytes;
        const twice = encodeAll(await decode(once, dialect), { dialect }).bytes;
        // Numbers can differ where an object was met by look-up first; the second writing settles them.
        const thrice = encodeAll(await decode(twice, dialect), { dialect }).bytes;
        expect(Buffer.from(thrice).equals(twice)).toBe(true);
        if (peersAreHeld(description)) expect(twice.length).toBe(once.length);
      }),
      { numRuns: 40 },
    );
  });
});
