// Damaged images: everything before the fault is shown; nothing throws, hangs or allocates more than it needs.
// A test file for each sample, so that they run in parallel. `npm run fuzz` tries as many more as there is time for.

import { expect, test } from "vitest";
import type { Image } from "../../../../app/decoder/image.ts";
import { openImage } from "../../../../app/decoder/open.ts";
import { bytesSource } from "../../../../app/decoder/source.ts";
import { recordLength, recordMember, recordOffset } from "../../../../app/model/records.ts";

import { documentOf, fixtureBytes } from "../../../support/open.ts";
import { random } from "../../../support/random.ts";

/** Bytes of the buffers behind a checkpoint's columns. */
function allocated({ checkpoint }: Image): number {
  const buffers = new Set<ArrayBufferLike>();
  const collect = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) buffers.add(value.buffer);
    else if (value !== null && typeof value === "object") for (const inner of Object.values(value)) collect(inner);
  };
  collect(checkpoint);
  let sum = 0;
  for (const buffer of buffers) sum += buffer.byteLength;
  return sum;
}

/** What must hold of any decoded bytes. Plain conditions, as they are checked tens of thousands of times. */
function fault(image: Image, size: number): string | null {
  const { tasks, tables, descriptors, files, records, text, problems } = image.checkpoint;
  let end = 0;
  for (let row = 0; row < records.count; row++) {
    if (recordOffset(records, row) !== end || recordMember(records, row) !== 0)
      return `record ${row} does not follow the one before`;
    end += recordLength(records, row);
  }
  if (end !== size) return `records end at ${end} of ${size}`;
  for (let row = 0; row < descriptors.count; row++) {
    if ((descriptors.table[row] as number) >= tables.count) return "a descriptor of no table";
    if ((descriptors.file[row] as number) >= files.count) return "a descriptor of a file beyond the last";
  }
  for (let row = 0; row < tasks.count; row++)
    if ((tasks.table[row] as number) >= tables.count) return "a task of no table";
  for (let row = 0; row < files.count; row++) {
    if ((files.nameOffset[row] as number) + (files.nameLength[row] as number) > text.length)
      return "a name beyond the text";
  }
  if (tables.first[tables.count] !== descriptors.count) return "descriptors outside of tables";
  if (!image.checkpoint.complete && !problems.some((problem) => problem.severity === "error"))
    return "incomplete without an error";
  const allowance = 64 * size + 64 * 1024;
  return allocated(image) > allowance ? `${allocated(image)} bytes allocated for ${size}` : null;
}

/** Cuts a sample off at every byte, or from `start` on at every `step`-th: what was before the cut is still shown. */
export function cutAnywhere(path: string, start = 0, step = 1): void {
  test(`${path} can be cut off anywhere`, { timeout: 300_000 }, async () => {
    const whole = fixtureBytes(`linux-cr/${path}`);
    let seen = 0;
    for (let size = start; size <= whole.length; size += step) {
      const image = await openImage([bytesSource("cut", whole.subarray(0, size))]);
      if ("refused" in image) {
        // Without a whole header it is not recognized as an image.
        expect(size).toBeLessThan(73);
        continue;
      }
      expect(fault(image, size), `cut at ${size}`).toBeNull();
      expect(image.checkpoint.complete).toBe(size === whole.length);
      // What came before the cut is still there.
      expect(image.checkpoint.descriptors.count).toBeGreaterThanOrEqual(seen);
      seen = image.checkpoint.descriptors.count;
    }
  });
}

/** Damages a sample in `runs` ways. The same seed gives the same damage. */
export function damageAnywhere(path: string, seed: number, runs: number): void {
  test(`${path} can be damaged anywhere, seed ${seed}`, { timeout: 300_000 }, async () => {
    const whole = fixtureBytes(`linux-cr/${path}`);
    const next = random(seed);
    for (let run = 0; run < runs; run++) {
      const bytes = mutate(whole, next);
      const image = await openImage([bytesSource("damaged", bytes)]);
      if ("refused" in image) continue;
      const found = fault(image, bytes.length);
      if (found !== null) expect.fail(`mutation ${run}: ${found}`);
      if (run % 100 === 0) {
        await documentOf(image);
        for (let record = 0; record < Math.min(60, image.checkpoint.records.count); record++)
          await image.fields(record);
      }
    }
  });
}

/** One of the usual accidents and attacks: flipped bits, extreme words, pieces cut out, doubled or moved. */
function mutate(whole: Uint8Array, next: (below: number) => number): Uint8Array {
  const bytes = whole.slice();
  const view = new DataView(bytes.buffer);
  const at = next(bytes.length);
  const word = Math.min(at, bytes.length - 4);
  switch (next(7)) {
    case 0:
      bytes[at] = (bytes[at] as number) ^ (1 << next(8));
      return bytes;
    case 1:
      view.setUint32(word, [0, 1, 7, 8, 0x7fffffff, 0x80000000, 0xffffffff][next(7)] as number, true);
      return bytes;
    case 2:
      view.setUint32(word, next(10_000), true);
      return bytes;
    case 3: {
      const to = Math.min(bytes.length, at + 1 + next(200));
      const rest = new Uint8Array(bytes.length - (to - at));
      rest.set(bytes.subarray(0, at));
      rest.set(bytes.subarray(to), at);
      return rest;
    }
    case 4: {
      const piece = bytes.slice(at, at + 1 + next(200));
      const longer = new Uint8Array(bytes.length + piece.length);
      longer.set(bytes.subarray(0, at));
      longer.set(piece, at);
      longer.set(bytes.subarray(at), at + piece.length);
      return longer;
    }
    case 5: {
      bytes.copyWithin(next(bytes.length), at, at + 1 + next(100));
      return bytes;
    }
    default: {
      for (let count = 0; count < 8; count++) bytes[next(bytes.length)] = next(256);
      return bytes;
    }
  }
}
