// Checking open files and descriptors of Linux-CR images by columns finds what checking their records finds.

import { isDeepStrictEqual } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import type { Findings } from "../../app/checks/findings.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import type { FileDescription } from "../../app/encoder/description.ts";
import type { WritableDialect } from "../../app/encoder/encode.ts";
import { imageSources, SAMPLES } from "../support/corpus.ts";
import {
  cString,
  insertBefore,
  makeRecord,
  numberAt,
  type Parts,
  putTogether,
  removeRecord,
  repeatRecord,
  setField,
  setPayload,
  swapRecords,
  takeApart,
} from "../support/edit-image.ts";
import { bigDescription, encodeAll } from "../support/images.ts";
import { BASES, FAULTS } from "../support/linux-cr-faults.ts";
import { fixtureBytes } from "../support/open.ts";
import { random } from "../support/random.ts";

/** An image of a few tasks; every fifth file is one end of a pipe. */
function imageIn(dialect: WritableDialect): Uint8Array {
  const description = bigDescription({ tasks: 3, descriptorsPerTask: 60 });
  const { files } = description;
  const at = (row: number): FileDescription | undefined => {
    const file = files.at(row);
    if (file === undefined || row % 5 !== 3 || dialect === "seed") return file;
    return { ...file, kind: "pipe", path: null, flags: row % 2, mode: 1 + (row % 2), pos: "0", details: { pipe: row } };
  };
  return encodeAll({ ...description, files: { length: files.length, at } }, { dialect }).bytes;
}

/** What is found by columns, and what by records; `null` if the image is refused. */
async function bothWays(source: Source): Promise<readonly [Findings, Findings] | null> {
  const image = await openImage([source], { kernels: "always" });
  if ("refused" in image) return null;
  return [await checkImage(image), await checkImage(image, { kernels: false })];
}

/** Expects the same findings both ways; returns their codes. */
async function expectSame(bytes: Uint8Array): Promise<string[]> {
  const both = await bothWays(bytesSource("image.ckpt", bytes));
  if (both === null) return [];
  const [byColumns, byRecords] = both;
  if (!isDeepStrictEqual(byColumns, byRecords)) expect(byColumns).toEqual(byRecords);
  return byRecords.findings.map(({ code }) => code);
}

/** The number of FILE records before the one that is changed; the one after a pipe. */
const NTH = 44;
const FILE = "FILE";

/** Edits of one record among many that are as they should be, and what is found then. */
const EDITS: readonly [what: string, code: string | null, edit: (image: Parts) => Parts][] = [
  ["a flag that open drops", "H21", (image) => setField(image, FILE, NTH, flagsOf(image), 0o100102)],
  ["an unknown flag", "H22", (image) => setField(image, FILE, NTH, flagsOf(image), 0x4000_0002)],
  ["FASYNC", "async-without-owner", (image) => setField(image, FILE, NTH, flagsOf(image), 0o120002)],
  ["a directory for writing", "directory-written", (image) => setField(image, FILE, NTH, flagsOf(image), 0o300002)],
  ["a mode that contradicts the flags", "H26", (image) => setField(image, FILE, NTH, commonOf(image, "f_mode"), 0x1d)],
  ["a negative position", "H23", (image) => setField(image, FILE, NTH, commonOf(image, "f_pos"), -1n)],
  ["a position like an error", "H23", (image) => setField(image, FILE, NTH, commonOf(image, "f_pos"), 0xffff_fff0n)],
  ["a version", null, (image) => setField(image, FILE, NTH, commonOf(image, "f_version"), 7)],
  ["a type", "H15", (image) => setField(image, FILE, NTH, commonOf(image, "f_type"), 15)],
  ["a relative path", "H20", (image) => setPayload(image, "FILE_NAME", NTH, cString("etc/passwd"))],
  ["an empty path", "H20", (image) => setPayload(image, "FILE_NAME", NTH, cString(""))],
  ["a deleted path", "H27", (image) => setPayload(image, "FILE_NAME", NTH, cString("/tmp/a (deleted)"))],
  ["the longest path", null, (image) => setPayload(image, "FILE_NAME", NTH, cString(`/${"x".repeat(4086)}`))],
  ["a NUL in a path", "H19", (image) => setPayload(image, "FILE_NAME", NTH, cString("/a\0b"))],
  ["an objref of 0", "H9", (image) => setField(image, "OBJREF", NTH, "objref", 0)],
  [
    "a repeated objref",
    "H7",
    (image) => setField(image, "OBJREF", NTH, "objref", numberAt(image, "OBJREF", 5, "objref")),
  ],
  ["a type of object", "H8", (image) => setField(image, "OBJREF", NTH, "objtype", 200)],
  ["an open file without a descriptor", "object-unused", (image) => pointElsewhere(image)],
  ["no path", "H1", (image) => removeRecord(image, "FILE_NAME", NTH)],
  ["a path more", "H1", (image) => repeatRecord(image, "FILE_NAME", NTH)],
  ["a repeated descriptor", "H28", (image) => repeatRecord(image, "FILE_DESC", NTH)],
  ["descriptors in another order", "H28", (image) => swapRecords(image, "FILE_DESC", NTH, NTH + 1)],
  ["a descriptor that is missing", "H1", (image) => removeRecord(image, "FILE_DESC", NTH)],
  ["a descriptor to nothing", "H12", (image) => setField(image, "FILE_DESC", NTH, "fd_objref", 99_999)],
  ["a descriptor to its table", "H13", (image) => toTable(image)],
  ["a number above any limit", "H14", (image) => setField(image, "FILE_DESC", 59, "fd_descriptor", 1 << 20)],
  ["a table that announces less", "H1", (image) => setField(image, "FILE_TABLE", 1, "fdt_nfds", 30)],
  ["close-on-exec", "H28", (image) => setField(image, "FILE_DESC", NTH, "fd_close_on_exec", 2)],
  ["a BUFFER in between", null, (image) => insertBefore(image, "FILE_DESC", NTH, makeRecord(image, "BUFFER"))],
];

