// ZIP archives: as programs write them, cut anywhere, damaged, and those that cannot be read.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openArchive, type UnpackOptions } from "../../../app/decoder/archive/unpack.ts";
import { openImage } from "../../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../../app/decoder/source.ts";
import { encodeText } from "../../../app/model/text/text.ts";
import { setSources } from "../../support/criu.ts";
import { gzip, tar } from "../../support/tar.ts";
import { type ZipEntry, zip } from "../../support/zip.ts";

const ZIPS = join(import.meta.dirname, "../../fixtures/archives/zip");
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(ZIPS, name)));

const PROGRAMS = ["info-zip.zip", "info-zip-streamed.zip", "info-zip-zip64.zip", "python.zip", "python-stored.zip"];

async function contents(bytes: Uint8Array, options: Partial<UnpackOptions> = {}) {
  const { members, problems } = await openArchive(bytesSource("x.zip", bytes), "zip", {
    needed: () => true,
    neededBytes: () => true,
    ...options,
  });
  const texts = await Promise.all(members.map(async (each) => [each.name, await textOf(each)] as const));
  return { members, texts, codes: problems.map(({ code }) => code), problems };
}

const textOf = async ({ size, read }: Source): Promise<string> => new TextDecoder("latin1").decode(await read(0, size));

const a = encodeText("aaa".repeat(100));
const files: readonly ZipEntry[] = [
  { name: "dump/x", bytes: a },
  { name: "dump/y", bytes: encodeText("yes"), method: 0 },
  { name: "z", bytes: encodeText("last") },
];

