// The kernel reads entries in the usual form with the same result as the handlers of messages, which read any form.

import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBuilder } from "../../../../app/decoder/builder.ts";
import { MAGICS } from "../../../../app/decoder/criu/format/messages.ts";
import { decodeCriuSet } from "../../../../app/decoder/criu/index.ts";
import { createEntryKernel } from "../../../../app/decoder/criu/kernel/entry-kernel.ts";
import { createForms } from "../../../../app/decoder/criu/kernel/forms.ts";
import { addDescriptorForm } from "../../../../app/decoder/criu/kernel/usual-descriptors.ts";
import { addFileForm } from "../../../../app/decoder/criu/kernel/usual-files.ts";
import { addPipeForm } from "../../../../app/decoder/criu/kernel/usual-pipes.ts";
import { addTaskForms } from "../../../../app/decoder/criu/kernel/usual-tasks.ts";
import { createContext } from "../../../../app/decoder/criu/walk/context.ts";
import { bytesSource, type Source } from "../../../../app/decoder/source.ts";
import type { Checkpoint } from "../../../../app/model/checkpoint.ts";
import { imageSources, SAMPLES } from "../../../support/corpus.ts";
import { mixedCriuSet } from "../../../support/criu-mixed-set.ts";
import { FOWN, imageBytes, inventoryAndTree, type Message, regularFile } from "../../../support/criu-set.ts";
import { random } from "../../../support/random.ts";
import { concat } from "../../../support/tar.ts";

type Below = (below: number) => number;

const NUMBERS = [0, 1, 127, 128, 16_383, 16_384, 2 ** 21, 2 ** 28, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 35, 2 ** 52];
const TEXTS = ["", "/a", "/srv/data", "/srv/".repeat(40), "a\0b\u00e9", "\0abstract", "/run/socket\0"];

const pick = <Value>(below: Below, values: readonly Value[]): Value => values[below(values.length)] as Value;
const number = (below: Below): number => (below(3) === 0 ? pick(below, NUMBERS) : below(300));
const owner = (below: Below): Message =>
  below(8) === 0 ? [1, 2, 3, 4, 5].map((field) => [field, below(3)] as const) : FOWN;

/** Fields of numbers, from 1 on; of the last ones, some are missing. */
const numbers = (below: Below, count: number, optional = 0): Message =>
  Array.from({ length: count }, (_, at) => [at + 1, number(below)] as const).filter(
    ([field]) => field <= count - optional || below(2) === 0,
  );

