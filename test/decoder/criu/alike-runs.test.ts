// The kernel gives files the details that they have without it, whatever bytes it gets.

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { ALIKE_MODULE } from "../../../app/decoder/criu/alike-module.ts";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import { bytesSource, type DecodeOptions } from "../../../app/decoder/source.ts";
import { isFactKey } from "../../../app/export/detail-facts.ts";
import type { Checkpoint } from "../../../app/model/checkpoint.ts";
import { startKernel } from "../../../app/model/kernel.ts";
import { mixedCriuSet } from "../../support/criu-mixed-set.ts";
import { imageBytes, inventoryAndTree } from "../../support/criu-set.ts";
import { entryOf, generatedFiles } from "../../support/generated-files.ts";

type Members = readonly (readonly [name: string, bytes: Uint8Array])[];

afterEach(() => {
  vi.unstubAllGlobals();
});

const decoded = async (members: Members, options: DecodeOptions = {}): Promise<Checkpoint> =>
  (
    await decodeCriuSet(
      members.map(([name, bytes]) => bytesSource(name, bytes)),
      options,
    )
  ).checkpoint;

/** The same where WebAssembly is not allowed. */
async function decodedWithout(members: Members, options: DecodeOptions = {}): Promise<Checkpoint> {
  vi.stubGlobal("WebAssembly", undefined);
  try {
    return await decoded(members, options);
  } finally {
    vi.unstubAllGlobals();
  }
}

/** Expects the same checkpoint with the kernel and without. */
async function expectSame(members: Members, options: DecodeOptions = {}): Promise<Checkpoint> {
  const compiled = vi.spyOn(WebAssembly, "Module");
  const checkpoint = await decoded(members, options);
  expect(compiled).toHaveBeenCalled();
  compiled.mockRestore();
  expectEqual(checkpoint, await decodedWithout(members, options));
  return checkpoint;
}

/** What `toEqual` expects, which takes long for large columns. */
function expectEqual(one: Checkpoint, other: Checkpoint): void {
  if (!isDeepStrictEqual(one, other)) expect(one).toEqual(other);
  expect(isDeepStrictEqual(one, other)).toBe(true);
}

const withFiles = (bytes: Uint8Array): Members => [...inventoryAndTree(1).members, ["files.img", bytes]];

test("in one image of all open files", async () => {
  const { files } = await expectSame(withFiles(imageBytes("FILES", generatedFiles(3000, 5).map(entryOf))));
  expect(files.count).toBe(3000);
});

test("with the details of a listing alone", async () => {
  await expectSame(withFiles(imageBytes("FILES", generatedFiles(2000, 6).map(entryOf))), { details: isFactKey });
});

test("in a set with descriptors, links and records that are not next to each other", async () => {
  const sources = mixedCriuSet(20, 60);
  const members = await Promise.all(
    sources.map(async (source) => [source.name, await source.read(0, source.size)] as const),
  );
  const { links } = await expectSame(members);
  expect(links.count).toBeGreaterThan(500);
});

/** The magics of images with open files of one type, as CRIU wrote them before 3.4, and their names. */
const OWN_IMAGES = {
  pipe: ["PIPES", "pipes.img"],
  isk: ["INETSK", "inetsk.img"],
  tfd: ["TIMERFD", "timerfd.img"],
} as const;

test("in an image for each type", async () => {
  const files = generatedFiles(12_000, 7);
  const members = Object.entries(OWN_IMAGES).map(([type, [magic, name]]) => {
    const own = files.filter((file) => file.name === type).map(({ message }) => message);
    return [name, imageBytes(magic, own)] as const;
  });
  const { files: found } = await expectSame([...inventoryAndTree(1).members, ...members]);
  expect(found.count).toBeGreaterThan(1000);
});

test("with bytes that are not what CRIU writes", async () => {
  const bytes = imageBytes("FILES", generatedFiles(700, 8).map(entryOf));
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 20 }), fc.nat(bytes.length), async (changes, cut) => {
      const changed = bytes.slice(0, cut % 4 === 0 ? cut : bytes.length);
      for (const [at, byte] of changes) if (at < changed.length) changed[at] = byte;
      expectEqual(await decoded(withFiles(changed)), await decodedWithout(withFiles(changed)));
    }),
    { numRuns: 30 },
  );
});

interface Kernel {
  readonly memory: WebAssembly.Memory;
  place(which: number): number;
  run(at: number, length: number, index: number, count: number, base: number, own: number): number;
  learn(steps: number): number;
}

test("the kernel reads nothing beyond the block, whatever is in it", () => {
  const kernel = startKernel<Kernel>(ALIKE_MODULE) as Kernel;
  const { buffer } = kernel.memory;
  const [state, block, flags, types, typeOf] = [0, 1, 2, 3, 4].map((which) => kernel.place(which)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const words = new Uint32Array(buffer, state, 8);
  new Uint8Array(buffer, flags, 4096).fill(7);
  // All fields of a type with number 1 are kept, whatever their wire type is expected to be.
  new Uint32Array(buffer, types, 20).fill(0xffff_ffff);
  new Uint8Array(buffer, types + 48, 32).fill(0);
  new Uint8Array(buffer, typeOf, 128).fill(1);
  const u32 = fc.oneof(fc.nat(64), fc.constantFrom(2 ** 17, 2 ** 31, 2 ** 32 - 1, 2 ** 32 - 5), fc.nat(2 ** 17));
  const sizes = fc.array(fc.oneof(fc.nat(64), fc.constant(2 ** 32 - 1)), { maxLength: 8 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), sizes, u32, u32, fc.nat(70), (bytes, starts, at, index, own) => {
      const view = new Uint8Array(buffer, block, 128 << 10);
      view.set(bytes);
      for (const [nth, size] of starts.entries()) new DataView(buffer, block + 40 * nth, 4).setUint32(0, size, true);
      const reason = kernel.run(at, bytes.length, index, 4096, 0, own % 3 === 0 ? 0 : own);
      if (reason !== 1) return;
      const [, start = 0, end = 0] = words;
      expect(start).toBeGreaterThanOrEqual(at);
      expect(end).toBeGreaterThanOrEqual(start + 4);
      expect(end).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 3000 },
  );
});
