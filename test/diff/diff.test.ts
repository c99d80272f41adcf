// The rules of a comparison, one at a time.

import { describe, expect, test } from "vitest";
import type { Change } from "../../app/diff/changes.ts";
import { changeAt, changesJson } from "../../app/diff/describe/describe.ts";
import { touchedRows } from "../../app/diff/describe/touched-rows.ts";
import { diff } from "../../app/diff/diff.ts";
import { type Checkpoint, HAS } from "../../app/model/checkpoint.ts";
import type { Details } from "../../app/model/fields.ts";
import { checkpointOf, type State, type StateFile, type StateOptions } from "../support/state.ts";

const LOG: StateFile = { kind: "generic", path: "/var/log/x", pos: 4096n, flags: 0o102001, mode: 30, version: 0n };
const TTY: StateFile = { kind: "generic", path: "/dev/pts/3", pos: 0n, flags: 0o100002, mode: 31, version: 0n };
const PIPE: StateFile = { kind: "pipe", path: "pipe:[7]", stable: 6, flags: 0 };

/** Two tasks that share a table (0 and 1 are dups, 3 a log), a third with its own table that has the log as well. */
const BASE: State = {
  tasks: [
    { pid: 10, comm: "lead", table: 0 },
    { pid: 11, comm: "mate", table: 0 },
    { pid: 12, comm: "child", table: 1 },
  ],
  tables: [
    [
      { fd: 0, file: 0 },
      { fd: 1, file: 0 },
      { fd: 3, file: 1 },
    ],
    [
      { fd: 3, file: 1 },
      { fd: 5, file: 2 },
    ],
  ],
  files: [TTY, LOG, PIPE],
};

const changes = (before: State, after: State, left: StateOptions = {}, right: StateOptions = {}): Change[] =>
  changesJson(diff(checkpointOf(before, left), checkpointOf(after, { firstId: 40, ...right })));

const notes = (before: State, after: State): string[] =>
  diff(checkpointOf(before), checkpointOf(after, { firstId: 40 })).notes.map(({ message }) => message);

const withFile = (file: number, values: Partial<StateFile>): State => ({
  ...BASE,
  files: BASE.files.map((one, at) => (at === file ? { ...one, ...values } : one)),
});

const LOG_HOLDERS = [
  { pid: 10, fd: 3 },
  { pid: 11, fd: 3 },
  { pid: 12, fd: 3 },
];

