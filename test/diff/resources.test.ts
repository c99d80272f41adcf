// The comparison of resources: a recorded tree, and tables made for one question each.

import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import type { Image } from "../../app/decoder/image.ts";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { filterChanges } from "../../app/diff/lists/filter.ts";
import { changeSentence } from "../../app/export/changes/changes-text.ts";
import { diffDocument } from "../../app/export/json/diff-json.ts";
import { encodeText } from "../../app/model/text/text.ts";
import { readResources } from "../../app/resources/read.ts";
import { resourceNamed } from "../../app/resources/resources.ts";
import { createTable, type Row } from "../../app/resources/table.ts";
import { CHECKPOINT, changesOf, line, tables } from "../support/made-resources.ts";
import { openRecorded } from "../support/resources.ts";

const SOURCES = { before: { name: "before", bytes: 1 }, after: { name: "after", bytes: 1 } };

async function compare(before: Image, after: Image) {
  const resources = { before: await readResources(before), after: await readResources(after) };
  return diff(before.checkpoint, after.checkpoint, { resources });
}

describe("a recorded tree", () => {
  test("has the changes that were made, and no other", async () => {
    const comparison = await compare(await openRecorded("r1/before"), await openRecorded("r1/after"));
    const indices = filterChanges(comparison, { withoutRepeated: true });
    const changes = changesJson(comparison, indices);
    const bounding = changes.find((change) => change.kind === "task-detail");
    expect(changes.map(line)).toEqual([
      "resource-added mappings 25572",
      'mappings 25575 permissions: "rw-p" → "rwxp"',
      "ipc values: [0,7,0] → [0,8,0]",
      'uts nodename: "inner-host" → "renamed"',
      "task-detail",
      "resource-added signals 25572",
      "resource-added mappings 25572",
      "resource-removed signals 25572",
      "resource-removed mappings 25572",
      "threads 25572 nice: 5 → 9",
      'limits 25572 soft: "512" → "256"',
      'mappings 25572 size: "16384" → "12288"',
      ...["file-detail", "file-detail", "file-detail", "file-detail", "fd-opened", "fd-opened"],
      "task-renamed",
      "resource-removed mappings 25575",
    ]);
    expect(bounding).toMatchObject({ pid: 25572, key: "bounding" });
    expect(changes[0]).toMatchObject({
      security: true,
      key: { pid: 25572, start: "7fdefe3da000", kind: "anonymous", path: null, offset: "0" },
      entry: { permissions: "r-xp", size: "20480" },
    });
    expect(changes[1]).toMatchObject({ security: true, key: { pid: 25575, start: "7fdeff3ec000" } });
  });

  test("has the repeated changes of sockets and credentials in the document, which follows its schema", async () => {
    const comparison = await compare(await openRecorded("r1/before"), await openRecorded("r1/after"));
    const schema = JSON.parse(readFileSync(new URL("../../public/schema/diff.schema.json", import.meta.url), "utf8"));
    const validate = new Ajv({ allErrors: true, strict: false, allowUnionTypes: true }).compile(schema);
    const document = diffDocument(comparison, SOURCES);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(document.changes.filter((change) => "resource" in change && change.resource === "sockets")).toHaveLength(10);
    expect(document.changes.map(line).filter((each) => each.startsWith("credentials"))).toHaveLength(1);
  });

  test("has no change against itself", async () => {
    const [one, other] = [await openRecorded("r1/before"), await openRecorded("r1/before")];
    expect((await compare(one, other)).changes.count).toBe(0);
  });
});

const mapping = (start: bigint, pages: number, row: Row = {}): Row => ({
  start,
  end: start + BigInt(pages) * 4096n,
  size: BigInt(pages) * 4096n,
  permissions: "rw-p",
  kind: "anonymous",
  offset: 0n,
  ...row,
});

const lines = (before: readonly Row[], after: readonly Row[]): string[] =>
  changesJson(changesOf({ mappings: before }, { mappings: after })).map(line);

