// A comparison in one sentence.

import fc from "fast-check";
import { expect, test } from "vitest";
import { CHANGE_KINDS, changeKind } from "../../../app/diff/changes.ts";
import type { Comparison } from "../../../app/diff/comparison.ts";
import { diff } from "../../../app/diff/diff.ts";
import { eventsOf } from "../../../app/diff/lists/events.ts";
import { linkWords } from "../../../app/export/changes/detail-words.ts";
import { headline } from "../../../app/export/changes/headline.ts";
import { arbitraryState } from "../../support/arbitrary-state.ts";
import { checkpointOf, type State } from "../../support/state.ts";

const APPEND = 0o2001;

/** A server with some workers, which share one log or, once it is reopened, have one each. */
const server = (workers: number, isReopened: boolean, pos: bigint): State => {
  const pids = Array.from({ length: workers }, (_, at) => 10 + at);
  return {
    tasks: pids.map((pid, table) => ({ pid, comm: "nginx", table })),
    tables: pids.map((_, at) => [
      { fd: 0, file: 0 },
      { fd: 4, file: isReopened ? 1 + at : 1 },
    ]),
    files: [
      { kind: "regular", path: "/dev/null", pos: 0n, flags: 0 },
      ...pids.map(() => ({ kind: "regular" as const, path: "/var/log/nginx/error.log", pos, flags: APPEND })),
    ],
  };
};

const compare = (before: State, after: State): Comparison => diff(checkpointOf(before), checkpointOf(after));

function sentence(comparison: Comparison, isHidden: (change: number) => boolean = () => false): string {
  const hidden = Uint8Array.from({ length: comparison.changes.count }, (_, change) => (isHidden(change) ? 1 : 0));
  return headline(comparison, eventsOf(comparison), hidden);
}

test("tasks that are gone come first, then what was reopened", () => {
  const comparison = compare(server(5, false, 900n), server(3, true, 20n));
  expect(sentence(comparison)).toBe(
    "2 tasks nginx gone, with 4 descriptors; error.log reopened as 3 separate open files in 3 tasks.",
  );
});

test("hidden changes are left out", () => {
  const comparison = compare(server(5, false, 900n), server(3, true, 20n));
  const removed = changeKind("task-removed");
  expect(sentence(comparison, (change) => comparison.changes.kind[change] === removed)).toBe(
    "error.log reopened as 3 separate open files in 3 tasks.",
  );
  expect(sentence(comparison, () => true)).toBe("");
});

test("a file that one task opened many times is counted", () => {
  const one = server(1, false, 0n);
  const leaked = Array.from({ length: 57 }, (_, at) => at);
  const after: State = {
    ...one,
    tables: [[...(one.tables[0] ?? []), ...leaked.map((at) => ({ fd: 10 + at, file: 2 + at }))]],
    files: [...one.files, ...leaked.map(() => ({ kind: "regular" as const, path: "/tmp/x" }))],
  };
  expect(sentence(compare(one, after))).toBe("/tmp/x opened 57 times.");
});

test("several events of one kind are counted and named, and what has no room is counted", () => {
  const files = (offset: bigint, flags: number): State => ({
    tasks: [{ pid: 7, comm: "a", table: 0 }],
    tables: [[0, 1, 2, 3].map((file) => ({ fd: file, file, closeOnExec: file === 3 && flags !== 0 }))],
    files: ["/a", "/b", "/c", "/d"].map((path) => ({ kind: "regular", path, pos: offset, flags })),
  });
  expect(sentence(compare(files(0n, 0), files(0n, 0o4000)))).toBe(
    "/d close-on-exec off → on; flags of 3 open files changed (/a, /b, /c); 1 other change: 1 flags.",
  );
  expect(sentence(compare(files(0n, 0), files(9n, 0)))).toBe("4 positions changed (/a, /b, /c, …).");
});