describe("one edit is one change", () => {
  test("nothing", () => expect(changes(BASE, BASE)).toEqual([]));

  test("position, above 2^53", () => {
    const pos = 2n ** 53n + 1n;
    expect(changes(BASE, withFile(1, { pos }))).toEqual([
      { kind: "file-pos", holders: LOG_HOLDERS, before: "4096", after: "9007199254740993" },
    ]);
  });

  test("flags", () => {
    expect(changes(BASE, withFile(1, { flags: 0o104000 }))).toEqual([
      {
        kind: "file-flags",
        holders: LOG_HOLDERS,
        before: 0o102001,
        after: 0o104000,
        set: ["O_NONBLOCK"],
        cleared: ["O_WRONLY", "O_APPEND"],
      },
    ]);
  });

  test("mode", () => {
    const change = { kind: "file-mode", holders: LOG_HOLDERS, before: 30, after: 31 };
    expect(changes(BASE, withFile(1, { mode: 31 }))).toEqual([change]);
  });

  test("version, of 64 bits", () => {
    const change = { kind: "file-version", holders: LOG_HOLDERS, before: "0", after: "18446744073709551615" };
    expect(changes(BASE, withFile(1, { version: 2n ** 64n - 1n }))).toEqual([change]);
  });

  test("path, with the other values in its details", () => {
    expect(changes(BASE, withFile(1, { path: "/var/log/x.1", pos: 0n, mode: 31 }))).toEqual([
      {
        kind: "file-path",
        holders: LOG_HOLDERS,
        before: "/var/log/x",
        after: "/var/log/x.1",
        details: { pos: { before: "4096", after: "0" }, mode: { before: 30, after: 31 } },
      },
    ]);
  });

  test("kind under the same path", () => {
    const before = withFile(1, { kind: "regular" });
    expect(changes(before, withFile(1, { kind: "directory" }))).toEqual([
      {
        kind: "file-path",
        holders: LOG_HOLDERS,
        before: "/var/log/x",
        after: "/var/log/x",
        details: { kind: { before: "regular", after: "directory" } },
      },
    ]);
  });

  test("close-on-exec, of the one slot, under both tasks of its table", () => {
    const after = { ...BASE, tables: BASE.tables.map((slots, at) => (at ? slots : set(slots, 1))) };
    const holders = [
      { pid: 10, fd: 1 },
      { pid: 11, fd: 1 },
    ];
    expect(changes(BASE, after)).toEqual([{ kind: "close-on-exec", holders, before: false, after: true }]);
    expect(changes(after, BASE)).toEqual([{ kind: "close-on-exec", holders, before: true, after: false }]);
  });

  test("closed, and opened the other way round; dups of one file together", () => {
    const after = { ...BASE, tables: [[{ fd: 3, file: 1 }], BASE.tables[1] ?? []] };
    const holders = [
      { pid: 10, fd: 0 },
      { pid: 10, fd: 1 },
      { pid: 11, fd: 0 },
      { pid: 11, fd: 1 },
    ];
    expect(changes(BASE, after)).toEqual([{ kind: "fd-closed", holders, path: "/dev/pts/3" }]);
    expect(changes(after, BASE)).toEqual([{ kind: "fd-opened", holders, path: "/dev/pts/3" }]);
  });

  test("own copies of an open file that was shared", () => {
    const after = {
      ...BASE,
      tables: [
        BASE.tables[0] ?? [],
        [
          { fd: 3, file: 3 },
          { fd: 5, file: 2 },
        ],
      ],
    };
    const groups = [LOG_HOLDERS.slice(0, 2), LOG_HOLDERS.slice(2)];
    expect(changes(BASE, { ...after, files: [...BASE.files, LOG] })).toEqual([{ kind: "file-unshared", groups }]);
    expect(changes({ ...after, files: [...BASE.files, LOG] }, BASE)).toEqual([{ kind: "file-shared", groups }]);
  });

  test("own copies of a table that was shared", () => {
    const after = {
      ...BASE,
      tables: [...BASE.tables, BASE.tables[0] ?? []],
      tasks: BASE.tasks.map((task) => (task.pid === 10 ? { ...task, table: 2 } : task)),
    };
    expect(changes(BASE, after)).toEqual([{ kind: "table-unshared", groups: [[10], [11]] }]);
    expect(changes(after, BASE)).toEqual([{ kind: "table-shared", groups: [[10], [11]] }]);
  });

  test("task renamed, gone and come", () => {
    const renamed = { ...BASE, tasks: BASE.tasks.map((task) => ({ ...task, comm: task.comm.replace("child", "c2") })) };
    expect(changes(BASE, renamed)).toEqual([{ kind: "task-renamed", pid: 12, before: "child", after: "c2" }]);
    const without = { ...BASE, tasks: BASE.tasks.slice(0, 2) };
    expect(changes(BASE, without)).toEqual([{ kind: "task-removed", pid: 12, comm: "child", fds: 2 }]);
    expect(changes(without, BASE)).toEqual([{ kind: "task-added", pid: 12, comm: "child", fds: 2 }]);
  });
});

function set(slots: State["tables"][number], fd: number): State["tables"][number] {
  return slots.map((slot) => (slot.fd === fd ? { ...slot, closeOnExec: true } : slot));
}

