// Values that mean something else than their number suggests.

import { describe, expect, test } from "vitest";
import { lockKindName, lockTypeName, statDeviceText } from "../../../../app/decoder/criu/format/meaning.ts";
import { decodeCriuSet } from "../../../../app/decoder/criu/index.ts";
import type { Source } from "../../../../app/decoder/source.ts";
import type { Field } from "../../../../app/model/fields.ts";
import { deviceText } from "../../../../app/model/names/named-values.ts";
import { lastRecordFrom, recordMember } from "../../../../app/model/records.ts";
import { type DescribedSet, describedSet, setSources } from "../../../support/criu.ts";
import { setNumber } from "../../../support/edit-set.ts";

/** The fields of all entries of a file of a set. */
async function fieldsOf(sources: readonly Source[], name: string): Promise<Field[]> {
  const { checkpoint, fields } = await decodeCriuSet(sources);
  const found: Field[] = [];
  for (let record = 0; record < checkpoint.records.count; record++) {
    if (checkpoint.members[recordMember(checkpoint.records, record)]?.name === name)
      found.push(...(await fields(record)));
  }
  return found;
}

const fact = ({ checkpoint }: DescribedSet, label: string): string | undefined =>
  checkpoint.facts.find((candidate) => candidate.label === label)?.value;

describe("the size of a page", () => {
  test("is that of the auxiliary vector", async () => {
    const sources = setSources("cases/aarch64-64k-pages");
    expect(fact(await describedSet(sources), "memory")).toBe("1 MiB in 16 pages of 64 KiB");
    const head = (await fieldsOf(sources, "pagemap-14115.img")).find(({ name }) => name === "pages_id");
    expect(head?.meaning).toBe("pages-1.img: 1 MiB in 16 pages of 64 KiB");
  });

  test("is the machine's only one, or unknown, if no task's memory says it", async () => {
    const withoutMm = (name: string) => setSources(name).filter((source) => !source.name.startsWith("mm-"));
    expect(fact(await describedSet(withoutMm("cases/aarch64-64k-pages")), "memory")).toBe("16 pages of unknown size");
    expect(fact(await describedSet(withoutMm("cases/file-locks")), "memory")).toMatch(/ pages of 4 KiB$/);
  });

  test.each([4096, 16_384, 65_536])("may be %i", async (size) => {
    const sources = setSources("cases/aarch64-64k-pages");
    const { fields, checkpoint } = await decodeCriuSet(sources);
    const member = checkpoint.members.findIndex(({ name }) => name.startsWith("mm-"));
    const entry = lastRecordFrom(checkpoint.records, member, Number.POSITIVE_INFINITY);
    const vector = (await fields(entry)).filter(({ name }) => name.startsWith("mm_saved_auxv["));
    const at = vector.findIndex(({ raw }, index) => index % 2 === 0 && raw === "6") + 1;
    expect(vector[at]?.raw).toBe("65536");
    const edited = sources.map((source) => {
      if (!source.name.startsWith("mm-")) return source;
      const bytes = new Uint8Array(source.read(0, source.size) as Uint8Array);
      // The tag and a varint of three bytes, which has room for smaller sizes too.
      const value = (vector[at] as Field).offset + (vector[at] as Field).length - 3;
      bytes.set([(size & 127) | 128, ((size >> 7) & 127) | 128, size >> 14], value);
      return { ...source, read: (offset: number, length: number) => bytes.subarray(offset, offset + length) };
    });
    expect(fact(await describedSet(edited), "memory")).toBe(
      `${(size * 16) / 1024 >= 1024 ? "1 MiB" : `${size / 64} KiB`} in 16 pages of ${size / 1024} KiB`,
    );
  });
});

describe("device numbers", async () => {
  const sources = setSources("cases/tty-device");
  const set = await describedSet(sources);

  test("of terminals are those of stat(2)", () => {
    const devices = set.document.files.filter(({ kind }) => kind === "tty").map(({ details }) => details.device);
    expect(new Set(devices)).toEqual(new Set(["5:2", "136:0"]));
  });

  test("of terminals are so in records too", async () => {
    const found = await fieldsOf(sources, "tty-info.img");
    const meanings = found.filter(({ name }) => name === "rdev").map(({ meaning }) => meaning);
    expect(new Set(meanings)).toEqual(new Set(["5:2", "136:0"]));
    expect(found.filter(({ name }) => name === "dev").every(({ meaning }) => /^0:\d+$/.test(meaning ?? ""))).toBe(true);
  });

  test("have minor numbers of 20 bits, and two forms", () => {
    expect(statDeviceText(0x502)).toBe("5:2");
    expect(statDeviceText(0x12f08834)).toBe("136:77620");
    expect(statDeviceText(0xfff0ffff)).toBe("255:1048575");
    expect(deviceText(0x00800001)).toBe("8:1");
  });
});

