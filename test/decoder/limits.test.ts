// Limits on decoding: what was decoded so far is kept, and a problem names the limit.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findImages } from "../../app/decoder/find-images.ts";
import { LIMITS, limitsFor, NO_LIMITS, raisedLimits } from "../../app/decoder/limits.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { pack, unpack } from "../../app/link/pack.ts";
import { recordLength, recordOffset } from "../../app/model/records.ts";
import { counted, sizeText } from "../../app/model/text/words.ts";
import { setSources } from "../support/criu.ts";
import { bigDescription, encodeAll } from "../support/images.ts";
import { documentText } from "../support/open.ts";
import { tar } from "../support/tar.ts";

const ROOT = join(import.meta.dirname, "../..");

test("docs/reliability.md has the table of limits", () => {
  const rows = readFileSync(join(ROOT, "docs/reliability.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1))
    // Other tables of the page have other columns.
    .filter((cells) => cells.length === 5);
  const amount = (value: number, unit: string): string => (unit === "byte" ? sizeText(value) : counted(value, unit));
  const wanted = LIMITS.map(({ name, unit, least, perByte, most, what }) => [
    name,
    amount(least, unit),
    perByte === 0 ? "" : String(perByte),
    amount(most, unit),
    what,
  ]);
  expect(rows.filter(([name = ""]) => LIMITS.some((limit) => limit.name === name))).toEqual(wanted);
});

describe("limits of archives", () => {
  const stream = new Uint8Array(
    encodeAll(bigDescription({ tasks: 1, descriptorsPerTask: 2 }), { dialect: "v23-rc2" }).bytes,
  );

  test("end the list of an archive's files, and the problem names them", async () => {
    const archive = tar([...Array(5).keys()].map((n) => ({ name: `${n}.ckpt`, bytes: stream })));
    const { images } = await findImages([bytesSource("x.tar", archive)], { limits: limitsFor(0, { members: 2 }) });
    expect(images.length).toBe(2);
    expect(images[0]?.problems).toMatchObject([{ code: "too-many-members", limit: "members" }]);
  });

  test.each(["levels", "archives"] as const)("refuse more %s, by name", async (limit) => {
    const inner = tar([{ name: "a.ckpt", bytes: stream }]);
    const archive = tar([{ name: "inner.tar", bytes: inner }]);
    const sources = [bytesSource("x.tar", archive)];
    expect((await findImages(sources)).images.length).toBe(1);
    const { images, reason } = await findImages(sources, { limits: limitsFor(0, { [limit]: 1 }) });
    expect(images).toEqual([]);
    expect(reason).toContain(`The limit “${limit}” of 1`);
  });
});

test("a problem's limit is in the JSON, and in a packed image", async () => {
  const image = await openImage(setSources("w4/before"), { limits: { rows: 80 } });
  if ("refused" in image) throw new Error(image.refused);
  const unpacked = unpack(pack(image.checkpoint, "a"));
  if ("refused" in unpacked) throw new Error(unpacked.refused);
  for (const checkpoint of [image.checkpoint, unpacked.checkpoint]) {
    const { problems } = JSON.parse(documentText({ checkpoint }));
    expect(problems.find(({ code }: { code: string }) => code === "limit")).toMatchObject({ limit: "rows" });
  }
});

test("raised limits are as many times as high", () => {
  expect(raisedLimits(0, { rows: 8 }).rows).toBe(8_000_000);
  expect(raisedLimits(0, { rows: 8 }).kept).toBe(limitsFor(0).kept);
  expect(raisedLimits(0, { rows: 0 }).rows).toBe(limitsFor(0).rows);
});

test("twice the rows show about twice as much: rows are not lost to growth", async () => {
  const source = bytesSource("p-fdinfo-64.tgz", readFileSync(join(ROOT, "test/fixtures/hostile/p-fdinfo-64.tgz")));
  const decoded = async (rows: number): Promise<number> => {
    const image = await openImage([source], { limits: { rows } });
    if ("refused" in image) throw new Error(image.refused);
    return image.checkpoint.descriptors.count;
  };
  const [some, twice] = [await decoded(50_000), await decoded(100_000)];
  expect(some).toBeGreaterThan(50_000 * 0.4);
  expect(twice).toBeGreaterThan(some * 1.8);
});

describe("limits", () => {
  test("grow with the input, between a least and a most", () => {
    expect(limitsFor(0).rows).toBe(1_000_000);
    expect(limitsFor(3_000_000).rows).toBe(3_000_000);
    expect(limitsFor(2 ** 40).memory).toBe(2 ** 30);
    expect(limitsFor(0, { rows: 5 }).rows).toBe(5);
    for (const { name } of LIMITS) expect(limitsFor(0, NO_LIMITS)[name]).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([{ rows: 80 }, { memory: 8000 }])(
    "end a Linux-CR image with what was decoded before: %o",
    async (limits) => {
      const { bytes } = encodeAll(bigDescription({ tasks: 3, descriptorsPerTask: 200 }), { dialect: "v23-rc2" });
      const image = await openImage([bytesSource("test", bytes)], { limits });
      if ("refused" in image) throw new Error(image.refused);
      const { problems, complete, records, members } = image.checkpoint;
      expect(complete).toBe(false);
      expect(problems.filter(({ code }) => code === "limit").map(({ limit }) => limit)).toEqual(Object.keys(limits));
      const end = (recordOffset(records, records.count - 1) ?? 0) + (recordLength(records, records.count - 1) ?? 0);
      expect(end).toBe(members[0]?.size);
    },
  );

  test.each([{ rows: 80 }, { memory: 8000 }])("end a set with what was decoded before: %o", async (limits) => {
    const image = await openImage(setSources("w4/before"), { limits });
    if ("refused" in image) throw new Error(image.refused);
    const { problems, complete } = image.checkpoint;
    expect(complete).toBe(false);
    expect(problems.filter(({ code }) => code === "limit").map(({ limit }) => limit)).toEqual(Object.keys(limits));
  });
});
