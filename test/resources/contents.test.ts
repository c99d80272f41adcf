// What sets say besides descriptors and tasks, in sets that have it: contents, control groups,
// handlers, labels, contexts.

import { crc32, gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import type { Change } from "../../app/diff/changes.ts";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { encodeText } from "../../app/model/text/text.ts";
import { changesAndNotes, compareImages } from "../support/compare.ts";
import { completeSet } from "../support/complete-set.ts";
import { setSources } from "../support/criu.ts";
import { imageBytes, type Message } from "../support/criu-set.ts";
import { mapNumbers, setNumber, withFile, without } from "../support/edit-set.ts";
import { entries, openSources } from "../support/resources.ts";
import { concat, gzip, type TarEntry, tar } from "../support/tar.ts";

const table = async (set: readonly Source[], name: string) => entries(await openSources(set), name);

const changesOf = async (before: readonly Source[], after: readonly Source[]): Promise<readonly Change[]> =>
  (await changesAndNotes(await openSources(before), await openSources(after))).changes;

const bytesOf = (set: readonly Source[], name: string): Uint8Array => {
  const source = set.find((each) => each.name === name) as Source;
  return source.read(0, source.size) as Uint8Array;
};

/** A message as an entry: its size, and its bytes. */
const framed = (message: Message): Uint8Array => imageBytes("MM", [message]).subarray(8);

const hex = (word: number): string => word.toString(16).padStart(8, "0");

describe("contents", () => {
  const TMPFS = "tmpfs-dev-40.tar.gz.img";
  const unlinked = setSources("w1/before");
  const GHOST = unlinked.find(({ name }) => name.startsWith("ghost-file-"))?.name ?? "";

  test("of a tmpfs are those of its archive, however that is compressed", async () => {
    const archive = gunzipSync(bytesOf(setSources("w7/before"), TMPFS));
    expect(await table(setSources("w7/before"), "contents")).toEqual([
      { kind: "tmpfs", name: "/tmp", size: archive.length, digest: hex(crc32(archive)), file: null },
    ]);
  });

  test("of a tmpfs that differ are a change", async () => {
    const set = setSources("w7/before");
    const archive = bytesOf(set, TMPFS).slice();
    archive[archive.length - 8] = (archive.at(-8) as number) ^ 1;
    expect(await changesOf(set, withFile(set, TMPFS, archive))).toMatchObject([
      { kind: "resource-changed", resource: "contents", key: { kind: "tmpfs", name: "/tmp" }, field: "digest" },
    ]);
  });

  describe("of a tmpfs in another order", () => {
    const set = setSources("w7/before");
    const FILES = [
      { name: "./", type: "5" },
      { name: "./one", bytes: new Uint8Array(700).fill(1) },
      { name: "./empty", bytes: new Uint8Array(0) },
      { name: "./zeros", bytes: new Uint8Array(1024) },
      { name: "./link", type: "2", link: "one" },
    ];
    const archived = (files: readonly TarEntry[]): readonly Source[] => withFile(set, TMPFS, gzip(tar(files)));
    const LONG: TarEntry[] = [
      { name: "././@LongLink", type: "L", bytes: encodeText(`./${"long".repeat(40)}`) },
      { name: "./long" },
    ];

    test("are the same, as after a restore", async () => {
      const before = await openSources(archived([...FILES, ...LONG]));
      const after = await openSources(archived([...LONG, ...FILES.toReversed()]));
      expect((await compareImages(before, after)).changes.count).toBe(0);
      expect((await compareImages(after, before)).changes.count).toBe(0);
    });

    test.each<[string, readonly TarEntry[]]>([
      ["other contents", [{ name: "./one", bytes: new Uint8Array(700).fill(2) }]],
      ["another name", [{ name: "./two", bytes: new Uint8Array(700).fill(1) }]],
      [
        "another link",
        [
          { name: "./one", bytes: new Uint8Array(700).fill(1) },
          { name: "./link", type: "2", link: "two" },
        ],
      ],
    ])("differ with %s", async (_, others) => {
      const names = others.map(({ name }) => name.replace("two", "one"));
      const edited = [...FILES.filter(({ name }) => !names.includes(name)), ...others];
      const comparison = await compareImages(await openSources(archived(FILES)), await openSources(archived(edited)));
      expect(changesJson(comparison)).toMatchObject([
        { resource: "contents", key: { kind: "tmpfs" }, field: "digest" },
      ]);
    });

    test("differ with an archive that cannot be read", async () => {
      const whole = bytesOf(archived(FILES), TMPFS);
      const cut = whole.slice();
      cut[20] = (cut[20] as number) ^ 0xff;
      cut[cut.length - 8] = (cut.at(-8) as number) ^ 1;
      const comparison = await compareImages(
        await openSources(archived(FILES)),
        await openSources(withFile(set, TMPFS, cut)),
      );
      expect(comparison.changes.count).toBe(1);
    });
  });

  test("of an unlinked file are what follows its attributes", async () => {
    const bytes = bytesOf(unlinked, GHOST);
    const start = 12 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
    const contents = bytes.subarray(start);
    const [row] = await table(unlinked, "contents");
    expect(row).toMatchObject({ kind: "unlinked file", size: contents.length, digest: hex(crc32(contents)) });
    expect(contents.length).toBeGreaterThan(0);
    const edited = bytes.slice();
    edited[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    expect(await changesOf(unlinked, withFile(unlinked, GHOST, edited))).toMatchObject([
      { kind: "resource-changed", resource: "contents", field: "digest" },
    ]);
  });

  test("of an unlinked file with holes are those of the file, however it was allocated", async () => {
    const [start, data] = [8192, Uint8Array.from({ length: 4096 }, (_, at) => 1 + (at % 7))];
    const file = new Uint8Array(20_000);
    file.set(data, start);
    const chunk = (from: number, to: number): Uint8Array[] => [
      framed([
        [1, to - from],
        [2, from],
      ]),
      file.subarray(from, to),
    ];
    const ghost = (...parts: readonly Uint8Array[]): readonly Source[] => {
      const attributes = [1, 2, 0o100_600, 4, 5].map((value, at) => [at + 1, value] as const);
      const head = imageBytes("GHOST_FILE", [[...attributes, [9, 1], [10, file.length]]]);
      return withFile(unlinked, GHOST, concat([head, ...parts]));
    };
    const one = ghost(...chunk(start, start + 4096));
    const two = ghost(...chunk(start, start + 100), ...chunk(start + 100, start + 4096));
    const dense = ghost(...chunk(0, file.length));
    for (const set of [one, two, dense]) {
      expect(await table(set, "contents")).toMatchObject([{ size: file.length, digest: hex(crc32(file)) }]);
      expect(await changesOf(one, set)).toEqual([]);
    }
    const moved = ghost(...chunk(0, 4096), ...chunk(start, start + 4095));
    expect(await changesOf(one, moved)).toMatchObject([{ resource: "contents", field: "digest" }]);
  });

  test.each(["apparmor.img", "autofs-40.img"])("of %s that only one set has are a change", async (name) => {
    const kind = name.split(/[-.]/)[0];
    const none = setSources("w1/before");
    const set = withFile(none, name, Uint8Array.of(1, 2, 3));
    const expected = { resource: "contents", key: { kind } };
    expect(await changesOf(none, set)).toMatchObject([{ kind: "resource-added", ...expected }]);
    expect(await changesOf(set, none)).toMatchObject([{ kind: "resource-removed", ...expected }]);
  });

  test("of a tmpfs that only one set has are a change if its mount is in both", async () => {
    const set = setSources("w7/before");
    const other = withFile(set, "tmpfs-dev-41.tar.gz.img", bytesOf(set, TMPFS));
    expect(await changesOf(set, other)).toMatchObject([
      { kind: "resource-added", resource: "contents", key: { kind: "tmpfs", name: "/proc" } },
    ]);
  });

  test("of a tmpfs are in a note if the other set has none", async () => {
    const set = setSources("w7/before");
    const packed = tar(set.map(({ name }) => ({ name, bytes: bytesOf(set, name) })));
    const { changes, notes } = await changesAndNotes(await openSources(set), await openSources(without(set, TMPFS)));
    expect(changes).toEqual([]);
    expect(notes).toMatchObject([
      {
        code: "resources-on-one-side",
        message: "The image after does not record: 1 stored file. They are not compared.",
      },
    ]);
    expect(await changesOf(set, [bytesSource("set.tar.gz", gzip(packed))])).toEqual([]);
  });

  test("of a tmpfs of a set in a compressed archive are compared", async () => {
    const set = setSources("w7/before");
    const archive = bytesOf(set, TMPFS).slice();
    archive[archive.length - 8] = (archive.at(-8) as number) ^ 1;
    const edited = withFile(set, TMPFS, archive);
    const packed = gzip(tar(edited.map(({ name }) => ({ name, bytes: bytesOf(edited, name) }))));
    expect(await changesOf(set, [bytesSource("set.tar.gz", packed)])).toMatchObject([
      { kind: "resource-changed", resource: "contents", key: { kind: "tmpfs", name: "/tmp" }, field: "digest" },
    ]);
  });

  test("of an unlinked file that only one set has are a change if no descriptor refers to the file", async () => {
    const [held] = await table(unlinked, "contents");
    const orphan = mapNumbers(unlinked, "remap-fpath.img", "remap_file_path_entry", (field, value) =>
      field === "remap_file_path_entry.orig_id" ? 0x7fff_fff0n : value,
    );
    const none = without(unlinked, "remap-fpath.img");
    const changes = async (set: readonly Source[]) =>
      (await changesOf(set, none)).filter((change) => "resource" in change && change.resource === "contents");
    expect(held?.file).toEqual(expect.any(Number));
    expect(await changes(unlinked)).toEqual([]);
    expect((await changesOf(unlinked, none)).length).toBeGreaterThan(0);
    expect(await changes(orphan)).toMatchObject([{ kind: "resource-removed", key: { kind: "unlinked file" } }]);
  });

  test("of members that are not taken apart are compared whole", async () => {
    const set = withFile(setSources("w1/before"), "apparmor.img", Uint8Array.of(1, 2, 3));
    const after = withFile(set, "apparmor.img", Uint8Array.of(1, 2, 4));
    expect(await changesOf(set, after)).toMatchObject([
      { kind: "resource-changed", resource: "contents", key: { kind: "apparmor" }, field: "digest" },
    ]);
  });
});

test("sets in compressed archives have the same tables", async () => {
  const set = setSources("w7/before");
  const archive = tar(set.map(({ name }) => ({ name, bytes: bytesOf(set, name) })));
  const packed = await openSources([bytesSource("set.tar.gz", gzip(archive))]);
  const plain = await openSources(set);
  const NAMES = ["addresses", "routes", "rules", "firewall", "mounts", "contents", "cgroupproperties"];
  for (const name of NAMES) {
    expect(await entries(packed, name), name).toEqual(await entries(plain, name));
  }
  expect((await entries(packed, "rules")).length).toBeGreaterThan(0);
});

test("control groups have their properties, each with the path of its group", async () => {
  const rows = await table(completeSet(), "cgroupproperties");
  expect(rows.map(({ path, property, value, mode }) => [path, property, value, mode])).toEqual([
    ["/outer", null, null, 0o644],
    ["/outer", "cpu.max", "max 100000", 0o644],
    ["/outer/inner", null, null, 0o644],
    ["/outer/inner", "memory.max", "4096", 0o644],
  ]);
  expect(new Set(rows.map(({ controllers, threaded }) => `${controllers} ${threaded}`))).toEqual(new Set(["cpu true"]));
});

test("binfmt_misc has its handlers", async () => {
  expect(await table(completeSet(), "binfmt")).toEqual([
    {
      ...{ name: "wine", enabled: true, interpreter: "/usr/bin/wine", flags: "F" },
      ...{ extension: "exe", magic: "4d5a", mask: "ffff", offset: "0", digest: null },
    },
  ]);
});

test("a task has its contexts for asynchronous I/O", async () => {
  expect(await table(completeSet(), "aio")).toEqual([{ pid: 25_572, ring: "1000", requests: 8, length: 4096 }]);
});

test("sockets have labels where SELinux is in use", async () => {
  const labels = async (set: readonly Source[]) =>
    (await table(set, "sockets")).filter(({ label }) => label !== null).map(({ fd, label }) => [fd, label]);
  const label = "system_u:system_r:kernel_t:s0";
  expect(await labels(completeSet())).toEqual([[903, label]]);
  expect(await labels(setNumber(completeSet(), "inventory.img", "inventory_entry", 0, "lsmtype", 2))).toEqual([]);
});

describe("a timer that expires once", () => {
  test("is armed, or not, as a POSIX timer", async () => {
    const timer = (seconds: number): Source[] =>
      ["isec", "insec", "vnsec", "vsec"].reduce(
        (set, field) =>
          setNumber(set, "core-25572.img", "core_entry", 0, `tc.timers.posix.${field}`, field === "vsec" ? seconds : 0),
        completeSet(),
      );
    const [one, later, none] = [timer(7), timer(3), timer(0)] as const;
    expect(await changesOf(one, later)).toEqual([]);
    expect(await changesOf(one, none)).toMatchObject([
      { kind: "resource-changed", resource: "timers", field: "armed", before: true, after: false },
    ]);
  });

  test("is armed, or not, as a descriptor", async () => {
    const timer = (seconds: bigint): Source[] =>
      mapNumbers(setSources("w4/before"), "files.img", "file_entry", (field, value) => {
        if (field === "timerfd_entry.vsec") return seconds;
        return /^timerfd_entry\.(isec|insec|vnsec)$/.test(field) ? 0n : value;
      });
    const [one, later, none] = [timer(7n), timer(3n), timer(0n)] as const;
    expect(await changesOf(one, later)).toEqual([]);
    const changes = await changesOf(one, none);
    expect(changes.length).toBeGreaterThan(0);
    for (const change of changes) {
      expect(change).toMatchObject({ kind: "file-detail", key: "armed", before: true, after: false });
    }
  });
});
