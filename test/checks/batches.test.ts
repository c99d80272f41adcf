// Checking entries many at a time, by the kernel, finds what checking them one by one finds.

import { isDeepStrictEqual } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { handlerOf } from "../../app/checks/criu/entries/entries.ts";
import { isSound } from "../../app/checks/criu/entries/shapes.ts";
import type { KeptList } from "../../app/checks/criu/kept.ts";
import { startCheckKernel } from "../../app/checks/criu/kernel/batches.ts";
import { NOTE } from "../../app/checks/criu/kernel/check-kernel.ts";
import type { Findings } from "../../app/checks/findings.ts";
import { isSet, scan, scratch } from "../../app/decoder/criu/wire/wire.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { imageSources, SAMPLES } from "../support/corpus.ts";
import { setSources } from "../support/criu.ts";
import { mixedCriuSet } from "../support/criu-mixed-set.ts";
import { FOWN, imageBytes, type Message, mmMessage, regularFile } from "../support/criu-set.ts";
import { editEntries, setNumber } from "../support/edit-set.ts";
import { type RecordedEntry, recordedEntries } from "../support/entries.ts";
import { withPages } from "../support/memory.ts";
import { random } from "../support/random.ts";
import { FAULTS } from "../support/reference-faults.ts";
import { openSources } from "../support/resources.ts";

/** What is found with kernels and without; `null` if the set is refused. */
async function bothWays(sources: readonly Source[]) {
  const image = await openImage(sources);
  if ("refused" in image) return null;
  const found = async (kernels: "always" | false) => {
    const { findings, unlisted, needs, demands } = await checkImage(image, { kernels, host: {} });
    // Without a host, fewer messages have notes.
    const alone = await checkImage(image, { kernels });
    const withoutHost = [alone.findings, alone.unlisted, alone.needs];
    return { findings, unlisted, needs, demanded: demands?.list, withoutHost };
  };
  return [await found("always"), await found(false)] as const;
}

async function expectSame(sources: readonly Source[]): Promise<Pick<Findings, "findings"> | null> {
  const both = await bothWays(sources);
  if (both === null) return null;
  const [batched, single] = both;
  // Comparing values by expect takes longer than all checks.
  if (!isDeepStrictEqual(batched, single)) expect(batched).toEqual(single);
  return single;
}

test("recorded sets", async () => {
  const sets = SAMPLES.filter(({ format }) => format === "criu");
  expect(sets.length).toBeGreaterThan(2);
  for (const sample of sets) {
    for (const side of ["before", "after"] as const) await expectSame(imageSources(sample, side));
  }
});

test("sets with one fault each", async () => {
  for (const [, { set, edit }] of FAULTS) await expectSame(edit(await withPages(setSources(set))));
});

test("bytes that have changed", async () => {
  const set = mixedCriuSet(3, 40);
  const next = random(11);
  let different = 0;
  for (let run = 0; run < 150; run++) {
    const victim = next(set.length);
    const { name, size, read } = set[victim] as Source;
    const bytes = Uint8Array.from(await read(0, size));
    for (let left = 1 + next(3); left > 0; left--) bytes[8 + next(size - 8)] = next(4) === 0 ? next(256) : next(20);
    const found = await expectSame(set.with(victim, bytesSource(name, bytes)));
    if (found?.findings.some(({ code }) => code !== "core-incomplete" && code !== "pages-missing")) different++;
  }
  expect(different).toBeGreaterThan(20);
});

/** An entry of files.img in the middle, a regular file: each task begins with one. */
const REGULAR = 2 + 40 * 10;

/** A unix socket and an epoll among the files of the first task. */
const [SOCKET, EPOLL] = [6, 13];

