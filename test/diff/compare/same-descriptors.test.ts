// Images with the same descriptors and open files in the same rows are compared by whole columns. The changes are those
// that are found when the rows are not the same.

import { expect, test } from "vitest";
import { changedRows } from "../../../app/diff/compare/same-descriptors.ts";
import { changesJson } from "../../../app/diff/describe/describe.ts";
import { diff } from "../../../app/diff/diff.ts";
import type { MountPlace, Places } from "../../../app/diff/pairs/match-mounts.ts";
import { pair } from "../../../app/diff/pairs/pair.ts";
import type { Checkpoint } from "../../../app/model/checkpoint.ts";
import { unordered } from "../../support/changes.ts";
import { checkpointOf, type State, type StateDescriptor, type StateFile } from "../../support/state.ts";

const REGULAR: StateFile = { kind: "regular", path: "/srv/log", pos: 7n, flags: 0o100002, mode: 3, version: 5n };

/** Files of all sorts: 2 and 3 are the ends of a pipe, 4 and 5 peers, 6 watches 5, and 7 has no descriptor. */
const FILES: readonly StateFile[] = [
  REGULAR,
  { ...REGULAR, path: "/srv/other" },
  { kind: "pipe", path: "pipe:[11]", stable: 6, flags: 0, pipe: 1 },
  { kind: "pipe", path: "pipe:[11]", stable: 6, flags: 1, pipe: 1 },
  { kind: "socket", path: "socket:[5]", stable: 8, details: { state: "listen" }, links: [{ role: "peer", to: 5 }] },
  {
    kind: "socket",
    path: "socket:[6]",
    stable: 8,
    details: { state: "close", peer: [8] },
    links: [{ role: "peer", to: 7 }],
  },
  { kind: "epoll", path: "anon_inode:[eventpoll]", stable: 22, links: [{ role: "watches", to: 5, events: 1 }] },
  { kind: "socket", path: "socket:[7]", stable: 8 },
];

/** Two tasks, one of which shares two files with the other. The file, and the descriptor of it, are changed. */
function stateOf(at = 0, file: Partial<StateFile> = {}, descriptor: Partial<StateDescriptor> = {}): State {
  const slot = (fd: number): StateDescriptor => ({ fd, file: fd, ...(fd === at ? descriptor : {}) });
  return {
    tasks: [
      { pid: 9, comm: "t", table: 1 },
      { pid: 1, comm: "t", table: 0 },
    ],
    tables: [[0, 1, 2, 3, 4, 5, 6].map(slot), [slot(1), slot(3)]],
    files: FILES.map((own, row) => (row === at ? { ...own, ...file } : own)),
  };
}

function changedOf(before: State | Checkpoint, after: State | Checkpoint, places: Places | null = null) {
  const [x, y] = [before, after].map((one) => ("format" in one ? one : checkpointOf(one))) as [Checkpoint, Checkpoint];
  const found = changedRows({ before: x, after: y, pairs: pair(x, y) }, places);
  return found === null ? null : [...found.descriptors].flatMap((is, row) => (is === 1 ? [row] : []));
}

const changesOf = (before: State, after: State) => changesJson(diff(checkpointOf(before), checkpointOf(after)));

test("two equal states have no descriptors to compare", () => {
  expect(changedOf(stateOf(), stateOf())).toEqual([]);
  expect(changesOf(stateOf(), stateOf())).toEqual([]);
});

type Edit = [what: string, at: number, file: Partial<StateFile>, descriptor?: Partial<StateDescriptor>];

const CHANGES: readonly Edit[] = [
  ["position", 1, { pos: 8n }],
  ["upper half of the position", 1, { pos: 7n + 2n ** 32n }],
  ["flags", 1, { flags: 0o102002 }],
  ["mode", 1, { mode: 1 }],
  ["version", 1, { version: 2n ** 63n }],
  ["close-on-exec flag", 1, {}, { closeOnExec: true }],
  ["flags of a pipe", 3, { flags: 0o4001 }],
  ["value of a detail", 4, { details: { state: "established" } }],
  ["detail", 5, { details: { state: "close", peer: [8], external: 3 } }],
  ["value that another file has", 4, { details: { state: "close" } }],
];

/** What leaves no rows to compare. */
const OTHERS: readonly Edit[] = [
  ["end of a pipe", 3, { flags: 2 }],
  ["path", 1, { path: "/srv/third" }],
  ["kind", 1, { kind: "directory" }],
  ["key of a detail", 4, { details: { type: "listen" } }],
  ["peer", 4, { links: [{ role: "peer", to: 2 }] }],
  ["peer without descriptors", 5, { links: [{ role: "peer", to: 2 }] }],
  ["name of a file without descriptors", 7, { kind: "pipe", path: "pipe:[7]", stable: 6 }],
  ["place of a file without descriptors", 7, { details: { outside: true } }],
  ["watched file", 6, { links: [{ role: "watches", to: 4, events: 1 }] }],
  ["watched event", 6, { links: [{ role: "watches", to: 5, events: 4 }] }],
  ["pipe", 3, { pipe: 2 }],
  ["number of a descriptor", 6, {}, { fd: 8 }],
  ["open file", 1, {}, { file: 0 }],
  ["missing open file", 1, {}, { file: -1 }],
];

