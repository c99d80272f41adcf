// Container archives: the same set as from its directory, whatever the packing; and archives that lie.

import { describe, expect, test } from "vitest";
import { archiveForm } from "../../../app/decoder/archive/forms.ts";
import { type Listed, resolveLinks } from "../../../app/decoder/archive/links.ts";
import type { ArchiveProblem } from "../../../app/decoder/archive/problem.ts";
import { createTarStream, listTar } from "../../../app/decoder/archive/tar.ts";
import { openArchive, type Unpacked } from "../../../app/decoder/archive/unpack.ts";
import { decodeCriuSet, recogniseCriu } from "../../../app/decoder/criu/index.ts";
import { isNeeded } from "../../../app/decoder/criu/sets/find-sets.ts";
import { findImages } from "../../../app/decoder/find-images.ts";
import type { Image } from "../../../app/decoder/image.ts";
import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../../app/decoder/source.ts";
import type { Checkpoint } from "../../../app/model/checkpoint.ts";
import { encodeText, exactText } from "../../../app/model/text/text.ts";
import { fixtureBytes, fixtureSource, setSources } from "../../support/criu.ts";
import { concat, gzip, paxRecord, type TarEntry, tar, tarEntry, zstdRaw } from "../../support/tar.ts";

async function image(inputs: readonly Source[], options = {}): Promise<Image> {
  const response = await openImage(inputs, options);
  if ("refused" in response) throw new Error(response.refused);
  return response;
}

/** The graph of a checkpoint: without members, records and facts, which packing may change. */
const graph = ({ tasks, tables, descriptors, files }: Checkpoint) => ({
  tasks: { ...tasks, record: null, commOffset: null },
  tables: { ...tables, record: null },
  descriptors: { ...descriptors, record: null },
  files: { ...files, record: null, nameOffset: null },
});

describe("packed sets", () => {
  test.each([
    ["archives-by-hand/w7-podman-before.tar", "w7/before"],
    ["archives-by-hand/w7-podman-before.tar.gz", "w7/before"],
    ["archives-by-hand/w7-podman-before.tar.zst", "w7/before"],
    ["archives-by-hand/w7-podman-after.tar.gz", "w7/after"],
    ["archives-by-hand/w7-podman-after.tar.zst", "w7/after"],
  ])("%s shows what %s shows", async (archive, directory) => {
    const packed = (await image([fixtureSource(archive)])).checkpoint;
    const plain = (await decodeCriuSet(setSources(directory))).checkpoint;
    expect(packed.problems).toEqual([]);
    expect(packed.complete).toBe(true);
    expect(graph(packed)).toEqual(graph(plain));
    expect(packed.time).toBe(Date.parse("2025-06-15T15:06:40.5Z") / 1000);
    expect(packed.facts).toEqual(
      expect.arrayContaining([
        { label: "container", value: "demo" },
        { label: "image", value: "localhost/demo:latest" },
        { label: "engine", value: "Podman" },
        { label: "runtime", value: "crun" },
        { label: "address", value: "10.88.0.9/16" },
        { label: "host name", value: "demo-container" },
      ]),
    );
    expect(packed.members.map(({ name }) => name)).toContain("stats-dump");
  });

  test.each(["w1-before.tar.gz", "w1-after.tar.zst"])("opens %s, whose names begin with ./", async (name) => {
    const { checkpoint } = await image([fixtureSource(`packed/${name}`)]);
    expect(checkpoint.problems).toEqual([]);
    expect(checkpoint.complete).toBe(true);
    expect(checkpoint.tasks.count).toBe(1);
    expect(checkpoint.members.some((member) => member.name.endsWith("pages-1.img"))).toBe(true);
  });

  test("names no archive by its name", async () => {
    const bytes = fixtureBytes("archives-by-hand/w7-podman-before.tar.zst");
    const { checkpoint } = await image([bytesSource("checkpoint.tar.gz", bytes)]);
    expect(checkpoint.tasks.count).toBe(2);
  });

  test("does not read the pages of a plain tar", async () => {
    const whole = fixtureSource("archives-by-hand/w7-podman-before.tar");
    const listed = await listTar(whole);
    const pages = listed.members.filter(({ name }) => name.includes("/pages-"));
    const reads: [number, number][] = [];
    const watched: Source = {
      ...whole,
      read: (offset, length) => {
        reads.push([offset, offset + length]);
        return whole.read(offset, length);
      },
    };
    await image([watched]);
    // The walk from header to header reads 64 KiB at a time; no read begins within a page image's body.
    for (const { offset, size } of pages) {
      expect(reads.filter(([from]) => from >= offset && from < offset + size)).toEqual([]);
    }
  });
});