test("files that were reopened are named if there is room", () => {
  const logs = (paths: readonly string[], isReopened: boolean): State => ({
    tasks: [10, 11].map((pid, table) => ({ pid, comm: "nginx", table })),
    // Something is shared throughout: of an image without any sharing, none is compared.
    tables: [0, 1].map((task) => [
      ...paths.map((_, at) => ({ fd: at, file: 1 + 2 * at + (isReopened ? task : 0) })),
      { fd: 99, file: 0 },
    ]),
    files: [
      { kind: "regular", path: "/dev/null" },
      ...paths.flatMap((path) => [0, 1].map(() => ({ kind: "regular" as const, path, flags: APPEND }))),
    ],
  });
  const reopened = (paths: readonly string[]) => sentence(compare(logs(paths, false), logs(paths, true)));
  const three = ["/var/log/error.log", "/var/log/nginx/access.log", "/var/log/nginx/admin-site-access.log"];
  expect(reopened(three)).toBe("/var/log/error.log, access.log and admin-site-access.log reopened.");
  expect(reopened([...three, "/d"])).toMatch(/^4 files reopened \(.*, …\)\.$/);
  expect(reopened(["/a", `/${"x".repeat(99)}`])).toBe("2 files reopened.");
});

test("a worker of a pool that is gone while another is new was replaced", () => {
  const pool = (pids: readonly number[], ppid = 10, comm = "nginx"): State => ({
    tasks: [{ pid: 10, ppid: 1, comm: "nginx" }, ...pids.map((pid) => ({ pid, ppid, comm }))],
    tables: [],
    files: [],
  });
  expect(sentence(compare(pool([11, 12]), pool([12, 20])))).toBe("pid 11 nginx replaced by pid 20.");
  // No other worker was there throughout, two are new, or the parent or name is another one.
  expect(sentence(compare(pool([11]), pool([20])))).toBe("pid 11 nginx gone; pid 20 nginx new.");
  expect(sentence(compare(pool([11, 12]), pool([12, 20, 21])))).toContain("pid 11 nginx gone; 2 tasks nginx new");
  const other = pool([12]);
  const added = (ppid: number, comm: string): State => ({ ...other, tasks: [...other.tasks, { pid: 20, ppid, comm }] });
  expect(sentence(compare(pool([11, 12]), added(10, "nginx")))).toContain("replaced");
  expect(sentence(compare(pool([11, 12]), added(12, "nginx")))).not.toContain("replaced");
  expect(sentence(compare(pool([11, 12]), added(10, "sh")))).not.toContain("replaced");
});

test("a file table that some tasks still share is not called unshared", () => {
  const tables = (of: readonly number[]): State => ({
    tasks: of.map((table, at) => ({ pid: 10 + at, comm: "a", table })),
    tables: [0, 1].map(() => [{ fd: 0, file: 0 }]),
    files: [{ kind: "regular", path: "/a" }],
  });
  expect(sentence(compare(tables([0, 0, 0]), tables([0, 0, 1])))).toContain(
    "pid 10, pid 11 + pid 12 shared one file table, now 2 separate ones",
  );
});

test("a file that only lost its name is deleted, not replaced", () => {
  const held = (path: string): State => ({
    tasks: [{ pid: 7, comm: "a", table: 0 }],
    tables: [[{ fd: 8, file: 0 }]],
    files: [{ kind: "regular", path, pos: 0n }],
  });
  const path = "/srv/db/appendonly.1.incr.aof";
  expect(sentence(compare(held(path), held(`${path} (deleted)`)))).toBe("appendonly.1.incr.aof deleted.");
});

test("close-on-exec is a value of descriptors", () => {
  const slots = (closeOnExec: boolean): State => ({
    tasks: [{ pid: 7, comm: "a", table: 0 }],
    tables: [[0, 1].map((file) => ({ fd: file, file, closeOnExec }))],
    files: ["/a", "/b"].map((path) => ({ kind: "regular", path })),
  });
  expect(sentence(compare(slots(false), slots(true)))).toBe("close-on-exec of 2 descriptors changed (/a, /b).");
});