/** Edits that matter only in the seed's dialect. */
const EARLY: typeof EDITS = [
  [
    "a path longer than a record",
    "H17",
    (image) => setPayload(image, "FILE_NAME", NTH, cString(`/${"x".repeat(4087)}`)),
  ],
];

/** Edits of what only later dialects have. */
const LATER: typeof EDITS = [
  [
    "a path longer than PATH_MAX",
    "H18",
    (image) => setPayload(image, "FILE_NAME", NTH, cString(`/${"x".repeat(4096)}`)),
  ],
  ["credentials of a file", "H25", (image) => setField(image, FILE, NTH, commonOf(image, "f_credref"), 99_999)],
  ["no credentials", "H25", (image) => setField(image, FILE, NTH, commonOf(image, "f_credref"), 0)],
  [
    "a table as credentials",
    "H25",
    (image) => setField(image, FILE, NTH, commonOf(image, "f_credref"), tableOf(image)),
  ],
  ["a table as a label", "H13", (image) => setField(image, FILE, NTH, commonOf(image, "f_secref"), tableOf(image))],
  ["a label that is not described", null, (image) => setField(image, FILE, NTH, commonOf(image, "f_secref"), 99_999)],
  ["a pipe of number 0", "H37", (image) => setField(image, FILE, pipeOf(image), "pipe_objref", 0)],
  ["a negative pipe", "H37", (image) => setField(image, FILE, pipeOf(image), "pipe_objref", -5)],
  ["a pipe with the number of an unused file", null, (image) => toPipe(pointElsewhere(image))],
  [
    "a pipe with a position",
    "position-impossible",
    (image) => setField(image, FILE, pipeOf(image), commonOf(image, "f_pos"), 1),
  ],
];

/** The name of a field of FILE. */
const commonOf = ({ dialect }: Parts, name: string): string =>
  dialect.struct("ckpt_hdr_file_generic")?.byName.has(name) ? name : `common.${name}`;
const flagsOf = (image: Parts): string => commonOf(image, "f_flags");

/** The number of a pipe after the record that is changed. */
const pipeOf = ({ parts }: Parts): number =>
  parts
    .filter(({ name }) => name === FILE)
    .findIndex(({ struct }, nth) => nth > NTH && struct === "ckpt_hdr_file_pipe");

const tableOf = (image: Parts): bigint => numberAt(image, "TASK_OBJS", 0, "files_objref");
const toTable = (image: Parts): Parts => setField(image, "FILE_DESC", NTH, "fd_objref", tableOf(image));

/** A descriptor refers to the open file of the one before it, so that nothing refers to its own. */
const pointElsewhere = (image: Parts): Parts =>
  setField(image, "FILE_DESC", NTH, "fd_objref", numberAt(image, "FILE_DESC", NTH - 1, "fd_objref"));

/** A pipe has the number of an open file that was described before it. */
const toPipe = (image: Parts): Parts =>
  setField(image, FILE, pipeOf(image), "pipe_objref", numberAt(image, "OBJREF", NTH, "objref"));

describe.each(["seed", "v23-rc2"] as const)("one record among many, %s", (dialect) => {
  let image: Parts;
  beforeAll(async () => {
    image = await takeApart(imageIn(dialect));
  });

  test("none", async () => {
    expect(await expectSame(putTogether(image))).toEqual(dialect === "seed" ? ["several-tasks"] : []);
  });

  test.each([...EDITS, ...(dialect === "seed" ? EARLY : LATER)])("%s", async (_, code, edit) => {
    const found = await expectSame(putTogether(edit(image)));
    if (code !== null) expect(found).toContain(code);
  });
});

test("recorded images", async () => {
  const images = SAMPLES.filter(({ format }) => format === "linux-cr");
  expect(images.length).toBeGreaterThan(2);
  for (const sample of images) {
    for (const side of sample.sides) {
      for (const source of imageSources(sample, side)) await expectSame(await source.read(0, source.size));
    }
  }
});

test("images with one fault each", async () => {
  for (const [, { base, edit }] of FAULTS) {
    await expectSame(putTogether(edit(await takeApart(fixtureBytes(`linux-cr/${BASES[base]}`)))));
  }
});

test.each(["seed", "v23-rc2"] as const)("bytes that have changed, %s", async (dialect) => {
  const bytes = imageIn(dialect);
  const below = random(9);
  const codes = new Set<string>();
  for (let run = 0; run < 200; run++) {
    const changed = bytes.slice();
    for (let left = 1 + below(3); left > 0; left--) changed[100 + below(bytes.length - 100)] = below(256);
    for (const code of await expectSame(changed)) codes.add(code);
  }
  expect(codes.size).toBeGreaterThan(10);
});

test("little of an image is read again", async () => {
  const { bytes } = encodeAll(bigDescription({ tasks: 2, descriptorsPerTask: 20_000 }), { dialect: "v23-rc2" });
  let read = 0;
  const source = bytesSource("image.ckpt", bytes);
  const counted: Source = {
    ...source,
    read(offset, length) {
      read += length;
      return source.read(offset, length);
    },
  };
  const image = await openImage([counted]);
  if ("refused" in image) throw new Error(image.refused);
  read = 0;
  expect((await checkImage(image)).findings).toEqual([]);
  expect(read).toBeLessThan(bytes.length / 10);
});
