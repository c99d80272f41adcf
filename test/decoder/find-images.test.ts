// Images among files of any kind.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { findImages } from "../../app/decoder/find-images.ts";
import type { Image } from "../../app/decoder/image.ts";
import { openFound, openImage } from "../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { summarise } from "../../app/decoder/summary.ts";
import { encodeText } from "../../app/model/text/text.ts";
import { setSources } from "../support/criu.ts";
import { concat, gzip, tar, zstdRaw } from "../support/tar.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures");
const CASES = join(FIXTURES, "archives/cases");
const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
const caseSource = (name: string): Source => bytesSource(name, bytesOf(join(CASES, name)));

const LINUX_CR = bytesOf(join(FIXTURES, "linux-cr/v23-s1/before.ckpt"));

const folder = (name: string, sources: readonly Source[]): Source[] =>
  sources.map((source) => ({ ...source, name: `${name}/${source.name}` }));

async function names(sources: readonly Source[]): Promise<string[]> {
  return (await findImages(sources)).images.map(({ name, format }) => `${name}: ${format}`);
}

async function opened(sources: readonly Source[], options = {}): Promise<Image> {
  const image = await openImage(sources, options);
  if ("refused" in image) throw new Error(image.refused);
  return image;
}

describe("a folder of images of any kind", () => {
  const files = [
    bytesSource("all/a.ckpt", LINUX_CR),
    bytesSource("all/b.ckpt.gz", gzip(LINUX_CR)),
    bytesSource("all/c.ckpt.zst", zstdRaw(LINUX_CR)),
    bytesSource("all/notes.txt", encodeText("notes")),
    bytesSource("all/broken.tar.gz", gzip(tar([])).subarray(0, 15)),
    ...folder("all/set", setSources("w1/before")),
    bytesSource("all/two.tar", tar([{ name: "x/a.ckpt", bytes: LINUX_CR }])),
    caseSource("checkpoint.stream"),
  ];

  test("offers all of them, and counts the others", async () => {
    const found = await findImages(files);
    expect(found.images.map(({ name, format }) => `${name}: ${format}`)).toEqual([
      "all/a.ckpt: linux-cr",
      "all/b.ckpt.gz: linux-cr",
      "all/c.ckpt.zst: linux-cr",
      "all/set: criu",
      "all/two.tar/x/a.ckpt: linux-cr",
      "checkpoint.stream: criu",
    ]);
    expect(found.ignored).toBe(2);
  });

  test("does not count what file managers leave behind, and says what a single other file is", async () => {
    const clutter = ["._a.ckpt", "__MACOSX/x/._core-1.img", ".DS_Store", "x/Thumbs.db"];
    const some = [
      bytesSource("a.ckpt", LINUX_CR),
      bytesSource("b.ckpt", encodeText("<html>404")),
      ...clutter.map((name) => bytesSource(name, Uint8Array.of(0, 5, 22, 7))),
    ];
    const found = await findImages(some);
    expect(found.images.map(({ name }) => name)).toEqual(["a.ckpt"]);
    expect(found).toMatchObject({
      ignored: 1,
      only: "b.ckpt is a web page, not a checkpoint image. Download the image itself (“raw”, “download”).",
    });
    expect(found.images[0]?.problems).toEqual([]);
    expect((await findImages(files)).only).toBeUndefined();
  });

  test("opens each of them, whatever is beside it", async () => {
    for (const image of (await findImages(files)).images) {
      const { checkpoint } = (await openFound(image)) as Image;
      expect(checkpoint.problems.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(checkpoint.tasks.count).toBeGreaterThan(0);
      expect(await summarise(image)).toMatchObject({ name: image.name, tasks: checkpoint.tasks.count });
    }
  });

  test("lists them where one has to be chosen", async () => {
    expect(await openImage(files)).toMatchObject({
      refused: expect.stringMatching(/^There are 6 images here: all\/a\.ckpt, /),
      choices: expect.arrayContaining(["all/set"]),
    });
    expect((await opened(files, { set: "all/b.ckpt.gz" })).checkpoint.format).toBe("linux-cr");
    expect(await openImage(files, { set: "c" })).toMatchObject({
      refused: expect.stringMatching(/^There is no image c/),
    });
  });
});

describe("a single file", () => {
  test.each([
    ["plain", LINUX_CR],
    ["gzip'd", gzip(LINUX_CR)],
    ["zstd'd", zstdRaw(LINUX_CR)],
    ["gzip'd twice", gzip(gzip(LINUX_CR))],
    ["in a tar", tar([{ name: "dump/a.ckpt", bytes: LINUX_CR }])],
  ])("of a Linux-CR image, %s, is opened", async (_, bytes) => {
    const { checkpoint, sources } = await opened([bytesSource("a.ckpt", bytes)]);
    expect(checkpoint.format).toBe("linux-cr");
    expect(sources[0]?.size).toBe(LINUX_CR.length);
  });

  test.each(["core-1.img", "files.img", "inventory.img", "stats-dump"])(
    "is what its bytes say, not its name: %s",
    async (name) => {
      const { checkpoint } = await opened([bytesSource(name, LINUX_CR)]);
      expect(checkpoint.format).toBe("linux-cr");
      expect((await opened([bytesSource(name, gzip(LINUX_CR))])).checkpoint.format).toBe("linux-cr");
      expect(await openImage([bytesSource(name, encodeText("<!DOCTYPE html><html>"))])).toEqual({
        refused: expect.stringMatching(/ is a web page, not a checkpoint image\./),
      });
    },
  );

  test("of a set whose first bytes say nothing is still a file of a set", async () => {
    const { checkpoint } = await opened([bytesSource("core-1.img", Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))]);
    expect(checkpoint).toMatchObject({ format: "criu", complete: false });
  });

  test("that is gzip'd keeps what comes before a fault, and says so", async () => {
    const packed = gzip(LINUX_CR);
    const { checkpoint } = await opened([bytesSource("a.ckpt.gz", packed.subarray(0, packed.length - 12))]);
    expect(checkpoint.complete).toBe(false);
    expect(checkpoint.problems[0]).toMatchObject({ severity: "error", code: "archive-damaged" });
    expect(checkpoint.tasks.count).toBeGreaterThan(0);
  });

  test.each([
    ["7z\xbc\xaf\x27\x1c", /is a 7z archive/],
    ["\x04\x22\x4d\x18", /is an LZ4 file, .* lz4 -d/],
    ["\x7fELF\x02\x01", /is an ELF file/],
    ["<!DOCTYPE html><html>", /is a web page/],
    ["version https://git-lfs.github.com/spec/v1\n", /is a Git LFS pointer/],
    ['{"a": 1}', /is a JSON document/],
    ['{\n    "magic": "INVENTORY",\n    "entries": []}', /is the JSON that crit decode writes, .* crit encode/],
    ["\0\0\0\0", /is nothing but zeros/],
  ])("that is something else is named: %j", async (text, message) => {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    expect(await openImage([bytesSource("x", bytes)])).toEqual({ refused: expect.stringMatching(message) });
    expect(await openImage([bytesSource("x", gzip(bytes))])).toEqual({
      refused: expect.stringMatching(
        new RegExp(message.source.replace(/^is/, "contains").replace(/\\\..*|, \..*/, "")),
      ),
    });
  });
});

