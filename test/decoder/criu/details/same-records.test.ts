// Comparing many entries at once gives the same answers as comparing each of them alone.

import { expect, test } from "vitest";
import {
  type ComparedSet,
  createEntryComparer,
  type EntryComparer,
} from "../../../../app/decoder/criu/details/same-records.ts";
import { decodeCriuSet } from "../../../../app/decoder/criu/index.ts";
import { createEntryReader, type EntryBytes } from "../../../../app/decoder/criu/wire/inspect.ts";
import type { Image } from "../../../../app/decoder/image.ts";
import { bytesSource, type Source, SourceError } from "../../../../app/decoder/source.ts";
import { sameBytes } from "../../../../app/model/text/text.ts";
import { imageSources, SAMPLES } from "../../../support/corpus.ts";
import { mixedCriuSet } from "../../../support/criu-mixed-set.ts";
import { setNumber, without } from "../../../support/edit-set.ts";
import { random } from "../../../support/random.ts";

/** Compares entries one by one. */
function comparedAlone(set: ComparedSet, earlier: ComparedSet): EntryComparer {
  const read = createEntryReader(set.checkpoint, set.sources);
  const readOther = createEntryReader(earlier.checkpoint, earlier.sources);
  const bytesOf = ({ bytes, start, end }: EntryBytes) => bytes.subarray(start, end);
  return async (record, other) => {
    const [own, others] = [await read(record), await readOther(other)];
    if (own === null || others === null) return false;
    return own.message === others.message && own.isCut === others.isCut && sameBytes(bytesOf(own), bytesOf(others));
  };
}

/** Pairs of records: all in their order, shifted by a few, and any. */
function pairsOf({ checkpoint }: Image, { checkpoint: other }: Image): [record: number, other: number][] {
  const pairs: [number, number][] = [];
  const { count } = checkpoint.records;
  for (const shift of [0, 1, -1]) for (let row = -1; row <= count; row++) pairs.push([row, row + shift]);
  // As in sets of which one lacks some entries: the rows of the rest are further by a number that grows.
  for (let row = 0; row < count; row++) pairs.push([row, row + Math.floor(row / 100)]);
  const next = random(count);
  for (let left = 300; left > 0; left--) pairs.push([next(count), next(other.records.count)]);
  return pairs;
}

/** Expects the same answers about two sets; returns how many pairs are the same. */
async function countSame(set: Image, earlier: Image): Promise<number> {
  const [together, alone] = [createEntryComparer(set, earlier), comparedAlone(set, earlier)];
  const wrong: string[] = [];
  let same = 0;
  for (const [record, other] of pairsOf(set, earlier)) {
    const found = await together(record, other);
    if (found) same++;
    if (found !== (await alone(record, other))) wrong.push(`${record} and ${other}: ${found}`);
  }
  expect(wrong).toEqual([]);
  return same;
}

const SET = mixedCriuSet(2, 150);

/** The same set with some bytes of a member changed. */
async function changed(set: readonly Source[], name: string, change: (bytes: Uint8Array) => Uint8Array) {
  const at = set.findIndex((source) => source.name === name);
  const { size, read } = set[at] as Source;
  return set.with(at, bytesSource(name, change(Uint8Array.from(await read(0, size)))));
}

test("of sets that differ in some bytes", async () => {
  const before = await decodeCriuSet(SET);
  const all = await countSame(before, before);
  expect(all).toBeGreaterThan(300);
  const next = random(7);
  for (let run = 0; run < 6; run++) {
    const after = await changed(SET, "files.img", (bytes) => {
      for (let left = next(20); left >= 0; left--) bytes[8 + next(bytes.length - 8)] = next(256);
      return bytes;
    });
    const same = await countSame(await decodeCriuSet(after), before);
    expect(same).toBeGreaterThan(0);
    expect(same).toBeLessThan(all);
  }
});

test("of sets with entries of other lengths, and without members", async () => {
  const before = await decodeCriuSet(SET);
  const longer = setNumber(SET, "files.img", "file_entry", 2, "reg.pos", 2 ** 30);
  await countSame(await decodeCriuSet(longer), before);
  await countSame(await decodeCriuSet(without(SET, "core-1001.img")), before);
  await countSame(before, await decodeCriuSet(without(SET, "mm-1000.img")));
});

test("of sets that end early", async () => {
  const before = await decodeCriuSet(SET);
  const size = (SET.find(({ name }) => name === "files.img") as Source).size;
  for (const cut of [1, 2, 5, 30, 31, 1000]) {
    const after = await decodeCriuSet(await changed(SET, "files.img", (bytes) => bytes.subarray(0, size - cut)));
    await countSame(after, before);
    await countSame(before, after);
    await countSame(after, after);
    // Since the first was decoded, its file has become longer: its last entry is not cut off any more.
    const grown = after.sources.map((source) => ({ ...source, size: source.size + 8 }));
    await countSame({ ...after, sources: grown }, after);
  }
});

test("of the recorded sets", async () => {
  for (const sample of SAMPLES.filter(({ format }) => format === "criu")) {
    const [before, after] = [imageSources(sample, "before"), imageSources(sample, "after")];
    await countSame(await decodeCriuSet(after), await decodeCriuSet(before));
  }
});

test("of bytes that are read later, have become fewer, or cannot be read any more", async () => {
  const { checkpoint, sources } = await decodeCriuSet(SET);
  const whole = { checkpoint, sources } as Image;
  const readBy = (read: (source: Source, offset: number, length: number) => ReturnType<Source["read"]>) => {
    const others = sources.map((source) => ({
      ...source,
      read: (offset: number, length: number) => read(source, offset, length),
    }));
    return { ...whole, sources: others };
  };
  const later = readBy(async (source, offset, length) => source.read(offset, length));
  expect(await countSame(later, whole)).toBe(await countSame(whole, later));
  const lost = readBy(() => {
    throw new SourceError("gone");
  });
  expect(await countSame(whole, lost)).toBe(0);
  const lostLater = readBy(async () => {
    throw new SourceError("gone");
  });
  expect(await countSame(lostLater, whole)).toBe(0);
  const shrunk = readBy((source, offset, length) => source.read(offset, Math.min(length, Math.max(0, 3000 - offset))));
  const [together, alone] = [createEntryComparer(shrunk, whole), comparedAlone(whole, whole)];
  const counts = { kept: 0, lost: 0 };
  for (let row = 0; row < checkpoint.records.count; row++) {
    if (!(await alone(row, row))) continue;
    counts[(await together(row, row)) ? "kept" : "lost"]++;
  }
  expect(Math.min(counts.kept, counts.lost)).toBeGreaterThan(50);
});
