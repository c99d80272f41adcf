// Sets of older releases, partial sets, and sets that are damaged in every way that a few bytes can be.

import { describe, expect, test } from "vitest";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import type { Image } from "../../../app/decoder/image.ts";
import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../../app/decoder/source.ts";
import { type Checkpoint, HAS, nameBytes, stableLength, USE } from "../../../app/model/checkpoint.ts";
import { FILE_KINDS, TASK_STATES } from "../../../app/model/names/names.ts";
import { recordLength, recordMember, recordOffset } from "../../../app/model/records.ts";
import { visibleText } from "../../../app/model/text/text.ts";
import { fixtureBytes, setSources } from "../../support/criu.ts";
import { gzip, tar } from "../../support/tar.ts";

/** What a checkpoint shows, by names and ids instead of rows: the same for any order of files. */
function shown(checkpoint: Checkpoint) {
  const { tasks, tables, descriptors, files } = checkpoint;
  const name = (file: number) => visibleText(nameBytes(checkpoint, file));
  return {
    tasks: Array.from({ length: tasks.count }, (_, row) => [
      tasks.pid[row],
      tasks.ppid[row],
      tasks.pgid[row],
      tasks.sid[row],
      TASK_STATES[tasks.state[row] as number],
      tables.id[tasks.table[row] as number] ?? null,
    ]),
    descriptors: Array.from({ length: descriptors.count }, (_, row) => [
      tables.id[descriptors.table[row] as number],
      descriptors.fd[row],
      files.id[descriptors.file[row] as number],
      descriptors.closeOnExec[row],
    ]),
    files: Array.from({ length: files.count }, (_, row) => ({
      id: files.id[row],
      kind: FILE_KINDS[files.kind[row] as number],
      name: name(row),
      stable: stableLength(files, row),
      has: files.has[row],
      use: files.use[row],
      pos: files.pos[row],
      flags: files.flags[row],
    })).sort((a, b) => Number(a.id) - Number(b.id)),
  };
}

describe("sets of older releases show what the originals show", () => {
  test.each(
    ["legacy-v1-by-hand", "legacy-v1.1-by-hand"].flatMap((old) => ["w1", "w2", "w4"].map((name) => [old, name])),
  )("%s/%s-before", async (old, name) => {
    const legacy = await decodeCriuSet(setSources(`${old}/${name}-before`));
    const original = await decodeCriuSet(setSources(`${name}/before`));
    expect(legacy.checkpoint.problems).toEqual([]);
    expect(legacy.checkpoint.complete).toBe(true);
    expect(legacy.checkpoint.dialect).toBe(old.includes("v1.1") ? "v1.1" : "v1");
    const then = shown(legacy.checkpoint);
    const now = shown(original.checkpoint);
    // The old files cannot hold a memfd.
    const memfds = new Set(now.files.filter(({ kind }) => kind === "memfd").map(({ id }) => id));
    expect(then).toEqual({
      ...now,
      descriptors: now.descriptors.filter(([, , id]) => !memfds.has(id ?? undefined)),
      files: now.files.filter(({ id }) => !memfds.has(id)),
    });
    for (let row = 0; row < legacy.checkpoint.files.count; row++) {
      const same = original.checkpoint.files.id.indexOf(legacy.checkpoint.files.id[row] as number);
      expect(await legacy.details(row)).toEqual(await original.details(same));
    }
  });
});