describe("mappings", () => {
  const library = (start: bigint): Row[] => [
    mapping(start, 4, { kind: "file", path: "/lib/libc.so", permissions: "r--p" }),
    mapping(start + 0x4000n, 40, { kind: "file", path: "/lib/libc.so", permissions: "r-xp", offset: 0x4000n }),
    mapping(start + 0x2c000n, 2, { kind: "file", path: "/lib/libc.so", permissions: "rw-p", offset: 0x2c000n }),
  ];
  const program = (base: bigint): Row[] => [
    ...library(base),
    mapping(base + 0x100000n, 3),
    mapping(base + 0x200000n, 33, { kind: "heap" }),
    mapping(base + 0x300000n, 3),
    mapping(base + 0x400000n, 5, { permissions: "---p" }),
    mapping(base + 0x500000n, 33, { kind: "stack" }),
  ];

  test("do not change if two runs have them at other addresses", () => {
    expect(lines(program(0x7f0000000000n), program(0x7fab00000000n))).toEqual([]);
  });

  test("do not change if another one among them is new", () => {
    const after = [...program(0x7fab00000000n), mapping(0x7fab00180000n, 7, { permissions: "r-xp" })];
    after.sort((a, b) => Number((a.start as bigint) - (b.start as bigint)));
    expect(lines(program(0x7f0000000000n), after)).toEqual(["resource-added mappings 7"]);
  });

  test("that are made executable at another address are one change, and the first", () => {
    const after = program(0x7fab00000000n).map((row) => (row.kind === "heap" ? { ...row, permissions: "rwxp" } : row));
    const comparison = changesOf(
      { mappings: program(0x7f0000000000n), limits: [{ resource: "RLIMIT_AS", soft: 1n }] },
      { mappings: after, limits: [{ resource: "RLIMIT_AS", soft: 2n }] },
    );
    expect(changesJson(comparison).map(line)).toEqual([
      'mappings 7 permissions: "rw-p" → "rwxp"',
      'limits 7 soft: "1" → "2"',
    ]);
    expect(changeSentence(comparison, 0)).toBe("pid 7 mapping 7f0000200000 heap: permissions rw-p → rwxp");
  });

  test("that are split keep the part with the same permissions", () => {
    const before = [mapping(0x1000n, 8)];
    const after = [mapping(0x1000n, 2), mapping(0x3000n, 1, { permissions: "rwxp" }), mapping(0x4000n, 5)];
    expect(lines(before, after)).toEqual([
      "resource-added mappings 7",
      "resource-added mappings 7",
      'mappings 7 size: "32768" → "8192"',
    ]);
  });

  test("of a file with another path are another mapping", () => {
    const at = (path: string): Row[] => [mapping(0x1000n, 1, { kind: "file", path })];
    expect(lines(at("/lib/a"), at("/lib/b"))).toEqual(["resource-added mappings 7", "resource-removed mappings 7"]);
  });

  test("of files with very long paths are compared to the last byte", () => {
    const at = (...ends: readonly string[]): Row[] =>
      ends.map((end, nth) => {
        const path = encodeText(`/${"a".repeat(100_000)}${end}`);
        return mapping(BigInt(nth + 1) * 0x10_0000n, nth + 1, { kind: "file", path });
      });
    expect(lines(at("b", "b", "c"), at("b", "b", "c"))).toEqual([]);
    expect(lines(at("b"), at("c"))).toEqual(["resource-added mappings 7", "resource-removed mappings 7"]);
  });

  test("whose paths differ only in bytes that are not UTF-8 differ", () => {
    const at = (byte: number): Row[] => [mapping(0x1000n, 1, { kind: "file", path: Uint8Array.of(0x2f, byte) })];
    expect(lines(at(0xff), at(0xfe))).toEqual(["resource-added mappings 7", "resource-removed mappings 7"]);
  });
});