describe("locks", async () => {
  const found = await fieldsOf(setSources("cases/file-locks"), "filelocks.img");

  test("are of CRIU's four kinds", () => {
    const kinds = found.filter(({ name }) => name === "flag").map(({ raw, meaning }) => [raw, meaning]);
    expect(kinds).toEqual([
      ["2", "FLOCK"],
      ["1", "POSIX"],
      ["4", "OFD"],
      ["8", "LEASE"],
    ]);
    expect(lockKindName(16)).toBeNull();
  });

  test("have the types of fcntl(2)", () => {
    expect(found.filter(({ name }) => name === "type").map(({ meaning }) => meaning)).toEqual([
      "F_WRLCK",
      "F_WRLCK",
      "F_RDLCK",
      "F_RDLCK",
    ]);
    expect(lockTypeName(5)).toBe("F_WRLCK, LEASE_BREAKING");
    expect(lockTypeName(3)).toBeNull();
  });
});

test("locks are details of the open files that have them", async () => {
  const sources = setSources("cases/file-locks");
  const { file, checkpoint } = await describedSet(sources);
  const lock = { pid: 5062, start: "0", length: "0" };
  expect([3, 4, 5, 6].map((fd) => file(fd).details.locks)).toEqual([
    [{ kind: "FLOCK", type: "F_WRLCK", ...lock, fd: 3 }],
    [{ kind: "POSIX", type: "F_WRLCK", ...lock, fd: 4, start: "10", length: "20" }],
    [{ kind: "OFD", type: "F_RDLCK", ...lock, fd: 5 }],
    [{ kind: "LEASE", type: "F_RDLCK", ...lock, fd: 6 }],
  ]);
  const found = (await fieldsOf(sources, "filelocks.img")).filter(({ name }) => name === "fd");
  const rows = [3, 4, 5, 6].map((fd) => checkpoint.files.id.indexOf(file(fd).id));
  expect(found.map(({ refers }) => refers)).toEqual(rows.map((row) => ({ to: "file", row })));
});

describe("external files", async () => {
  const set = await describedSet(setSources("cases/gpu-plugin"));

  test("have the images of the plugin that saved them", () => {
    expect(set.file(20)).toMatchObject({ id: 90, name: "external:[amdgpu-kfd-90.img]" });
    expect(set.file(21)).toMatchObject({ id: 91, name: "external:[amdgpu-renderD-91.img]" });
    expect(set.file(20).details).toEqual({ plugin: "amdgpu_plugin", pluginImage: "amdgpu-kfd-90.img" });
  });

  test("are of plugins that the set names", () => {
    expect(fact(set, "plugins")).toBe("amdgpu_plugin");
  });

  test("have no image if the set lacks it", async () => {
    const sources = setSources("cases/gpu-plugin").filter(({ name }) => !name.startsWith("amdgpu-kfd"));
    const { file } = await describedSet(sources);
    expect(file(20)).toMatchObject({ name: "external:[CRIU id 90]", details: { pluginImage: null } });
  });
});

describe("options of sockets", async () => {
  const sources = setSources("cases/s390x");
  const { file } = await describedSet(sources);

  test("have the names of socket(7)", () => {
    const options = [8, 9, 15].map((fd) => file(fd).details.options);
    expect(options).toEqual([{ SO_REUSEADDR: true }, { IPV6_V6ONLY: true }, {}]);
    expect(file(8).details.buffers).toEqual({ SO_SNDBUF: expect.any(Number), SO_RCVBUF: expect.any(Number) });
  });
});

