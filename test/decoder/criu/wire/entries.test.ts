// A set decodes to the same checkpoint whether its bytes are there, come later, or come in
// small parts; so do damaged ones.

import { describe, expect, test } from "vitest";
import { decodeCriuSet } from "../../../../app/decoder/criu/index.ts";
import { bytesSource, type Source, SourceError } from "../../../../app/decoder/source.ts";
import { inMemory } from "../../../bench/files.ts";
import { mixedCriuSet } from "../../../support/criu-mixed-set.ts";
import { criuSet, imageBytes } from "../../../support/criu-set.ts";

/** A source whose bytes come later. */
const later = ({ name, size, read }: Source): Source => ({
  name,
  size,
  read: async (offset, length) => read(offset, length),
});

const decoded = async (sources: readonly Source[]) => (await decodeCriuSet(sources)).checkpoint;

/** All of a set's checkpoint as text, which is compared much faster. */
const textOf = async (sources: readonly Source[]): Promise<string> =>
  JSON.stringify(await decoded(sources), (_key, value: unknown) =>
    ArrayBuffer.isView(value) ? String(value as Uint8Array) : value,
  );

/** A set whose members are cut off at `length`. */
const cutAt = async (sources: readonly Source[], length: number): Promise<Source[]> =>
  Promise.all(sources.map(async (source) => bytesSource(source.name, (await inMemory(source)).subarray(0, length))));

describe.each([
  ["of all kinds of files", mixedCriuSet(3, 40)],
  ["with a file larger than a block", criuSet(40, 60)],
])("a set %s", (_what, sources) => {
  test("is the same if its bytes come later", async () => {
    expect((await textOf(sources.map(later))) === (await textOf(sources))).toBe(true);
  });

  test.each([0, 3, 6, 8, 10, 12, 40, 200, 70_000])("is the same if its bytes come later, and end at %i", async (at) => {
    const cut = await cutAt(sources, at);
    expect((await textOf(cut.map(later))) === (await textOf(cut))).toBe(true);
  });
});

test("a set larger than a block has all its descriptors", async () => {
  const sources = criuSet(40, 60);
  expect(sources.find(({ name }) => name === "files.img")?.size).toBeGreaterThan(100_000);
  const { descriptors, files, problems } = await decoded(sources);
  expect([descriptors.count, files.count]).toEqual([2400, 6 + 40 * 54]);
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
});

describe("a member that cannot be read", () => {
  const failing = (read: Source["read"]): Source[] =>
    criuSet(2, 10).map((source) => (source.name === "files.img" ? { ...source, read } : source));
  const error = new SourceError("The disk is gone.");

  test("is reported the same, at once or later", async () => {
    const now = await decoded(
      failing(() => {
        throw error;
      }),
    );
    expect(now.problems.filter(({ code }) => code === "unreadable-member")).toHaveLength(1);
    expect(now.files.count).toBe(0);
    expect(await decoded(failing(() => Promise.reject(error)))).toEqual(now);
  });

  test("is an error of the program if it is no SourceError", async () => {
    const fault = new TypeError("a fault");
    const thrown = failing(() => {
      throw fault;
    });
    await expect(decoded(thrown)).rejects.toBe(fault);
    await expect(decoded(failing(() => Promise.reject(fault)))).rejects.toBe(fault);
  });

  test("keeps what was read of it before", async () => {
    const whole = await inMemory(criuSet(40, 60).find(({ name }) => name === "files.img") as Source);
    const sources = criuSet(40, 60).map((source) =>
      source.name === "files.img"
        ? {
            ...source,
            read: (offset: number, length: number) => {
              if (offset > 0) throw error;
              return whole.subarray(0, length);
            },
          }
        : source,
    );
    const { files, problems } = await decoded(sources);
    expect(files.count).toBeGreaterThan(500);
    expect(problems).toContainEqual(expect.objectContaining({ code: "unreadable-member" }));
  });
});

test("a member that became shorter than its first block is reported", async () => {
  const bytes = imageBytes("FDINFO", [
    [
      [1, 1],
      [4, 3],
    ],
  ]);
  const source: Source = { name: "fdinfo-1.img", size: bytes.length, read: () => bytes.subarray(0, bytes.length - 1) };
  const { problems, descriptors } = await decoded([source]);
  expect(descriptors.count).toBe(0);
  expect(problems).toContainEqual(
    expect.objectContaining({ code: "shortened-member", member: 0, offset: bytes.length - 1 }),
  );
});
