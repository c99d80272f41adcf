// Searching memory: across pages, windows and stretches, what is not captured, caps, patterns, strings.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ImageMemory, MappedPages, PageState } from "../../app/decoder/memory/memory.ts";
import { chooseParts, type MappingFilter } from "../../app/memory/choose.ts";
import { bytesMatcher, type Matcher } from "../../app/memory/matchers.ts";
import { matcherFor, type Query } from "../../app/memory/query.ts";
import { patternMatcher } from "../../app/memory/regex.ts";
import { type Coverage, type Match, noCoverage, searchMemory } from "../../app/memory/search.ts";
import { stringsMatcher } from "../../app/memory/strings.ts";
import { encodeText } from "../../app/model/text/text.ts";
import { setSources } from "../support/criu.ts";
import { openMemory } from "../support/read-memory.ts";

const PAGE = 4096;

/** Memory of one mapping, whose pages are as listed; text stands for stored bytes. */
function memoryOf(...pages: readonly (Uint8Array | PageState)[]): ImageMemory {
  const ends: number[] = [];
  let size = 0;
  for (const page of pages) {
    size += typeof page === "string" ? PAGE : page.length;
    ends.push(size);
  }
  const mapped: MappedPages = {
    stretchAt(offset) {
      const nth = ends.findIndex((end) => end > offset);
      const page = pages[nth];
      return { start: offset, end: ends[nth] ?? 0, state: typeof page === "string" ? page : "stored" };
    },
    async read(offset, length) {
      const nth = ends.findIndex((end) => end > offset);
      const page = pages[nth];
      const start = nth === 0 ? 0 : (ends[nth - 1] ?? 0);
      if (page === "zero") return new Uint8Array(Math.min(length, (ends[nth] ?? 0) - offset));
      return typeof page === "object" ? page.subarray(offset - start, offset - start + length) : new Uint8Array(0);
    },
  };
  const space = { number: 7, tasks: [], first: 0, end: 1, arguments: null, environment: null, auxv: [] };
  const mappings = {
    count: 1,
    start: Float64Array.of(0x10000),
    end: Float64Array.of(0x10000 + size),
    permissions: Uint8Array.of(3),
    kind: Uint8Array.of(3),
    offset: Float64Array.of(0),
    file: Int32Array.of(-1),
  };
  return { pageSize: PAGE, spaces: [space], mappings, problems: [], pages: async () => mapped };
}

interface Result {
  readonly offsets: readonly number[];
  readonly matches: readonly Match[];
  readonly coverage: Coverage;
  readonly isLimited: boolean;
}

async function run(memory: ImageMemory, matcher: Matcher, { limit = 1000, part = {} } = {}): Promise<Result> {
  const matches: Match[] = [];
  let coverage: Coverage = noCoverage();
  let isLimited = false;
  const size = (memory.mappings.end[0] as number) - (memory.mappings.start[0] as number);
  const whole = { space: memory.spaces[0] as ImageMemory["spaces"][0], mapping: 0, from: 0, to: size, ...part };
  for await (const found of searchMemory(memory, [whole], matcher, { limit })) {
    matches.push(...found.matches);
    ({ coverage, isLimited } = found);
  }
  return { offsets: matches.map(({ offset }) => offset), matches, coverage, isLimited };
}

const query = (kind: Query["kind"], text: string, more: Partial<Query> = {}): Matcher => {
  const found = matcherFor({ kind, text, utf16: false, ignoreCase: false, ...more }, patternMatcher);
  if (typeof found === "string") throw new Error(found);
  return found;
};

/** Bytes with texts at offsets. */
function filled(size: number, texts: readonly (readonly [number, string | Uint8Array])[]): Uint8Array {
  const bytes = new Uint8Array(size).fill(0x2e);
  for (const [at, text] of texts) bytes.set(typeof text === "string" ? encodeText(text) : text, at);
  return bytes;
}