describe("what corresponds", () => {
  const one = (comm: string, path: string) => ({ comm, file: { kind: "generic" as const, path } });
  const withoutPids = (tasks: readonly ReturnType<typeof one>[]): State => ({
    tasks: tasks.map(({ comm }, table) => ({ comm, table })),
    tables: tasks.map((_, file) => [{ fd: 0, file }]),
    files: tasks.map(({ file }) => file),
  });

  test("without pids, the n-th task of a comm to the n-th of that comm, wherever they stand", () => {
    const before = withoutPids([one("w", "/1"), one("x", "/x"), one("w", "/2"), one("w", "/3")]);
    const after = withoutPids([one("w", "/1"), one("w", "/2"), one("new", "/n"), one("w", "/changed"), one("x", "/x")]);
    expect(changes(before, after)).toEqual([
      { kind: "task-added", pid: 2, comm: "new", fds: 1 },
      { kind: "file-path", holders: [{ pid: 3, fd: 0 }], before: "/3", after: "/changed", details: {} },
    ]);
  });

  test("where one image only has pids, tasks are matched by comm and called by the image before", () => {
    const before = withoutPids([one("a", "/a"), one("b", "/b")]);
    const tasks = [
      { pid: 70, comm: "b", table: 1 },
      { pid: 71, comm: "c", table: 0 },
    ];
    expect(changes(before, { ...before, tasks })).toEqual([
      { kind: "task-removed", pid: 0, comm: "a", fds: 1 },
      { kind: "task-added", pid: 71, comm: "c", fds: 1 },
    ]);
  });

  test("a comm is compared by its bytes", () => {
    const before = withoutPids([one("a?", "/a")]);
    const patched = (byte: number): Checkpoint => {
      const checkpoint = checkpointOf(before);
      checkpoint.text[(checkpoint.tasks.commOffset[0] ?? 0) + 1] = byte;
      return checkpoint;
    };
    expect(changesJson(diff(patched(0xfe), patched(0xfe)))).toEqual([]);
    expect(changesJson(diff(patched(0xfe), patched(0xff)))).toEqual([
      { kind: "task-added", pid: 0, comm: "a\ufffd", commBytes: "Yf8=", fds: 1 },
      { kind: "task-removed", pid: 0, comm: "a\ufffd", commBytes: "Yf4=", fds: 1 },
    ]);
  });

  test("the last of a repeated fd counts", () => {
    const twice: State = {
      ...BASE,
      tables: [
        [
          { fd: 3, file: 0 },
          { fd: 3, file: 1 },
        ],
        BASE.tables[1] ?? [],
      ],
    };
    const once: State = { ...BASE, tables: [[{ fd: 3, file: 1 }], BASE.tables[1] ?? []] };
    expect(changes(twice, once)).toEqual([]);
    expect(changes(once, twice)).toEqual([]);
    const gone = { ...twice, tasks: BASE.tasks.slice(1) };
    expect(changes(twice, gone)).toEqual([{ kind: "task-removed", pid: 10, comm: "lead", fds: 1 }]);
  });

  test("numbers in made-up names do not count as a change; what comes before them does", () => {
    expect(changes(BASE, withFile(2, { path: "pipe:[99999]" }))).toEqual([]);
    expect(changes(BASE, withFile(2, { kind: "socket", path: "socket:[7]", stable: 8 }))).toMatchObject([
      { kind: "file-path", before: "pipe:[7]", after: "socket:[7]" },
    ]);
  });

  test("a task that lost its table has closed its descriptors", () => {
    const after = { ...BASE, tasks: BASE.tasks.map((task) => (task.pid === 12 ? { pid: 12, comm: "child" } : task)) };
    expect(changes(BASE, after)).toEqual([
      { kind: "fd-closed", holders: [{ pid: 12, fd: 3 }], path: "/var/log/x" },
      { kind: "fd-closed", holders: [{ pid: 12, fd: 5 }], path: "pipe:[7]" },
    ]);
  });
});