/** A set of many tasks in which one entry in the middle is bad. */
const BAD: readonly [
  code: string,
  what: string,
  member: string,
  field: string | null,
  edit: (set: Source[]) => readonly Source[],
][] = [
  [
    "descriptor-flags",
    "flags of a descriptor",
    "fdinfo-10.img",
    "flags",
    (set) => setNumber(set, "fdinfo-10.img", "fdinfo_entry", 20, "flags", 2),
  ],
  [
    "descriptor-type",
    "the type of a descriptor",
    "fdinfo-10.img",
    "type",
    (set) => setNumber(set, "fdinfo-10.img", "fdinfo_entry", 20, "type", 9),
  ],
  [
    "descriptor-without-file",
    "the file of a descriptor",
    "fdinfo-10.img",
    "id",
    (set) => setNumber(set, "fdinfo-10.img", "fdinfo_entry", 20, "id", 99_999),
  ],
  [
    "field-missing",
    "a field of a descriptor",
    "fdinfo-10.img",
    null,
    (set) => setNumber(set, "fdinfo-10.img", "fdinfo_entry", 20, "type", null),
  ],
  [
    "field-missing",
    "a field of an open file",
    "files.img",
    null,
    (set) => setNumber(set, "files.img", "file_entry", REGULAR, "reg.flags", null),
  ],
  [
    "field-missing",
    "a field in the message of an open file",
    "files.img",
    null,
    (set) => setNumber(set, "files.img", "file_entry", REGULAR, "reg.fown.pid", null),
  ],
  [
    "file-id-differs",
    "the other id of an open file",
    "files.img",
    "reg.id",
    (set) => setNumber(set, "files.img", "file_entry", REGULAR, "reg.id", 7),
  ],
  [
    "file-type-newer",
    "the type of an open file",
    "files.img",
    "type",
    (set) =>
      editEntries(set, "files.img", (all) =>
        all.map((entry, at) => (at === REGULAR ? Uint8Array.of(8, 77, 16, 5) : entry)),
      ),
  ],
  [
    "mount-missing",
    "the mount of an open file",
    "files.img",
    "reg.mnt_id",
    (set) => [
      ...setNumber(set, "files.img", "file_entry", REGULAR, "reg.mnt_id", 2 * 77),
      ...setSources("w7/before").filter(({ name }) => name.includes("mountpoints")),
    ],
  ],
  [
    "watch-missing",
    "a descriptor that an epoll watches",
    "files.img",
    "epfd.tfd[0].tfd",
    (set) => setNumber(set, "files.img", "file_entry", EPOLL, "epfd.tfd.tfd", 999),
  ],
  [
    "peer-missing",
    "the peer of a socket",
    "files.img",
    "usk.peer",
    (set) => setNumber(set, "files.img", "file_entry", SOCKET, "usk.peer", 999),
  ],
  [
    "value-impossible",
    "a limit of numbers",
    "core-1010.img",
    "tc.task_state",
    (set) => setNumber(set, "core-1010.img", "core_entry", 0, "tc.task_state", 9),
  ],
  [
    "value-impossible",
    "the order of two addresses",
    "mm-1010.img",
    "mm_start_code",
    (set) => setNumber(set, "mm-1010.img", "mm_entry", 0, "mm_end_code", 1),
  ],
  [
    "value-impossible",
    "the order of the ends of a mapping",
    "mm-1010.img",
    "vmas[0].start",
    (set) => setNumber(set, "mm-1010.img", "mm_entry", 0, "vmas.end", 1),
  ],
  [
    "pages-outside",
    "pages outside of the mappings",
    "pagemap-1010.img",
    "vaddr",
    (set) => setNumber(set, "pagemap-1010.img", "pagemap_entry", 1, "vaddr", 4096),
  ],
  [
    "file-missing",
    "a working directory",
    "fs-1010.img",
    "cwd_id",
    (set) => setNumber(set, "fs-1010.img", "fs_entry", 0, "cwd_id", 99_999),
  ],
  [
    "table-missing",
    "a file table",
    "ids-1010.img",
    "files_id",
    (set) => setNumber(set, "ids-1010.img", "task_kobj_ids_entry", 0, "files_id", 777),
  ],
  [
    "value-impossible",
    "a number of a task",
    "pstree.img",
    "ppid",
    (set) => setNumber(set, "pstree.img", "pstree_entry", 10, "ppid", 5_000_000),
  ],
];

describe("one bad entry among many good ones", () => {
  const set = mixedCriuSet(16, 40);
  test.each(BAD)("%s: %s", async (code, _what, member, field, edit) => {
    const sources = edit(set);
    const found = await expectSame(sources);
    const { checkpoint } = await openSources(sources);
    const placed = found?.findings.filter((finding) => finding.code === code) ?? [];
    expect(placed.map((finding) => checkpoint.members[finding.member ?? -1]?.name)).toContain(member);
    expect(placed.map((finding) => finding.field)).toContain(field);
  });
});

