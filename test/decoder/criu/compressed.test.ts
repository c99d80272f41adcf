// Pages compressed by CRIU after 4.2: sets generated from a recorded one must have the same
// memory; lying ones do no harm.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../../app/decoder/source.ts";
import { diff } from "../../../app/diff/diff.ts";
import { type Compression, compressSet } from "../../support/compress-set.ts";
import { setSources } from "../../support/criu.ts";
import { imageBytes, type Message, mmMessage } from "../../support/criu-set.ts";
import { packLz4 } from "../../support/lz4.ts";
import { describeMapping, describeMemory, openMemory } from "../../support/read-memory.ts";
import { concat } from "../../support/tar.ts";

const R1 = setSources("r1/before");

describe.each<[string, Compression]>([
  ["per page", { region: 0 }],
  ["per page, sizes unpacked", { region: 0, unpacked: true }],
  ["per page, aligned", { region: 0, aligned: true }],
  ["per region of 4 pages", { region: 4 }],
  ["per region of 16 pages, aligned", { region: 16, aligned: true }],
])("a set compressed %s", (_, compression) => {
  test("has the memory of the set that is not", async () => {
    const packed = compressSet(R1, compression);
    const size = (sources: readonly Source[]): number => sources.reduce((sum, source) => sum + source.size, 0);
    expect(size(packed)).toBeLessThan(size(R1));
    const [plain, other] = [await openMemory(R1), await openMemory(packed)];
    expect(other.memory.problems).toEqual([]);
    expect(await describeMemory(other.memory)).toEqual(await describeMemory(plain.memory));
    const { changes } = diff(plain.image.checkpoint, other.image.checkpoint);
    expect(changes.count).toBe(0);
  });
});

const PAGE = 4096;
const page = (letter: string): Uint8Array => new Uint8Array(PAGE).fill(letter.charCodeAt(0));

/** A set with nothing but a pagemap and its pages: two pages as the entries have them. */
const pagesSet = (entries: readonly Message[], pages: Uint8Array): Source[] => [
  bytesSource(
    "inventory.img",
    imageBytes("INVENTORY", [
      [
        [1, 3],
        [9, 0],
      ],
    ]),
  ),
  bytesSource("pagemap-7.img", imageBytes("PAGEMAP", [[[1, 1]], ...entries])),
  bytesSource("mm-7.img", imageBytes("MM", [mmMessage(PAGE, [[0x10000, 0x14000]])])),
  bytesSource("pages-1.img", pages),
];

const entry = (address: number, count: number, flags: number, more: Message = []): Message => [
  [1, address],
  [2, 0],
  [4, flags],
  [5, count],
  ...more,
];

async function states(entries: readonly Message[], pages: Uint8Array) {
  const { memory } = await openMemory(pagesSet(entries, pages));
  const found = await describeMapping(memory, 0);
  return {
    found: found.map(([state, size, text]) => [state, size / PAGE, text.slice(0, 1)]),
    problems: memory.problems,
  };
}

test("raw, zero and packed blocks of one entry", async () => {
  const packed = packLz4(page("c"));
  const sizes: Message = [
    [6, PAGE],
    [6, 0],
    [6, packed.length],
    [7, PAGE + packed.length],
  ];
  const { found, problems } = await states([entry(0x10000, 3, 4, sizes)], concat([page("a"), packed]));
  expect(problems).toEqual([]);
  expect(found).toEqual([
    ["stored", 3, "a"],
    ["zero", 1, ""],
  ]);
});

