// A search that is cancelled reads no further than the window that it is in, and reads a window at a time.

import { expect, test } from "vitest";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { chooseParts } from "../../app/memory/choose.ts";
import { diffMemories } from "../../app/memory/diff.ts";
import { bytesMatcher } from "../../app/memory/matchers.ts";
import { searchMemory } from "../../app/memory/search.ts";
import { encodeText } from "../../app/model/text/text.ts";
import { imageBytes, mmMessage } from "../support/criu-set.ts";
import { openMemory } from "../support/read-memory.ts";

const SIZE = 2 ** 30;
const START = 0x10_0000_0000;
/** What a search may hold: a window, what is around it, and a block that is read ahead. */
const LARGEST_READ = 5 << 20;

interface Reads {
  count: number;
  bytes: number;
  largest: number;
  /** Called at each read. */
  visit: () => void;
}

/** A set with 1 GiB of zeros in one mapping, whose pages take no memory. */
function largeSet(reads: Reads): Source[] {
  const pages: Source = {
    name: "pages-1.img",
    size: SIZE,
    read(_, length) {
      reads.count++;
      reads.bytes += length;
      reads.largest = Math.max(reads.largest, length);
      reads.visit();
      return new Uint8Array(length);
    },
  };
  const head = [[1, 1]] as const;
  const run = [[1, START] as const, [2, SIZE / 4096] as const, [4, 4] as const];
  return [
    bytesSource("inventory.img", imageBytes("INVENTORY", [[[1, 2] as const, [9, 0] as const]])),
    bytesSource("mm-7.img", imageBytes("MM", [mmMessage(4096, [[START, START + SIZE]])])),
    bytesSource("pagemap-7.img", imageBytes("PAGEMAP", [head, run])),
    pages,
  ];
}

const noReads = (): Reads => ({ count: 0, bytes: 0, largest: 0, visit: () => {} });

test("a search stops with the window in which it was cancelled", async () => {
  const reads = noReads();
  const control = new AbortController();
  const { image, memory } = await openMemory(largeSet(reads));
  let atAbort = 0;
  reads.visit = () => {
    if (reads.bytes < 100 << 20 || atAbort > 0) return;
    atAbort = reads.bytes;
    control.abort(new Error("cancelled"));
  };
  const parts = chooseParts(image.checkpoint, memory, {});
  const matcher = bytesMatcher(encodeText("not there"));
  const search = async (): Promise<void> => {
    for await (const _ of searchMemory(memory, parts, matcher, { limit: 10, signal: control.signal }));
  };
  await expect(search()).rejects.toThrow("cancelled");
  expect(atAbort).toBeGreaterThan(0);
  expect(reads.bytes - atAbort).toBeLessThanOrEqual(LARGEST_READ);
  expect(reads.largest).toBeLessThanOrEqual(LARGEST_READ);
});

test("a comparison of memory stops likewise", async () => {
  const reads = noReads();
  const control = new AbortController();
  const sides = [];
  for (const set of [largeSet(reads), largeSet(reads)]) {
    const { image, memory } = await openMemory(set);
    sides.push({ checkpoint: image.checkpoint, memory });
  }
  const [before, after] = sides;
  if (before === undefined || after === undefined) throw new Error("no sides");
  let atAbort = 0;
  reads.visit = () => {
    if (reads.bytes < 20 << 20 || atAbort > 0) return;
    atAbort = reads.bytes;
    control.abort(new Error("cancelled"));
  };
  const compare = async (): Promise<void> => {
    for await (const _ of diffMemories(before, after, control.signal));
  };
  await expect(compare()).rejects.toThrow("cancelled");
  expect(reads.bytes - atAbort).toBeLessThanOrEqual(2 * LARGEST_READ);
  expect(reads.largest).toBeLessThanOrEqual(LARGEST_READ);
});