/** Bodies of open files by fd_types number and field: most are as CRIU writes them, all can have any values. */
const BODIES: readonly (readonly [type: number, field: number, body: (below: Below) => Message])[] = [
  [
    1,
    3,
    (below) => [
      ...numbers(below, 3),
      [5, owner(below)],
      [6, pick(below, TEXTS)],
      ...(below(2) === 0 ? [[7, number(below)] as const] : []),
      ...(below(2) === 0 ? [[8, number(below)] as const] : []),
      ...(below(12) === 0 ? [[9, below(2)] as const] : []),
      ...(below(12) > 0 ? [[10, pick(below, [0o100644, 0o40755, 0o120777, 0])] as const] : []),
      ...(below(12) === 0 ? [[11, below(1000)] as const] : []),
      ...(below(12) === 0 ? [[12, below(1000)] as const] : []),
    ],
  ],
  [2, 18, (below) => [...numbers(below, 3), [4, owner(below)]]],
  [3, 17, (below) => numbers(below, 3, 1)],
  [
    4,
    4,
    (below) => [
      ...numbers(below, 2),
      [3, pick(below, [2, 2, 2, 10, 1])],
      [4, 1 + below(4)],
      [5, pick(below, [6, 17, 262, 132, 1, 99])],
      [6, below(14)],
      [7, number(below)],
      [8, below(3) === 0 ? 0 : number(below)],
      [9, 2],
      [10, 0],
      ...Array.from({ length: pick(below, [1, 1, 1, 4, 0]) }, () => [11, number(below)] as const),
      ...Array.from({ length: pick(below, [1, 1, 1, 4]) }, () => [12, pick(below, NUMBERS)] as const),
      ...(below(12) === 0 ? [[12, Uint8Array.of(1, 2, 3)] as const] : []),
      [13, FOWN],
    ],
  ],
  [
    5,
    16,
    (below) => [
      ...numbers(below, 2),
      [3, 1 + below(6)],
      [4, pick(below, [1, 7, 10])],
      [5, number(below)],
      [6, pick(below, [0, 0, 0, 1])],
      [7, 0],
      [8, number(below)],
      [11, below(3) > 0 ? "" : pick(below, TEXTS)],
      ...(below(6) === 0 ? [[15, below(2)] as const] : []),
    ],
  ],
  [6, 8, (below) => [...numbers(below, 2), [3, FOWN], [4, number(below)]]],
  [
    7,
    9,
    (below) => [
      ...numbers(below, 2),
      ...Array.from({ length: below(4) }, (): Message[number] => [4, numbers(below, 4, below(4) === 0 ? 4 : 0)]),
    ],
  ],
  [8, 13, (below) => [...numbers(below, 2), [4, FOWN], [5, numbers(below, 6)]]],
  [9, 10, (below) => numbers(below, 2)],
  [10, 6, (below) => numbers(below, 5)],
  [11, 19, (below) => [...numbers(below, 3), ...(below(3) > 0 ? [[6, number(below)] as const] : [])]],
  [12, 14, (below) => numbers(below, 2)],
  [13, 7, (below) => [...numbers(below, 2), [3, below(20)], ...[4, 6, 7].map((at) => [at, number(below)] as const)]],
  [14, 5, (below) => numbers(below, 4)],
  [
    15,
    11,
    (below) => [
      [1, number(below)],
      [2, "tun0"],
    ],
  ],
  [17, 12, (below) => numbers(below, 10)],
  [20, 22, (below) => numbers(below, 4)],
];

/** A file_entry; now and then with another type, without a part, or with two bodies. */
function file(id: number, below: Below): Message {
  const [type, field, body] = pick(below, BODIES);
  const entry: Message = [
    [1, below(30) === 0 ? below(24) : type],
    [2, below(30) === 0 ? number(below) : id],
    [field, body(below)],
    ...(below(60) === 0 ? [[field, body(below)] as const] : []),
    ...(below(60) === 0 ? [[30, number(below)] as const] : []),
  ];
  return below(60) === 0 ? entry.filter(() => below(3) > 0) : entry;
}

const descriptor = (id: number, fd: number, below: Below): Message => [
  [1, below(20) === 0 ? id + 1000 : id],
  [2, below(3)],
  [3, below(6) === 0 ? number(below) : 1 + below(4)],
  [4, below(40) === 0 ? number(below) : fd],
  ...(below(12) === 0 ? [[5, "label"] as const] : []),
];

/** A copy with some bytes changed. */
function damaged(bytes: Uint8Array, changes: number, below: Below): Uint8Array {
  const result = bytes.slice();
  for (let change = 0; change < changes; change++) result[12 + below(bytes.length - 12)] = below(256);
  return result;
}

const decoded = async (sources: readonly Source[], kernels: boolean): Promise<Checkpoint> =>
  (await decodeCriuSet(sources, { kernels })).checkpoint;

/** @param changes Bytes that are changed in each member. */
function generatedSet(below: Below, count: number, changes: number): Source[] {
  const files = Array.from({ length: count }, (_, at) => file(at + 1, below));
  const descriptors = files.map((_, at) => descriptor(at + 1, at, below));
  const members = [
    ...inventoryAndTree(1).members,
    ["files.img", damaged(imageBytes("FILES", files), changes, below)] as const,
    ["fdinfo-1.img", damaged(imageBytes("FDINFO", descriptors), changes, below)] as const,
  ];
  return members.map(([name, bytes]) => bytesSource(name, bytes));
}

/** Some of the fields with these numbers. */
const some = (below: Below, fields: readonly number[]): Message =>
  fields.filter(() => below(8) > 0).map((field) => [field, number(below)] as const);

const ids = (below: Below): Message => some(below, [1, 2, 3, 4, 6, 7, 8, 9, 10, 12]);