test.each<[string, readonly Message[], Uint8Array, unknown, string | null]>([
  [
    "a block that is not LZ4",
    [entry(0x10000, 1, 4, [[6, 8]]), entry(0x11000, 1, 4)],
    concat([new Uint8Array(8).fill(0xf7), page("b")]),
    [
      ["damaged", 1, ""],
      ["stored", 1, "b"],
      ["zero", 2, ""],
    ],
    null,
  ],
  [
    "a block larger than its page",
    [entry(0x10000, 1, 4, [[6, PAGE + 1]])],
    page("a"),
    [
      ["damaged", 1, ""],
      ["zero", 3, ""],
    ],
    "compressed-pages",
  ],
  [
    "too few sizes",
    [entry(0x10000, 2, 4, [[6, PAGE]])],
    page("a"),
    [
      ["damaged", 2, ""],
      ["zero", 2, ""],
    ],
    "compressed-pages",
  ],
  [
    "sizes that do not add up",
    [
      entry(0x10000, 1, 4, [
        [6, PAGE],
        [7, 5],
      ]),
    ],
    page("a"),
    [
      ["damaged", 1, ""],
      ["zero", 3, ""],
    ],
    "compressed-pages",
  ],
  [
    "a huge region",
    [
      entry(0x10000, 1, 4, [
        [6, PAGE],
        [8, 2000],
      ]),
    ],
    page("a"),
    [
      ["damaged", 1, ""],
      ["zero", 3, ""],
    ],
    "compressed-pages",
  ],
  [
    "pages beyond the end of the file",
    [entry(0x10000, 2, 4)],
    page("a"),
    [
      ["stored", 1, "a"],
      ["damaged", 1, ""],
      ["zero", 2, ""],
    ],
    null,
  ],
  [
    "blocks beyond the end of the file",
    [
      entry(0x10000, 2, 4, [
        [6, PAGE],
        [6, PAGE],
      ]),
    ],
    page("a"),
    [
      ["stored", 1, "a"],
      ["damaged", 1, ""],
      ["zero", 2, ""],
    ],
    null,
  ],
  [
    "a huge number of pages",
    [entry(0x10000, 2 ** 52, 4)],
    page("a"),
    [
      ["stored", 1, "a"],
      ["damaged", 3, ""],
    ],
    null,
  ],
  [
    "a huge number of compressed pages",
    [entry(0x10000, 2 ** 52, 4, [[6, 1]])],
    page("a"),
    [["damaged", 4, ""]],
    "compressed-pages",
  ],
  [
    "entries that overlap",
    [entry(0x10000, 2, 4), entry(0x11000, 2, 4)],
    concat([page("a"), page("b"), page("c"), page("d")]),
    [
      ["stored", 3, "a"],
      ["zero", 1, ""],
    ],
    "pagemap-overlap",
  ],
  [
    "entries in any order",
    [entry(0x12000, 1, 4), entry(0x10000, 1, 4)],
    concat([page("a"), page("b")]),
    [
      ["stored", 1, "b"],
      ["zero", 1, ""],
      ["stored", 1, "a"],
      ["zero", 1, ""],
    ],
    null,
  ],
  ["an address that is not a page's", [entry(0x10001, 1, 4)], page("a"), [["damaged", 4, ""]], "pagemap-entry"],
  [
    "pages in a parent that is not here",
    [entry(0x10000, 1, 1)],
    page("a"),
    [
      ["parent", 1, ""],
      ["zero", 3, ""],
    ],
    null,
  ],
  [
    "pages left with a page server",
    [entry(0x10000, 1, 2)],
    page("a"),
    [
      ["lazy", 1, ""],
      ["zero", 3, ""],
    ],
    null,
  ],
])("%s", async (_, entries, pages, expected, code) => {
  const { found, problems } = await states(entries, pages);
  expect(found).toEqual(expected);
  expect(problems.map((problem) => problem.code)).toEqual(code === null ? [] : [code]);
});

/** Reads all memory of a set that may be damaged in any way. */
async function readAll(sources: readonly Source[]): Promise<void> {
  const image = await openImage(sources);
  if ("refused" in image) return;
  const memory = await image.memory();
  if (typeof memory !== "string") await describeMemory(memory);
}

describe("damaged sets", () => {
  const packed = concat([packLz4(page("a")), packLz4(page("b"))]);
  const sizes = [packLz4(page("a")).length, packLz4(page("b")).length] as const;
  const set = pagesSet(
    [
      entry(0x10000, 2, 4, [
        [6, sizes[0]],
        [6, sizes[1]],
        [7, packed.length],
      ]),
    ],
    packed,
  );
  const mutable = ["pagemap-7.img", "pages-1.img", "mm-7.img"];
  const withBytes = (name: string, change: (bytes: Uint8Array) => Uint8Array): Source[] =>
    set.map((source) =>
      source.name === name ? bytesSource(name, change((source.read(0, source.size) as Uint8Array).slice())) : source,
    );

  test.each(mutable)("every prefix of %s", async (name) => {
    const { size } = set.find((source) => source.name === name) as Source;
    for (let length = 0; length < size; length++) await readAll(withBytes(name, (bytes) => bytes.subarray(0, length)));
  });

  test("mutations", async () => {
    // CKPTSCOPE_MUTATIONS=10000 for all that were tried once.
    const numRuns = Number(process.env.CKPTSCOPE_MUTATIONS ?? 300);
    const change = fc.tuple(fc.constantFrom(...mutable), fc.nat(4000), fc.nat(255), fc.nat(4000), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(change, async ([name, at, byte, other, value]) => {
        await readAll(
          withBytes(name, (bytes) => {
            bytes[at % bytes.length] = byte;
            bytes[other % bytes.length] = value;
            return bytes;
          }),
        );
      }),
      { numRuns },
    );
  });
});
