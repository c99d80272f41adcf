// The contents of a compressed tar archive, whatever the order of its entries.

import { expect, test } from "vitest";
import { digestOfEntries } from "../../../app/decoder/archive/tar-entries.ts";
import { bytesSource } from "../../../app/decoder/source.ts";
import { concat, gzip, tarEntry } from "../../support/tar.ts";

const digest = (...entries: readonly Uint8Array[]): Promise<string | null> => {
  const packed = gzip(concat([...entries, new Uint8Array(1024)]));
  return digestOfEntries(bytesSource("x", packed), () => {});
};

const file = (name: string, value: number, length = 600): Uint8Array =>
  tarEntry({ name, bytes: new Uint8Array(length).fill(value) });

/** A file with holes, whose header has more runs than fit into it: blocks of them follow, and then the body. */
function sparse(name: string, more: number): Uint8Array {
  const header = tarEntry({ name, type: "S", size: 512 });
  header[482] = 1;
  const runs = Array.from({ length: more }, (_, at) => {
    const block = new Uint8Array(512).fill(0x31);
    block[504] = at + 1 < more ? 1 : 0;
    return block;
  });
  // Read as a header, the body would be one of a large file.
  return concat([header, ...runs, new Uint8Array(512).fill(0x37)]);
}

test("entries in any order have one digest", async () => {
  const entries = [file("a", 1), sparse("b", 1), file("c", 0), sparse("d", 3), file("e", 2, 0)];
  const expected = await digest(...entries);
  expect(expected).toMatch(/ 5$/);
  for (let turn = 1; turn < entries.length; turn++) {
    expect(await digest(...entries.slice(turn), ...entries.slice(0, turn))).toBe(expected);
  }
});

test("other entries have another", async () => {
  const digests = await Promise.all([
    digest(file("a", 1)),
    digest(file("a", 2)),
    digest(file("b", 1)),
    digest(file("a", 1), file("a", 1)),
    digest(file("a", 0), file("b", 1)),
    digest(file("a", 1), file("b", 0)),
    digest(sparse("a", 1)),
    digest(sparse("a", 2)),
  ]);
  expect(new Set(digests).size).toBe(digests.length);
});

test("a damaged archive has none", async () => {
  const packed = gzip(file("a", 1));
  expect(await digestOfEntries(bytesSource("x", packed.subarray(0, packed.length - 9)), () => {})).toBeNull();
  packed[packed.length - 8] = (packed.at(-8) as number) ^ 1;
  expect(await digestOfEntries(bytesSource("x", packed), () => {})).toBeNull();
});
