// Sparse files in tar archives, in the four forms that GNU tar writes: read with their zeros, cut and damaged.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { ArchiveForm } from "../../../app/decoder/archive/forms.ts";
import { openArchive } from "../../../app/decoder/archive/unpack.ts";
import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../../app/decoder/source.ts";
import { encodeText } from "../../../app/model/text/text.ts";
import { fixtureBytes } from "../../support/criu.ts";
import { concat, gzip, paxRecord, tar } from "../../support/tar.ts";

const PAGE = 4096;

/** What the archives in `sparse/` contain. */
function pages(): Uint8Array {
  const bytes = new Uint8Array(200 * PAGE);
  for (let part = 0; part < 30; part++) {
    const page = Uint8Array.from({ length: PAGE }, (_, at) => (part * 37 + at) % 251);
    bytes.set(page, (3 + part * 6) * PAGE);
  }
  return bytes;
}

const packed = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(import.meta.dirname, "../../fixtures/archives/sparse", `${name}.tar.gz`)));
const plain = (name: string): Uint8Array => new Uint8Array(gunzipSync(packed(name)));

async function only(bytes: Uint8Array, form: ArchiveForm = "tar"): Promise<{ source: Source; codes: string[] }> {
  const needs = { needed: () => "maybe" as const, neededBytes: () => false };
  const { members, problems } = await openArchive(bytesSource("x", bytes), form, needs);
  const [source] = members;
  if (source === undefined) throw new Error("the archive is empty");
  return { source, codes: problems.map(({ code }) => code) };
}

/** A tar of a sparse file in a PAX form. */
const paxTar = (records: readonly (readonly [string, string])[], body: Uint8Array): Uint8Array =>
  tar([
    { name: "@", type: "x", bytes: concat(records.map(([key, value]) => paxRecord(key, value))) },
    { name: "y", bytes: body },
  ]);

describe.each(["gnu", "pax-0.0", "pax-0.1", "pax-1.0"])("%s", (name) => {
  test.each<[string, () => Uint8Array, ArchiveForm]>([
    ["in a tar", () => plain(name), "tar"],
    ["in a compressed tar", () => packed(name), "gzip"],
  ])("%s has its bytes and its zeros, read whole and in parts", async (_, bytes, form) => {
    const { source, codes } = await only(bytes(), form);
    const expected = pages();
    expect([source.name, source.size, codes]).toEqual(["pages.bin", expected.length, []]);
    expect(Buffer.compare(await source.read(0, source.size), expected)).toBe(0);
    // The parts are whole pages, so the second step meets their ends.
    for (const [step, length] of [
      [5000, 9000],
      [PAGE, 7 * PAGE],
    ] as const) {
      for (let at = 0; at < expected.length; at += step) {
        const part = await source.read(at, length);
        expect(Buffer.compare(part, expected.subarray(at, at + length))).toBe(0);
      }
    }
    expect(await source.read(source.size - 3, 10)).toEqual(new Uint8Array(3));
    expect(await source.read(source.size, 10)).toHaveLength(0);
  });

  test("that is cut off ends where the archive does", async () => {
    const bytes = plain(name);
    const { source, codes } = await only(bytes.subarray(0, bytes.length - 100 * 512));
    const expected = pages();
    expect([source.size, codes]).toEqual([expected.length, ["truncated-archive"]]);
    const read = await source.read(0, source.size);
    expect(read.length).toBeGreaterThan(50 * PAGE);
    expect(read.length).toBeLessThan(150 * PAGE);
    expect(Buffer.compare(read, expected.subarray(0, read.length))).toBe(0);
  });
});

test.each([
  ["parts that overlap", "0,3,2,1", 4],
  ["parts out of order", "5,1,0,1", 2],
  ["a part after the end", "8,3", 3],
  ["more parts than are stored", "0,3,4,3", 5],
  ["a word", "0,three", 3],
  ["an offset without a length", "0,1,5", 3],
  ["no parts", "", 3],
])("a list of parts that is damaged is an error: %s", async (_, list, stored) => {
  const records = [
    ["GNU.sparse.size", "10"],
    ["GNU.sparse.map", list],
  ] as const;
  const body = new Uint8Array(stored).fill(1);
  const { source } = await only(paxTar(records, body));
  await expect(source.read(0, 10)).rejects.toThrow("y is a sparse file, and the list of its parts is damaged.");
});

test.each([
  ["whole", "1\n2\n3\n", [0, 0, 1, 1, 1, 0, 0, 0, 0, 0]],
  ["that almost fills a block", `126\n2\n3\n${"5\n0\n".repeat(125)}`, [0, 0, 1, 1, 1, 0, 0, 0, 0, 0]],
  ["of nothing but zeros", "0\n", new Array(10).fill(0)],
  ["with too few numbers", "2\n2\n3\n", null],
  ["with too many digits", "1\n2000000000000000\n3\n", null],
  ["without a number", "one\n", null],
])("a list of parts before the contents: %s", async (_, list, expected) => {
  const records = [
    ["GNU.sparse.major", "1"],
    ["GNU.sparse.realsize", "10"],
  ] as const;
  const map = new Uint8Array(512);
  map.set(encodeText(list));
  const { source } = await only(paxTar(records, concat([map, new Uint8Array(3).fill(1)])));
  if (expected === null) await expect(source.read(0, 10)).rejects.toThrow("is damaged");
  else expect(Array.from(await source.read(0, 10))).toEqual(expected);
});

test.each([
  ["plain", (bytes: Uint8Array) => bytes],
  ["compressed", gzip],
])("an image that is stored sparse is opened: %s", async (_, pack) => {
  const image = fixtureBytes("../linux-cr/v23-s1/before.ckpt");
  // A hole after the image, and another part.
  const records = [
    ["GNU.sparse.size", "1000000"],
    ["GNU.sparse.map", `0,${image.length},999999,1`],
  ] as const;
  const bytes = pack(paxTar(records, concat([image, Uint8Array.of(7)])));
  const opened = await openImage([bytesSource("x.tar", bytes)]);
  if ("refused" in opened) throw new Error(opened.refused);
  expect(opened.checkpoint.tasks.count).toBe(1);
  expect(opened.checkpoint.complete).toBe(true);
});