describe("what is not there is not compared", () => {
  test("a value that one image does not hold", () => {
    const bare: State = { ...BASE, files: BASE.files.map(({ kind, path }) => ({ kind, path })) };
    const full = { ...bare, files: bare.files.map((file) => ({ ...file, pos: 1n, flags: 2, mode: 3, version: 4n })) };
    expect(changes(bare, full)).toEqual([]);
    expect(changes(full, bare)).toEqual([]);
    const values = "position (3 open files), flags (3 open files), mode (3 open files), version (3 open files)";
    expect(notes(bare, full)).toEqual([
      `The image before lacks values that the other one has: ${values}. They are not compared.`,
    ]);
    const { flags: _, ...withoutFlags } = LOG;
    expect(notes(BASE, { ...BASE, files: [TTY, withoutFlags, PIPE] })).toEqual([
      "The image after lacks values that the other one has: flags (1 open file). They are not compared.",
    ]);
    expect(notes(BASE, BASE)).toEqual([]);
    expect(notes(withFile(1, { pos: 1n }), BASE)).toEqual([]);
  });

  test("a detail that one image does not hold", () => {
    const family = withFile(2, { details: { family: "unix", type: "stream" } });
    const without = withFile(2, { details: { type: "stream" } });
    expect([changes(family, without), changes(without, family)]).toEqual([[], []]);
    expect(notes(family, without)).toEqual([
      "The image after lacks values that the other one has: family (1 open file). They are not compared.",
    ]);
    // What is there only under some condition is a change.
    const owned = withFile(2, { details: { type: "stream", owner: 7 } });
    expect(changes(without, owned)).toMatchObject([{ kind: "file-detail", key: "owner", before: null, after: 7 }]);
    expect(notes(without, owned)).toEqual([]);
  });

  test("a detail that one image does not hold for any task", () => {
    const known: State = {
      ...BASE,
      tasks: BASE.tasks.map((task) => ({ ...task, state: "running", details: { umask: 18 } })),
    };
    expect([changes(known, BASE), changes(BASE, known)]).toEqual([[], []]);
    expect(notes(known, BASE)).toEqual([
      "The image after lacks values that the other one has: state (3 tasks), umask (3 tasks). They are not compared.",
    ]);
    // An image that has it for others says that this task has none.
    const part = { ...known, tasks: known.tasks.map((task, at) => (at === 0 ? BASE.tasks[0] : task)) } as State;
    expect(changes(known, part)).toMatchObject([
      { kind: "task-detail", pid: 10, key: "state", before: "running", after: null },
      { kind: "task-detail", pid: 10, key: "umask", before: 18, after: null },
    ]);
  });

  test("no_new_privs is compared by images that have credentials, although only a task that has it has the key", () => {
    const tasks = (details: Details): State => ({
      ...BASE,
      tasks: BASE.tasks.map((task) => ({ ...task, details })),
    });
    const [before, after] = [tasks({ securebits: 0 }), tasks({ securebits: 0, noNewPrivs: true })];
    const change = (pid: number, from: true | null, to: true | null) => ({
      kind: "task-detail",
      pid,
      key: "noNewPrivs",
      before: from,
      after: to,
    });
    expect(changes(before, after)).toEqual([10, 11, 12].map((pid) => change(pid, null, true)));
    expect(changes(after, before)).toEqual([10, 11, 12].map((pid) => change(pid, true, null)));
    expect(changes(BASE, tasks({ noNewPrivs: true }))).toEqual([]);
  });

  test("a file that an image names but does not hold is unknown: uncertainly another", () => {
    const dangling: State = {
      ...BASE,
      tables: [
        BASE.tables[0] ?? [],
        [
          { fd: 3, file: -1 },
          { fd: 5, file: -1 },
        ],
      ],
    };
    expect(changes(BASE, dangling)).toEqual([
      {
        kind: "file-path",
        holders: [{ pid: 12, fd: 3 }],
        before: "/var/log/x",
        after: null,
        details: {},
        uncertain: true,
      },
      {
        kind: "file-path",
        holders: [{ pid: 12, fd: 5 }],
        before: "pipe:[7]",
        after: null,
        details: {},
        uncertain: true,
      },
    ]);
    expect(changes(dangling, dangling)).toEqual([]);
    const opened = changes({ ...dangling, tables: [BASE.tables[0] ?? [], []] }, dangling);
    expect(opened).toEqual([
      { kind: "fd-opened", holders: [{ pid: 12, fd: 3 }], path: null },
      { kind: "fd-opened", holders: [{ pid: 12, fd: 5 }], path: null },
    ]);
  });

  test("flags of architectures that number them differently", () => {
    const after = withFile(1, { flags: 0, pos: 1n });
    const pos = { kind: "file-pos", holders: LOG_HOLDERS, before: "4096", after: "1" };
    expect(changes(BASE, after, { arch: "x86-64" }, { arch: "aarch64" })).toEqual([pos]);
    expect(changes(BASE, after, { arch: "x86-64" }, { arch: "x86-32" })).toMatchObject([pos, { kind: "file-flags" }]);
    expect(changes(BASE, after, { arch: "arm" }, { arch: "aarch64" })).toMatchObject([pos, { kind: "file-flags" }]);
  });

  test("across formats: generic fits every kind of the same path, made-up names are not compared", () => {
    const criu = withFile(1, { kind: "regular" });
    const files = criu.files.map((file) => (file === criu.files[2] ? { ...PIPE, path: "pipe 7", stable: 4 } : file));
    expect(changes(BASE, { ...criu, files }, {}, { format: "criu" })).toEqual([]);
    expect(changes(BASE, { ...criu, files })).toMatchObject([{ kind: "file-path", before: "pipe:[7]" }]);
    expect(changes(BASE, withFile(1, { kind: "regular", path: "/y" }), {}, { format: "criu" })).toMatchObject([
      { kind: "file-path", details: {} },
    ]);
  });
});

