// Memory of CRIU sets: what the kernel said of the recorded processes, planted strings, parents, page sizes.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ImageMemory } from "../../../app/decoder/memory/memory.ts";
import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource } from "../../../app/decoder/source.ts";
import { MAPPING_KINDS, permissionsText } from "../../../app/model/mappings.ts";
import { encodeText } from "../../../app/model/text/text.ts";
import { setSources } from "../../support/criu.ts";
import { imageBytes, type Message, mmMessage } from "../../support/criu-set.ts";
import { describeMapping, describeMemory, openMemory } from "../../support/read-memory.ts";
import { concat, gzip, tar } from "../../support/tar.ts";

async function memoryOf(directory: string): Promise<ImageMemory> {
  const image = await openImage(setSources(directory));
  if ("refused" in image) throw new Error(image.refused);
  const memory = await image.memory();
  if (typeof memory === "string") throw new Error(memory);
  return memory;
}

const kernel = (side: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../fixtures/criu/r1/resources-${side}.json`), "utf8"));

/** Bytes of an address range, NUL-separated, as latin1. */
async function rangeText(memory: ImageMemory, mapping: number, from: number, to: number): Promise<string> {
  const pages = await memory.pages(mapping);
  return Buffer.from(await pages.read(from, to - from)).toString("latin1");
}

describe.each(["before", "after"])("r1/%s", (side) => {
  test("has the mappings of /proc/PID/maps", async () => {
    const memory = await memoryOf(`r1/${side}`);
    const { mappings } = memory;
    for (const space of memory.spaces) {
      const lines: string[] = kernel(side).tasks[space.number].maps.trim().split("\n");
      // CRIU has the kernel's two parts of vvar as one mapping.
      const vvarEnd = lines.find((line) => line.endsWith("[vvar_vclock]"))?.split(/[- ]/)[1];
      const expected = lines
        .filter((line) => !line.endsWith("[vvar_vclock]"))
        .map((line) => (line.endsWith("[vvar]") ? line.replace(/-\w+/, `-${vvarEnd}`) : line))
        .map((line) => line.split(" ").slice(0, 2).join(" "));
      const found = [];
      for (let row = space.first; row < space.end; row++) {
        const address = (value: number): string => BigInt(value).toString(16).padStart(8, "0");
        const range = `${address(mappings.start[row] as number)}-${address(mappings.end[row] as number)}`;
        found.push(`${range} ${permissionsText(mappings.permissions[row] as number)}`);
      }
      expect(found.filter((line) => !line.startsWith("ffffffffff6"))).toEqual(
        expected.filter((line) => !line.startsWith("ffffffffff6")),
      );
    }
  });

  test("has argv and environment of /proc/PID", async () => {
    const memory = await memoryOf(`r1/${side}`);
    for (const space of memory.spaces) {
      for (const [range, file] of [
        [space.arguments, "cmdline"],
        [space.environment, "environ"],
      ] as const) {
        const { start, end } = range ?? { start: 0n, end: 0n };
        let text = "";
        for (let row = space.first; row < space.end; row++) {
          const from = Number(start) - (memory.mappings.start[row] as number);
          if (from < 0 || Number(end) > (memory.mappings.end[row] as number)) continue;
          text = await rangeText(memory, row, from, from + Number(end - start));
        }
        expect(text).toBe(kernel(side).tasks[space.number][file]);
      }
    }
  });

  test("names stacks, heaps and shared memory", async () => {
    const memory = await memoryOf(`r1/${side}`);
    const { first, end } = memory.spaces[0] as { first: number; end: number };
    const kinds = [...memory.mappings.kind.subarray(first, end)].map((kind) => MAPPING_KINDS[kind]);
    const count = (kind: string): number => kinds.filter((each) => each === kind).length;
    expect(["heap", "stack", "vdso", "vvar", "vsyscall", "sysv"].map(count)).toEqual([1, 1, 1, 1, 1, 1]);
    expect([count("memfd"), count("shared")]).toEqual([side === "before" ? 1 : 0, 1]);
  });
});

describe("archives", () => {
  const files = setSources("r1/before").map(({ name, read, size }) => ({
    name: `checkpoint/${name.slice(name.lastIndexOf("/") + 1)}`,
    bytes: read(0, size) as Uint8Array,
  }));
  const archive = tar(files);

  test.each([
    ["tar", archive],
    ["tar.gz", gzip(archive)],
  ])("a %s has the memory of the files in it", async (form, bytes) => {
    const plain = await openMemory(setSources("r1/before"));
    const packed = await openMemory([bytesSource(`checkpoint.${form}`, bytes)]);
    expect(await describeMemory(packed.memory)).toEqual(await describeMemory(plain.memory));
  });

  test("whose pages are too large to keep says so", async () => {
    const image = await openImage([bytesSource("c.tar.gz", gzip(archive))], {
      limits: { kept: 100_000 },
    });
    if ("refused" in image) throw new Error(image.refused);
    const memory = await image.memory();
    if (typeof memory === "string") throw new Error(memory);
    await expect(describeMemory(memory)).rejects.toThrow(/too large to keep.*unpack it/);
  });
});

describe("a set on top of another", () => {
  const [pages, later] = ["p", "l"].map((letter) => new Uint8Array(4096).fill(letter.charCodeAt(0)));
  const entry = (address: number, count: number, flags: number): Message => [
    [1, address],
    [2, count],
    [4, flags],
  ];
  const set = (directory: string, entries: readonly Message[], stored: Uint8Array | undefined, parent?: string) => [
    bytesSource(
      `${directory}/inventory.img`,
      imageBytes("INVENTORY", [
        [
          [1, 2],
          [9, 0],
        ],
      ]),
    ),
    bytesSource(`${directory}/pagemap-7.img`, imageBytes("PAGEMAP", [[[1, 1]], ...entries])),
    bytesSource(`${directory}/mm-7.img`, imageBytes("MM", [mmMessage(4096, [[0x10000, 0x14000]])])),
    ...(stored === undefined ? [] : [bytesSource(`${directory}/pages-1.img`, stored)]),
    ...(parent === undefined ? [] : [bytesSource(`${directory}/parent`, encodeText(parent))]),
  ];

  test("has its pages and its parent's, through several sets", async () => {
    const oldest = set("1", [entry(0x10000, 1, 4), entry(0x13000, 1, 4)], concat([pages, pages] as Uint8Array[]));
    const middle = set("2", [entry(0x10000, 4, 1)], new Uint8Array(0), "../1");
    const newest = set("3", [entry(0x10000, 1, 1), entry(0x11000, 1, 4), entry(0x12000, 2, 1)], later, "../2");
    const { memory } = await openMemory([...oldest, ...middle, ...newest], "3");
    const found = await describeMapping(memory, 0);
    expect(found.map(([state, size, text]) => [state, size, text.slice(0, 1)])).toEqual([
      ["stored", 8192, "p"],
      ["missing", 4096, ""],
      ["stored", 4096, "p"],
    ]);
    expect(found[0]?.[2]).toBe("p".repeat(4096) + "l".repeat(4096));
  });

  test("says which pages its missing parent has, and ends in a chain that leads back to itself", async () => {
    const alone = await openMemory(set("3", [entry(0x10000, 2, 1), entry(0x12000, 1, 4)], later));
    expect((await describeMapping(alone.memory, 0)).map(([state, size]) => [state, size])).toEqual([
      ["parent", 8192],
      ["stored", 4096],
      ["zero", 4096],
    ]);
    const circle = [
      ...set("1", [entry(0x10000, 4, 1)], later, "../2"),
      ...set("2", [entry(0x10000, 4, 1)], later, "../1"),
    ];
    const { memory } = await openMemory(circle, "1");
    expect((await describeMapping(memory, 0)).map(([state, size]) => [state, size])).toEqual([["parent", 16384]]);
  });
});

test.each([4096, 16384, 65536])("reads pages of %i bytes", async (size) => {
  const bytes = new Uint8Array(2 * size).fill(0x61).fill(0x62, size);
  const sources = [
    bytesSource(
      "inventory.img",
      imageBytes("INVENTORY", [
        [
          [1, 2],
          [9, 0],
        ],
      ]),
    ),
    bytesSource("mm-7.img", imageBytes("MM", [mmMessage(size, [[0x100000, 0x200000]])])),
    bytesSource(
      "pagemap-7.img",
      imageBytes("PAGEMAP", [
        [[1, 1]],
        [
          [1, 0x120000],
          [2, 1],
          [4, 4],
        ],
        [
          [1, 0x160000],
          [2, 1],
          [4, 4],
        ],
      ]),
    ),
    bytesSource("pages-1.img", bytes),
  ];
  const { memory } = await openMemory(sources);
  expect(memory.pageSize).toBe(size);
  const found = await describeMapping(memory, 0);
  expect(found.map(([state, length, text]) => [state, length, text.slice(-1)])).toEqual([
    ["zero", 0x20000, ""],
    ["stored", size, "a"],
    ["zero", 0x40000 - size, ""],
    ["stored", size, "b"],
    ["zero", 0xa0000 - size, ""],
  ]);
});

test("a pagemap that is cut off before its head makes no page a zero page", async () => {
  const { memory } = await openMemory([
    bytesSource("inventory.img", imageBytes("INVENTORY", [[[1, 2]]])),
    bytesSource("mm-7.img", imageBytes("MM", [mmMessage(4096, [[0x10000, 0x14000]])])),
    bytesSource("pagemap-7.img", imageBytes("PAGEMAP", [])),
  ]);
  expect((await describeMapping(memory, 0)).map(([state, size]) => [state, size])).toEqual([["damaged", 0x4000]]);
});

test("lazy pages are with a page server", async () => {
  const { memory } = await openMemory(setSources("cases/lazy-pages"));
  const states = new Set<string>();
  for (let row = 0; row < memory.mappings.count; row++) {
    for (const [state] of await describeMapping(memory, row)) states.add(state);
  }
  expect(states).toContain("lazy");
});

test("an encrypted set is refused with one sentence", async () => {
  const image = await openImage([...setSources("r1/before"), bytesSource("cipher.img", new Uint8Array(64))]);
  expect(image).toEqual({ refused: "loose files: the set is encrypted (it has cipher.img); decrypt it first." });
});
