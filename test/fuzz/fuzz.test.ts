// Fuzzes decoders, checks, comparisons, exports and links with mutated images. A few seconds in `npm test`;
// `npm run fuzz -- --minutes 10 --seed 7` goes on for longer. The same seed gives the same inputs.
//
// What must hold: nothing throws, an image that is not complete has an error, JSON is JSON, memory is in proportion to
// the input, and an image does not differ from itself.

import { expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import type { Image } from "../../app/decoder/image.ts";
import { limitsFor } from "../../app/decoder/limits.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { diff } from "../../app/diff/diff.ts";
import { setSources } from "../support/criu.ts";
import { documentOf, fixtureBytes } from "../support/open.ts";
import { random } from "../support/random.ts";

const SECONDS = Number(process.env.CKPTSCOPE_FUZZ_SECONDS ?? 3);
const SEED = Number(process.env.CKPTSCOPE_SEED ?? 20_090_527);

type Random = (below: number) => number;

const STREAMS = [
  ...["seed-tables/before", "v16-s1/before", "v16-s4/before", "v23-s1/before"].map((name) => `linux-cr/${name}.ckpt`),
  ...["short-eventfd", "second-pids", "error-then-task", "v23-pids-whole"].map((name) => `hostile/${name}.ckpt`),
].map(fixtureBytes);

const SETS = ["w1/before", "w4/before", "w7/before"].map(setSources);

/** One of the usual accidents and attacks: flipped bits, extreme words, pieces cut out, doubled or moved, a cut. */
function mutate(whole: Uint8Array, next: Random): Uint8Array {
  if (whole.length === 0) return whole;
  const bytes = whole.slice();
  const view = new DataView(bytes.buffer);
  const at = next(bytes.length);
  const word = Math.max(0, Math.min(at, bytes.length - 4));
  const to = Math.min(bytes.length, at + 1 + next(200));
  switch (next(6)) {
    case 0:
      bytes[at] = (bytes[at] as number) ^ (1 << next(8));
      return bytes;
    case 1:
      if (bytes.length >= 4) {
        const extreme = [0, 1, 7, 8, 0x7fffffff, 0x80000000, 0xffffffff, next(10_000)];
        view.setUint32(word, extreme[next(extreme.length)] as number, true);
      }
      return bytes;
    case 2:
      return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(to)]);
    case 3:
      return Uint8Array.from([...bytes.subarray(0, to), ...bytes.subarray(at)]);
    case 4:
      bytes.copyWithin(next(bytes.length), at, to);
      return bytes;
    default:
      return bytes.subarray(0, at);
  }
}

const mutateSet = (set: readonly Source[], next: Random): Source[] => {
  const victim = next(set.length);
  return set.flatMap((source, index) => {
    if (index !== victim) return [source];
    const bytes = mutate(source.read(0, source.size) as Uint8Array, next);
    return next(8) === 0 ? [] : [bytesSource(source.name, bytes)];
  });
};

/** Bytes of the buffers behind a checkpoint's columns. */
function allocated({ checkpoint }: Image): number {
  const buffers = new Set<ArrayBufferLike>();
  const collect = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) buffers.add(value.buffer);
    else if (value !== null && typeof value === "object") for (const inner of Object.values(value)) collect(inner);
  };
  collect(checkpoint);
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

async function examine(image: Image, size: number, next: Random): Promise<void> {
  const { checkpoint } = image;
  const isExplained = checkpoint.complete || checkpoint.problems.some(({ severity }) => severity !== "note");
  if (!isExplained) throw new Error("incomplete without a problem");
  if (allocated(image) > 64 * size + 256 * 1024) throw new Error(`${allocated(image)} bytes for ${size}`);
  await documentOf(image);
  await checkImage(image);
  for (let count = 0; count < 5 && checkpoint.records.count > 0; count++) {
    await image.fields(next(checkpoint.records.count));
  }
  const own = diff(checkpoint, checkpoint);
  if (Object.values(own.counts).some((count) => count > 0)) throw new Error("differs from itself");
}

/** Mutates until the time is up; how many inputs there were. */
async function fuzz(name: string, make: (next: Random) => Source[]): Promise<number> {
  const until = Date.now() + SECONDS * 500;
  let seed = SEED;
  for (; Date.now() < until; seed++) {
    const next = random(seed);
    const sources = make(next);
    const size = sources.reduce((sum, source) => sum + source.size, 0);
    try {
      const image = await openImage(sources, { limits: limitsFor(size) });
      if (!("refused" in image)) await examine(image, size, next);
    } catch (error) {
      expect.fail(`${name}, seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    }
  }
  return seed - SEED;
}

const TIMEOUT = SECONDS * 1000 + 120_000;

test("mutated Linux-CR images hold what must hold", { timeout: TIMEOUT }, async () => {
  const count = await fuzz("linux-cr", (next) => {
    let bytes = STREAMS[next(STREAMS.length)] as Uint8Array;
    for (let left = 1 + next(3); left > 0; left--) bytes = mutate(bytes, next);
    return [bytesSource("fuzz", bytes)];
  });
  console.log(`linux-cr: ${count} inputs from seed ${SEED}`);
});

test("mutated CRIU sets hold what must hold", { timeout: TIMEOUT }, async () => {
  const count = await fuzz("criu", (next) => {
    let set = SETS[next(SETS.length)] as readonly Source[];
    for (let left = 1 + next(3); left > 0; left--) set = mutateSet(set, next);
    return [...set];
  });
  console.log(`criu: ${count} inputs from seed ${SEED}`);
});