const kernel = startCheckKernel();
let entries: readonly RecordedEntry[] = [];

beforeAll(async () => {
  const found = await recordedEntries("r1/after");
  entries = found.filter(({ message }) => kernel?.nodes.get(message) !== undefined);
});

/** Has the kernel check one entry, and returns the bytes that it was in. */
function readOne(message: string, bytes: Uint8Array): Uint8Array {
  if (kernel === null) throw new Error("WebAssembly is not allowed");
  const framed = Uint8Array.from([...new Uint8Array(Uint32Array.of(bytes.length).buffer), ...bytes]);
  kernel.kernel.read(kernel.nodes.get(message) ?? 0, framed, 0, 1, 0, 0);
  return framed;
}

/** Has the kernel check an entry, and compares its note with reading it; returns whether it was accepted. */
function isAccepted({ message, shape, bytes }: RecordedEntry): boolean {
  const framed = readOne(message, bytes);
  if (kernel === null || kernel.kernel.checked.records === 0) return false;
  const { notes, noted, end } = kernel.kernel.checked;
  expect(end).toBe(framed.length);
  expect(isSound(bytes, 0, bytes.length, shape, new Uint32Array(2))).toBe(true);
  const plan = handlerOf(message)?.plan;
  if (message === "file_entry" || plan === undefined || noted === 0) return true;
  expect([notes[NOTE.start], notes[NOTE.end]]).toEqual([4, framed.length]);
  const out = scratch();
  const seen = scan(framed, 4, framed.length, plan, out);
  for (let slot = 1; slot < 31; slot++) {
    if (!plan.slots.includes(slot)) continue;
    expect(isSet(notes[NOTE.seen] as number, slot)).toBe(isSet(seen, slot));
    const at = NOTE.header + 2 * slot - 2;
    if (isSet(seen, slot)) expect([notes[at], notes[at + 1]]).toEqual([out[2 * slot], out[2 * slot + 1]]);
  }
  return true;
}

test("the kernel accepts the entries of a recorded set", () => {
  expect(new Set(entries.map(({ message }) => message)).size).toBeGreaterThan(6);
  expect(entries.filter((entry) => !isAccepted(entry)).map(({ message }) => message)).toEqual([]);
});

/** Has the kernel check entries of a message. */
function readAll(message: string, magic: "FILES" | "FDINFO" | "PIPES_DATA", messages: readonly Message[], row = 0) {
  if (kernel === null) throw new Error("WebAssembly is not allowed");
  const bytes = imageBytes(magic, messages).slice(8);
  kernel.kernel.read(kernel.nodes.get(message) ?? 0, bytes, 0, messages.length, row, row / 10);
  return kernel.kernel.checked;
}

/**
 * Has the kernel check entries of a message; returns how many words of notes there are, and the types of open files.
 */
function notesOf(message: string, magic: "FILES" | "FDINFO", messages: readonly Message[]) {
  const { records, noted, fileTypes } = readAll(message, magic, messages);
  expect(records).toBe(messages.length);
  return { noted, types: [...fileTypes.subarray(0, records)] };
}

const openFile = (type: number, id: number, field: number, inner: Message): Message => [
  [1, type],
  [2, id],
  [field, inner],
];
const regular = (id: number, more: Message = []): Message => openFile(1, id, 3, [...regularFile(id, "/a"), ...more]);

test("the kernel notes only open files that may break a rule", () => {
  const sound = [1, 2, 3].map((id) => regular(id));
  expect(notesOf("file_entry", "FILES", sound)).toEqual({ noted: 0, types: [1, 1, 1] });
  // With a mount, from outside, with a build id.
  for (const odd of [7, 9, 11].map((field) => regular(4, [[field, 1]]))) {
    const alone = notesOf("file_entry", "FILES", [odd]).noted;
    expect(alone).toBeGreaterThan(0);
    expect(notesOf("file_entry", "FILES", [...sound, odd, ...sound]).noted).toBe(alone);
  }
});

