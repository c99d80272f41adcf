// Zstandard by WebAssembly, on its own: what it unpacks, what it leaves to our own unpacker,
// and how much memory it takes.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import { unpackByPlatform } from "../../../../app/decoder/archive/compression/platform.ts";
import { ZSTD_MODULE } from "../../../../app/decoder/archive/compression/zstd-module.ts";
import { createZstdUnpacker } from "../../../../app/decoder/archive/compression/zstd-wasm.ts";
import { openArchive } from "../../../../app/decoder/archive/unpack.ts";
import { bytesSource } from "../../../../app/decoder/source.ts";
import { concat } from "../../../support/tar.ts";

const ARCHIVES = join(import.meta.dirname, "../../../fixtures/archives");
const FRAMES = join(ARCHIVES, "zstd");
const NAMES = readdirSync(FRAMES);
const frame = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FRAMES, name)));
/** What all of them contain. */
const CONTENTS = new Uint8Array(gunzipSync(readFileSync(join(ARCHIVES, "packed/plain.gz"))));

const unpacker = createZstdUnpacker();

/** Unpacks bytes that are read in pieces of a size. */
async function unpack(packed: Uint8Array, piece = packed.length, most = Number.POSITIVE_INFINITY) {
  const written: Uint8Array[] = [];
  let length = 0;
  let at = 0;
  const isWhole = await unpacker(
    async () => {
      if (at >= packed.length) return null;
      at += piece;
      return packed.subarray(at - piece, at);
    },
    (bytes) => {
      written.push(bytes.slice());
      length += bytes.length;
      return length < most;
    },
  );
  return { isWhole, bytes: concat(written), pieces: written.length };
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** A frame of one block, of zeros: the window in its header is 2 ** log bytes. */
const zeros = (log: number, length: number): Uint8Array => {
  const block = (length << 3) | 3;
  return Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3, block & 255, (block >> 8) & 255, block >> 16, 0);
};

const SKIPPABLE = Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);

afterEach(() => vi.restoreAllMocks());

describe.each(NAMES)("%s", (name) => {
  test.each([1, 1009, 1 << 20])("unpacks when read %i bytes at a time", async (piece) => {
    const { isWhole, bytes } = await unpack(frame(name), piece);
    expect([isWhole, isSame(bytes, CONTENTS)]).toEqual([true, true]);
  });

  test("is not whole when cut, and what is unpacked is right", async () => {
    const whole = frame(name);
    for (let end = 0; end < whole.length; end += 509) {
      const { isWhole, bytes } = await unpack(whole.subarray(0, end), 4096);
      expect([isWhole, isSame(bytes, CONTENTS.subarray(0, bytes.length))]).toEqual([end === 0, true]);
    }
  });

  test("is not whole when a bit is flipped, unless it unpacks to the same", async () => {
    const hasChecksum = name !== "no-checksum.zst";
    for (let at = 0; at < frame(name).length; at += 409) {
      const damaged = frame(name);
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      const { isWhole, bytes } = await unpack(damaged, 4096);
      if (hasChecksum && isWhole) expect(isSame(bytes, CONTENTS)).toBe(true);
      expect(bytes.length).toBeLessThanOrEqual(2 * CONTENTS.length);
    }
  });
});

test("frames follow each other, with skippable ones before, between and after them", async () => {
  const frames = NAMES.flatMap((name) => [SKIPPABLE, frame(name)]);
  for (const piece of [1021, 1 << 20]) {
    const { isWhole, bytes } = await unpack(concat([...frames, SKIPPABLE]), piece);
    expect([isWhole, isSame(bytes, concat(NAMES.map(() => CONTENTS)))]).toEqual([true, true]);
  }
});

test("an archive that begins with a skippable frame is unpacked by it", async () => {
  const compressed = concat([SKIPPABLE, frame("level-9.zst")]);
  const calls: boolean[] = [];
  const { members } = await openArchive(bytesSource("x", compressed), "zstd", {
    needed: () => true,
    neededBytes: () => true,
    unpackers: {
      zstd: async (...args) => {
        const isWhole = await unpacker(...args);
        calls.push(isWhole);
        return isWhole;
      },
    },
  });
  expect(isSame((await members[0]?.read(0, CONTENTS.length)) as Uint8Array, CONTENTS)).toBe(true);
  expect(calls).toEqual([true]);
});

