// Members of compressed archives of which only the first and last bytes are kept.

import { describe, expect, test } from "vitest";
import { END_BYTES } from "../../../app/decoder/archive/keeper.ts";
import { openArchive } from "../../../app/decoder/archive/unpack.ts";
import { bytesSource, type Source } from "../../../app/decoder/source.ts";
import { gzip, tar } from "../../support/tar.ts";

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 7 + (at >> 8)) & 255);

/** The only member of a compressed tar, of which the ends are kept. */
async function memberOf(contents: Uint8Array, cut = 0): Promise<Source | undefined> {
  const packed = gzip(tar([{ name: "member", bytes: contents }]).slice(0, 512 + contents.length - cut));
  const options = { needed: () => "ends" as const, neededBytes: () => true };
  return (await openArchive(bytesSource("x.tar.gz", packed), "gzip", options)).members[0];
}

const read = async (source: Source | undefined, from: number, length: number): Promise<number[]> => [
  ...((await source?.read(from, length)) ?? []),
];

describe.each([0, 1, END_BYTES - 1, END_BYTES, END_BYTES + 1, 2 * END_BYTES, 100, 100_000])("of %i bytes", (size) => {
  test("both ends can be read, with the rest beyond the end", async () => {
    const contents = bytes(size);
    const member = await memberOf(contents);
    expect(member?.size).toBe(size);
    expect(await read(member, 0, Math.min(size, END_BYTES))).toEqual([...contents.subarray(0, END_BYTES)]);
    for (const last of [1, 8, END_BYTES].filter((length) => length <= size)) {
      expect(await read(member, size - last, last)).toEqual([...contents.subarray(size - last)]);
      expect(await read(member, size - last, 100)).toEqual([...contents.subarray(size - last)]);
    }
  });
});

test("what is between the ends cannot be read", async () => {
  const member = await memberOf(bytes(100));
  const message = "The contents of member were not kept when the archive was unpacked.";
  for (const [from, length] of [
    [0, END_BYTES + 1],
    [END_BYTES, 1],
    [100 - END_BYTES - 1, 1],
    [0, 100],
  ] as const) {
    await expect(async () => member?.read(from, length)).rejects.toThrow(message);
  }
});

test("a member that the archive has in part cannot be read", async () => {
  const member = await memberOf(bytes(2000), 100);
  await expect(async () => member?.read(0, 1)).rejects.toThrow("not kept");
});