test("the kernel leaves open files to the caller whose type or id is not usual", () => {
  const others = [
    openFile(1, 4, 3, regularFile(5, "/a")),
    openFile(99, 4, 3, regularFile(4, "/a")),
    regular(4).filter(([field]) => field !== 2),
    regular(4).filter(([field]) => field !== 3),
  ];
  for (const odd of others) {
    const { records, noted, rows } = readAll("file_entry", "FILES", [regular(1), odd]);
    expect([records, noted, ...rows.filter((count) => count > 0)]).toEqual([1, 0]);
  }
});

const pipe = (id: number, number: number, flags: number): Message =>
  openFile(2, id, 18, [
    [1, id],
    [2, number],
    [3, flags],
    [4, FOWN],
  ]);

const epoll = (id: number, watched: readonly number[]): Message =>
  openFile(7, id, 9, [
    [1, id],
    [2, 0],
    [3, FOWN],
    ...watched.map((fd): Message[number] => [
      4,
      [
        [1, id],
        [2, fd],
        [3, 1],
        [4, 0],
      ],
    ]),
  ]);

/** A unix socket with a name. */
const unix = (id: number, inode: number, name: string, uflags = 0): Message =>
  openFile(5, id, 16, [
    [1, id],
    [2, inode],
    ...[3, 4, 5].map((field): Message[number] => [field, 1]),
    [6, uflags],
    [7, 0],
    [8, inode + 1],
    [9, FOWN],
    [10, [...Array(14).keys()].map((at): Message[number] => [at + 1, 1])],
    [11, name],
  ]);

/** The rows of a list after the last run. */
function rowsOf(to: KeptList): number[][] {
  const at = kernel?.targets.findIndex((target) => target.to === to) ?? -1;
  const { lists, rows } = kernel?.kernel.checked ?? { lists: [], rows: [] };
  return Array.from({ length: rows[at] ?? 0 }, (_, row) => lists[at]?.map((column) => column[row] ?? -1) ?? []);
}

describe("lists", () => {
  test("pipes and unix sockets", () => {
    const all = readAll("file_entry", "FILES", [pipe(1, 70, 0), unix(2, 80, ""), pipe(3, 71, 1)], 10);
    expect([all.records, rowsOf("watches"), rowsOf("mounts")]).toEqual([3, [], []]);
    // Record, open file, slots, pipe_id and flags.
    expect(rowsOf("pipes").map(([record, file, , ...values]) => [record, file, ...values])).toEqual([
      [10, 1, 70, 0],
      [12, 3, 71, 1],
    ]);
    expect(rowsOf("unix").map(([record, file, , ...values]) => [record, file, ...values])).toEqual([
      [11, 2, 80, 81, 0, 1, 1],
    ]);
  });

  test("what epolls watch", () => {
    readAll("file_entry", "FILES", [epoll(1, [3, 9]), epoll(2, []), epoll(3, [3])], 10);
    expect(rowsOf("watches")).toEqual([
      [10, 1, 2, 3],
      [10, 1, 2, 9],
      [12, 3, 2, 3],
    ]);
  });

  test("contents of pipes", () => {
    const entries: Message[] = [
      [
        [1, 70],
        [2, 0],
        [3, 4096],
      ],
      [
        [1, 71],
        [2, 0],
      ],
    ];
    expect(readAll("pipe_data_entry", "PIPES_DATA", entries, 10).noted).toBe(0);
    expect(rowsOf("contents").map(([record, , , ...values]) => [record, ...values])).toEqual([
      [10, 70, 0, 4096],
      [11, 71, 0, 0],
    ]);
  });

  test("nothing of an entry that is not accepted", () => {
    const { records } = readAll("file_entry", "FILES", [epoll(1, [3]), epoll(2, [4]).with(0, [1, 99])], 10);
    expect([records, rowsOf("watches").length]).toEqual([1, 1]);
    // More than a list has room for.
    const many = Array.from({ length: 5000 }, (_, fd) => fd);
    expect([readAll("file_entry", "FILES", [epoll(2, many)]).records, rowsOf("watches")]).toEqual([0, []]);
  });
});