test.each([
  ["bytes after the end", concat([frame("level-1.zst"), Uint8Array.of(1, 2, 3, 4, 5)])],
  ["zeros after the end", concat([frame("level-1.zst"), new Uint8Array(512)])],
  ["a frame that is compressed with a dictionary", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x21, 7, 1, 9, 0, 0, 0)],
  ["a window above the limit", zeros(28, 10)],
  ["a length that is not that of its empty block", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 1, 1, 0, 0)],
  ["a block of an unknown type", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0, 7, 0, 0)],
  ["a skippable frame that is cut off", SKIPPABLE.subarray(0, 10)],
  ["something else", Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0)],
])("%s is left to our own unpacker", async (_, packed) => {
  expect((await unpack(packed)).isWhole).toBe(false);
});

test("stops when no more is needed", async () => {
  const whole = frame("window-1k.zst");
  const all = await unpack(whole);
  const some = await unpack(whole, whole.length, 5000);
  expect([all.isWhole, some.isWhole]).toEqual([true, false]);
  expect(some.bytes.length).toBeGreaterThanOrEqual(5000);
  expect(some.pieces).toBeLessThan(all.pieces / 4);
});

describe("memory", () => {
  /** How much memory the module has after unpacking, in bytes. */
  async function memoryOf(packed: Uint8Array): Promise<number> {
    const memories: WebAssembly.Memory[] = [];
    const instantiate = WebAssembly.instantiate as (module: WebAssembly.Module) => Promise<WebAssembly.Instance>;
    vi.spyOn(WebAssembly, "instantiate").mockImplementation((async (module: WebAssembly.Module) => {
      const instance = await instantiate(module);
      memories.push(instance.exports.memory as WebAssembly.Memory);
      return instance;
    }) as unknown as typeof WebAssembly.instantiate);
    expect((await unpack(packed)).isWhole).toBe(true);
    vi.restoreAllMocks();
    expect(memories.length).toBe(1);
    return memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  }
  const MIB = 2 ** 20;

  test("follows what is unpacked, not the window that a header asks for", async () => {
    expect(await memoryOf(zeros(27, 100))).toBeLessThan(MIB);
    expect(await memoryOf(frame("long-27.zst"))).toBeLessThan(MIB);
    const many = concat(Array.from({ length: 1000 }, () => zeros(27, 100_000)));
    expect(await memoryOf(many)).toBeLessThan(MIB);
  });

  test("is not more than the window and two blocks, however much is unpacked", async () => {
    const block = (128 << 13) | 2;
    const head = zeros(20, 10).subarray(0, 6);
    const blocks = Array.from({ length: 200 }, () => Uint8Array.of(block & 255, (block >> 8) & 255, block >> 16, 7));
    const last = Uint8Array.of(3, 0, 0, 7);
    expect(await memoryOf(concat([head, ...blocks, last]))).toBeLessThan(2 * MIB);
  });
});

test("the module imports nothing, and is the one that build/zstd describes", async () => {
  const bytes = Buffer.from(ZSTD_MODULE, "base64");
  expect(WebAssembly.Module.imports(await WebAssembly.compile(bytes))).toEqual([]);
  const readme = readFileSync(join(import.meta.dirname, "../../../../build/zstd/README.md"), "utf8");
  expect(readme).toContain(createHash("sha256").update(bytes).digest("hex"));
});

test("where WebAssembly is not allowed, nothing is read, and our own unpacker is used", async () => {
  vi.spyOn(WebAssembly, "compile").mockRejectedValue(new WebAssembly.CompileError("not allowed"));
  const refused = createZstdUnpacker();
  const packed = bytesSource("x", frame("level-9.zst"));
  const offsets: number[] = [];
  const sink = { write: () => true, problem: () => {}, windowLimit: 1 << 27 };
  expect(await unpackByPlatform(refused, packed, sink, (offset) => offsets.push(offset))).toBe(0);
  expect(offsets).toEqual([]);
  const needs = { needed: () => true, neededBytes: () => true, unpackers: { zstd: refused } };
  const { members, problems } = await openArchive(packed, "zstd", needs);
  expect(problems).toEqual([]);
  expect(isSame((await members[0]?.read(0, CONTENTS.length)) as Uint8Array, CONTENTS)).toBe(true);
});