test("paths that are not UTF-8 come with their bytes", () => {
  const patched = (byte: number): Checkpoint => {
    const checkpoint = checkpointOf(BASE);
    checkpoint.text[(checkpoint.files.nameOffset[1] ?? 0) + 9] = byte;
    return checkpoint;
  };
  expect(changesJson(diff(patched(0xfe), patched(0xfe)))).toEqual([]);
  expect(changesJson(diff(patched(0xfe), checkpointOf(BASE)))).toEqual([
    {
      kind: "file-path",
      holders: LOG_HOLDERS,
      before: "/var/log/\ufffd",
      beforeBytes: "L3Zhci9sb2cv/g==",
      after: "/var/log/x",
      details: {},
    },
  ]);
  const without = checkpointOf({ ...BASE, tables: [[], []] });
  const closed = changesJson(diff(patched(0xfe), without)).find((change) => "path" in change && change.pathBytes);
  expect(closed).toMatchObject({ kind: "fd-closed", path: "/var/log/\ufffd", pathBytes: "L3Zhci9sb2cv/g==" });
});

describe("an image that is incomplete", () => {
  const fewer: State = { ...BASE, tasks: BASE.tasks.slice(0, 2), tables: [[{ fd: 3, file: 1 }], BASE.tables[1] ?? []] };
  const cut = { complete: false };
  /** Like `fewer`, and its first table says how many descriptors it should have. */
  const announcing = (announced: number): Checkpoint => {
    const checkpoint = checkpointOf(fewer, cut);
    checkpoint.tables.announced[0] = announced;
    return checkpoint;
  };
  const doubts = (list: readonly Change[]) => list.map(({ kind, uncertain }) => [kind, uncertain === true]);

  test("what it lacks is uncertain, where it could have had it", () => {
    const certain = [
      ["fd-closed", false],
      ["task-removed", true],
    ];
    const uncertain = [
      ["fd-closed", true],
      ["task-removed", true],
    ];
    const before = checkpointOf(BASE);
    expect(doubts(changesJson(diff(before, announcing(1))))).toEqual(certain);
    expect(doubts(changesJson(diff(before, announcing(3))))).toEqual(uncertain);
    expect(doubts(changesJson(diff(before, announcing(-1))))).toEqual(uncertain);
    expect(doubts(changes(BASE, fewer))).toEqual([
      ["fd-closed", false],
      ["task-removed", false],
    ]);
  });

  test("what it has more than the other is certain, and what both have", () => {
    expect(doubts(changes(fewer, BASE, {}, cut))).toEqual([
      ["fd-opened", false],
      ["task-added", false],
    ]);
    expect(doubts(changes(BASE, withFile(1, { pos: 1n, flags: 0 }), {}, cut))).toEqual([
      ["file-pos", false],
      ["file-flags", false],
    ]);
    expect(doubts(changes(BASE, withFile(1, { path: "/y" }), cut, cut))).toEqual([["file-path", false]]);
  });

  test("a task without a table may have lost it, unless it is a zombie", () => {
    const bare = (state: "running" | "zombie"): State => ({
      ...BASE,
      tasks: [...BASE.tasks.slice(0, 2), { pid: 12, comm: "child", state }],
    });
    expect(doubts(changes(BASE, bare("running"), {}, cut)).every(([, uncertain]) => uncertain)).toBe(true);
    expect(doubts(changes(BASE, bare("zombie"), {}, cut)).every(([, uncertain]) => !uncertain)).toBe(true);
  });

  test("a path that only the complete one has is uncertain", () => {
    const tty: State = withFile(0, { kind: "tty", path: "/dev/pts/3" });
    const lost: State = withFile(0, { kind: "tty", path: "tty:[3]", stable: 5 });
    expect(doubts(changes(tty, lost, {}, cut))).toEqual([["file-path", true]]);
    expect(doubts(changes(tty, lost, cut, {}))).toEqual([["file-path", false]]);
    expect(doubts(changes(lost, tty, cut, {}))).toEqual([["file-path", true]]);
  });
});

test("a name that an image does not hold is not compared", () => {
  const nameless = checkpointOf(withFile(2, { path: "", stable: 0 }));
  expect(changesJson(diff(checkpointOf(BASE), nameless))).toEqual([]);
  expect((nameless.files.has[2] ?? 0) & HAS.path).toBe(0);
});

test("a change leads to its rows on both sides", () => {
  const comparison = diff(checkpointOf(BASE), checkpointOf(withFile(1, { pos: 1n })));
  expect(changeAt(comparison, 0).kind).toBe("file-pos");
  const { descriptors, files, tasks } = touchedRows(comparison, 0);
  expect([...descriptors.before]).toEqual([2, 3]);
  expect([...descriptors.after]).toEqual([2, 3]);
  expect([...files.before, ...files.after]).toEqual([1, 1]);
  expect([...tasks.before]).toEqual([0, 1, 2]);
});
