// The unpackers of compressed files: whole, in members, cut anywhere, damaged anywhere.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import type { PlatformUnpackers } from "../../../app/decoder/archive/compression/platform.ts";
import { createZstdUnpacker } from "../../../app/decoder/archive/compression/zstd-wasm.ts";
import { archiveForm, type PackedForm } from "../../../app/decoder/archive/forms.ts";
import type { ArchiveProblem } from "../../../app/decoder/archive/problem.ts";
import { openArchive, type UnpackLimits } from "../../../app/decoder/archive/unpack.ts";
import { bytesSource } from "../../../app/decoder/source.ts";
import { encodeText } from "../../../app/model/text/text.ts";
import { webUnpackers } from "../../../app/worker/web-unpackers.ts";
import { NODE_UNPACKERS } from "../../../cli/unpackers.ts";
import { concat } from "../../support/tar.ts";

const PACKED = join(import.meta.dirname, "../../fixtures/archives/packed");
const NAMES = readdirSync(PACKED).filter((name) => name !== "plain-x86.xz");
const packed = (name: string): Uint8Array => new Uint8Array(readFileSync(join(PACKED, name)));

/** What the files in `packed/` contain. */
function plain(): Uint8Array {
  const lines = Array.from({ length: 6000 }, (_, line) => `line ${line} of ${line * line}\n`).join("");
  let seed = 12345;
  const random = Uint8Array.from({ length: 3000 }, () => {
    seed = Number((BigInt(seed) * 1103515245n + 12345n) & 0x7fffffffn);
    return (seed >> 16) & 255;
  });
  return concat([encodeText(lines), random, new Uint8Array(4096), encodeText("end\n")]);
}

const PLATFORMS: readonly (readonly [string, PlatformUnpackers])[] = [
  ["ourselves", {}],
  ["by Node", NODE_UNPACKERS],
  ["by a browser", webUnpackers()],
  ["by WebAssembly", { zstd: createZstdUnpacker() }],
];

let unpackers: PlatformUnpackers = {};

async function unpack(bytes: Uint8Array, limits: UnpackLimits = {}) {
  const form = archiveForm(bytes) as PackedForm;
  const { members, problems } = await openArchive(bytesSource("x", bytes), form, {
    needed: () => true,
    neededBytes: () => true,
    limits,
    unpackers,
  });
  const [only] = members;
  return { bytes: only === undefined ? new Uint8Array(0) : await only.read(0, only.size), problems };
}

/** A Zstandard frame with up to 255 bytes as they are. */
const rawFrame = (contents: Uint8Array): Uint8Array => {
  const { length } = contents;
  const block = (length << 3) | 1;
  return concat([Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, length, block & 255, block >> 8, 0), contents]);
};

const codes = (problems: readonly ArchiveProblem[]): string[] => problems.map(({ code }) => code);
const isPrefix = (part: Uint8Array, whole: Uint8Array): boolean =>
  part.length <= whole.length && Buffer.compare(part, whole.subarray(0, part.length)) === 0;