test("what an epoll watches is counted, and not listed with its events", () => {
  const epoll = (watched: readonly number[], events = 1, those = watched): State => ({
    tasks: [{ pid: 7, comm: "a", table: 0 }],
    tables: [[0, 1, 2, 3, 4].map((file) => ({ fd: file, file }))],
    files: [
      {
        kind: "epoll",
        path: "epoll",
        stable: 5,
        links: watched.map((to) => ({ role: "watches", to, events: those.includes(to) ? events : 1 })),
      },
      ...["/a", "/b", "/c", "/d"].map((path) => ({ kind: "regular" as const, path })),
    ],
  });
  expect(sentence(compare(epoll([]), epoll([1, 2, 3, 4])))).toBe("epoll watches 0 → 4 descriptors.");
  expect(sentence(compare(epoll([1, 2]), epoll([1])))).toBe("epoll watches 2 → 1 descriptor.");
  expect(sentence(compare(epoll([1, 2], 1), epoll([1, 2], 4)))).toBe("epoll watches changed for 2 descriptors.");
  const one = compare(epoll([1, 2, 3, 4]), epoll([1, 2, 3, 4], 4, [3]));
  expect(sentence(one)).toBe("epoll watches changed for 1 of 4 descriptors.");
});

test("a descriptor of a table that tasks share is counted and named once", () => {
  const state = (watched: readonly number[], first = 7): State => ({
    tasks: [7, 8, 9].filter((pid) => pid >= first).map((pid) => ({ pid, comm: "a", table: 0 })),
    tables: [[0, 1, 2, 3, 4].map((file) => ({ fd: file, file }))],
    files: [
      {
        kind: "epoll",
        path: "epoll",
        stable: 5,
        links: watched.map((to) => ({ role: "watches", to, events: 1 })),
      },
      ...["/a", "/b", "/c", "/d"].map((path) => ({ kind: "regular" as const, path })),
    ],
  });
  expect(sentence(compare(state([]), state([1, 2, 3, 4])))).toBe("epoll watches 0 → 4 descriptors in 3 tasks.");
  const comparison = compare(state([1]), state([1, 2, 3]));
  const change = comparison.changes.kind.findIndex((kind) => CHANGE_KINDS[kind] === "file-linked");
  expect(linkWords(comparison, change, 8)).toEqual({
    title: "watches",
    before: "fd 1 (EPOLLIN)",
    after: "fd 1, fd 2, fd 3 (EPOLLIN)",
  });
  // The task with the lowest pid is not in the image after.
  const fewer = compare(state([1, 2]), state([1], 8));
  const gone = fewer.changes.kind.findIndex((kind) => CHANGE_KINDS[kind] === "file-linked");
  expect(linkWords(fewer, gone)).toMatchObject({
    before: "pid 8 fd 1, pid 8 fd 2 (EPOLLIN)",
    after: "pid 8 fd 1 (EPOLLIN)",
  });
});

test("the peer of a socket is named", () => {
  const sockets = (to: number): State => ({
    tasks: [{ pid: 7, comm: "a", table: 0 }],
    tables: [[0, 1, 2].map((file) => ({ fd: file, file }))],
    files: ["a", "b", "c"].map((name, file) => ({
      kind: "socket",
      path: `socket:[${name}]`,
      stable: 9,
      links: file === 0 ? [{ role: "peer", to }] : [],
    })),
  });
  expect(sentence(compare(sockets(1), sockets(2)))).toBe("socket:[a] peer held by pid 7 fd 1 → pid 7 fd 2.");
});

/** One end of a socketpair. */
const END = { kind: "socket", path: "socket:[unix stream]", stable: 20, flags: 0o2 } as const;

test("sharing of files without a name is counted, after that of named ones", () => {
  const tasks = [7, 8].map((pid, table) => ({ pid, comm: "a", table }));
  const log = { kind: "regular", path: "/log", pos: 0n, flags: APPEND } as const;
  const state = (numbers: readonly number[], other: readonly number[]): State => ({
    tasks,
    tables: [numbers, other].map((files) => files.map((file, fd) => ({ fd, file }))),
    files: [log, { ...log, pos: 5n }, END, END, END, END],
  });
  const shared = state([0, 2, 3], [0, 2, 3]);
  expect(sentence(compare(shared, state([0, 2, 3], [1, 4, 5])))).toBe(
    "/log reopened as 2 separate open files in 2 tasks; sharing of 2 sockets changed.",
  );
  expect(sentence(compare(state([0, 2, 3], [0, 4, 3]), shared))).toBe("sharing of 1 socket changed.");
});