describe("bytes", () => {
  test("are found across pages that are not next to each other in the file, and across windows", async () => {
    const window = 4 << 20;
    const first = filled(window + 100, [[window - 3, "needle"]]);
    const { offsets, coverage } = await run(memoryOf(first, filled(PAGE, [[0, "dle"]])), query("text", "needle"));
    expect(offsets).toEqual([window - 3]);
    expect(coverage.stored).toBe(window + 100 + PAGE);
    const split = memoryOf(filled(PAGE, [[PAGE - 3, "nee"]]), filled(PAGE, [[0, "dle"]]));
    expect((await run(split, query("text", "needle"))).offsets).toEqual([PAGE - 3]);
  });

  test("may end in zeros that are not stored, and may not go on past what is not captured", async () => {
    const page = filled(PAGE, [[PAGE - 3, "end"]]);
    expect((await run(memoryOf(page, "zero"), query("bytes", "656e640000"))).offsets).toEqual([PAGE - 3]);
    const cut = memoryOf(filled(PAGE, [[PAGE - 3, "nee"]]), "file", filled(PAGE, [[0, "dle"]]));
    const { offsets, coverage } = await run(cut, query("text", "needle"));
    expect(offsets).toEqual([]);
    expect(coverage).toMatchObject({ stored: 2 * PAGE, file: PAGE });
  });

  test("come with what is around them", async () => {
    const { matches } = await run(memoryOf(filled(PAGE, [[100, "secret"]])), query("text", "secret"));
    const [{ bytes, at, length } = { bytes: new Uint8Array(0), at: 0, length: 0 }] = matches;
    expect(Buffer.from(bytes).toString()).toBe(`${".".repeat(32)}secret${".".repeat(32)}`);
    expect([at, length]).toEqual([32, 6]);
  });

  test("are found up to the limit, which is said", async () => {
    const many = memoryOf(filled(PAGE, []));
    expect(await run(many, query("text", "."), { limit: 3 })).toMatchObject({ offsets: [0, 1, 2], isLimited: true });
    expect((await run(many, query("text", "..."))).isLimited).toBe(true);
    expect((await run(memoryOf(filled(PAGE, [])), query("text", "x"))).isLimited).toBe(false);
  });

  test("are found only within a range", async () => {
    const memory = memoryOf(
      filled(PAGE, [
        [10, "aa"],
        [20, "aa"],
        [30, "aa"],
      ]),
    );
    expect((await run(memory, query("text", "aa"), { part: { from: 11, to: 31 } })).offsets).toEqual([20]);
  });

  test("agree with a naive search, whatever they are", async () => {
    const letters = fc.array(fc.constantFrom(97, 98), { minLength: 1, maxLength: 6 });
    const text = fc.array(fc.constantFrom(97, 97, 97, 98), { minLength: 0, maxLength: 9000 });
    await fc.assert(
      fc.asyncProperty(letters, text, fc.integer({ min: 1, max: 9000 }), async (needle, all, cut) => {
        const [bytes, wanted] = [Buffer.from(all), Buffer.from(needle)];
        const naive: number[] = [];
        for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + wanted.length)) naive.push(at);
        const parts = [bytes.subarray(0, cut), bytes.subarray(cut)].filter(({ length }) => length > 0);
        const memory = memoryOf(...(parts.length > 0 ? parts : [new Uint8Array(1)]));
        expect((await run(memory, bytesMatcher(Uint8Array.from(needle)), { limit: 1e6 })).offsets).toEqual(naive);
      }),
      { numRuns: 60 },
    );
  });
});

describe("regular expressions", () => {
  test("see bytes, lines and what comes before", async () => {
    const memory = memoryOf(
      filled(PAGE, [
        [50, "\nkey=AKIA0123456789ABCDEF\n"],
        [200, Uint8Array.of(0xff, 0xfe)],
        [300, "é"],
      ]),
    );
    expect((await run(memory, query("regex", "AKIA[0-9A-Z]{16}"))).offsets).toEqual([55]);
    expect((await run(memory, query("regex", "^key="))).offsets).toEqual([51]);
    expect((await run(memory, query("regex", "[\\x80-\\xff]{2}"))).offsets).toEqual([200, 300]);
    expect((await run(memory, query("regex", "é"))).offsets).toEqual([300]);
    expect((await run(memory, query("regex", "KEY=akia", { ignoreCase: true }))).offsets).toEqual([51]);
  });

  test("match across windows", async () => {
    const window = 4 << 20;
    const memory = memoryOf(filled(window + PAGE, [[window - 10, "token=abcdefghij;"]]));
    const { offsets, matches } = await run(memory, query("regex", "token=[a-z]+;"));
    expect(offsets).toEqual([window - 10]);
    expect(matches[0]?.length).toBe(17);
  });

  test("match wherever the pieces of a window begin, once", async () => {
    const text = "token=abcdefghij;";
    const places = Array.from({ length: 60 }, (_, nth) => nth * 47_123 + 5);
    const bytes = filled(
      places.length * 47_123 + PAGE,
      places.map((at) => [at, text]),
    );
    expect((await run(memoryOf(bytes), query("regex", "token=[a-z]+;"))).offsets).toEqual(places);
    const wide = new Uint8Array(Buffer.from(text, "utf16le"));
    const wideBytes = filled(
      places.length * 47_123 + PAGE,
      places.map((at) => [at, wide]),
    );
    expect((await run(memoryOf(wideBytes), query("regex", "token=[a-z]+;", { utf16: true }))).offsets).toEqual(places);
    const dense = memoryOf(filled(300_000, []));
    expect((await run(dense, query("regex", "\\.{7}"), { limit: 1e6 })).offsets).toHaveLength(Math.floor(300_000 / 7));
  });

  test("find UTF-16 at even and odd addresses", async () => {
    const wide = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "utf16le"));
    const memory = memoryOf(
      filled(PAGE, [
        [10, wide("pässword")],
        [101, wide("pässword")],
      ]),
    );
    expect((await run(memory, query("regex", "p.sswor[d]", { utf16: true }))).offsets).toEqual([10, 101]);
    expect((await run(memory, query("text", "pässword", { utf16: true }))).offsets).toEqual([10, 101]);
    expect((await run(memory, query("text", "PÄSSWORD", { utf16: true, ignoreCase: true }))).offsets).toEqual([
      10, 101,
    ]);
  });

  test.each([
    ["regex", "a(", /Unterminated|unterminated/],
    ["regex", "a*", /empty text/],
    ["regex", "[é]", /class/],
    ["bytes", "0", /even number/],
    ["text", "", /nothing/],
    ["text", "x".repeat(5000), /longer/],
  ] as const)("refuse %s %s", (kind, text, reason) => {
    expect(matcherFor({ kind, text, utf16: false, ignoreCase: false }, patternMatcher)).toMatch(reason);
  });
});

