// The kernel gives files the details that they have without it, whatever bytes it gets.

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { ALIKE_MODULE } from "../../../../app/decoder/criu/details/alike-module.ts";
import { decodeCriuSet } from "../../../../app/decoder/criu/index.ts";
import { bytesSource, type DecodeOptions, type Source } from "../../../../app/decoder/source.ts";
import { isFactKey } from "../../../../app/export/detail-facts.ts";
import type { Checkpoint } from "../../../../app/model/checkpoint.ts";
import { startKernel } from "../../../../app/model/kernel.ts";
import { mixedCriuSet } from "../../../support/criu-mixed-set.ts";
import { FOWN, imageBytes, inventoryAndTree, type Message } from "../../../support/criu-set.ts";
import { entryOf, generatedFiles } from "../../../support/generated-files.ts";
import { concat } from "../../../support/tar.ts";

const [LEFT, NEW, APART] = [0, 1, 2];

type Members = readonly (readonly [name: string, bytes: Uint8Array])[];

afterEach(() => {
  vi.unstubAllGlobals();
});

const decoded = async (members: Members, options: DecodeOptions = {}): Promise<Checkpoint> =>
  (
    await decodeCriuSet(
      members.map(([name, bytes]) => bytesSource(name, bytes)),
      options,
    )
  ).checkpoint;

/** The same where WebAssembly is not allowed. */
async function decodedWithout(members: Members, options: DecodeOptions = {}): Promise<Checkpoint> {
  vi.stubGlobal("WebAssembly", undefined);
  try {
    return await decoded(members, options);
  } finally {
    vi.unstubAllGlobals();
  }
}

/** Expects the same checkpoint with the kernel and without. */
async function expectSame(members: Members, options: DecodeOptions = {}): Promise<Checkpoint> {
  const compiled = vi.spyOn(WebAssembly, "Module");
  const checkpoint = await decoded(members, options);
  expect(compiled).toHaveBeenCalled();
  compiled.mockRestore();
  expectEqual(checkpoint, await decodedWithout(members, options));
  return checkpoint;
}

/** What `toEqual` expects, which takes long for large columns. */
function expectEqual(one: Checkpoint, other: Checkpoint): void {
  if (!isDeepStrictEqual(one, other)) expect(one).toEqual(other);
  expect(isDeepStrictEqual(one, other)).toBe(true);
}

const withFiles = (bytes: Uint8Array): Members => [...inventoryAndTree(1).members, ["files.img", bytes]];

test("in one image of all open files", async () => {
  const { files } = await expectSame(withFiles(imageBytes("FILES", generatedFiles(3000, 5).map(entryOf))));
  expect(files.count).toBe(3000);
});

test("with the details of a listing alone", async () => {
  await expectSame(withFiles(imageBytes("FILES", generatedFiles(2000, 6).map(entryOf))), { details: isFactKey });
});

test("in a set with descriptors, links and records that are not next to each other", async () => {
  const sources = mixedCriuSet(20, 60);
  const members = await Promise.all(
    sources.map(async (source) => [source.name, await source.read(0, source.size)] as const),
  );
  const { links } = await expectSame(members);
  expect(links.count).toBeGreaterThan(500);
});

/** Why the kernel stopped, as in alike-runs.ts: at each run while a set is decoded. */
async function stopsOf(sources: readonly Source[]): Promise<number[]> {
  const stops: number[] = [];
  const { Instance } = WebAssembly;
  class Recording {
    readonly exports: WebAssembly.Exports;
    constructor(module: WebAssembly.Module) {
      const { exports } = new Instance(module);
      const { learn, run } = exports;
      const recorded = (...words: number[]): number => {
        stops.push((run as (...words: number[]) => number)(...words));
        return stops.at(-1) ?? 0;
      };
      this.exports = learn === undefined ? exports : { ...exports, run: recorded };
    }
  }
  vi.stubGlobal("WebAssembly", { Module: WebAssembly.Module, Instance: Recording });
  try {
    await decodeCriuSet(sources);
  } finally {
    vi.unstubAllGlobals();
  }
  return stops;
}

test("the kernel finds the values of files that are like another, and links them", async () => {
  const stops = await stopsOf(mixedCriuSet(20, 60));
  expect(stops.length).toBeGreaterThan(5);
  // It leaves the first file of each form to TypeScript, and values of none that is like it.
  expect(stops.filter((stop) => stop === NEW).length).toBeLessThan(20);
  expect(stops).not.toContain(APART);
  // Nor does it leave pipes, each of which has an entry of its contents.
  expect(stops.filter((stop) => stop === LEFT).length).toBeLessThan(20);
});