describe("finding sets", () => {
  const member = (name: string, bytes: Uint8Array): TarEntry => ({ name, bytes });
  const w2 = setSources("w2/before").map(({ name }) => member(name, fixtureBytes(`w2/before/${name}`)));

  test("offers both sets of a folder of two", async () => {
    const both = setSources("w1");
    const response = await openImage(both);
    expect(response).toMatchObject({ choices: ["after", "before"] });
    const { checkpoint } = await image(both, { set: "before" });
    expect(checkpoint.tasks.count).toBe(1);
  });

  test("takes a set at the top of an archive", async () => {
    const { checkpoint } = await image([bytesSource("x", tar(w2))]);
    expect(checkpoint.tasks.count).toBe(6);
    expect(checkpoint.complete).toBe(true);
  });

  test.each([
    ["a plain tar", (bytes: Uint8Array) => bytes],
    ["gzip", gzip],
    ["zstd", zstdRaw],
  ])("opens the containers of a pod packed as %s", async (_, pack) => {
    const pod = tar([
      member("pod.options", encodeText("{}")),
      member("one.tar.gz", fixtureBytes("archives-by-hand/w7-podman-before.tar.gz")),
      member("two.tar", tar(w2)),
      member("rootfs-diff.tar", tar(w2)),
    ]);
    const { images } = await findImages([bytesSource("pod.tar", pack(pod))]);
    expect(images.map(({ name }) => name)).toEqual(["one.tar.gz/checkpoint", "two.tar"]);
    const { checkpoint } = await image([bytesSource("pod.tar", pack(pod))], { set: "two.tar" });
    expect(checkpoint.tasks.count).toBe(6);
  });

  test("takes renamed files by their magic", async () => {
    const renamed = setSources("w1/before").map((source, index) => ({ ...source, name: `upload${index}` }));
    const { checkpoint } = await image(renamed);
    expect(checkpoint.files.count).toBe(21);
  });

  test("refuses what is not an image, with a sentence", async () => {
    const refused = async (bytes: Uint8Array) => openImage([bytesSource("x.bin", bytes)]);
    expect(await refused(encodeText("hello"))).toEqual({ refused: "x.bin is a text file, not a checkpoint image." });
    expect(await refused(tar([member("readme", encodeText("x"))]))).toEqual({
      refused: "x.bin contains no checkpoint image (1 file).",
    });
    expect(await refused(Uint8Array.of(1, 200, 3))).toEqual({
      refused: "x.bin is not a Linux-CR image, a CRIU image or an archive that contains one.",
    });
    const broken = gzip(tar([member("checkpoint/files.img", new Uint8Array(5000))])).subarray(0, 30);
    expect(await openImage([bytesSource("x.gz", broken)])).toEqual({
      refused: expect.stringMatching(/^x\.gz contains nothing that can be read\. The compressed data is cut off/),
    });
    expect(await openImage([])).toEqual({ refused: "There are no files here." });
  });

  test("recognises inputs by name and bytes", () => {
    expect(recogniseCriu("files.img", fixtureBytes("w1/before/files.img"))).toBe("image");
    expect(recogniseCriu("a", fixtureBytes("w1/before/inventory.img"))).toBe("image");
    expect(recogniseCriu("a", fixtureBytes("archives-by-hand/w7-podman-before.tar").subarray(0, 512))).toBe("archive");
    expect(recogniseCriu("a", encodeText("hello"))).toBeNull();
  });
});

