import fc from "fast-check";
import { expect, test } from "vitest";
import { findBytes } from "../../app/decoder/find-bytes.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";

/** All places, a stretch at a time, as the page asks for them. */
async function all(source: Source, needle: Uint8Array, stretch: number, most = 1000): Promise<number[]> {
  const places: number[] = [];
  let from: number | null = 0;
  while (from !== null) {
    const { found, next } = await findBytes(source, needle, { from, stretch, most });
    places.push(...found);
    from = next;
  }
  return places;
}

/** The plain way. */
function naive(bytes: Uint8Array, needle: Uint8Array): number[] {
  const places: number[] = [];
  for (let at = 0; at + needle.length <= bytes.length; ) {
    if (needle.every((byte, i) => bytes[at + i] === byte)) {
      places.push(at);
      at += needle.length;
    } else at++;
  }
  return places;
}

test("finds what looking at every place finds, where needles repeat themselves", async () => {
  const few = fc.constantFrom(0, 1);
  await fc.assert(
    fc.asyncProperty(
      fc.array(few, { maxLength: 200 }),
      fc.array(few, { minLength: 1, maxLength: 6 }),
      async (content, wanted) => {
        const bytes = Uint8Array.from(content);
        const needle = Uint8Array.from(wanted);
        const source = bytesSource("x", bytes);
        expect(await all(source, needle, 1 << 20)).toEqual(naive(bytes, needle));
        expect(await all(source, needle, 7)).toEqual(naive(bytes, needle));
      },
    ),
  );
});

test("finds what lies across stretches and blocks", async () => {
  const bytes = new Uint8Array(3 * 1024 * 1024);
  const needle = Uint8Array.of(1, 2, 3, 4);
  const places = [0, 1022, 1024 * 1024 - 2, 2 * 1024 * 1024 - 1, bytes.length - 4];
  for (const at of places) bytes.set(needle, at);
  const source = bytesSource("x", bytes);
  expect(await all(source, needle, 1024 * 1024)).toEqual(places);
  expect(await all(source, needle, 1024)).toEqual(places);
  expect(await all(source, needle, 1 << 30, 1)).toEqual(places);
});

test("stops at as many as are wanted, and where the signal says", async () => {
  const source = bytesSource("x", new Uint8Array(100));
  const zero = Uint8Array.of(0, 0);
  const first = await findBytes(source, zero, { from: 0, stretch: 100, most: 3 });
  expect([...first.found]).toEqual([0, 2, 4]);
  expect(first.next).toBe(6);
  const signal = AbortSignal.abort();
  await expect(findBytes(source, zero, { from: 0, stretch: 100, most: 3, signal })).rejects.toThrow();
});