test("files without a name that were opened or closed are counted by their kind", () => {
  const state = (files: State["files"]): State => ({
    tasks: [7, 8].map((pid, table) => ({ pid, comm: "a", table })),
    tables: [files.map((_, at) => ({ fd: at, file: at })), [{ fd: 0, file: 0 }]],
    files,
  });
  const [none, some] = [state([END]), state([END, END, { ...END, path: "socket:[udp 10.0.0.1:53]", stable: 24 }])];
  expect(sentence(compare(some, none))).toBe("pid 7 a: 2 sockets closed.");
  const elsewhere: State = {
    ...some,
    tables: [
      [
        { fd: 0, file: 0 },
        { fd: 1, file: 1 },
      ],
      [0, 2].map((file) => ({ fd: file, file })),
    ],
  };
  const before: State = { ...none, tables: [[{ fd: 0, file: 0 }], [{ fd: 0, file: 0 }]] };
  expect(sentence(compare(before, elsewhere))).toBe("2 sockets opened.");
  const pipe = { kind: "pipe", path: "pipe:[1]", stable: 6 } as const;
  expect(sentence(compare(before, { ...elsewhere, files: [END, END, pipe] }))).toBe("2 files opened.");
});

test("a path that several open files have is counted once", () => {
  const state = (paths: readonly string[]): State => ({
    tasks: [{ pid: 7, comm: "a", table: 0 }],
    tables: [paths.map((_, at) => ({ fd: at, file: at }))],
    files: paths.map((path) => ({ kind: "regular", path, pos: 0n, flags: 0 })),
  });
  expect(sentence(compare(state(["/a", "/a", "/b", "/c", "/d"]), state([])))).toBe("4 files closed (/a, /b, /c, …).");
  expect(sentence(compare(state(["/a", "/a", "/b"]), state([])))).toBe("2 files closed (/a, /b).");
});

test("a descriptor that leads to a socket now is not an event of the log it led to", () => {
  const log = { kind: "regular", path: "/var/log/x", pos: 9n, flags: APPEND } as const;
  const state = (files: State["files"], closeOnExec: boolean): State => ({
    tasks: [7, 8].map((pid, table) => ({ pid, comm: "a", table })),
    tables: [0, 1].map((table) => [
      { fd: 4, file: 0, closeOnExec: true },
      { fd: 5, file: 1, closeOnExec: table === 0 || closeOnExec },
    ]),
    files,
  });
  const comparison = compare(state([log, log], true), state([{ ...log, pos: 10n }, END], false));
  const { count, first, change } = eventsOf(comparison);
  const events = Array.from({ length: count }, (_, at) =>
    Array.from(change.subarray(first[at], first[at + 1]), (each) => CHANGE_KINDS[comparison.changes.kind[each] ?? 0]),
  );
  expect(events).toEqual([["file-path", "close-on-exec"], ["file-pos"]]);
  expect(sentence(comparison)).toBe(
    "/var/log/x → socket:[unix stream] in 2 tasks; /var/log/x position 9 → 10 in 2 tasks; 1 other change: 1 close-on-exec.",
  );
});

test("pipes that came and went are not reopened", () => {
  const pipes = (fd: number): State => ({
    tasks: [{ pid: 7, comm: "a", table: 0 }],
    tables: [[{ fd, file: 0 }]],
    files: [{ kind: "pipe", path: `pipe:[${fd}]`, stable: 6 }],
  });
  expect(sentence(compare(pipes(3), pipes(4)))).not.toContain("reopened");
});

test("it is empty only if nothing changed", () => {
  fc.assert(
    fc.property(arbitraryState(true), arbitraryState(true), (before, after) => {
      const comparison = compare(before, after);
      expect(sentence(comparison) === "").toBe(comparison.changes.count === 0);
    }),
  );
});