describe("tar", () => {
  const files = async (bytes: Uint8Array) => {
    const { members, problems } = await listTar(bytesSource("x", bytes));
    const names = members.map(({ name, offset, size }) => [
      name,
      new TextDecoder().decode(bytes.subarray(offset, offset + size)),
    ]);
    return { names, codes: problems.map(({ code }) => code) };
  };
  const long = `${"d".repeat(150)}/file`;
  const a = encodeText("aaa");

  test.each<[string, Uint8Array, string[][], string[]]>([
    ["plain names", tar([{ name: "./x", bytes: a }]), [["x", "aaa"]], []],
    ["a prefix", tar([{ name: "x", prefix: "p/q", bytes: a }]), [["p/q/x", "aaa"]], []],
    [
      "GNU long names",
      tar([
        { name: "@", type: "L", bytes: encodeText(`${long}\0`) },
        { name: "x", bytes: a },
      ]),
      [[long, "aaa"]],
      [],
    ],
    [
      "PAX paths and sizes",
      tar([
        { name: "@", type: "x", bytes: concat([paxRecord("path", long), paxRecord("size", "3")]) },
        { name: "x", bytes: a, size: 0 },
        { name: "y", bytes: a },
      ]),
      [
        [long, "aaa"],
        ["y", "aaa"],
      ],
      [],
    ],
    [
      "sizes in base 256",
      tar([{ name: "x", bytes: a, size: Uint8Array.from([128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]) }]),
      [["x", "aaa"]],
      [],
    ],
    [
      "paths that lead out",
      tar([
        { name: "../x", bytes: a },
        { name: "/etc/x", bytes: a },
        { name: "a/../../b", bytes: a },
        { name: "/etc/y", bytes: a },
      ]),
      [
        ["etc/x", "aaa"],
        ["etc/y", "aaa"],
      ],
      ["unsafe-path", "absolute-path", "unsafe-path"],
    ],
    [
      "a size past the end",
      concat([tarEntry({ name: "x", bytes: a, size: 1e6 })]),
      [["x", `aaa${"\0".repeat(509)}`]],
      ["truncated-archive"],
    ],
    [
      "a size of 2^62",
      tar([{ name: "x", bytes: a, size: Uint8Array.from([128, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0]) }]),
      [],
      ["bad-archive-header"],
    ],
    [
      "a damaged header",
      concat([tarEntry({ name: "x", bytes: a }), new Uint8Array(512).fill(7)]),
      [["x", "aaa"]],
      ["bad-archive-header"],
    ],
    ["no end mark", tarEntry({ name: "x", bytes: a }), [["x", "aaa"]], ["archive-without-end"]],
    [
      "a size that is not a whole number",
      tar([
        { name: "x", bytes: a },
        { name: "@", type: "x", bytes: paxRecord("size", "2.5") },
        { name: "y", bytes: a },
      ]),
      [["x", "aaa"]],
      ["bad-archive-header"],
    ],
    [
      "damaged PAX",
      tar([
        { name: "@", type: "x", bytes: encodeText("99999 path=x\n") },
        { name: "y", bytes: a },
      ]),
      [["y", "aaa"]],
      ["bad-pax-header"],
    ],
  ])("%s", async (_, bytes, names, codes) => {
    expect(await files(bytes)).toEqual({ names, codes });
    // The same bytes, streamed in pieces of an awkward size.
    const found: string[][] = [];
    const problems: ArchiveProblem[] = [];
    let text: string[] = [];
    const stream = createTarStream(
      {
        entry: ({ name }) => {
          text = [name, ""];
          return (piece) => {
            text[1] += new TextDecoder().decode(piece);
            return true;
          };
        },
        entryEnd: () => found.push(text),
      },
      (problem) => problems.push(problem),
    );
    for (let at = 0; at < bytes.length && stream.push(bytes.subarray(at, at + 97)); at += 97);
    stream.end();
    expect(found).toEqual(names);
    expect(problems.map(({ code }) => code)).toEqual(codes);
  });

  test.each([
    ["7", 7],
    ["2.5", 3],
  ])("give a sparse file the size that its header states, if that is a whole number: %s", (text, size) => {
    const sizes: number[] = [];
    const bytes = tar([
      {
        name: "@",
        type: "x",
        bytes: concat([paxRecord("GNU.sparse.major", "1"), paxRecord("GNU.sparse.realsize", text)]),
      },
      { name: "y", bytes: encodeText("aaa") },
    ]);
    const entry = (each: { readonly size: number }) => {
      sizes.push(each.size);
      return null;
    };
    createTarStream({ entry, entryEnd: () => {} }, () => {}).push(bytes);
    expect(sizes).toEqual([size]);
  });

  test.each([
    ["plain", (bytes: Uint8Array) => bytes],
    ["compressed", gzip],
  ])("has the contents of a hard link's target under its name: %s", async (_, pack) => {
    const bytes = pack(
      tar([
        { name: "x", bytes: a },
        { name: "y", type: "1", link: "./x" },
        { name: "z", type: "1", link: "../x" },
      ]),
    );
    const needs = { needed: () => true, neededBytes: () => true };
    const form = archiveForm(bytes);
    if (form === null) throw new Error("it is no archive");
    const { members } = await openArchive(bytesSource("x.tar", bytes), form, needs);
    expect(members.map(({ name }) => name)).toEqual(["x", "y"]);
    expect(await members[1]?.read(0, 10)).toEqual(a);
  });

  test("ends at a header with a wrong checksum", async () => {
    const bytes = tar([
      { name: "x", bytes: a },
      { name: "y", bytes: a },
    ]);
    // In the name of the second member.
    bytes[1024] = 0x7a;
    const { members, problems } = await listTar(bytesSource("x", bytes));
    expect(members.map(({ name }) => name)).toEqual(["x"]);
    expect(problems.map(({ code, offset }) => [code, offset])).toEqual([["bad-archive-header", 1024]]);
  });

  test("keeps names that are not UTF-8 apart, and says which is meant", async () => {
    const [one, other] = [0xfe, 0xff].map((byte) => exactText(Uint8Array.of(0x61, byte)));
    const packed = tar([
      { name: `${one}`, bytes: a },
      { name: `${other}`, bytes: a },
      { name: "@", type: "L", bytes: Uint8Array.of(0x2e, 0x2e, 0x2f, 0xff) },
      { name: "x", bytes: a },
    ]);
    const { members, problems } = await listTar(bytesSource("t", packed));
    expect(members.map(({ name }) => name)).toEqual([one, other]);
    expect(problems.map(({ message }) => message)).toEqual([
      "The path ../\\xff leads out of the archive; it is skipped.",
    ]);
  });

  test("opens a set by a name that is not UTF-8, and by what a link makes of it", async () => {
    const directory = exactText(Uint8Array.of(0x61, 0xff));
    const members = (name: string) =>
      setSources("w1/before").map((source) => ({ name: `${name}/${source.name}`, bytes: source.read(0, source.size) }));
    const entries = await Promise.all(
      [...members(directory), ...members("b")].map(async ({ name, bytes }) => ({ name, bytes: await bytes })),
    );
    const packed = bytesSource("t.tar", tar(entries));
    const refusal = await openImage([packed], {});
    expect("refused" in refusal && refusal.refused).toContain("a\\xff");
    for (const set of [directory, "a\ufffd"]) {
      expect((await image([packed], { set })).checkpoint.tasks.count).toBeGreaterThan(0);
    }
  });

  test("lets the later of two members with one path win, and says so", async () => {
    const twice = tar([
      { name: "./x", bytes: encodeText("old") },
      { name: "x", bytes: encodeText("new") },
    ]);
    for (const pack of [(bytes: Uint8Array) => bytes, gzip]) {
      const packed = pack(twice);
      const form = archiveForm(packed);
      if (form === null) throw new Error("no archive");
      const { members, problems } = await openArchive(bytesSource("t", packed), form, {
        needed: () => true,
        neededBytes: () => true,
      });
      expect(members.length).toBe(1);
      expect(new TextDecoder().decode(await members[0]?.read(0, 3))).toBe("new");
      expect(problems.map(({ code }) => code)).toEqual(["duplicate-member"]);
    }
  });
});