/** The entry of the contents of a pipe, and these. */
function contentsOf(message: Message): Uint8Array {
  const count = message.find(([field]) => field === 2)?.[1];
  return concat([
    imageBytes("PIPES_DATA", [message]).subarray(8),
    new Uint8Array(typeof count === "number" ? count : 0),
  ]);
}

/**
 * Pipes with two ends each, and entries of their contents: of more kinds than have a number, odd ones, two, or none.
 */
function pipesWithContents(pipes: number): Members {
  const files = Array.from({ length: 2 * pipes }, (_, at): Message => {
    const ends: Message = [
      [1, at + 1],
      [2, at >> 1],
      [3, at % 2],
      [4, FOWN],
    ];
    return [
      [1, 2],
      [2, at + 1],
      [18, ends],
    ];
  });
  const contents = Array.from({ length: pipes }, (_, pipe): Uint8Array[] => {
    const size: Message = pipe % 7 === 0 ? [] : [[3, pipe % 11 === 0 ? 2 ** 40 : 65_536]];
    const whole = contentsOf([[1, pipe], [2, pipe % 5 === 0 ? pipe % 100 : 0], ...size]);
    const odd = [
      [contentsOf([[1, pipe], ...size])],
      [whole, whole],
      [],
      [
        contentsOf([
          [1, pipe],
          [2, 0],
          [9, 1],
        ]),
      ],
    ];
    return pipe % 13 < odd.length ? (odd[pipe % 13] as Uint8Array[]) : [whole];
  });
  const head = imageBytes("PIPES_DATA", []);
  return [...withFiles(imageBytes("FILES", files)), ["pipes-data.img", concat([head, ...contents.flat()])]];
}

test("of pipes with contents of many kinds", async () => {
  const members = pipesWithContents(1200);
  const { fileDetails } = await expectSame(members);
  expect(fileDetails.keys).toEqual(expect.arrayContaining(["bytesInPipe", "capacity"]));
  await expectSame(members, { details: (key) => key !== "capacity" });
  const cut = members.map(([name, bytes]) => [name, name === "pipes-data.img" ? bytes.slice(0, -3) : bytes] as const);
  await expectSame(cut);
});

/** Entries of epolls that watch descriptors of the only table, which has `count` files. */
const epolls = (count: number): Message[] =>
  Array.from({ length: count }, (_, at): Message => {
    const target = (fd: number): Message => [
      [1, at + 1],
      [2, fd],
      [3, [1, 4, 0x2000_0001, 0x4000_0011, 0x8000_0000 + at][(at + fd) % 5] ?? 0],
      [4, fd % 3 === 0 ? 0x0012_3456_7890_abcd + at : fd],
      [5, (8 << 20) + (fd % 4)],
      [6, fd % 2 === 0 ? 2 ** 40 + fd : fd],
      [7, 0],
    ];
    const targets = [at % count, (at * 7) % (count + 9), 3].slice(at % 4);
    return [
      [1, 7],
      [2, at + 1],
      [9, [[1, at + 1], [2, 2], [3, FOWN], ...targets.map((fd) => [4, target(fd)] as const)]],
    ];
  });

test("of epolls with inodes, large values and many kinds of events", async () => {
  const descriptors = Array.from(
    { length: 700 },
    (_, fd): Message => [
      [1, fd + 1],
      [2, 0],
      [3, 7],
      [4, fd],
    ],
  );
  const members: Members = [
    ...inventoryAndTree(1).members,
    ["files.img", imageBytes("FILES", epolls(700))],
    ["fdinfo-1.img", imageBytes("FDINFO", descriptors)],
  ];
  const filters: NonNullable<DecodeOptions["details"]>[] = [true, () => "without-ids", (key) => key !== "targets"];
  for (const details of filters) {
    const { links } = await expectSame(members, { details });
    expect(links.count).toBeGreaterThan(1000);
  }
});

test("of pipes with more ends than are listed, and of sockets with names and peers that are missing", async () => {
  const files = Array.from({ length: 1000 }, (_, at): Message => {
    const id = at + 1;
    const isPipe = at % 2 === 0;
    const name = ["", "/run/socket", "\0hidden", 'a "b"', "back\\slash", "é", "plain"][at % 7] ?? "";
    const pipe: Message = [
      [1, id],
      [2, at % 10 === 0 ? 7 : at >> 2],
      [3, at % 3],
      [4, FOWN],
    ];
    const socket: Message = [
      [1, id],
      [2, at],
      [3, 1],
      [4, 1],
      [5, 2],
      [6, 0],
      [7, 0],
      [8, at % 5 === 0 ? 0 : at + 2],
    ];
    const more: Message = [
      [9, FOWN],
      [10, []],
      [11, name],
    ];
    return isPipe
      ? [
          [1, 2],
          [2, id],
          [18, pipe],
        ]
      : [
          [1, 5],
          [2, id],
          [16, [...socket, ...more]],
        ];
  });
  await expectSame(withFiles(imageBytes("FILES", files)));
  await expectSame(withFiles(imageBytes("FILES", files)), { details: () => "without-ids" });
});

