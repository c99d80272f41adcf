// Checking entries many at a time, by the kernel, finds what checking them one by one finds.

import { isDeepStrictEqual } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { checkImage } from "../../app/checks/check.ts";
import { handlerOf } from "../../app/checks/criu/entries/entries.ts";
import { isSound } from "../../app/checks/criu/entries/shapes.ts";
import { startCheckKernel } from "../../app/checks/criu/kernel/batches.ts";
import { NOTE } from "../../app/checks/criu/kernel/check-kernel.ts";
import type { Findings } from "../../app/checks/findings.ts";
import { isSet, scan, scratch } from "../../app/decoder/criu/wire/wire.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { imageSources, SAMPLES } from "../support/corpus.ts";
import { setSources } from "../support/criu.ts";
import { mixedCriuSet } from "../support/criu-mixed-set.ts";
import { imageBytes, type Message, regularFile } from "../support/criu-set.ts";
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
    return { findings, unlisted, needs, demanded: demands?.list };
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

/** Has the kernel check an entry, and compares its note with reading it; returns whether it was accepted. */
function isAccepted({ message, shape, bytes }: RecordedEntry): boolean {
  if (kernel === null) throw new Error("WebAssembly is not allowed");
  const framed = Uint8Array.from([...new Uint8Array(Uint32Array.of(bytes.length).buffer), ...bytes]);
  kernel.kernel.read(kernel.nodes.get(message) ?? 0, framed, 0, 1);
  const { records, notes, end } = kernel.kernel.checked;
  if (records === 0) return false;
  expect(end).toBe(framed.length);
  expect(isSound(bytes, 0, bytes.length, shape, new Uint32Array(2))).toBe(true);
  expect([notes[NOTE.start], notes[NOTE.end]]).toEqual([4, framed.length]);
  const plan = handlerOf(message)?.plan;
  if (message === "file_entry" || plan === undefined) return true;
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

/**
 * Has the kernel check entries of a message; returns how many words of notes there are, and the types of open files.
 */
function notesOf(message: string, magic: "FILES" | "FDINFO", messages: readonly Message[]) {
  if (kernel === null) throw new Error("WebAssembly is not allowed");
  const bytes = imageBytes(magic, messages).slice(8);
  kernel.kernel.read(kernel.nodes.get(message) ?? 0, bytes, 0, messages.length);
  const { records, noted, fileTypes } = kernel.kernel.checked;
  expect(records).toBe(messages.length);
  return { noted, types: [...fileTypes.subarray(0, records)] };
}

test("the kernel notes only open files that may break a rule", () => {
  const file = (id: number, inner: Message): Message => [
    [1, 1],
    [2, id],
    [3, inner],
  ];
  const sound = [1, 2, 3].map((id) => file(id, regularFile(id, "/a")));
  expect(notesOf("file_entry", "FILES", sound)).toEqual({ noted: 0, types: [1, 1, 1] });
  const odd: readonly Message[] = [
    file(4, regularFile(5, "/a")),
    // With a mount, from outside, with a build id.
    ...[7, 9, 11].map((field) => file(4, [...regularFile(4, "/a"), [field, 1]])),
    file(4, regularFile(4, "/a")).map(([field, value]) => [field, field === 1 ? 99 : value]),
    // Without an id.
    file(4, regularFile(4, "/a")).filter(([field]) => field !== 2),
  ];
  for (const entry of odd) {
    const alone = notesOf("file_entry", "FILES", [entry]).noted;
    expect(alone).toBeGreaterThan(0);
    expect(notesOf("file_entry", "FILES", [...sound, entry, ...sound]).noted).toBe(alone);
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