function core(below: Below): Message {
  const task: Message = [
    [1, 1 + below(12)],
    [2, number(below)],
    [6, pick(below, ["worker", "a\0b", "", "caf\u00e9"])],
    ...(below(4) === 0 ? [[21, number(below)] as const] : []),
  ];
  const creds: Message = [...some(below, [1, 2, 3, 4, 5, 6, 7, 8, 13]), [14, Uint8Array.of(1, 2)], [11, below(40)]];
  const thread: Message = [...some(below, [2, 4]), ...(below(2) === 0 ? [[10, creds] as const] : []), [13, "thread"]];
  return [
    [1, 1],
    [2, [[2, some(below, [1, 2, 3])]]],
    ...(below(6) > 0 ? [[3, task] as const] : []),
    ...(below(30) === 0 ? [[3, task] as const] : []),
    ...(below(3) === 0 ? [[4, ids(below)] as const] : []),
    ...(below(2) === 0 ? [[5, thread] as const] : []),
  ];
}

const mapping = (below: Below): Message => [
  ...some(below, [1, 2, 3, 5, 6]),
  ...(below(30) > 0 ? [[4, below(2) === 0 ? 1 + below(40) : number(below)] as const] : []),
  ...(below(30) > 0 ? [[7, pick(below, [1, 9, 65, 129, 513])] as const] : []),
];

