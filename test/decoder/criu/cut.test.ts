// Files of a set that are cut off: every value whose bytes stand before the cut is shown, and no other.

import { describe, expect, test } from "vitest";
import { closeCut } from "../../../app/decoder/criu/cut-entry.ts";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import type { Image } from "../../../app/decoder/image.ts";
import { bytesSource, type Source } from "../../../app/decoder/source.ts";
import { nameBytes } from "../../../app/model/checkpoint.ts";
import { setSources } from "../../support/criu.ts";

/** The values of an image with the offset where their bytes end. */
async function valuesOf({ checkpoint, fields }: Image): Promise<Map<string, number>> {
  const values = new Map<string, number>();
  for (let record = 0; record < checkpoint.records.count; record++) {
    for (const { name, raw, offset, length, role } of await fields(record)) {
      if (role === undefined && raw !== null) values.set(`${offset} ${name} ${raw}`, offset + length);
    }
  }
  return values;
}

const decode = (source: Source, size: number): Promise<Image> =>
  decodeCriuSet([bytesSource(source.name, (source.read(0, source.size) as Uint8Array).subarray(0, size))]);

/** Names, a character for each byte: a cut may be inside a character. */
const names = ({ checkpoint }: Image): string[] =>
  Array.from({ length: checkpoint.files.count }, (_, file) => String.fromCharCode(...nameBytes(checkpoint, file)));

describe("every cut of a file of a set", () => {
  const members = setSources("w1/before").filter(({ name, size }) => name.endsWith(".img") && size < 20_000);
  test.each(members.map((source) => [source.name, source] as const))("%s", { timeout: 120_000 }, async (_, source) => {
    const whole = await decode(source, source.size);
    const all = await valuesOf(whole);
    const wholeNames = names(whole);
    for (let size = 9; size < source.size; size++) {
      const image = await decode(source, size);
      const shown = await valuesOf(image);
      for (const [value, end] of all) if (end <= size && !shown.has(value)) expect.fail(`cut at ${size}: no ${value}`);
      for (const [file, name] of names(image).entries()) {
        const wanted = wholeNames[file] ?? "";
        if (!wanted.startsWith(name.replace(/\]?$/, "")) && name !== "unknown") expect.fail(`cut at ${size}: ${name}`);
      }
      if (size > 12 && image.checkpoint.complete) expect.fail(`cut at ${size}: complete`);
    }
  });
});

test("a string that the file ends inside is marked, and the entry's stored size is shown", async () => {
  const files = setSources("w1/before").find(({ name }) => name === "files.img") as Source;
  const whole = await decode(files, files.size);
  const name = (await whole.fields(1)).find((field) => field.name.endsWith("reg.name"));
  const size = (await whole.fields(1))[0]?.raw;
  if (name === undefined) throw new Error("there is no name");
  const image = await decode(files, name.offset + name.length - 2);
  const fields = await image.fields(1);
  expect(fields[0]).toMatchObject({ name: "size", raw: size });
  expect(fields.at(-1)).toMatchObject({ name: name.name, raw: name.raw.slice(0, -2), cut: true });
  expect((await whole.fields(1)).every(({ cut }) => cut === undefined)).toBe(true);
});

describe("an entry that is cut off", () => {
  test("keeps what is left of a string in a nested message", () => {
    // file_entry: type 1, id 7, reg { id 7, flags 2, name "/tmp/lo…" of 12 bytes.
    const reg = [8, 7, 16, 2, 50, 12, ...new TextEncoder().encode("/tmp/lo")];
    const whole = closeCut(Uint8Array.from([8, 1, 16, 7, 26, 40, ...reg]), "file_entry");
    expect([...(whole ?? [])]).toEqual([8, 1, 16, 7, 26, 13, 8, 7, 16, 2, 50, 7, ...reg.slice(6)]);
  });

  test("is not read if its fields are out of order: its size is wrong", () => {
    expect(closeCut(Uint8Array.from([16, 7, 8, 1]), "file_entry")).toBeNull();
    expect(closeCut(Uint8Array.from([8, 1, 8, 2]), "file_entry")).toBeNull();
    expect(closeCut(Uint8Array.from([0, 0, 0]), "file_entry")).toBeNull();
  });
});