test("the kernel does not note a message that is like a quiet one", () => {
  const noted = (...sockets: readonly Message[]) => notesOf("file_entry", "FILES", sockets).noted;
  const first = noted(unix(1, 80, "a"));
  expect(first).toBeGreaterThan(0);
  const place = (kernel?.kernel.checked.notes[NOTE.like] ?? 0) - 1;
  expect(place).toBeGreaterThanOrEqual(0);
  expect(noted(unix(1, 80, "a"))).toBe(first);
  kernel?.kernel.isQuiet.fill(1, place, place + 1);
  expect(noted(unix(1, 80, "a"), unix(2, 81, "b"))).toBe(0);
  for (const odd of [unix(3, 0, "a"), unix(3, 81, "ab"), unix(3, 81, "a", 1)]) {
    expect(noted(unix(2, 81, "b"), odd, unix(4, 82, "c"))).toBe(first);
  }
});

/** Credentials with words of effective, permitted, inheritable and ambient capabilities. */
function capable(effective: readonly number[], permitted: readonly number[], ambient: readonly number[] = []): Message {
  const words = (field: number, list: readonly number[]) => list.map((word): Message[number] => [field, word]);
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 13].map((field): Message[number] => [field, 0]);
  return [...numbers, ...words(9, [6, 0]), ...words(10, permitted), ...words(11, effective), ...words(19, ambient)];
}

test("the kernel leaves cores to the caller whose capabilities are not usual", () => {
  const isUsual = (creds: Message): boolean => {
    const core: Message = [
      [1, 1],
      [
        5,
        [
          [1, 0],
          [2, 24],
          [10, creds],
        ],
      ],
    ];
    readOne("core_entry", imageBytes("CORE", [core]).slice(12));
    return kernel?.kernel.checked.records === 1;
  };
  for (const sound of [capable([], []), capable([5, 1], [7, 1]), capable([5], [7, 1]), capable([1], [7], [2])]) {
    expect(isUsual(sound)).toBe(true);
  }
  for (const odd of [
    capable([5], []),
    capable([8, 1], [7, 1]),
    capable([0, 2], [7, 1]),
    // Ambient ones that are not permitted, and not inheritable.
    capable([1], [5], [2]),
    capable([1], [7], [1]),
    capable([1, 1, 1], [7, 7, 7]),
  ]) {
    expect(isUsual(odd)).toBe(false);
  }
});

test("the kernel notes the page size in the auxiliary vector", () => {
  for (const size of [4096, 65_536]) {
    // The end of the code is after its start.
    const space = mmMessage(size, [[0x1000, 0x2000]]).map(
      ([field, value]) => [field, field === 2 ? 1 : value] as const,
    );
    readOne("mm_entry", imageBytes("MM", [space]).slice(12));
    const { notes, records } = kernel?.kernel.checked ?? { notes: [], records: 0 };
    expect([records, notes[NOTE.header + 2]]).toEqual([1, size]);
  }
});

test("the kernel notes only descriptors that may break a rule", () => {
  const descriptor = (id: number, flags: number, type: number): Message => [
    [1, id],
    [2, flags],
    [3, type],
    [4, 7],
  ];
  kernel?.kernel.typeOfId.set([1, 5], 10);
  const noted = (...entries: readonly Message[]) => notesOf("fdinfo_entry", "FDINFO", entries).noted;
  expect(noted(descriptor(10, 0, 1), descriptor(11, 1, 5))).toBe(0);
  for (const odd of [descriptor(10, 0, 5), descriptor(10, 2, 1), descriptor(12, 0, 1), descriptor(2 ** 31, 0, 1)]) {
    expect(noted(odd)).toBeGreaterThan(0);
    expect(noted(descriptor(10, 0, 1), odd)).toBe(noted(odd));
  }
});

test("the kernel reads an entry with other bytes as scan reads it, or does not accept it", () => {
  const next = random(5);
  let refused = 0;
  for (let run = 0; run < 2000; run++) {
    const entry = entries[next(entries.length)] as RecordedEntry;
    const bytes = Uint8Array.from(entry.bytes);
    for (let left = 1 + next(2); left > 0; left--) bytes[next(bytes.length)] = next(3) === 0 ? next(256) : next(16);
    if (!isAccepted({ ...entry, bytes })) refused++;
  }
  expect(refused).toBeGreaterThan(200);
});
