// Tables of damaged and of crafted sets: whatever can be read, no exception, and no more work than the input justifies.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import { diff } from "../../app/diff/diff.ts";
import { readFilters } from "../../app/resources/criu/seccomp.ts";
import type { SetReader } from "../../app/resources/criu/set-reader.ts";
import { readResources } from "../../app/resources/read.ts";
import { resourceNamed } from "../../app/resources/resources.ts";
import { entryAt, type ResourceTable } from "../../app/resources/table.ts";

const FOLDER = join(import.meta.dirname, "../fixtures/resources/r1/before");
const MEMBERS = new Map(
  readdirSync(FOLDER).map((name) => [name, new Uint8Array(readFileSync(join(FOLDER, name)))] as const),
);

/** The tables of the recorded set with some members replaced. */
async function tablesWith(changed: Readonly<Record<string, Uint8Array>>) {
  const sources = Array.from(MEMBERS, ([name, bytes]) => bytesSource(name, changed[name] ?? bytes));
  const image = await openImage(sources);
  if ("refused" in image) return null;
  return { image, tables: await readResources(image) };
}

/** A generator of numbers below `end`, the same in every run. */
function random(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
}

const READ = [...MEMBERS.keys()].filter((name) => /^(core|mm|ids|ipcns|pagemap|seccomp|pstree|memfd|utsns)/.test(name));

describe("damage", () => {
  test("anywhere in a member leaves the other tables whole", async () => {
    const next = random(7);
    for (let round = 0; round < 60; round++) {
      const name = READ[next(READ.length)] as string;
      const bytes = (MEMBERS.get(name) as Uint8Array).slice();
      for (let times = 0; times <= next(4); times++) bytes[next(bytes.length)] = next(256);
      const read = await tablesWith({ [name]: next(3) === 0 ? bytes.slice(0, next(bytes.length)) : bytes });
      if (read !== null && name.startsWith("ipcns")) expect(read.tables.mappings?.count).toBe(47);
    }
  });

  test("IPC objects that state more than follows are listed as far as they go", async () => {
    const semaphores = (MEMBERS.get("ipcns-sem-9.img") as Uint8Array).slice(0, -7);
    const read = await tablesWith({ "ipcns-sem-9.img": semaphores });
    expect(read?.tables.ipc?.count).toBe(3);
  });
});

describe("crafted sets", () => {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
  const field = (number: number, value: number): number[] => [number << 3, ...varint(value)];
  const MAPPINGS = 50_000;

  /** mm-25572.img with very many mappings of a page each. */
  function manyMappings(): Uint8Array {
    const message: number[] = [];
    for (let at = 0; at < MAPPINGS; at++) {
      const start = 0x10000 + at * 8192;
      const vma = [
        ...[...field(1, start), ...field(2, start + 4096), ...field(3, 0), ...field(4, 0)],
        ...[...field(5, 3), ...field(6, 0x22), ...field(7, 0x201), ...field(8, 1)],
      ];
      message.push(0x72, vma.length, ...vma);
    }
    const original = MEMBERS.get("mm-25572.img") as Uint8Array;
    const bytes = new Uint8Array(12 + message.length);
    bytes.set(original.subarray(0, 8));
    new DataView(bytes.buffer).setUint32(8, message.length, true);
    bytes.set(message, 12);
    return bytes;
  }

  test("very many mappings are all listed, and compared in linear time", async () => {
    const read = await tablesWith({ "mm-25572.img": manyMappings() });
    expect(read?.tables.mappings?.count).toBe(MAPPINGS + 23);
    if (read === null) return;
    const { checkpoint } = read.image;
    const other = await tablesWith({ "mm-25572.img": manyMappings() });
    const resources = { before: read.tables, after: other?.tables ?? {} };
    expect(diff(checkpoint, checkpoint, { resources }).changes.count).toBe(0);
  });

  test("pagemaps whose runs overlap or are huge count no more pages than a mapping has", async () => {
    const entries = (MEMBERS.get("pagemap-25572.img") as Uint8Array).slice();
    const run = [...field(1, 0x400000), ...field(2, 0), ...field(4, 4), 0x28, 255, 255, 255, 255, 255, 255, 255, 127];
    const extra = Uint8Array.of(run.length, 0, 0, 0, ...run, run.length, 0, 0, 0, ...run);
    const bytes = new Uint8Array(entries.length + extra.length);
    bytes.set(entries);
    bytes.set(extra, entries.length);
    const read = await tablesWith({ "pagemap-25572.img": bytes });
    const table = read?.tables.mappings;
    const present = table?.columns.at(-3);
    const size = table?.columns[3];
    if (table === undefined || present?.kind !== "number" || size?.kind !== "wide") throw new Error("no mappings");
    for (let row = 0; row < table.count; row++) {
      expect(present.values[row]).toBeLessThanOrEqual(Number(size.values[row]) / 4096);
    }
  });

  test("seccomp filters that name each other in a circle are listed once each", async () => {
    const filter = (previous: number): number[] => [0x0a, 8, 6, 0, 0, 0, 0, 0, 0, 0, ...field(2, previous)];
    const message = Uint8Array.from([filter(1), filter(0)].flatMap((each) => [0x0a, each.length, ...each]));
    const entry = { bytes: message, base: 0, start: 0, end: message.length, isCut: false, message: "seccomp_entry" };
    const set = {
      async *entries() {
        yield { entry, number: 0, record: 0 };
      },
    } as unknown as SetReader;
    const filters = await readFilters(set);
    expect(filters(0)?.instructions).toEqual([1, 1]);
    expect(filters(1)?.instructions).toEqual([1, 1]);
    expect(filters(2)).toBeNull();
  });
});

test("what a cut takes from credentials is unknown, and not empty or no", async () => {
  const name = [...MEMBERS.keys()].find((each) => each.startsWith("core-")) as string;
  const bytes = MEMBERS.get(name) as Uint8Array;
  const spec = resourceNamed("credentials");
  const rows = async (core: Uint8Array) => {
    const table = (await tablesWith({ [name]: core }))?.tables.credentials as ResourceTable;
    const all = Array.from({ length: table.count }, (_, row) => entryAt(spec, table, row));
    return all.filter(({ tid }) => tid === Number(name.replace(/\D/g, "")));
  };
  expect(await rows(bytes)).toMatchObject([{ ambient: expect.any(Array), noNewPrivs: expect.any(Boolean) }]);
  let cuts = 0;
  for (let length = bytes.length - 1; length > 12; length -= 7) {
    for (const row of await rows(bytes.slice(0, length))) {
      if (row.securebits !== null) continue;
      cuts++;
      expect(row, `cut at ${length}`).toMatchObject({ groups: null, ambient: null, noNewPrivs: null });
    }
  }
  expect(cuts).toBeGreaterThan(0);
});