describe("links in archives", () => {
  const member = (name: string): Listed => ({
    entry: { name, size: 0, modified: 0 },
    source: bytesSource(name, new Uint8Array(0)),
  });
  const link = (name: string, symbolicLink: string): Listed => ({
    entry: { name, size: 0, modified: 0, symbolicLink },
    source: null,
  });
  const dangling = (listed: readonly Listed[]): string[] => {
    const messages: string[] = [];
    resolveLinks(listed, ({ message }) => messages.push(message.split(" ")[0] ?? ""));
    return messages;
  };

  test("to folders, however deep, are not said to lead nowhere", () => {
    const listed = [member("a/b/c/d.img"), link("x/1", "../a"), link("x/2", "../a/b"), link("x/3", "../a/b/c")];
    expect(dangling([...listed, link("x/4", "../a/b/c/e"), link("x/5", "../a/b/c/d.i"), link("x/6", "/a/b")])).toEqual([
      "x/4",
      "x/5",
    ]);
  });

  // Comparing each with the name of every member would take minutes.
  test("that lead nowhere take time in proportion to their number", () => {
    const listed = Array.from({ length: 250_000 }, (_, at) => link(`parent${at}`, "nowhere"));
    expect(dangling(listed)).toHaveLength(listed.length);
  });
});

