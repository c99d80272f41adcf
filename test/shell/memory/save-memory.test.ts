// Ranges of memory that the page saves.

import { describe, expect, test } from "vitest";
import type { Memory } from "../../../app/shell/memory/memory-places.ts";
import { piecesOf, rangeOf, readPieces } from "../../../app/shell/memory/save-memory.ts";

/** Two adjacent mappings, and one apart from them. */
const memory = {
  mappings: {
    start: Float64Array.of(0x1000, 0x3000, 0x9000),
    end: Float64Array.of(0x3000, 0x4000, 0xa000),
  },
} as unknown as Memory;
const space = { number: 7, first: 0, end: 3 } as unknown as Parameters<typeof piecesOf>[1];

describe("a range", () => {
  test("is in pieces by mapping", () => {
    expect(piecesOf(memory, space, "0x1ff0-3010")).toEqual([
      { mapping: 0, from: 0xff0, to: 0x2000 },
      { mapping: 1, from: 0, to: 0x10 },
    ]);
    expect(piecesOf(memory, space, rangeOf(memory, 2))).toEqual([{ mapping: 2, from: 0, to: 0x1000 }]);
  });

  test("that is invalid, or not mapped as a whole, is refused with a reason", () => {
    expect(piecesOf(memory, space, "here")).toContain("hexadecimal");
    expect(piecesOf(memory, space, "3000-3000")).toContain("ends before");
    expect(piecesOf(memory, space, "3ff0-4010")).toBe("Nothing is mapped at 4000");
    expect(piecesOf(memory, space, "0-10")).toBe("Nothing is mapped at 0");
    expect(piecesOf(memory, space, "0-ffffffffffffffff")).toContain("256 MiB");
  });
});

test("reading counts what is not in the image, and goes on where a response ended", async () => {
  const requests: string[] = [];
  const progress: number[] = [];
  const fetch = async ({ mapping, offset, length }: { mapping: number; offset: number; length: number }) => {
    requests.push(`${mapping} ${offset} ${length}`);
    const bytes = new Uint8Array(Math.min(length, 0x1800));
    const states = [
      { start: 0, state: "stored" as const },
      { start: 0x800, state: "missing" as const },
    ];
    return { bytes, states };
  };
  const pieces = piecesOf(memory, space, "1000-4000");
  if (typeof pieces === "string") throw new Error(pieces);
  const { parts, missing } = await readPieces(pieces, fetch, (done) => progress.push(done));
  expect(requests).toEqual(["0 0 8192", "0 6144 2048", "1 0 4096"]);
  expect(parts.reduce((sum, { length }) => sum + length, 0)).toBe(0x3000);
  expect(missing).toBe(0x1000 + 0x800);
  expect(progress.at(-1)).toBe(1);
});