test.each([
  ["opts.so_reuseport", 1, { SO_REUSEPORT: true }],
  ["opts.so_keepalive", 1, { SO_KEEPALIVE: true }],
  ["opts.so_linger", 0, { SO_LINGER: 0 }],
  ["opts.tcp_keepidle", 60, { TCP_KEEPIDLE: 60 }],
  ["opts.so_rcv_tmo_sec", 2, { SO_RCVTIMEO: "2.000000" }],
  ["opts.so_mark", 7, { SO_MARK: 7 }],
])("%s is an option of a socket", async (field, value, options) => {
  const sources = setSources("cases/newer-criu");
  const row = (await describedSet(sources)).document.files.findIndex(({ name }) => name?.includes(":8601"));
  const edited = setNumber(sources, "files.img", "file_entry", row, `isk.${field}`, value);
  const { document } = await describedSet(edited);
  expect(document.files[row]?.details.options).toEqual(options);
});

test("what is newer than CRIU 4.2 is named", async () => {
  const set = await describedSet(setSources("cases/newer-criu"));
  expect(fact(set, "written by")).toBe("CRIU newer than 4.2");
  expect(set.document.complete).toBe(true);
  expect(set.document.problems.map(({ code }) => code)).toEqual(["newer-version", "newer-criu", "unknown-member"]);
  const named = set.document.problems.find(({ code }) => code === "newer-criu")?.message ?? "";
  expect(named).toContain("open files of type 21");
  expect(named).toContain("compressed_size of pagemap_entry");
  expect(named).toContain("field 23 of file_entry");
  expect(set.file(40)).toMatchObject({ kind: "unknown", name: "unknown type 21" });
});

test.each([
  ["w1/before", "CRIU 4.2 or later"],
  ["w1-criu3.19/before", "CRIU 3.16 to 4.1"],
  ["legacy-v1-by-hand/w1-before", "CRIU 1.5 or earlier"],
  ["legacy-v1.1-by-hand/w1-before", "CRIU 3.3 or earlier"],
  ["aborted-criu3.19", "CRIU 3.14 or later"],
])("%s says which releases can have written it", async (directory, releases) => {
  expect(fact(await describedSet(setSources(directory)), "written by")).toBe(releases);
});

describe("pidfds", async () => {
  const sources = setSources("cases/pidfd-dead");
  const { file } = await describedSet(sources);

  test("of processes that have ended say so, with the inode that identifies the process", () => {
    expect(file(7, 25170)).toMatchObject({ name: "pidfd:[ended process, inode 25176]", kind: "pidfd" });
    expect(file(6, 25174)).toMatchObject({ name: "pidfd:[ended process, inode 25176]" });
    expect(file(7, 25170).details).toEqual({ pid: null, ended: true, inode: 25176 });
  });

  test("of others have the pid", () => {
    expect(file(3, 25170)).toMatchObject({ name: "pidfd:[pid 25173]", details: { pid: 25173 } });
  });

  test("have inodes of 64 bits", async () => {
    const row = (await describedSet(sources)).document.files.findIndex(({ id }) => id === file(7, 25170).id);
    const large = setNumber(sources, "files.img", "file_entry", row, "pidfd.ino", (1n << 63n) + 5n);
    const set = await describedSet(large);
    expect(set.file(7, 25170).name).toBe("pidfd:[ended process, inode 9223372036854775813]");
    expect(set.file(7, 25170).details).toMatchObject({ inode: "9223372036854775813" });
  });
});

test("raw sockets have addresses without ports", async () => {
  const { file } = await describedSet(setSources("cases/s390x"));
  expect(file(3).details).toMatchObject({ type: "raw", source: "0.0.0.0", destination: "0.0.0.0" });
  expect(file(5).details).toMatchObject({ type: "raw", source: "::", destination: "::" });
  expect(file(8).details).toMatchObject({ source: "[::]:8461" });
});

test("the number of a namespace is CRIU's, not the inode that /proc shows", async () => {
  const { document } = await describedSet(setSources("w4x/before"));
  const names = document.files.filter(({ kind }) => kind === "namespace").map(({ name }) => name);
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(name).toMatch(/^[a-z]+:\[CRIU id \d+\]$/);
});

test("threads have their names, and zombies the way they ended", async () => {
  const { document } = await describedSet(setSources("cases/tty-device"));
  const threads = document.tasks.find(({ pid }) => pid === 11113)?.details?.threadNames;
  expect(threads).toEqual([11119, 11120, 11121, 11122, 11123].map((tid) => ({ tid, name: expect.any(String) })));
  const dead = (await describedSet(setSources("cases/pidfd-dead"))).document.tasks;
  expect(dead.filter(({ state }) => state === "zombie").map(({ exit }) => exit)).toEqual([
    { code: 3 },
    { signal: "SIGSEGV" },
  ]);
});