describe.each(PLATFORMS)("unpacked %s", (_, own) => {
  beforeEach(() => {
    unpackers = own;
  });

  describe.each(NAMES)("%s", (name) => {
    const whole = packed(name);
    const contents = plain();

    test("unpacks to what was packed", async () => {
      const { bytes, problems } = await unpack(whole);
      expect(problems).toEqual([]);
      expect(Buffer.compare(bytes, contents)).toBe(0);
    });

    test("unpacks member after member, with zeros between them", async () => {
      const zeros = name.endsWith(".bz2") || name.endsWith(".zst") ? new Uint8Array(0) : new Uint8Array(8);
      const { bytes, problems } = await unpack(concat([whole, zeros, whole]));
      expect(problems).toEqual([]);
      expect(Buffer.compare(bytes, concat([contents, contents]))).toBe(0);
    });

    test("notes bytes after the end, with their offset", async () => {
      const { bytes, problems } = await unpack(concat([whole, encodeText("garbage")]));
      expect(Buffer.compare(bytes, contents)).toBe(0);
      expect(problems).toMatchObject([{ severity: "note", code: "bytes-after-end", offset: whole.length }]);
      expect(problems[0]?.message).toContain("7 bytes");
    });

    test("keeps what comes before a cut", async () => {
      let longest = 0;
      for (let end = 20; end < whole.length; end += 997) {
        const { bytes, problems } = await unpack(whole.subarray(0, end));
        expect(isPrefix(bytes, contents)).toBe(true);
        expect(problems).toMatchObject([{ severity: "error", code: "archive-damaged", offset: end }]);
        longest = Math.max(longest, bytes.length);
      }
      expect(longest).toBeGreaterThan(name.endsWith(".bz2") ? 90_000 : 120_000);
    });

    test("reports every flipped bit, and keeps what comes before it", async () => {
      const isUnchecked = name === "plain-none.xz";
      for (let at = 24; at < whole.length; at += 701) {
        const damaged = whole.slice();
        damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
        const { bytes, problems } = await unpack(damaged);
        const isSame = Buffer.compare(bytes, contents) === 0;
        if (!isUnchecked) expect([isSame, codes(problems).length > 0]).toEqual([isSame, true]);
        for (const { offset } of problems) expect(offset).toBeLessThanOrEqual(whole.length);
      }
    });
  });

  test("a wrong checksum is a problem at its place, and what follows is unpacked", async () => {
    const contents = plain();
    const first = gzipSync(contents);
    first[first.length - 6] = (first[first.length - 6] as number) ^ 1;
    const { bytes, problems } = await unpack(concat([new Uint8Array(first), new Uint8Array(gzipSync(contents))]));
    expect(problems).toMatchObject([{ severity: "error", code: "bad-checksum", offset: first.length - 8 }]);
    expect(Buffer.compare(bytes, concat([contents, contents]))).toBe(0);
  });

  test("a filter that is not supported is named", async () => {
    const { problems } = await unpack(packed("plain-x86.xz"));
    expect(problems[0]?.message).toContain("the filter x86");
  });

  test("windows and dictionaries are limited", async () => {
    for (const name of ["plain.zst", "plain-crc64.xz"]) {
      const { problems } = await unpack(packed(name), { window: 1 << 16 });
      expect(problems[0]?.message).toMatch(/needs a (window|dictionary) of \d+ bytes\. The limit “window” of 64 KiB/);
      expect(problems[0]).toMatchObject({ limit: "window" });
    }
  });

  test("what is unpacked and kept is limited", async () => {
    const over = await unpack(packed("plain.gz"), { unpacked: 50_000 });
    expect(codes(over.problems)).toEqual(["archive-too-large"]);
    expect(over.bytes.length).toBe(50_000);
    const kept = await unpack(packed("plain.zst"), { kept: 1000 });
    expect(codes(kept.problems)).toEqual(["archive-too-large"]);
    expect(Buffer.compare(kept.bytes, plain().subarray(0, 1000))).toBe(0);
  });

  test.each([0, 1, 3, 8, 20])("zstd frames of %i bytes unpack", async (length) => {
    const contents = plain().subarray(0, length);
    const { bytes, problems } = await unpack(concat([rawFrame(contents), rawFrame(contents)]));
    expect(problems).toEqual([]);
    expect(Buffer.compare(bytes, concat([contents, contents]))).toBe(0);
  });

  test.each([
    ["many large blocks", 17, 4000, 128 << 10],
    ["small blocks in a large window", 27, 40, 1],
  ])("a zstd frame with %s can be cancelled though all of it was read", async (_, log, count, length) => {
    const block = (length << 3) | 2;
    const blocks = Array.from({ length: count }, () => [block & 255, (block >> 8) & 255, block >> 16, 65]);
    const bytes = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3, ...blocks.flat(), 7, 0, 0]);
    // It ends in a block of an unknown type, which no decompressor unpacks: ours comes last.
    const control = new AbortController();
    setTimeout(() => control.abort());
    const needs = { needed: () => true, neededBytes: () => true, unpackers };
    const opened = openArchive(bytesSource("x", bytes), "zstd", { ...needs, signal: control.signal });
    await expect(opened).rejects.toThrow("aborted");
  });

  test.each([0, 1, 3, 511, 512, 513])("a file of %i bytes unpacks", async (length) => {
    const contents = plain().subarray(0, length);
    const { bytes, problems } = await unpack(new Uint8Array(gzipSync(contents)));
    expect(problems).toEqual([]);
    expect(Buffer.compare(bytes, contents)).toBe(0);
  });
});