describe("archives that want too much", () => {
  const open = (bytes: Uint8Array, limits = {}): Promise<Unpacked> =>
    openArchive(bytesSource("x", bytes), archiveForm(bytes) ?? "tar", {
      needed: isNeeded,
      neededBytes: () => false,
      limits,
    });
  const zeros = new Uint8Array(8 << 20);

  test("stops unpacking gzip at the limit", async () => {
    const { problems } = await open(gzip(tar([{ name: "pages-1.img", bytes: zeros }])), { unpacked: 1 << 20 });
    expect(problems.map(({ code }) => code)).toContain("archive-too-large");
  });

  test("stops unpacking zstd at the limit", async () => {
    const rle = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x38]);
    // A block of one byte repeated 128 Ki times, a thousand times over.
    const block = Uint8Array.from([0x02, 0x00, 0x10, 0x00]);
    const header = tarEntry({ name: "pages-1.img", size: 2 ** 31 });
    const first = Uint8Array.from([(header.length << 3) & 255, (header.length << 3) >> 8, 0]);
    const bomb = concat([rle, first, header, ...Array.from({ length: 1000 }, () => block)]);
    const { problems } = await open(bomb, { unpacked: 4 << 20 });
    expect(problems.map(({ code }) => code)).toContain("archive-too-large");
  });

  test.each([0.1, 0.25, 0.6, 1])("keeps what there is of a member that ends after %d of its size", async (part) => {
    const content = Uint8Array.from({ length: 3 << 20 }, (_, at) => (at * 2_654_435_761) >>> 24);
    const archive = tar([{ name: "files.img", bytes: content }]);
    const length = Math.floor(content.length * part);
    const { members } = await open(gzip(archive.subarray(0, 512 + length)));
    expect(members.map(({ name, size }) => [name, size])).toEqual([["files.img", length]]);
    expect(Buffer.compare((await members[0]?.read(0, length)) ?? zeros, content.subarray(0, length))).toBe(0);
  });

  test("keeps no more than the limit, and passes over what it does not need", async () => {
    const bytes = gzip(
      tar([
        { name: "files.img", bytes: zeros },
        { name: "pages-1.img", bytes: zeros },
        { name: "pstree.img", bytes: encodeText("abcd") },
      ]),
    );
    const { members, problems } = await open(bytes, { kept: 1 << 20 });
    expect(problems.map(({ code }) => code)).toEqual(["archive-too-large"]);
    expect(members.map(({ name, size }) => [name, size])).toEqual([
      ["files.img", zeros.length],
      ["pages-1.img", zeros.length],
      ["pstree.img", 4],
    ]);
    await expect(members[0]?.read(0, 1)).rejects.toThrow("not kept");
    await expect(members[1]?.read(0, 1)).rejects.toThrow("not kept");
    expect(await members[2]?.read(0, 4)).toEqual(encodeText("abcd"));
  });

  test("refuses a zstd window that no honest archive needs", async () => {
    const { problems } = await open(zstdRaw(tar([]), 0xff));
    expect(problems[0]?.code).toBe("archive-damaged");
    expect(problems[0]?.message).toMatch(/window/);
  });
});