test("of connections within the image, out of it, and of sockets that have none", async () => {
  const files = Array.from({ length: 900 }, (_, at): Message => {
    const id = at + 1;
    const [address, other] = at % 2 === 0 ? [0x0100_007f, 0x0200_007f] : [0x0200_007f, 0x0100_007f];
    const [port, otherPort] = at % 2 === 0 ? [at + 2000, at >> 3] : [(at - 1) >> 3, at + 1999];
    const protocol = at % 30 > 27 ? 17 : 6;
    const state = [1, 1, 8, 10, 7][(at >> 1) % 5] ?? 1;
    const ports: Message = [
      [7, port],
      [8, at % 50 === 0 ? 0 : otherPort],
      [9, 2],
      [10, 0],
    ];
    const addresses: Message = [
      [11, address],
      [12, at % 22 === 0 ? 0x0300_007f : other],
      [13, FOWN],
      [14, []],
    ];
    const message: Message = [[1, id], [2, at], [3, 2], [4, 1], [5, protocol], [6, state], ...ports, ...addresses];
    return [
      [1, 4],
      [2, id],
      [4, message],
    ];
  });
  for (const details of [true, isFactKey]) {
    const { links } = await expectSame(withFiles(imageBytes("FILES", files)), { details });
    expect(links.count).toBeGreaterThan(200);
  }
});

/** The magics of images with open files of one type, as CRIU wrote them before 3.4, and their names. */
const OWN_IMAGES = {
  pipe: ["PIPES", "pipes.img"],
  isk: ["INETSK", "inetsk.img"],
  tfd: ["TIMERFD", "timerfd.img"],
} as const;

test("in an image for each type", async () => {
  const files = generatedFiles(12_000, 7);
  const members = Object.entries(OWN_IMAGES).map(([type, [magic, name]]) => {
    const own = files.filter((file) => file.name === type).map(({ message }) => message);
    return [name, imageBytes(magic, own)] as const;
  });
  const { files: found } = await expectSame([...inventoryAndTree(1).members, ...members]);
  expect(found.count).toBeGreaterThan(1000);
});

test("with bytes that are not what CRIU writes", async () => {
  const bytes = imageBytes("FILES", generatedFiles(700, 8).map(entryOf));
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 20 }), fc.nat(bytes.length), async (changes, cut) => {
      const changed = bytes.slice(0, cut % 4 === 0 ? cut : bytes.length);
      for (const [at, byte] of changes) if (at < changed.length) changed[at] = byte;
      expectEqual(await decoded(withFiles(changed)), await decodedWithout(withFiles(changed)));
    }),
    { numRuns: 30 },
  );
});

interface Kernel {
  readonly memory: WebAssembly.Memory;
  place(which: number): number;
  run(at: number, length: number, index: number, count: number, base: number, own: number): number;
  learn(steps: number): number;
}

test("the kernel reads nothing beyond the block, whatever is in it", () => {
  const kernel = startKernel<Kernel>(ALIKE_MODULE) as Kernel;
  const { buffer } = kernel.memory;
  const [state, block, flags, types, typeOf] = [0, 1, 2, 3, 4].map((which) => kernel.place(which)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const words = new Uint32Array(buffer, state, 8);
  new Uint8Array(buffer, flags, 4096).fill(7);
  // All fields of a type with number 1 are kept, whatever their wire type is expected to be.
  new Uint32Array(buffer, types, 20).fill(0xffff_ffff);
  new Uint8Array(buffer, types + 48, 32).fill(0);
  new Uint8Array(buffer, typeOf, 128).fill(1);
  const u32 = fc.oneof(fc.nat(64), fc.constantFrom(2 ** 17, 2 ** 31, 2 ** 32 - 1, 2 ** 32 - 5), fc.nat(2 ** 17));
  const sizes = fc.array(fc.oneof(fc.nat(64), fc.constant(2 ** 32 - 1)), { maxLength: 8 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), sizes, u32, u32, fc.nat(70), (bytes, starts, at, index, own) => {
      const view = new Uint8Array(buffer, block, 128 << 10);
      view.set(bytes);
      for (const [nth, size] of starts.entries()) new DataView(buffer, block + 40 * nth, 4).setUint32(0, size, true);
      const reason = kernel.run(at, bytes.length, index, 4096, 0, own % 3 === 0 ? 0 : own);
      if (reason !== 1) return;
      const [, start = 0, end = 0] = words;
      expect(start).toBeGreaterThanOrEqual(at);
      expect(end).toBeGreaterThanOrEqual(start + 4);
      expect(end).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 3000 },
  );
});
