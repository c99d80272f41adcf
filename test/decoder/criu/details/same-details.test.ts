// What is taken from a set that was decoded before is what reading it again gives.

import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { decodeCriuSet } from "../../../../app/decoder/criu/index.ts";
import { bytesSource, type DecodeOptions, type Source } from "../../../../app/decoder/source.ts";
import { imageSources, SAMPLES } from "../../../support/corpus.ts";
import { setSources } from "../../../support/criu.ts";
import { mixedCriuSet } from "../../../support/criu-mixed-set.ts";
import { imageBytes } from "../../../support/criu-set.ts";
import { setNumber, withFile, without } from "../../../support/edit-set.ts";
import { withPages } from "../../../support/memory.ts";
import { random } from "../../../support/random.ts";
import { FAULTS } from "../../../support/reference-faults.ts";

/**
 * Decodes a set after another one, and alone; expects the same. Returns whether the details were taken from the other.
 */
async function isTaken(before: readonly Source[], after: readonly Source[], options?: DecodeOptions): Promise<boolean> {
  const earlier = await decodeCriuSet(before, options);
  const own = (await decodeCriuSet(after, { ...options, earlier })).checkpoint;
  const alone = (await decodeCriuSet(after, options)).checkpoint;
  // Comparing values by expect takes longer than decoding them.
  if (!isDeepStrictEqual(own, alone)) expect(own).toEqual(alone);
  return own.fileDetails === earlier.checkpoint.fileDetails && own.links === earlier.checkpoint.links;
}

const SET = mixedCriuSet(3, 40);
const FDINFO = (SET.find(({ name }) => name.startsWith("fdinfo-")) as Source).name;
const CORE = (SET.find(({ name }) => name.startsWith("core-")) as Source).name;
const FIRST_PID = Number(CORE.slice("core-".length, -".img".length));

/** Among the files of the first task: of each pair, one. */
const [REGULAR, PIPE, UNIX, INET, EVENTFD, TIMER, EPOLL] = [2, 4, 6, 8, 10, 11, 13];

const edited = (nth: number, path: string, value: number): Source[] =>
  setNumber(SET, "files.img", "file_entry", nth, path, value);

/** A lock of the descriptor that the first task has with number 3, as file_lock_entry. */
const withLock = (set: readonly Source[], type: number): Source[] =>
  withFile(
    set,
    "filelocks.img",
    imageBytes("FILE_LOCKS", [[1, type, FIRST_PID, 3, 0, 0].map((value, at) => [at + 1, value] as const)]),
  );

describe("details are taken from the set before", () => {
  const SAME: readonly [string, () => readonly Source[]][] = [
    ["the same set", () => SET],
    ["another position of a regular file", () => edited(REGULAR, "reg.pos", 4096)],
    ["another size of a regular file", () => edited(REGULAR, "reg.size", 70_000)],
    ["another heap", () => setNumber(SET, "mm-1001.img", "mm_entry", 0, "mm_brk", 4096)],
  ];

  test.each(SAME)("%s", async (_, makeAfter) => {
    expect(await isTaken(SET, makeAfter())).toBe(true);
  });

  test("with locks that are the same", async () => {
    expect(await isTaken(withLock(SET, 1), withLock(SET, 1))).toBe(true);
  });

  test("of columns at any address", async () => {
    const earlier = await decodeCriuSet(SET);
    const { checkpoint } = earlier;
    const { has } = checkpoint.files;
    const shifted = Uint8Array.of(0, ...has).subarray(1);
    const moved = { ...earlier, checkpoint: { ...checkpoint, files: { ...checkpoint.files, has: shifted } } };
    const own = (await decodeCriuSet(SET, { earlier: moved })).checkpoint;
    expect(own.fileDetails).toBe(checkpoint.fileDetails);
  });

  test("of the recorded sets", async () => {
    let taken = 0;
    for (const sample of SAMPLES.filter(({ format }) => format === "criu")) {
      const [before, after] = [imageSources(sample, "before"), imageSources(sample, "after")];
      if (await isTaken(before, before)) taken++;
      await isTaken(before, after);
    }
    expect(taken).toBeGreaterThan(2);
  });
});

describe("one difference among many entries", () => {
  const DIFFERENT: readonly [string, () => readonly Source[]][] = [
    ["the counter of an eventfd", () => edited(EVENTFD, "efd.counter", 9)],
    ["the time of a timer", () => edited(TIMER, "tfd.vsec", 6)],
    ["the pipe of an end", () => edited(PIPE, "pipe.pipe_id", 1)],
    ["the state of a connection", () => edited(INET, "isk.state", 8)],
    ["the peer of a unix socket", () => edited(UNIX, "usk.peer", 1)],
    ["what an epoll watches", () => edited(EPOLL, "epfd.tfd.tfd", 4)],
    ["the id of a file", () => edited(REGULAR, "id", 9000)],
    ["a descriptor that an epoll watches", () => setNumber(SET, FDINFO, "fdinfo_entry", 5, "id", 2)],
    ["a descriptor's number", () => setNumber(SET, FDINFO, "fdinfo_entry", 5, "fd", 99)],
    ["a task without descriptors", () => without(SET, FDINFO)],
    ["a lock", () => withLock(SET, 1)],
  ];

  test.each(DIFFERENT)("%s", async (_, makeAfter) => {
    expect(await isTaken(SET, makeAfter())).toBe(false);
    expect(await isTaken(makeAfter(), SET)).toBe(false);
  });

  test("locks of another type", async () => {
    const { fileDetails } = (await decodeCriuSet(withLock(SET, 1))).checkpoint;
    expect(Array.from(fileDetails.key, (key) => fileDetails.keys[key])).toContain("locks");
    expect(await isTaken(withLock(SET, 1), withLock(SET, 2))).toBe(false);
  });
});

test("locks of another type, in a member with another name", async () => {
  const renamed = (set: readonly Source[]) =>
    set.map((source) => (source.name === "filelocks.img" ? { ...source, name: "locks.img" } : source));
  expect(await isTaken(renamed(withLock(SET, 1)), renamed(withLock(SET, 2)))).toBe(false);
  expect(await isTaken(renamed(withLock(SET, 1)), withLock(SET, 1))).toBe(true);
});

test("sets with one fault each, after the same set without it", async () => {
  for (const [, { set, edit }] of FAULTS) {
    const before = await withPages(setSources(set));
    const after = edit(before);
    await isTaken(before, after);
    await isTaken(after, before);
  }
});

test("bytes that have changed", async () => {
  const next = random(5);
  const counts = { taken: 0, read: 0 };
  for (let run = 0; run < 150; run++) {
    const victim = next(SET.length);
    const { name, size, read } = SET[victim] as Source;
    const bytes = Uint8Array.from(await read(0, size));
    for (let left = 1 + next(3); left > 0; left--) bytes[8 + next(size - 8)] = next(4) === 0 ? next(256) : next(20);
    const after = SET.with(victim, bytesSource(name, bytes));
    counts[(await isTaken(SET, after)) ? "taken" : "read"]++;
  }
  expect(Math.min(counts.taken, counts.read)).toBeGreaterThan(20);
});

test("only some details", async () => {
  const details: DecodeOptions["details"] = (key) => key !== "state";
  expect(await isTaken(SET, SET, { details })).toBe(true);
});