describe("security", () => {
  const isSecurity = (resource: string, before: readonly Row[], after: readonly Row[]): boolean[] =>
    changesJson(changesOf({ [resource]: before }, { [resource]: after })).map(
      (change) => "security" in change && change.security === true,
    );

  test("code that can be written, and code without a file", () => {
    const at = (permissions: string, kind = "anonymous"): Row[] => [mapping(0x1000n, 1, { permissions, kind })];
    expect(isSecurity("mappings", at("rw-p"), at("rwxp"))).toEqual([true]);
    expect(isSecurity("mappings", at("rw-p", "file"), at("rwxp", "file"))).toEqual([true]);
    expect(isSecurity("mappings", at("rw-p"), at("r-xp"))).toEqual([true]);
    expect(isSecurity("mappings", at("rw-p", "file"), at("r-xp", "file"))).toEqual([false]);
    expect(isSecurity("mappings", at("rwxp"), at("r-xp"))).toEqual([false]);
    expect(isSecurity("mappings", at("rwxp"), at("rw-p"))).toEqual([false]);
    for (const kind of ["heap", "stack", "shared", "memfd", "sysv"]) {
      expect(isSecurity("mappings", at("r--p", kind), at("r-xp", kind)), kind).toEqual([true]);
    }
  });

  test("capabilities that are gained, and not those that are dropped; ids in either direction", () => {
    const held = (effective: readonly string[], uid = 0): Row[] => [{ effective, uid }];
    expect(isSecurity("credentials", held([]), held(["CAP_SYS_ADMIN"]))).toEqual([true]);
    expect(isSecurity("credentials", held(["CAP_SYS_ADMIN", "CAP_KILL"]), held(["CAP_KILL"]))).toEqual([false]);
    expect(isSecurity("credentials", held([], 1000), held([], 0))).toEqual([true]);
    expect(isSecurity("credentials", [{ groups: [4] }], [{ groups: [4, 27] }])).toEqual([true]);
    expect(isSecurity("credentials", [{ groups: [4, 27] }], [{ groups: [4] }])).toEqual([false]);
    expect(isSecurity("credentials", [{ ambient: [] }], [{ ambient: ["CAP_KILL"] }])).toEqual([true]);
    expect(isSecurity("credentials", [{ noNewPrivs: false }], [{ noNewPrivs: true }])).toEqual([false]);
    expect(isSecurity("credentials", [{ noNewPrivs: true }], [{ noNewPrivs: false }])).toEqual([true]);
  });

  test("sockets that begin to listen", () => {
    const socket = (row: Row): Row[] => [{ fd: 3, protocol: "tcp", ...row }];
    expect(isSecurity("sockets", [], socket({ state: "listen", local: "0.0.0.0:22" }))).toEqual([true]);
    expect(isSecurity("sockets", [], socket({ state: "established", remote: "10.0.0.1:22" }))).toEqual([false]);
    expect(isSecurity("sockets", [], socket({ protocol: "udp", state: "close", local: "0.0.0.0:53" }))).toEqual([true]);
    expect(isSecurity("sockets", socket({ state: "listen" }), [])).toEqual([false]);
    // Bound to no address, or to one and connected: nobody else reaches it.
    expect(isSecurity("sockets", [], socket({ protocol: "udp", state: "close" }))).toEqual([false]);
    const connected = { protocol: "udp", state: "established", local: "0.0.0.0:53", remote: "10.0.0.1:53" };
    expect(isSecurity("sockets", [], socket(connected))).toEqual([false]);
  });

  test("seccomp and namespaces", () => {
    expect(isSecurity("seccomp", [{ mode: "filter", filters: 1 }], [])).toEqual([true]);
    expect(isSecurity("namespaces", [{ kind: "net", own: true }], [{ kind: "net", own: false }])).toEqual([true]);
  });

  test("is a filter, also by words", () => {
    const comparison = changesOf(
      { mappings: [mapping(0x1000n, 1)], limits: [{ resource: "RLIMIT_AS", soft: 1n }] },
      { mappings: [mapping(0x1000n, 1, { permissions: "rwxp" })], limits: [{ resource: "RLIMIT_AS", soft: 2n }] },
    );
    const of = (words: string): number[] => [...filterChanges(comparison, { words })];
    expect([...filterChanges(comparison, { security: true })]).toEqual([0]);
    expect(of("security:yes")).toEqual([0]);
    expect(of("resource:limits")).toEqual([1]);
    expect(of("rwx")).toEqual([0]);
    expect(of("RLIMIT_AS")).toEqual([1]);
  });
});

describe("tables", () => {
  test("that only one image records are not compared, and a note says so", () => {
    const { changes, notes } = diff(CHECKPOINT, CHECKPOINT, {
      resources: {
        before: tables({ mappings: [mapping(0x1000n, 1)] }),
        after: { mappings: createTable(resourceNamed("mappings")).finish() },
      },
    });
    expect(changes.count).toBe(0);
    expect(notes).toMatchObject([{ code: "resources-on-one-side" }]);
  });

  test("distinguish an absent value from a value", () => {
    const before = { limits: [{ resource: "RLIMIT_AS", soft: null }] };
    expect(changesJson(changesOf(before, { limits: [{ resource: "RLIMIT_AS", soft: 0n }] })).map(line)).toEqual([
      'limits 7 soft: null → "0"',
    ]);
  });

  test("leave out what advances by itself, what is renumbered, and what is compared elsewhere", () => {
    const row = { kind: "posix", id: 0, interval: "1", value: "0.5", overrun: 0 };
    expect(changesOf({ timers: [row] }, { timers: [{ ...row, value: "0.25", overrun: 3 }] }).changes.count).toBe(0);
    const namespace = (id: number): Row[] => [{ kind: "net", id, own: true }];
    expect(changesOf({ namespaces: namespace(1) }, { namespaces: namespace(2) }).changes.count).toBe(0);
  });
});

describe("text that is not UTF-8", () => {
  const bytes = (...own: number[]) => Uint8Array.from([...encodeText("/x"), ...own]);
  const mounts = (mountpoint: Uint8Array, source: Uint8Array) => ({ mounts: [{ mountpoint, source }] });

  test("is in a sentence, and in the document, by its exact bytes", () => {
    const comparison = changesOf(mounts(bytes(0xff), bytes(0xfe)), mounts(bytes(0xff), bytes(0xfd)));
    expect(changeSentence(comparison, 0)).toBe("pid 7 mount /x\\xff: source /x\\xfe → /x\\xfd");
    expect(changesJson(comparison)).toMatchObject([
      {
        key: { mountpoint: "/x\ufffd", mountpointBytes: "L3j/" },
        before: "/x\ufffd",
        beforeBytes: "L3j+",
        after: "/x\ufffd",
        afterBytes: "L3j9",
      },
    ]);
  });

  test("is in the sentence of a row on one side", () => {
    const comparison = changesOf({ mounts: [] }, mounts(bytes(0xff), bytes(0xfe)));
    expect(changeSentence(comparison, 0)).toBe("pid 7 mount /x\\xff: new, /x\\xfe");
  });
});
