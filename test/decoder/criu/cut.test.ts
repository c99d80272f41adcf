// An entry that is cut off: it is decoded as far as it goes. Cuts everywhere are the subject of test/decoder/cuts.test.ts.

import { describe, expect, test } from "vitest";
import { closeCut } from "../../../app/decoder/criu/cut-entry.ts";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import type { Image } from "../../../app/decoder/image.ts";
import { bytesSource, type Source } from "../../../app/decoder/source.ts";
import { setSources } from "../../support/criu.ts";

const decode = (source: Source, size: number): Promise<Image> =>
  decodeCriuSet([bytesSource(source.name, (source.read(0, source.size) as Uint8Array).subarray(0, size))]);

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