describe("partial sets", () => {
  test("shows tables and files of a dump that failed", async () => {
    const { checkpoint } = await decodeCriuSet(setSources("aborted-criu3.19/images"));
    expect(checkpoint.complete).toBe(false);
    expect(checkpoint.tasks.count).toBe(0);
    expect(checkpoint.tables.count).toBe(1);
    expect(checkpoint.files.count).toBe(18);
    expect(checkpoint.problems.map(({ code }) => code)).toContain("missing-member");
  });

  test.each([
    "inventory.img",
    "pstree.img",
    "core-29351.img",
    "ids-29352.img",
    "fdinfo-3.img",
    "files.img",
    "mm-29351.img",
  ])("says that %s is missing", async (name) => {
    const { checkpoint } = await decodeCriuSet(setSources("w2/before").filter((source) => source.name !== name));
    expect(checkpoint.complete).toBe(false);
    expect(checkpoint.problems.filter(({ code }) => code === "missing-member").map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringContaining(name)]),
    );
  });

  test("takes tasks from cores when there is no process tree", async () => {
    const sources = setSources("w2/before").filter(({ name }) => name !== "pstree.img");
    const { checkpoint } = await decodeCriuSet(sources);
    expect([...checkpoint.tasks.pid]).toEqual([29351, 29352, 29353, 29354, 29355, 29356]);
    expect([...checkpoint.tasks.ppid]).toEqual(new Array(6).fill(-1));
  });

  test("knows the files that no descriptor holds by their use", async () => {
    const { checkpoint } = await decodeCriuSet(setSources("w1/before"));
    const { files } = checkpoint;
    const used = (use: number) =>
      Array.from({ length: files.count }, (_, row) => row)
        .filter((row) => (files.use[row] as number) & use)
        .map((row) => visibleText(nameBytes(checkpoint, row)));
    expect(used(USE.executable)).toEqual(["/tmp/w/bin/w1"]);
    expect(used(USE.workingDirectory)).toEqual(["/tmp/w/w1"]);
    expect(used(USE.root)).toEqual(["/"]);
    const deleted = Array.from({ length: files.count }, (_, row) => row).filter(
      (row) => (files.has[row] as number) & HAS.deleted,
    );
    expect(deleted.map((row) => visibleText(nameBytes(checkpoint, row)))).toEqual(["/tmp/w/w1/ghost.tmp"]);
  });
});