test.each([
  ["a browser", (name: string) => name.replace(/\.img$/, " (1).img")],
  ["a file manager", (name: string) => name.replace(/\.img$/, " copy 2.img")],
  ["a person", (name: string) => name.replace(/\.img$/, ".bin")],
])("a set whose files %s renamed is whole", async (_, rename) => {
  const set = setSources("w1/before");
  const { checkpoint } = await opened(set.map((source) => ({ ...source, name: rename(source.name) })));
  const { checkpoint: original } = await opened(set);
  expect(checkpoint.problems).toEqual([]);
  expect(checkpoint.descriptors.fd).toEqual(original.descriptors.fd);
});

test("a web page in the place of a set's file is named, and not said to be missing", async () => {
  const page = bytesSource("files.img", encodeText("<!DOCTYPE html><html>"));
  const set = setSources("w1/before").map((source) => (source.name === "files.img" ? page : source));
  const { checkpoint } = await opened(set);
  const messages = checkpoint.problems.map(({ message }) => message);
  expect(messages).toContain("files.img is a web page, not a file of CRIU.");
  expect(messages).toContain("files.img cannot be read: no open files are known.");
  expect(messages.filter((message) => message.startsWith("files.img is missing"))).toEqual([]);
  expect(checkpoint.tasks.count).toBe(1);
  const without = await opened(set.filter(({ name }) => name !== "files.img"));
  expect(without.checkpoint.problems.map(({ message }) => message)).toContain(
    "files.img is missing: no open files are known.",
  );
});

