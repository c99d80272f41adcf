// The kernel reads records in the usual form with the same result as the handlers, which read any form.

import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Limits } from "../../../../app/decoder/limits.ts";
import { HIGHEST } from "../../../../app/decoder/limits.ts";
import { dialect } from "../../../../app/decoder/linux-cr/catalogue/dialect.ts";
import { DIALECT_NAMES } from "../../../../app/decoder/linux-cr/catalogue/dialect-names.ts";
import { decodeLinuxCr } from "../../../../app/decoder/linux-cr/index.ts";
import { recordForms } from "../../../../app/decoder/linux-cr/kernel/record-forms.ts";
import { createRecordKernel, type Request } from "../../../../app/decoder/linux-cr/kernel/record-kernel.ts";
import { recordKinds } from "../../../../app/decoder/linux-cr/walk/kinds.ts";
import { bytesSource, type DecodeOptions } from "../../../../app/decoder/source.ts";
import { createWriter, type Writer } from "../../../../app/encoder/writer.ts";
import { type Checkpoint, NONE } from "../../../../app/model/checkpoint.ts";
import { encodeText } from "../../../../app/model/text/text.ts";
import { imageSources, SAMPLES } from "../../../support/corpus.ts";
import { dialectImage } from "../../../support/dialect-image.ts";
import { bigDescription, encodeAll } from "../../../support/images.ts";
import { random } from "../../../support/random.ts";
import { concat } from "../../../support/tar.ts";

type Below = (below: number) => number;

const pick = <Value>(below: Below, values: readonly Value[]): Value => values[below(values.length)] as Value;

async function decoded(bytes: Uint8Array, options: DecodeOptions): Promise<Checkpoint | null> {
  const image = await decodeLinuxCr(bytesSource("image.ckpt", bytes), options);
  return image === null || "refused" in image ? null : image.checkpoint;
}