const mm = (below: Below): Message => [
  ...some(below, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
  [12, 1 + below(40)],
  ...[3, 4, 6, 4096].map((value) => [13, value] as const),
  ...Array.from({ length: below(6) }, () => [14, mapping(below)] as const),
];

/** A set of tasks with a few descriptors each. @param changes Bytes that are changed in every fourth member. */
function taskSet(below: Below, tasks: number, changes: number): Source[] {
  const { pids, members } = inventoryAndTree(tasks);
  const files = Array.from({ length: 40 }, (_, at) => file(at + 1, below));
  members.push(["files.img", imageBytes("FILES", files)]);
  const add = (name: string, bytes: Uint8Array) =>
    members.push([name, below(4) === 0 && bytes.length > 12 ? damaged(bytes, changes, below) : bytes]);
  for (const pid of pids) {
    add(`core-${pid}.img`, imageBytes("CORE", below(20) === 0 ? [core(below), core(below)] : [core(below)]));
    add(`ids-${pid}.img`, imageBytes("IDS", [ids(below)]));
    add(`fs-${pid}.img`, imageBytes("FS", below(20) === 0 ? [] : [some(below, [1, 2, 3])]));
    add(`mm-${pid}.img`, imageBytes("MM", [mm(below)]));
    const runs = Array.from({ length: below(4) }, () => some(below, [1, 2, 3, 4, 5]));
    add(`pagemap-${pid}.img`, imageBytes("PAGEMAP", [[[1, pid]], ...runs]));
    const descriptors = Array.from({ length: below(20) }, (_, fd) => descriptor(1 + below(50), fd, below));
    add(`fdinfo-${pid - 999}.img`, imageBytes("FDINFO", descriptors));
  }
  // Threads other than leaders.
  for (let tid = 5000; tid < 5000 + tasks; tid++) add(`core-${tid}.img`, imageBytes("CORE", [core(below)]));
  return members.map(([name, bytes]) => bytesSource(name, bytes));
}

/** A set of pipes, most of them empty. @param changes Bytes that are changed in the entries for what they contain. */
function pipeSet(below: Below, count: number, changes: number): Source[] {
  const ends = (pipe: number): Message[] =>
    [0, 1].map((flags) => [
      [1, 2],
      [2, 2 * pipe + flags],
      [
        18,
        [
          [1, 2 * pipe + flags],
          [2, below(50) === 0 ? 1 : pipe],
          [3, flags],
          [4, FOWN],
        ],
      ],
    ]);
  const files = Array.from({ length: count }, (_, at) => ends(at + 1)).flat();
  const entries = Array.from({ length: count }, (_, at) => {
    const length = below(40) === 0 ? below(30) : 0;
    const own: Message = [
      [1, below(20) === 0 ? number(below) : at + 1],
      [2, length],
      ...(below(40) === 0 ? [] : [[3, below(20) === 0 ? number(below) : pick(below, [65_536, 65_536, 4096])] as const]),
    ];
    return concat([imageBytes("PIPES_DATA", [own]).subarray(8), new Uint8Array(length)]);
  });
  const data = concat([imageBytes("PIPES_DATA", []), ...entries]);
  const descriptors = files.map((_, at) => descriptor(at + 2, at, () => 2));
  const members = [
    ...inventoryAndTree(1).members,
    ["files.img", imageBytes("FILES", files)] as const,
    ["fdinfo-1.img", imageBytes("FDINFO", descriptors)] as const,
    ["pipes-data.img", damaged(data, changes, below)] as const,
  ];
  return members.map(([name, bytes]) => bytesSource(name, bytes));
}

/** Expects the same checkpoint with and without the kernel; returns it. */
async function expectSame(sources: readonly Source[]): Promise<Checkpoint> {
  const own = await decoded(sources, true);
  const other = await decoded(sources, false);
  // `toEqual` compares long columns much slower.
  if (!isDeepStrictEqual(own, other)) expect(own).toEqual(other);
  return own;
}

describe("a set is the same with and without the kernel", () => {
  test.each([0, 1, 3, 20].map((changes, seed) => ({ changes, seed })))("generated, %o", async ({ changes, seed }) => {
    const below = random(20 + seed);
    for (let round = 0; round < 5; round++) await expectSame(generatedSet(below, 300, changes));
  });

  test("larger than the kernel's memory", async () => {
    const set = generatedSet(random(31), 8000, 0);
    expect(set.find(({ name }) => name === "files.img")?.size).toBeGreaterThan(256 << 10);
    await expectSame(set);
  });

  test("with descriptors of files that are missing, or of another type", async () => {
    const files = Array.from(
      { length: 200 },
      (_, at): Message => [
        [1, 1],
        [2, at + 5],
        [3, regularFile(at + 5, "/a")],
      ],
    );
    const descriptors = Array.from({ length: 400 }, (_, fd) =>
      descriptor(1 + (fd % 210), fd, (below) => (fd % 7) % below),
    );
    const members = [
      ...inventoryAndTree(1).members,
      ["files.img", imageBytes("FILES", files)] as const,
      ["fdinfo-1.img", imageBytes("FDINFO", descriptors)] as const,
    ];
    const { problems } = await expectSame(members.map(([name, bytes]) => bytesSource(name, bytes)));
    expect(problems.some(({ code }) => code === "missing-file")).toBe(true);
  });

  test("of services", async () => {
    expect((await expectSame(mixedCriuSet(20, 100))).problems).toEqual([]);
  });

  test.each([0, 1, 3].map((changes, seed) => ({ changes, seed })))("of many tasks, %o", async ({ changes, seed }) => {
    const below = random(40 + seed);
    for (let round = 0; round < 2; round++) await expectSame(taskSet(below, 160, changes));
  });

  test.each([0, 1, 5].map((changes, seed) => ({ changes, seed })))("of many pipes, %o", async ({ changes, seed }) => {
    const below = random(60 + seed);
    for (let round = 0; round < 3; round++) await expectSame(pipeSet(below, 3000, changes));
  });

  test("of more tasks than the kernel reads together, whether bytes are there at once or not", async () => {
    const sources = taskSet(random(44), 600, 0);
    const own = await expectSame(sources);
    const later = sources.map((source) => ({
      ...source,
      read: async (at: number, size: number) => source.read(at, size),
    }));
    expect(isDeepStrictEqual(await decoded(later, true), own)).toBe(true);
  });

  test("with entries larger than the kernel's memory among small ones", async () => {
    const small = (id: number): Message => [
      [1, 1],
      [2, id],
      [3, regularFile(id, `/srv/${id}`)],
    ];
    const huge = (id: number): Message => [
      [1, 1],
      [2, id],
      [3, regularFile(id, "/srv/".repeat(80_000))],
    ];
    const files = Array.from({ length: 300 }, (_, at) => (at % 100 === 90 ? huge(at + 1) : small(at + 1)));
    const members = [...inventoryAndTree(1).members, ["files.img", imageBytes("FILES", files)] as const];
    const { count } = (await expectSame(members.map(([name, bytes]) => bytesSource(name, bytes)))).files;
    expect(count).toBe(300);
  });

  test.each(SAMPLES.filter(({ format }) => format === "criu"))("$name", async (sample) => {
    for (const side of sample.sides) await expectSame(imageSources(sample, side));
  });
});

/** A kernel with the forms of files, descriptors and tasks. */
function kernelOfFiles() {
  const forms = createForms();
  const set = createContext([], {}, { time: null, facts: [], problems: [] }, createBuilder());
  const nodes = {
    files: addFileForm(forms, set),
    descriptors: addDescriptorForm(forms),
    pipes: addPipeForm(forms),
    ...addTaskForms(forms),
  };
  const kernel = createEntryKernel(forms);
  if (kernel === null) throw new Error("The kernel did not start");
  return { kernel, nodes };
}

const ROOM = { rows: 2048, text: 1 << 20, textBase: 0, firstRecord: 0, firstFile: 0 };

describe("the kernel", () => {
  test("reads what CRIU usually writes, of all common types", async () => {
    const { kernel, nodes } = kernelOfFiles();
    for (const source of mixedCriuSet(3, 100)) {
      const isFiles = source.name === "files.img";
      if (!isFiles && !source.name.startsWith("fdinfo")) continue;
      const bytes = await source.read(0, source.size);
      kernel.read(isFiles ? nodes.files : nodes.descriptors, bytes, 8, ROOM);
      expect(kernel.batch.base + kernel.batch.end).toBe(bytes.length);
      expect(kernel.batch.rows).toBe(isFiles ? 302 : 100);
    }
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 17])("reads files of type %i in the usual form", (type) => {
    const { kernel, nodes } = kernelOfFiles();
    const below = random(type);
    const [, field, body] = BODIES.find(([each]) => each === type) ?? [0, 0, () => []];
    let usual = 0;
    for (let round = 0; round < 400; round++) {
      const entry: Message = [
        [1, type],
        [2, round],
        [field, body(below)],
      ];
      kernel.read(nodes.files, imageBytes("FILES", [entry]), 8, ROOM);
      usual += kernel.batch.rows;
    }
    expect(usual).toBeGreaterThan(20);
  });

  test("finds the files of descriptors by their ids and types, and leaves others to the caller", () => {
    const { kernel, nodes } = kernelOfFiles();
    kernel.giveFiles(10, Uint32Array.of(1, 4, 1));
    const entry = (id: number, type: number, fd: number): Message => [
      [1, id],
      [2, 0],
      [3, type],
      [4, fd],
    ];
    const entries = [
      entry(12, 1, 0),
      entry(10, 1, 1),
      entry(11, 1, 2),
      entry(9, 1, 3),
      entry(13, 1, 4),
      entry(11, 4, 5),
    ];
    kernel.read(nodes.descriptors, imageBytes("FDINFO", entries), 8, { ...ROOM, firstRecord: 70 });
    const { rows, words, unknownFiles } = kernel.batch;
    expect(Array.from(words[3]?.subarray(0, rows) ?? [], (file) => file | 0)).toEqual([2, 0, -1, -1, -1, 1]);
    expect([...(words[4]?.subarray(0, rows) ?? [])]).toEqual([70, 71, 72, 73, 74, 75]);
    expect(unknownFiles).toBe(3);
  });

  test("reads entries of empty pipes, up to the first with contents", () => {
    const { kernel, nodes } = kernelOfFiles();
    const entries = Array.from(
      { length: 100 },
      (_, at): Message => [
        [1, 1000 + at],
        [2, at < 90 ? 0 : 5],
        [3, 65_536],
      ],
    );
    kernel.read(nodes.pipes, imageBytes("PIPES_DATA", entries), 8, ROOM);
    expect(kernel.batch.rows).toBe(90);
  });

  test("reads small members together, up to the first in another form", async () => {
    const { kernel, nodes } = kernelOfFiles();
    const kinds = [
      ["core", "CORE", nodes.core, nodes.core],
      ["ids", "IDS", nodes.ids, nodes.ids],
      ["fs", "FS", nodes.fs, nodes.fs],
      ["mm", "MM", nodes.mm, nodes.mm],
      ["pagemap", "PAGEMAP", nodes.pagemapHead, nodes.pagemap],
      ["fdinfo", "FDINFO", nodes.descriptors, nodes.descriptors],
    ] as const;
    const set = mixedCriuSet(5, 20);
    for (const [kind, magic, firstNode, node] of kinds) {
      const sources = set.filter(({ name }) => name.startsWith(`${kind}-`));
      const members = await Promise.all(sources.map((source) => source.read(0, source.size)));
      const form = { firstNode, node, magic: MAGICS[magic], most: 1000 };
      kernel.readMembers(form, members, 2048, 0);
      expect([kind, kernel.batch.members]).toEqual([kind, 5]);
      expect(kernel.batch.rows).toBe(kernel.batch.memberRows[4]);
      const cut = (members[3] as Uint8Array).subarray(0, -1);
      kernel.readMembers(form, members.with(3, cut), 2048, 0);
      expect([kind, kernel.batch.members]).toEqual([kind, 3]);
      kernel.readMembers({ ...form, magic: MAGICS.FILES }, members, 2048, 0);
      expect(kernel.batch.members).toBe(0);
      kernel.readMembers(form, members, 3, 0);
      expect(kernel.batch.rows).toBeLessThanOrEqual(3);
    }
  });

  test("stays within its memory, whatever it reads", () => {
    const { kernel, nodes } = kernelOfFiles();
    const good = imageBytes("FILES", [
      [
        [1, 1],
        [2, 7],
        [3, regularFile(7, "/srv")],
      ],
    ]);
    const readGood = () => {
      kernel.forget();
      kernel.read(nodes.files, good, 8, ROOM);
      const { rows, end, words, wide, bytes, text, textLength } = kernel.batch;
      const row = [...words, ...wide, ...bytes].map((column) => column[0]);
      return [rows, end, ...row, ...text.subarray(0, textLength)];
    };
    const before = readGood();
    const lengths = fc.constantFrom(0, 4, 8, 300, 2 ** 18, 2 ** 31, 2 ** 32 - 8, 2 ** 32 - 4, 2 ** 32 - 1);
    const parts = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      lengths.map((length) => new Uint8Array(Uint32Array.of(length).buffer)),
      fc.constant(good.subarray(8)),
      // Fields that are nested, or longer than their message.
      fc.constantFrom([26, 255, 255, 255, 255, 15], [26, 2, 50, 200], [74, 255, 255, 3], [8, 255, 255, 255, 255, 255]),
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), fc.nat(40), fc.nat(2 ** 32 - 1), (list, from, rows) => {
        const bytes = Uint8Array.from(list.flatMap((part) => [...part]));
        for (const node of [nodes.files, nodes.descriptors]) {
          kernel.forget();
          kernel.read(node, bytes, Math.min(from, bytes.length), { ...ROOM, rows, text: rows });
          expect(kernel.batch.base + kernel.batch.end).toBeLessThanOrEqual(bytes.length);
        }
        const member = concat([imageBytes("MM", []), bytes]);
        for (const node of [nodes.core, nodes.mm, nodes.pagemap, nodes.descriptors]) {
          const form = { firstNode: node, node, magic: MAGICS.MM, most: rows };
          kernel.readMembers(
            form,
            Array.from({ length: from * 3 }, () => member),
            rows,
            0,
          );
          expect(kernel.batch.members).toBeLessThanOrEqual(from * 3);
        }
        expect(readGood()).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });

  test("stops where there is no more room", () => {
    const { kernel, nodes } = kernelOfFiles();
    const entries = (count: number, path: string) =>
      imageBytes(
        "FILES",
        Array.from(
          { length: count },
          (_, at): Message => [
            [1, 1],
            [2, at],
            [3, regularFile(at, path)],
          ],
        ),
      );
    kernel.read(nodes.files, entries(10, "/srv"), 8, { ...ROOM, rows: 3 });
    expect(kernel.batch.rows).toBe(3);
    kernel.read(nodes.files, entries(10, "/srv"), 8, { ...ROOM, text: 11 });
    expect([kernel.batch.rows, kernel.batch.textLength]).toEqual([2, 8]);
    kernel.read(nodes.files, entries(3000, "/"), 8, { ...ROOM, rows: 3000 });
    expect(kernel.batch.rows).toBe(2048);
  });
});
