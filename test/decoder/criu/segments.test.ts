// System V segments whose bytes follow their descriptions, as CRIU wrote them before it had pagemaps for them.

import { describe, expect, test } from "vitest";
import { bytesSource, type Source } from "../../../app/decoder/source.ts";
import { encodeText } from "../../../app/model/text/text.ts";
import { readResources } from "../../../app/resources/read.ts";
import { imageBytes, type Message } from "../../support/criu-set.ts";
import { describeMapping, openMemory } from "../../support/read-memory.ts";
import { entries, openSources } from "../../support/resources.ts";
import { concat } from "../../support/tar.ts";

const START = 0x10000;
const SYSV = 0x401;
const MAP_SHARED = 1;

/** An entry of ipcns-shm without the magics. */
const segment = (id: number, size: number, hugePages?: number): Uint8Array => {
  const desc: Message = [...[0x51 + id, 0, 0, 0, 0, 0o600, id].map((value, at) => [at + 1, value] as const)];
  return imageBytes("IPCNS_SHM", [
    [[1, desc], [2, size], ...(hugePages === undefined ? [] : [[4, hugePages] as const])],
  ]).subarray(8);
};

/** A set with two segments, of which the task maps the second, a page and ten bytes. */
function setOf(contents: Uint8Array): Source[] {
  const vma = [START, START + 0x2000, 0, 7, 3, MAP_SHARED, SYSV].map((value, at) => [at + 1, value] as const);
  const addresses = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((field) => [field, 0] as const);
  const mm: Message = [...addresses, [13, 6], [13, 4096], [14, [...vma, [8, 1]]]];
  const magics = imageBytes("IPCNS_SHM", []);
  // Padded to 4 bytes.
  const first = [segment(6, 5), encodeText("other\0\0\0")];
  return [
    bytesSource("inventory.img", imageBytes("INVENTORY", [[[1, 2] as const]])),
    bytesSource("mm-7.img", imageBytes("MM", [mm])),
    bytesSource("ipcns-shm-9.img", concat([magics, ...first, segment(7, 4106), contents])),
  ];
}

const contents = new Uint8Array(4108);
contents.set(encodeText("password"), 4098);

describe("a segment", () => {
  test("has its bytes, and zeros after them", async () => {
    const { memory, image } = await openMemory(setOf(contents));
    const [stored, zero] = await describeMapping(memory, 0);
    expect([stored?.[0], stored?.[1], stored?.[2].slice(4096)]).toEqual(["stored", 4106, "\0\0password"]);
    expect(zero?.slice(0, 2)).toEqual(["zero", 0x2000 - 4106]);
    const { ipc, mappings } = await readResources(image, ["ipc", "mappings"]);
    expect([ipc?.count, mappings?.count]).toEqual([2, 1]);
  });

  test("that is cut off is damaged from there on", async () => {
    const { memory } = await openMemory(setOf(contents.subarray(0, 4096)));
    const found = await describeMapping(memory, 0);
    expect(found.map(([state, length]) => [state, length])).toEqual([
      ["stored", 4096],
      ["damaged", 10],
      ["zero", 0x2000 - 4106],
    ]);
  });
});

test("a segment of huge pages says how large they are", async () => {
  // SHM_HUGETLB, with 2 MiB or the usual size.
  const flags = [(21 << 26) | 0o4000, 0o4000];
  const segments = flags.map((flag, id) => concat([segment(id, 4, flag), new Uint8Array(4)]));
  const inventory = bytesSource("inventory.img", imageBytes("INVENTORY", [[[1, 2] as const]]));
  const member = bytesSource("ipcns-shm-9.img", concat([imageBytes("IPCNS_SHM", []), ...segments, segment(2, 0)]));
  const image = await openSources([inventory, member]);
  expect((await entries(image, "ipc")).map(({ hugePages }) => hugePages)).toEqual(["2097152", "0", null]);
});