describe("damaged members", () => {
  const base = setSources("w4/before");
  const withMember = (name: string, bytes: Uint8Array): Source[] =>
    base.map((source) => (source.name === name ? bytesSource(name, bytes) : source));

  /** Decodes and reads everything, and asserts that the columns hold together. */
  async function survives(sources: readonly Source[], deep: boolean): Promise<Image> {
    const image = await decodeCriuSet(sources);
    const { records, members, descriptors, files, tasks, tables } = image.checkpoint;
    const ends = new Array<number>(members.length).fill(0);
    for (let row = 0; row < records.count; row++) {
      const member = recordMember(records, row);
      if (recordOffset(records, row) !== ends[member]) throw new Error(`record ${row} does not follow the one before`);
      ends[member] = (ends[member] as number) + recordLength(records, row);
    }
    expect(ends).toEqual(members.map(({ size }) => size));
    expect(descriptors.file.every((file) => file >= -1 && file < files.count)).toBe(true);
    expect(tasks.table.every((table) => table >= -1 && table < tables.count)).toBe(true);
    if (deep) {
      for (let row = 0; row < records.count; row++) {
        const sum = (await image.fields(row)).reduce((bytes, field) => bytes + field.length, 0);
        expect(sum).toBe(recordLength(records, row));
      }
      for (let row = 0; row < files.count; row++) await image.details(row);
    }
    return image;
  }

  const small = base.filter(({ size }) => size > 0 && size < 600).map(({ name }) => name);

  test.each(small)("%s cut short", async (name) => {
    const bytes = fixtureBytes(`w4/before/${name}`);
    const { records, members } = (await decodeCriuSet(base)).checkpoint;
    const ends = Array.from({ length: records.count }, (_, row) => row)
      .filter((row) => members[recordMember(records, row)]?.name === name)
      .map((row) => recordOffset(records, row) + recordLength(records, row));
    // At every byte of the first entry, then here and there; what each cut leaves is the subject of cut.test.ts.
    const step = Math.max(1, Math.floor((bytes.length - 24) / 16));
    for (let length = 0; length < bytes.length; length += length < 24 ? 1 : step) {
      const { checkpoint } = await survives(withMember(name, bytes.subarray(0, length)), false);
      const marked = checkpoint.problems.some(({ member }) => checkpoint.members[member ?? -1]?.name === name);
      // A cut between entries leaves fewer of them, which only other members can show.
      if (!marked) expect(ends).toContain(length);
      else expect(checkpoint.complete).toBe(false);
    }
  });

  test("reports where files.img is cut off, and keeps what precedes", async () => {
    const bytes = fixtureBytes("w4/before/files.img");
    const { checkpoint } = await survives(withMember("files.img", bytes.subarray(0, bytes.length - 10)), true);
    const problem = checkpoint.problems.find(({ code }) => code === "truncated-entry");
    expect(checkpoint.members[problem?.member ?? -1]?.name).toBe("files.img");
    expect(problem?.offset).toBeGreaterThan(bytes.length - 200);
    expect(checkpoint.files.count).toBe(40);
  });

  test.each([
    ["a size of 2^32 - 1", [0xff, 0xff, 0xff, 0xff, 1, 2, 3]],
    ["a size one too large", [4, 0, 0, 0, 8, 1, 2]],
  ])("does not trust %s", async (_, tail) => {
    const bytes = Uint8Array.from([...fixtureBytes("w4/before/fdinfo-2.img"), ...tail]);
    const { checkpoint } = await survives(withMember("fdinfo-2.img", bytes), true);
    expect(checkpoint.problems.map(({ code }) => code)).toEqual(["truncated-entry"]);
    expect(checkpoint.descriptors.count).toBe(40);
  });

  test("says when a magic is not that of the name", async () => {
    const { checkpoint } = await survives(withMember("fdinfo-2.img", fixtureBytes("w4/before/files.img")), true);
    expect(checkpoint.problems.map(({ code }) => code)).toEqual(["missing-member", "wrong-magic"]);
  });

  test("says which descriptor leads to nothing", async () => {
    const { checkpoint } = await survives(
      base.map((source) =>
        source.name === "files.img" ? bytesSource("files.img", source.read(0, 8) as Uint8Array) : source,
      ),
      true,
    );
    expect(checkpoint.problems.filter(({ code }) => code === "missing-file").length).toBe(40);
    expect(checkpoint.files.count).toBe(0);
  });

  /** A small generator of numbers, the same on every run (mulberry32). */
  function numbers(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
    };
  }

  function mutated(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
    let copy = bytes.slice();
    for (let edits = 1 + next(4); edits > 0 && copy.length > 0; edits--) {
      const at = next(copy.length);
      const choice = next(5);
      if (choice === 0) copy[at] = next(256);
      else if (choice === 1) copy[at] = (copy[at] as number) ^ (1 << next(8));
      else if (choice === 2) copy[at] = [0, 127, 128, 255][next(4)] as number;
      else if (choice === 3) copy.copyWithin(at, next(copy.length), next(copy.length));
      else copy = copy.slice(0, at);
    }
    return copy;
  }

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("survives 25 mutations of every kind of member, seed %i", async (seed) => {
    const next = numbers(seed);
    const read = (source: Source) => source.read(0, source.size) as Uint8Array;
    for (let round = 0; round < 25; round++) {
      const hit = new Set([next(base.length), next(base.length), next(base.length)]);
      const sources = base.map((source, index) =>
        hit.has(index) ? bytesSource(source.name, mutated(read(source), next)) : source,
      );
      await survives(sources, round % 8 === 0);
    }
  });

  test.each([1, 2, 3, 4])("survives mutated archives, seed %i", async (seed) => {
    const next = numbers(seed * 7919);
    const plain = tar(
      base.map((source) => ({ name: `checkpoint/${source.name}`, bytes: source.read(0, source.size) as Uint8Array })),
    );
    const zstd = fixtureBytes("archives-by-hand/w7-podman-before.tar.zst");
    const gz = gzip(plain);
    let opened = 0;
    for (let round = 0; round < 15; round++) {
      for (const bytes of [plain, gz, zstd]) {
        const limits = { unpacked: 16 << 20, kept: 8 << 20 };
        const response = await openImage([bytesSource("x", mutated(bytes, next))], { limits });
        if ("checkpoint" in response) opened++;
        else expect(response.refused).not.toBe("");
      }
    }
    expect(opened).toBeGreaterThan(0);
  });
});

test("pages of more than 4 GiB are all in records", async () => {
  const size = 9 * 2 ** 30 + 5;
  const pages: Source = { name: "pages-1.img", size, read: (_, length) => new Uint8Array(length) };
  const sources = setSources("w2/before").filter(({ name }) => !name.startsWith("pages-"));
  const { checkpoint } = await decodeCriuSet([...sources, pages]);
  const { records, members } = checkpoint;
  const member = members.findIndex(({ name }) => name === "pages-1.img");
  let end = 0;
  for (let row = 0; row < records.count; row++) {
    if (recordMember(records, row) !== member) continue;
    expect(recordOffset(records, row)).toBe(end);
    end += recordLength(records, row) ?? 0;
  }
  expect(end).toBe(size);
});