/** Expects the same checkpoint with and without the kernel; returns it. */
async function expectSame(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Checkpoint | null> {
  const own = await decoded(bytes, { ...options, kernels: "always" });
  const other = await decoded(bytes, { ...options, kernels: false });
  // `toEqual` compares long columns much slower.
  if (!isDeepStrictEqual(own, other)) expect(own).toEqual(other);
  return own;
}

const NAMES = [
  ...[
    "/srv/data/a",
    "/var/log/very/long/name/of/a/file.log",
    "/",
    "",
    "/a",
    "relative",
    "/tmp/x (deleted)",
    "/1234567",
  ],
  ...[
    "anon_inode:[timerfd]",
    "anon_inode:[pidfd]",
    "/memfd:x",
    "/memfd",
    "net:[4026531840]",
    "mnt",
    "anon_inode:bpf-map",
  ],
  ...["/dev/net/tun", "pid_for_children:[1]", `/${"x".repeat(300)}`, `/${"y".repeat(4094)}`, "caf\u00e9"],
];

/** Names that go on after a line feed. */
const CONTINUED = [
  "anon_inode:[pidfd]\nPid:\t12\n",
  "anon_inode:inotify\n",
  "anon_inode:[io_uring]\nSqMask:\t0x7\n",
  "/memfd:a\nb",
  "/a\nb",
];

const NUMBERS = [0, 1, 2, 127, 128, 1000, 2 ** 31 - 1, -1, -5, -(2 ** 31)];
const POSITIONS = [0n, 1n, 4096n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 64n - 1n];

/** How odd a generated image is: of how many values one is unusual; 0: none. */
interface Making {
  readonly below: Below;
  readonly oddOf: number;
  readonly littleEndian: boolean;
}

const isOdd = ({ below, oddOf }: Making): boolean => oddOf > 0 && below(oddOf) === 0;

/** A path and its NUL; now and then without one, with two, or too long. */
function pathOf(making: Making): Uint8Array {
  const { below } = making;
  if (isOdd(making)) {
    const odd = ["no end", "two\0ends\0", "", "\0\0", `/${"z".repeat(4096)}\0`, `/${"z".repeat(9000)}\0`];
    return encodeText(below(2) === 0 ? pick(below, odd) : `${pick(below, CONTINUED)}\0`);
  }
  return encodeText(`${below(3) === 0 ? pick(below, NAMES) : `/srv/file-${below(1000)}`}\0`);
}

/** The records of an open file with an objref. */
function addFile(writer: Writer, name: string, objref: number, making: Making): void {
  const { below } = making;
  const { enums, struct, structOfRecord } = dialect(name, 4);
  const types = enums.CKPT_FILE ?? new Map<string, number>();
  const kind =
    below(4) === 0
      ? pick(
          below,
          [...types.keys()].filter((type) => type !== "IGNORE" && type !== "MAX"),
        )
      : "GENERIC";
  const own = kind === "PIPE" || kind === "FIFO" ? "pipe" : kind.toLowerCase();
  const layout = struct(`ckpt_hdr_file_${own}`) === undefined ? structOfRecord("FILE") : `ckpt_hdr_file_${own}`;
  writer.record("OBJREF", { objtype: enums.CKPT_OBJ?.get("FILE") ?? 0, objref });
  if (isOdd(making)) writer.record("BUFFER", {}, new Uint8Array(below(40)));
  const values = {
    f_type: isOdd(making) ? below(20) : (types.get(kind) ?? 0),
    f_mode: below(32),
    f_flags: pick(below, [0, 0o100002, 0o2001]),
    f_pos: pick(below, POSITIONS),
    f_version: below(20) === 0 ? pick(below, POSITIONS) : 0,
    ...(own === "pipe" && layout !== "ckpt_hdr_file"
      ? { pipe_objref: isOdd(making) ? pick(below, NUMBERS) : below(100) }
      : {}),
  };
  writer.record("FILE", values, isOdd(making) ? new Uint8Array(below(16)) : undefined, layout);
  if (isOdd(making)) return;
  if (kind === "GENERIC" || kind === "FIFO") writer.record("FILE_NAME", {}, pathOf(making));
}

/** Something between descriptors. */
function addOther(writer: Writer, name: string, objref: number, { below }: Making): void {
  const { enums } = dialect(name, 4);
  switch (below(5)) {
    case 0:
      writer.record("OBJREF", { objtype: below(20), objref: below(4) === 0 ? pick(below, NUMBERS) : objref });
      break;
    case 1:
      writer.record("BUFFER", {}, new Uint8Array(below(5000)));
      break;
    case 2:
      writer.record("FILE_NAME", {}, encodeText("/stray\0"));
      break;
    case 3:
      writer.record("STRING", {}, encodeText("stray\0"));
      break;
    default:
      writer.record("OBJREF", { objtype: enums.CKPT_OBJ?.get("FILE_TABLE") ?? 0, objref });
      writer.record("FILE_TABLE", { fdt_nfds: below(50) });
  }
}

/** The beginning of an image of the dialect, up to its task's file table; and its end. */
function around(name: string, littleEndian: boolean): readonly [Uint8Array, Uint8Array] {
  const bytes = dialectImage(name, { littleEndian, cursor: false });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = dialect(name, 4).recordType("FILE_TABLE");
  const last = dialect(name, 4).recordType("TASK_OBJS");
  let start = 0;
  let end = 0;
  for (let at = 0; at < bytes.length; at += view.getUint32(at + 4, littleEndian)) {
    if (view.getUint32(at, littleEndian) === type) start = at + view.getUint32(at + 4, littleEndian);
    if (view.getUint32(at, littleEndian) === last) end = at;
  }
  return [bytes.subarray(0, start), bytes.subarray(end)];
}

/** An image of a dialect with `count` descriptors, most of which have an open file of their own. */
function generated(name: string, count: number, making: Making): Uint8Array {
  const { below, littleEndian } = making;
  const writer = createWriter(dialect(name, 4), littleEndian);
  let objref = 1;
  let fd = 0;
  for (let nth = 0; nth < count; nth++) {
    const isShared = objref > 1 && below(3) === 0;
    if (!isShared) addFile(writer, name, isOdd(making) ? 1 + below(objref) : ++objref, making);
    fd += isOdd(making) ? -below(3) : 1 + below(2);
    const values = {
      fd_objref: isOdd(making)
        ? pick(below, [objref + below(3), ...NUMBERS])
        : isShared
          ? 2 + below(objref - 1)
          : objref,
      fd_descriptor: isOdd(making) ? pick(below, NUMBERS) : fd,
      fd_close_on_exec: isOdd(making) ? below(3) : below(2),
    };
    writer.record("FILE_DESC", values, isOdd(making) ? new Uint8Array(8) : undefined);
    if (isOdd(making)) addOther(writer, name, ++objref, making);
  }
  const [head, tail] = around(name, littleEndian);
  return concat([head, writer.take(), tail]);
}

/** A copy with some bytes changed. */
function damaged(bytes: Uint8Array, changes: number, below: Below): Uint8Array {
  const result = bytes.slice();
  for (let change = 0; change < changes; change++) result[100 + below(bytes.length - 100)] = below(256);
  return result;
}

describe("an image is the same with and without the kernel", () => {
  describe.each(DIALECT_NAMES)("%s", (name) => {
    test.each([true, false])("of every form (little-endian: %s)", async (littleEndian) => {
      for (const oddOf of [0, 400, 40, 8]) {
        const below = random(oddOf);
        const image = await expectSame(generated(name, 150, { below, oddOf, littleEndian }), { dialect: name });
        expect(image?.descriptors.count).toBeGreaterThan(oddOf === 0 ? 149 : 0);
      }
    });

    test.each([true, false])("damaged (little-endian: %s)", async (littleEndian) => {
      const below = random(7);
      for (const changes of [1, 1, 1, 3, 3, 20]) {
        const bytes = generated(name, 60, { below, oddOf: 0, littleEndian });
        await expectSame(damaged(bytes, changes, below));
      }
    });
  });

  test("cut at every offset", async () => {
    const bytes = generated("v23-rc2", 12, { below: random(3), oddOf: 0, littleEndian: true });
    for (let size = 73; size < bytes.length; size++) await expectSame(bytes.subarray(0, size));
  });

  test("with hostile lengths and types", async () => {
    const bytes = generated("v18", 20, { below: random(4), oddOf: 0, littleEndian: true });
    const words = [0, 7, 8, 9, 0xffff, 10_000, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff];
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 104), fc.constantFrom(...words), async (at, word) => {
        const changed = bytes.slice();
        new DataView(changed.buffer).setUint32(100 + at, word, true);
        await expectSame(changed);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test.each(["seed", "v23-rc2"] as const)("larger than the kernel's memory and the first blocks, %s", async (name) => {
    const { bytes } = encodeAll(bigDescription({ tasks: 3, descriptorsPerTask: 12_000 }), { dialect: name });
    expect(bytes.length).toBeGreaterThan(3 << 20);
    const image = await expectSame(bytes);
    expect(image).toMatchObject({ complete: true, problems: [], descriptors: { count: 36_000 } });
  });

  test("odd here and there, larger than the kernel's memory", async () => {
    for (const oddOf of [3000, 300, 30]) {
      await expectSame(generated("v21", 8000, { below: random(oddOf), oddOf, littleEndian: true }), { dialect: "v21" });
    }
  });

  test("within any limits", async () => {
    const bytes = generated("v16", 1000, { below: random(5), oddOf: 60, littleEndian: true });
    const below = random(6);
    const seen = new Set<boolean>();
    for (let round = 0; round < 40; round++) {
      const limits: Limits = { ...HIGHEST, rows: 50 + below(8000), memory: 1000 * 2 ** below(10) + below(1000) };
      const image = await expectSame(bytes, { limits, dialect: "v16" });
      seen.add(image?.problems.some(({ code }) => code === "limit") ?? false);
    }
    expect(seen.size).toBe(2);
  });

  test.each(SAMPLES.filter(({ format }) => format === "linux-cr"))("$name", async (sample) => {
    for (const side of sample.sides) {
      for (const source of imageSources(sample, side)) await expectSame(await source.read(0, source.size));
    }
  });
});

/** A kernel for a dialect. */
function kernelOf(name: string, littleEndian: boolean) {
  const own = dialect(name, 4);
  const kernel = createRecordKernel(recordForms({ dialect: own, kinds: recordKinds(own), littleEndian }));
  if (kernel === null) throw new Error("The kernel did not start");
  return kernel;
}

const REQUEST: Request = {
  ...{ rows: 8192, files: 4096, descriptors: 8192, text: 1 << 20 },
  ...{ firstRecord: 0, firstFile: 0, textBase: 0, table: 0, lastFd: NONE },
  ...{ hasVersions: true, hasVarying: true, listsBuffer: true },
};

describe("the kernel", () => {
  test.each(DIALECT_NAMES)("reads all of what %s usually writes", (name) => {
    for (const littleEndian of [true, false]) {
      const kernel = kernelOf(name, littleEndian);
      const [head, tail] = around(name, littleEndian);
      const { enums } = dialect(name, 4);
      const writer = createWriter(dialect(name, 4), littleEndian);
      const objtype = enums.CKPT_OBJ?.get("FILE") ?? 0;
      const hasPipes = dialect(name, 4).struct("ckpt_hdr_file_pipe") !== undefined;
      for (let nth = 0; nth < 100; nth++) {
        writer.record("OBJREF", { objtype, objref: nth + 2 });
        const isPipe = hasPipes && nth % 2 === 1;
        const f_type = enums.CKPT_FILE?.get(isPipe ? "PIPE" : "GENERIC") ?? 0;
        writer.record("FILE", { f_type }, undefined, isPipe ? "ckpt_hdr_file_pipe" : "ckpt_hdr_file_generic");
        if (!isPipe) writer.record("FILE_NAME", {}, encodeText("/srv\0"));
        writer.record("FILE_DESC", { fd_objref: nth + 2, fd_descriptor: nth });
        writer.record("BUFFER", {}, new Uint8Array(nth));
      }
      const bytes = concat([head, writer.take(), tail]);
      kernel.read(bytes, head.length, bytes.length, REQUEST);
      expect(kernel.batch).toMatchObject({ files: 100, descriptors: 100, missingCount: 0, inOrder: true });
      expect(kernel.batch.base + kernel.batch.end).toBe(bytes.length - tail.length);
    }
  });

  test.each(["rows", "files", "descriptors", "text"] as const)("reads no more than there is room for: %s", (name) => {
    const kernel = kernelOf("v18", true);
    const bytes = generated("v18", 40, { below: random(1), oddOf: 0, littleEndian: true });
    const start = around("v18", true)[0].length;
    kernel.read(bytes, start, bytes.length, REQUEST);
    const { rows, files, descriptors, textLength } = kernel.batch;
    const whole = { rows, files, descriptors, text: textLength };
    expect(whole.descriptors).toBe(40);
    for (let room = 0; room < whole[name]; room++) {
      kernel.forget();
      kernel.read(bytes, start, bytes.length, { ...REQUEST, [name]: room });
      const { rows, files, descriptors, textLength } = kernel.batch;
      expect({ rows, files, descriptors, text: textLength }[name]).toBeLessThanOrEqual(room);
      expect(rows).toBeLessThan(whole.rows);
    }
  });
});