/** The same state with its files in reverse order. */
function reversed(state: State): State {
  const last = state.files.length - 1;
  const rowOf = (file: number): number => (file < 0 ? file : last - file);
  const files = state.files.map((file) => ({
    ...file,
    ...(file.links && { links: file.links.map((link) => ({ ...link, to: rowOf(link.to) })) }),
  }));
  const tables = state.tables.map((slots) => slots.map((slot) => ({ ...slot, file: rowOf(slot.file) })));
  return { ...state, files: files.reverse(), tables };
}

test.each<Edit>([...CHANGES, ...OTHERS])("another %s is found as in other rows", (_, at, file, descriptor) => {
  for (const [before, after] of [
    [stateOf(), stateOf(at, file, descriptor)],
    [stateOf(at, file, descriptor), stateOf()],
  ] as const) {
    const changes = changesOf(before, after);
    expect(changes.length).toBeGreaterThan(0);
    expect(changedOf(before, reversed(after))).toBeNull();
    expect(unordered(changes)).toEqual(unordered(changesOf(before, reversed(after))));
  }
});

test.each(CHANGES)("another %s is compared where it is", (_, at, file, descriptor) => {
  // The other task has two of the files.
  const others = at === 1 ? [7] : at === 3 ? [8] : [];
  expect(changedOf(stateOf(), stateOf(at, file, descriptor))).toEqual([at, ...others]);
});

test.each(OTHERS)("with another %s, all are compared", (_, at, file, descriptor) => {
  expect(changedOf(stateOf(), stateOf(at, file, descriptor))).toBeNull();
});

test("with another detail of a file without descriptors, all are compared", () => {
  const [before, after] = ["listen", "close"].map((state) => stateOf(7, { details: { state } })) as [State, State];
  expect(changedOf(before, before)).toEqual([]);
  expect(changedOf(before, after)).toBeNull();
});

test("with the tables in other tasks, all are compared", () => {
  const before = stateOf();
  const after = { ...before, tasks: before.tasks.map((task) => ({ ...task, pid: 10 - (task.pid ?? 0) })) };
  expect(changedOf(before, after)).toBeNull();
  expect(changesOf(before, after).length).toBeGreaterThan(0);
  expect(unordered(changesOf(before, after))).toEqual(unordered(changesOf(before, reversed(after))));
});

test("of descriptors with one number, the last is compared", () => {
  const repeated = (first: bigint, last: bigint): State => ({
    tasks: [{ pid: 1, comm: "t", table: 0 }],
    tables: [[0, 1].map((file) => ({ fd: 3, file }))],
    files: [first, last].map((pos) => ({ ...REGULAR, pos })),
  });
  expect(changesOf(repeated(1n, 1n), repeated(2n, 1n))).toEqual([]);
  expect(changesOf(repeated(1n, 1n), repeated(1n, 2n))).toMatchObject([{ kind: "file-pos" }]);
});

test("open files that are missing from both images are the same", () => {
  const missing = stateOf(1, {}, { file: -1 });
  expect(changedOf(missing, missing)).toEqual([]);
  expect(changesOf(missing, missing)).toEqual([]);
});

test("if the same ids are those of other namespaces or mounts, all are compared", () => {
  const place = (number: number): MountPlace => ({ number, mountpoint: "/", below: 0, namespace: -1 });
  const placesOf = (task: number, number: number): Places => ({
    namespaces: { before: new Map([["net 1", 0]]), after: new Map([["net 1", task]]) },
    mounts: { before: new Map([[5, place(1)]]), after: new Map([[5, place(number)]]) },
  });
  expect(changedOf(stateOf(), stateOf(), placesOf(0, 1))).toEqual([]);
  expect(changedOf(stateOf(), stateOf(), placesOf(1, 1))).toBeNull();
  expect(changedOf(stateOf(), stateOf(), placesOf(0, 2))).toBeNull();
});

test("the size, mode and mount of an inode are compared", () => {
  const withInodes = (mode: number, size: bigint, mount: number): Checkpoint => {
    const made = checkpointOf(stateOf());
    const { count } = made.files;
    const inodes = {
      inodeMode: new Uint32Array(count).fill(33188),
      size: new BigUint64Array(count).fill(1n),
      mountId: new Int32Array(count).fill(5),
    };
    [inodes.inodeMode[0], inodes.size[0], inodes.mountId[0]] = [mode, size, mount];
    return { ...made, files: { ...made.files, ...inodes } };
  };
  const before = withInodes(33188, 1n, 5);
  expect(changedOf(before, withInodes(33188, 1n, 5))).toEqual([]);
  expect(changedOf(before, withInodes(33279, 1n, 5))).toEqual([0]);
  expect(changedOf(before, withInodes(33188, 2n ** 40n, 5))).toEqual([0]);
  expect(changedOf(before, withInodes(33188, 1n, 6))).toBeNull();
  expect(changedOf(before, checkpointOf(stateOf()))).toBeNull();
});