describe("ZIP archives", () => {
  test.each(PROGRAMS)("%s has the files of its set", async (name) => {
    const { members, codes } = await contents(fixture(name));
    const set = new Map(setSources("w1/before").map((source) => [source.name, source]));
    expect(codes).toEqual([]);
    expect(members.length).toBeGreaterThan(10);
    for (const member of members) {
      const own = set.get(member.name.replace(/^dump\//, ""));
      expect(await textOf(member)).toBe(own === undefined ? undefined : await textOf(own));
    }
  });

  test.each(PROGRAMS)("%s opens as the set does", async (name) => {
    const found = await openImage([bytesSource(name, fixture(name))]);
    if ("refused" in found) throw new Error(found.refused);
    expect(found.checkpoint).toMatchObject({ format: "criu", problems: [], tasks: { count: 1 } });
    expect(found.checkpoint.descriptors.count).toBe(found.checkpoint.descriptors.fd.length);
    expect(found.checkpoint.descriptors.count).toBeGreaterThan(5);
  });

  test("have archives in them", async () => {
    const set = await Promise.all(
      setSources("w1/before").map(async ({ name, size, read }) => ({ name, bytes: await read(0, size) })),
    );
    const packed = zip([{ name: "dump.tar.gz", bytes: gzip(tar(set)) }]);
    const found = await openImage([bytesSource("x.zip", packed)]);
    expect("refused" in found ? found.refused : found.checkpoint.tasks.count).toBe(1);
  });

  test("may have other data before them, and a comment after their directory", async () => {
    const packed = zip(files);
    const withComment = Uint8Array.from([...encodeText("#!/bin/sh\nexec unzip\n"), ...packed, ...encodeText("PK")]);
    withComment[withComment.length - 4] = 2;
    const { texts, codes } = await contents(withComment);
    expect(texts).toEqual([
      ["dump/x", "aaa".repeat(100)],
      ["dump/y", "yes"],
      ["z", "last"],
    ]);
    expect(codes).toEqual([]);
  });

  test("have paths with backslashes where Windows wrote them", async () => {
    const { members } = await contents(zip([{ name: "dump\\core-1.img", bytes: a }, { name: "a/b\\c" }]));
    expect(members.map(({ name }) => name)).toEqual(["dump/core-1.img", "a/b\\c"]);
  });

  test("have no members outside of them, and no folders", async () => {
    const { members, codes } = await contents(
      zip([
        { name: "../x", bytes: a },
        { name: "/etc/x", bytes: a },
        { name: "a/", method: 0 },
      ]),
    );
    expect(members.map(({ name }) => name)).toEqual(["etc/x"]);
    expect(codes).toEqual(["unsafe-path", "absolute-path"]);
  });

  test("have times where these are in UTC", async () => {
    const { members } = await contents(zip([{ name: "x", bytes: a, modified: 1_700_000_000 }, { name: "y" }]));
    expect(members.map(({ modified }) => modified?.())).toEqual([1_700_000_000, undefined]);
  });
});

describe("damaged ZIP archives", () => {
  test.each(["info-zip.zip", "info-zip-streamed.zip"])(
    "%s, cut anywhere, has the files before the cut",
    async (name) => {
      const whole = fixture(name);
      const { texts } = await contents(whole);
      for (let size = 4; size < whole.length; size += 7) {
        const cut = await contents(whole.subarray(0, size));
        expect(cut.codes).toContain("archive-without-directory");
        for (const [at, [path, text]] of cut.texts.entries()) {
          expect(path).toBe(texts[at]?.[0]);
          expect(texts[at]?.[1].startsWith(text)).toBe(true);
          // Only the last one may be cut.
          if (at < cut.texts.length - 1) expect(text).toBe(texts[at]?.[1]);
        }
      }
    },
  );

  test("are read in order if their directory is damaged", async () => {
    const packed = zip(files);
    packed[packed.length - 22 - 47] = 0;
    const { texts, codes } = await contents(packed);
    expect(texts.map(([name]) => name)).toEqual(["dump/x", "dump/y", "z"]);
    expect(codes).toEqual(["archive-without-directory"]);
  });

  test("without any file say that their directory is missing", async () => {
    const found = await openImage([bytesSource("x.zip", encodeText("PK\x03\x04rest"))]);
    expect("refused" in found && found.refused).toBe(
      "x.zip contains no checkpoint image (0 files). The directory at the end of the ZIP archive is missing or damaged. Files are read in their order, as far as they go.",
    );
  });

  test("say which file the cut is in", async () => {
    const { problems } = await contents(zip(files).subarray(0, 40));
    expect(problems.map(({ message }) => message)).toContain("The archive ends in the middle of dump/x.");
  });

  test("say which file has a wrong checksum", async () => {
    const { problems, texts } = await contents(
      zip([
        { name: "x", bytes: a, crc: 1 },
        { name: "y", bytes: a },
      ]),
    );
    expect(texts.map(([name]) => name)).toEqual(["x", "y"]);
    expect(problems).toMatchObject([{ code: "bad-checksum", message: expect.stringMatching(/ of x is wrong/) }]);
  });

  test("keep the other files if one is damaged, or its header is", async () => {
    const packed = zip(files);
    // The first member's data begins with a block of an unknown type, and the last one's header has another signature.
    packed[36] = 0xff;
    packed[zip(files.slice(0, 2)).length - 22 - 2 * 52] = 0;
    const { texts, codes } = await contents(packed);
    expect(texts).toContainEqual(["dump/y", "yes"]);
    expect(codes).toEqual(["archive-damaged", "archive-damaged"]);
  });

  test.each([
    [{ flags: 1 }, /x is not read: it is encrypted\. Unpack the archive/],
    [{ method: 9 }, /x is not read: it is compressed with Deflate64\./],
    [{ method: 77 }, /x is not read: its compression method 77 is unknown\./],
  ])("with a file that cannot be read say so: %j", async (entry, message) => {
    const { members, problems } = await openArchive(
      bytesSource("x.zip", zip([{ name: "x", bytes: a, ...entry }, ...files])),
      "zip",
      { needed: () => true, neededBytes: () => true },
    );
    expect(members).toHaveLength(4);
    expect(problems).toMatchObject([{ severity: "warning", message: expect.stringMatching(message) }]);
  });
});

describe("ZIP archives that want too much", () => {
  const zeros = { bytes: new Uint8Array(1 << 20) };
  const limits = { unpacked: 3 << 20, kept: 4 << 20, members: 100 };

  test("are unpacked to the limit", async () => {
    const entries = Array.from({ length: 20 }, (_, at) => ({ name: `${at}`, ...zeros }));
    const { codes, members } = await contents(zip(entries), { limits });
    expect(codes).toEqual(["archive-too-large"]);
    expect(members.length).toBe(4);
  });

  test("are kept to the limit", async () => {
    const entries = Array.from({ length: 3 }, (_, at) => ({ name: `${at}`, ...zeros }));
    const { problems } = await openArchive(bytesSource("x", zip(entries)), "zip", {
      needed: () => true,
      neededBytes: () => true,
      limits: { ...limits, kept: 1 << 20 },
    });
    expect(problems.map(({ limit }) => limit)).toEqual(["kept", "kept"]);
  });

  test("are listed to the limit", async () => {
    const entries = Array.from({ length: 101 }, (_, at) => ({ name: `${at}`, method: 0 }));
    const { codes, members } = await contents(zip(entries), { limits });
    expect(codes).toEqual(["too-many-members"]);
    expect(members.length).toBe(100);
  });

  test("unpack what is needed later when it is read", async () => {
    const { members } = await openArchive(bytesSource("x", zip(files)), "zip", {
      needed: () => false,
      neededBytes: () => false,
      later: (name) => name === "dump/x",
    });
    const [x, , z] = members;
    expect(x === undefined ? "" : await textOf(x)).toBe("aaa".repeat(100));
    await expect(async () => z?.read(0, 4)).rejects.toThrow("were not kept");
  });
});
