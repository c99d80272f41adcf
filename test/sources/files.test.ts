// Files that change on disk while they are open, in a browser that does not notice.

import { expect, test } from "vitest";
import { blobSource } from "../../app/sources/files.ts";

/** A file of which a browser returns what is on disk now. `seconds` since it was opened. */
function file(length: number) {
  const disk = { bytes: new Uint8Array(length).map((_, at) => (at * 7) & 255), seconds: 0 };
  const slice = (from: number, to: number) => ({
    arrayBuffer: async () => disk.bytes.slice(from, Math.min(to, length)).buffer,
  });
  const source = blobSource("a.ckpt", { size: length, slice } as unknown as Blob, () => disk.seconds * 1000);
  return { disk, source };
}

const CHANGED =
  "a.ckpt can no longer be read: it has been changed, moved or removed since it was opened. Open it again.";

test("bytes of an unchanged file are read, at its end too", async () => {
  const { disk, source } = file(10_000);
  for (const [offset, length] of [
    [0, 4096],
    [9000, 5000],
    [10_000, 10],
    [20_000, 10],
  ] as const) {
    disk.seconds += 60;
    expect(await source.read(offset, length)).toEqual(disk.bytes.slice(offset, offset + length));
  }
});

test("a file that was cut is not read as zeros or as less", async () => {
  const { disk, source } = file(10_000);
  await source.read(0, 4096);
  disk.bytes = disk.bytes.slice(0, 5000);
  await expect(source.read(4000, 3000)).rejects.toThrow(CHANGED);
});

test.each([
  ["where it was read first", 10],
  ["at the end of what was read first", 4000],
])("a file that was written again is not read as if it were the old one: %s", async (_, at) => {
  const { disk, source } = file(10_000);
  await source.read(0, 8);
  await source.read(0, 4096);
  await source.read(5000, 1000);
  disk.bytes = disk.bytes.with(at, 1 + (disk.bytes[at] ?? 0));
  disk.seconds = 60;
  await expect(source.read(8000, 100)).rejects.toThrow(CHANGED);
});

test("an opening does not check a file again and again", async () => {
  const { disk, source } = file(10_000);
  let reads = 0;
  const { slice } = disk.bytes;
  disk.bytes.slice = (from, to) => {
    reads++;
    return slice.call(disk.bytes, from, to);
  };
  for (let at = 0; at < 10; at++) await source.read(at * 100, 100);
  expect(reads).toBe(10);
});