describe("strings", () => {
  const strings = async (texts: Parameters<typeof filled>[1], utf16 = false): Promise<string[]> => {
    const bytes = new Uint8Array(PAGE);
    for (const [at, text] of texts) bytes.set(typeof text === "string" ? encodeText(text) : text, at);
    const { matches } = await run(memoryOf(bytes), stringsMatcher({ shortest: 4, utf16 }));
    return matches.map(({ bytes: around, at, length }) => Buffer.from(around.subarray(at, at + length)).toString());
  };

  test("are runs of at least four printable characters", async () => {
    expect(
      await strings([
        [0, "abc"],
        [10, "abcd"],
        [20, "tab\there"],
        [40, "Grüße, 世界"],
        [80, Uint8Array.of(0xc0, 0x80, 0xff)],
      ]),
    ).toEqual(["abcd", "tab\there", "Grüße, 世界"]);
  });

  test("are found in UTF-16", async () => {
    const [found] = await strings([[11, new Uint8Array(Buffer.from("wide", "utf16le"))]], true);
    expect(found).toBe("w\0i\0d\0e\0");
  });
});

describe("the recorded set", () => {
  const search = async (side: string, text: string, filter: MappingFilter = {}): Promise<string[]> => {
    const { image, memory } = await openMemory(setSources(`r1/${side}`));
    const found: string[] = [];
    const parts = chooseParts(image.checkpoint, memory, filter);
    for await (const { matches } of searchMemory(memory, parts, query("text", text), { limit: 100 })) {
      for (const { part, offset } of matches) {
        found.push(`${part.space.number} ${((memory.mappings.start[part.mapping] as number) + offset).toString(16)}`);
      }
    }
    return found;
  };

  test("has its planted strings where they were written", async () => {
    expect(await search("before", "password=correct-horse-battery")).toEqual([
      "25572 7fdeff3f4064",
      "25575 7fdeff3f4064",
    ]);
    // The child's copy is not written to.
    expect(await search("after", "password=correct-horse-battery")).toEqual(["25575 7fdeff3f4064"]);
    expect(await search("before", "password=changed-since-then!")).toEqual([]);
    expect(await search("after", "password=changed-since-then!")).toEqual(["25572 7fdeff3f4064"]);
    for (const side of ["before", "after"]) {
      expect(await search(side, "NEEDLE-ACROSS-A-PAGE-BOUNDARY")).toEqual(["25572 7fdeff3eeff7", "25575 7fdeff3eeff7"]);
    }
  });

  test("is searched where a filter says", async () => {
    const token = "API_TOKEN=";
    expect(await search("before", token, { pids: [{ from: 25575, to: 25575 }] })).toEqual(["25575 7ffdfe1e9fcb"]);
    expect(await search("before", token, { kinds: ["heap"] })).toEqual([]);
    expect(await search("before", token, { kinds: ["stack"], permissions: ["w"] })).toHaveLength(2);
    expect(await search("before", token, { permissions: ["x"] })).toEqual([]);
    expect(await search("before", "pool", { path: "/memfd:pool" })).toHaveLength(0);
    expect(await search("before", token, { range: { from: 0x7ffdfe1e9fccn, to: 2n ** 64n } })).toEqual([]);
  });
});