describe("archives", () => {
  const set = setSources("w1/before");
  const entry = async ({ name, read, size }: Source) => ({ name: `/var/tmp/${name}`, bytes: await read(0, size) });

  test("with absolute names are read without their slash", async () => {
    const { checkpoint } = await opened([bytesSource("x.tar", tar(await Promise.all(set.map(entry))))]);
    expect(checkpoint.tasks.count).toBe(1);
    expect(checkpoint.problems).toMatchObject([{ severity: "note", code: "absolute-path" }]);
  });

  test("say why they have no image", async () => {
    const outside = tar([{ name: "../core-1.img", bytes: LINUX_CR }]);
    expect(await openImage([bytesSource("x.tar", outside)])).toEqual({
      refused:
        "x.tar contains no checkpoint image (0 files). The path ../core-1.img leads out of the archive; it is skipped.",
    });
  });

  test.each([
    ["a tar", (bytes: Uint8Array) => bytes],
    ["gzip", gzip],
  ])("of %s follow hard and symbolic links", async (_, pack) => {
    const linked = tar([
      { name: "blobs/1", bytes: LINUX_CR },
      { name: "hard.ckpt", type: "1", link: "blobs/1" },
      { name: "dumps/soft.ckpt", type: "2", link: "../hard.ckpt" },
      { name: "gone.ckpt", type: "2", link: "../../etc/passwd" },
    ]);
    const { images } = await findImages([bytesSource("x", pack(linked))]);
    expect(images.map(({ name }) => name)).toEqual(["blobs/1", "dumps/soft.ckpt", "hard.ckpt"]);
    const soft = (await openFound(images[1] as (typeof images)[0])) as Image;
    expect(soft.sources[0]?.size).toBe(LINUX_CR.length);
    expect(soft.checkpoint.problems).toMatchObject([{ severity: "note", code: "archive-link" }]);
  });

  test("say of a file of a set that is a link out of the archive that it is one", async () => {
    const files = await Promise.all(
      setSources("w1/before").map(async ({ name, size, read }) => ({ name, bytes: await read(0, size) })),
    );
    const others = files.filter(({ name }) => name !== "files.img");
    const linked = tar([...others, { name: "files.img", type: "2", link: "../elsewhere" }]);
    const { images } = await findImages([bytesSource("x.tar", linked)]);
    const image = (await openFound(images[0] as (typeof images)[0])) as Image;
    const said = image.checkpoint.problems.map(({ message }) => message);
    expect(said).toContain("files.img is a link to ../elsewhere, which is not in the archive.");
    expect(said.join()).not.toContain("text file");
  });

  test("one after the other are both read", async () => {
    const two = concat([tar([{ name: "a", bytes: LINUX_CR }]), tar([{ name: "b", bytes: LINUX_CR }])]);
    for (const bytes of [two, gzip(two)]) {
      expect(await names([bytesSource("x", bytes)])).toEqual(["a: linux-cr", "b: linux-cr"]);
    }
  });

  test("in folders without number are found in linear time", async () => {
    const many = Array.from({ length: 20_000 }, (_, at) => bytesSource(`s${at}/pstree.img`, new Uint8Array(8)));
    expect((await findImages(many)).images).toHaveLength(20_000);
  });
});

describe("cases", () => {
  test.each([
    ["gz-concat.tgz", []],
    ["small-badcrc.tgz", [["error", "bad-checksum", 1483]]],
    ["small-trail.tgz", [["note", "bytes-after-end", 1491]]],
    ["zflip-plain.tzst", [["error", "bad-checksum", 2261]]],
    ["zst-badsum.tzst", [["error", "bad-checksum", 2261]]],
    ["garbage-noend.tar", [["error", "bad-archive-header", 20992]]],
  ])("%s", async (name, problems) => {
    const { checkpoint } = await opened([caseSource(name)]);
    const ofArchive = checkpoint.problems.filter(({ offset }) => offset !== null);
    expect(ofArchive.map(({ severity, code, offset }) => [severity, code, offset])).toEqual(problems);
    expect(checkpoint.tasks.count).toBe(1);
    if (problems.some(([severity]) => severity === "error")) expect(checkpoint.complete).toBe(false);
  });

  test("a capture of criu-image-streamer, whole and cut", async () => {
    const { checkpoint } = await opened([caseSource("checkpoint.stream")]);
    expect([checkpoint.tasks.count, checkpoint.descriptors.count]).toEqual([1, 16]);
    const bytes = bytesOf(join(CASES, "checkpoint.stream"));
    const cut = await opened([bytesSource("cut", bytes.subarray(0, 4000))]);
    expect(cut.checkpoint.problems.map(({ code }) => code)).toContain("truncated-archive");
    const packed = await opened([bytesSource("x.gz", new Uint8Array(gzipSync(bytes)))]);
    expect(packed.checkpoint.descriptors.count).toBe(16);
  });

  const chain = ["1", "2"].flatMap((name) =>
    readdirSync(join(CASES, "incremental", name)).map((file) =>
      bytesSource(`${name}/${file}`, bytesOf(join(CASES, "incremental", name, file))),
    ),
  );
  test("a pre-dump is opened as a part of the dump on top of it", async () => {
    const inTar = tar(
      await Promise.all(chain.map(async ({ name, read, size }) => ({ name, bytes: await read(0, size) }))),
    );
    for (const sources of [chain, [bytesSource("x.tar", inTar)], [bytesSource("x.tgz", gzip(inTar))]]) {
      const { images, parts } = await findImages(sources);
      expect([images, parts].map((list) => list.map(({ name }) => name))).toEqual([["2"], ["1"]]);
      expect(images[0]?.metadata?.parent).toBe("1");
      expect((await opened(sources, { set: "1" })).checkpoint.tasks.count).toBe(0);
    }
  });
  test("a parent that is a symbolic link in an archive is known", async () => {
    const members = await Promise.all(
      chain.map(async ({ name, read, size }) =>
        name.endsWith("/parent") ? { name, type: "2", link: "../1" } : { name, bytes: await read(0, size) },
      ),
    );
    const { images } = await findImages([bytesSource("x.tar", tar(members))]);
    expect(images.map(({ name, metadata }) => [name, metadata?.parent])).toEqual([["2", "1"]]);
  });
});
