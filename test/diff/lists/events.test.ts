// Events: what belongs to one, in which order they are listed, and what they are called.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diff } from "../../../app/diff/diff.ts";
import { byTask, eventsOf, shownChanges } from "../../../app/diff/lists/events.ts";
import { type ChangeFilter, filterChanges } from "../../../app/diff/lists/filter.ts";
import { wordErrors } from "../../../app/diff/lists/filter-words.ts";
import { withoutHidden } from "../../../app/diff/lists/without-hidden.ts";
import { changeSentence } from "../../../app/export/changes/changes-text.ts";
import { eventWords } from "../../../app/export/changes/event-text.ts";
import { NONE } from "../../../app/model/checkpoint.ts";
import { arbitraryState } from "../../support/arbitrary-state.ts";
import { checkpointOf, type State } from "../../support/state.ts";

const APPEND = 0o2001;

/** A server with three workers. Before, all share one log; after, each has opened it anew. */
const server = (isReopened: boolean, pos: bigint): State => ({
  tasks: [10, 11, 12].map((pid, table) => ({ pid, comm: "nginx", table })),
  tables: [0, 1, 2].map((table) => [
    { fd: 0, file: 0 },
    { fd: 4, file: isReopened ? 1 + table : 1 },
    { fd: 7, file: 4 + table },
  ]),
  files: [
    { kind: "regular", path: "/dev/null", pos: 0n, flags: 0 },
    ...[0, 1, 2].map(() => ({ kind: "regular" as const, path: "/var/log/error.log", pos, flags: APPEND })),
    ...[0, 1, 2].map(() => ({ kind: "socket" as const, path: "socket:[tcp]", stable: 8, flags: 2 })),
  ],
});

const words = (before: State, after: State): string[] => {
  const comparison = diff(checkpointOf(before), checkpointOf(after));
  const events = eventsOf(comparison);
  return Array.from({ length: events.count }, (_, event) => {
    const { sign, text } = eventWords(comparison, shownChanges(events, new Uint8Array(0), event));
    return `${sign} ${text}`;
  });
};

describe("events", () => {
  test("a log that was reopened in three tasks is one event", () => {
    expect(words(server(false, 900n), server(true, 20n))).toEqual([
      "~ /var/log/error.log reopened as 3 separate open files, position 900 → 20 in 3 tasks",
    ]);
  });

  test("a log that moved on in separate open files is one event, and not reopened", () => {
    expect(words(server(true, 20n), server(true, 90n))).toEqual(["~ /var/log/error.log position 20 → 90 in 3 tasks"]);
  });

  test("descriptors whose open file is in neither image have words", () => {
    const table = (fds: readonly number[]): State => ({
      tasks: [{ pid: 10, comm: "x", table: 0 }],
      tables: [fds.map((fd) => ({ fd, file: NONE }))],
      files: [],
    });
    expect(words(table([]), table([3, 4]))).toEqual(["+ pid 10 x: 2 files of unknown kind opened"]);
  });

  test("a terminal that is reopened is one event, whatever changed of which descriptor", () => {
    const terminal = (isReopened: boolean, name = "tty:[pts/3]"): State => ({
      tasks: [{ pid: 10, comm: "sh", table: 0 }],
      tables: [[0, 1, 2].map((fd) => ({ fd, file: isReopened && fd > 0 ? 1 : 0 }))],
      files: [
        { kind: "tty", path: name, stable: name.length, flags: 2 },
        { kind: "tty", path: name, stable: name.length, flags: 0o4002 },
      ],
    });
    expect(words(terminal(false), terminal(true))).toEqual([
      expect.stringMatching(/^~ tty:\[pts\/3\] reopened as 2 separate open files, flags .*O_NONBLOCK in pid 10 sh$/),
    ]);
    const unknown = "tty:[not described]";
    expect(words(terminal(false, unknown), terminal(true, unknown))).toHaveLength(2);
  });

  test("an older name that gave way to a new file is reopened", () => {
    const rotated = server(true, 20n);
    const before: State = {
      ...rotated,
      files: rotated.files.map((file, at) => (at > 0 && at < 4 ? { ...file, path: "/var/log/error.log.1" } : file)),
    };
    expect(words(before, rotated)).toEqual([
      "~ /var/log/error.log reopened, /var/log/error.log.1 → /var/log/error.log in 3 tasks",
    ]);
  });

  test("tasks of one name that are gone are one event with their descriptors", () => {
    const before = server(true, 20n);
    const after: State = { ...before, tasks: before.tasks.slice(0, 1), tables: before.tables.slice(0, 1) };
    expect(words(before, after)).toEqual(["- 2 tasks nginx gone, with 6 descriptors"]);
    const one: State = { ...before, tasks: before.tasks.slice(0, 2), tables: before.tables.slice(0, 2) };
    expect(words(before, one)).toEqual(["- pid 12 nginx: task gone, with 3 descriptors"]);
  });

  test("sockets that a task opened and closed are one event; other nameless files are not mixed in", () => {
    const before = server(true, 20n);
    const sockets = [20, 21, 22].map((fd) => ({ fd, file: 4 }));
    const busy = (extra: readonly { fd: number; file: number }[]): State => ({
      ...before,
      tables: before.tables.map((table, at) => (at === 0 ? [...table, ...extra] : table)),
      files: [...before.files, { kind: "socket", path: "socket:[udp]", stable: 8 }],
    });
    const listed = words(busy(sockets.slice(0, 1)), busy([{ fd: 30, file: 7 }, ...sockets.slice(1)]));
    expect(listed).toEqual(["~ pid 10 nginx: 2 sockets opened, 1 closed"]);
  });

  test("what matters most is first: tasks, sharing, flags, descriptors, positions", () => {
    const before = server(false, 1n);
    const after = server(true, 5n);
    const files = after.files.map((file, at) => (at === 0 ? { ...file, flags: 0o4000 } : file));
    const listed = words(before, { ...after, files, tasks: after.tasks.slice(0, 2), tables: after.tables.slice(0, 2) });
    expect(listed.map((each) => /gone|reopened|flags/.exec(each)?.[0])).toEqual(["gone", "reopened", "flags"]);
  });

  test("every change is in one event, by event and by task, and every event has words", () => {
    fc.assert(
      fc.property(arbitraryState(true), arbitraryState(true), (before, after) => {
        const comparison = diff(checkpointOf(before), checkpointOf(after));
        const groups = eventsOf(comparison);
        for (const events of [groups, byTask(comparison)]) {
          expect(Array.from(events.change).sort((a, b) => a - b)).toEqual([...comparison.changes.kind.keys()]);
          for (let event = 0; event < events.count; event++) {
            const own = shownChanges(events, new Uint8Array(0), event);
            expect(own.length).toBeGreaterThan(0);
            expect([...own].every((change) => events.eventOf[change] === event)).toBe(true);
            if (events === groups) expect(eventWords(comparison, own).text).not.toMatch(/undefined|NaN|^ | $/);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("each part is said of the tasks that it is true of", () => {
  const LOG = { kind: "regular" as const, path: "/var/log/x", pos: 100n, flags: APPEND };
  /** Tasks 10, 11, … with these tables; `files`: of all of them. */
  const tasks = (tables: readonly (readonly [fd: number, file: number])[][], files: State["files"]): State => ({
    tasks: tables.map((_, table) => ({ pid: 10 + table, comm: "a", table })),
    // Something is shared throughout: of an image without any sharing, none is compared.
    tables: tables.map((slots) => [
      ...slots.map(([fd, file]) => ({ fd, file })),
      { fd: 98, file: files.length },
      { fd: 99, file: files.length },
    ]),
    files: [...files, { kind: "regular", path: "/dev/null" }],
  });
  const text = (before: State, after: State): string => {
    const all = words(before, after);
    expect(all).toHaveLength(1);
    return all[0]?.slice(2) ?? "";
  };

  test("one task closed a file whose position changed in others", () => {
    const before = tasks([[[3, 0]], [[3, 0]], [[3, 0]]], [LOG]);
    const after = tasks([[[3, 0]], [], [[3, 0]]], [{ ...LOG, pos: 200n }]);
    expect(text(before, after)).toBe("/var/log/x closed by pid 11 a, position 100 → 200 in 2 tasks");
  });

  test("parts that are true of the same tasks name them once", () => {
    const before = tasks([[[3, 0]], [[3, 0]]], [LOG]);
    const after = tasks([[[3, 0]], [[3, 0]]], [{ ...LOG, pos: 200n, flags: APPEND | 0o4000 }]);
    expect(text(before, after)).toBe("/var/log/x flags +O_NONBLOCK, position 100 → 200 in 2 tasks");
  });

  test("of a file that several tasks still share, the one that does not has reopened it", () => {
    const before = tasks(
      [
        [
          [1, 0],
          [2, 0],
        ],
        [[2, 0]],
        [[2, 0]],
      ],
      [LOG],
    );
    const after = tasks(
      [
        [
          [1, 0],
          [2, 0],
        ],
        [[2, 0]],
        [[2, 1]],
      ],
      [LOG, LOG],
    );
    expect(text(before, after)).toBe(
      "pid 10 fd 1, pid 10 fd 2, pid 11 fd 2 + pid 12 fd 2 /var/log/x: shared one open file, now lead to 2 different ones",
    );
    const moved = tasks(
      [
        [
          [1, 0],
          [2, 0],
        ],
        [[2, 0]],
        [[2, 1]],
      ],
      [{ ...LOG, pos: 200n }, LOG],
    );
    expect(text(before, moved)).toBe(
      "/var/log/x reopened by pid 12 a, 2 separate open files now in 3 tasks, position 100 → 200 in 2 tasks",
    );
  });

  test("a position that went back may be that of a truncated file", () => {
    const one = (pos: bigint) =>
      tasks(
        [
          [[3, 0]],
          [
            [3, 0],
            [4, 1],
          ],
        ],
        [
          { ...LOG, pos },
          { ...LOG, pos },
        ],
      );
    expect(text(one(900n), one(20n))).toBe("/var/log/x reopened or truncated, position 900 → 20 in 2 tasks");
  });

  test("another inode is another file", () => {
    const log = (inode: string, pos: bigint) =>
      tasks([[[3, 0]]], [{ ...LOG, pos, details: { inode, mode: 0o100644 } }]);
    expect(text(log("1", 5n), log("2", 9n))).toMatch(
      /^\/var\/log\/x reopened, position 5 → 9, inode 1 → 2 in pid 10 a$/,
    );
  });

  test("another access mode is another open file", () => {
    const log = (flags: number) => tasks([[[3, 0]]], [{ ...LOG, pos: BigInt(flags), flags }]);
    expect(text(log(1), log(2))).toBe("/var/log/x reopened, flags +O_RDWR -O_WRONLY, position 1 → 2 in pid 10 a");
    expect(text(log(1), log(0o2001))).toBe("/var/log/x flags +O_APPEND, position 1 → 1025 in pid 10 a");
  });

  test("a descriptor that was closed and one that was opened are a reopened file only if it must be another one", () => {
    const before = tasks([[[3, 0]]], [LOG]);
    expect(text(before, tasks([[[5, 0]]], [{ ...LOG, pos: 200n }]))).toBe("/var/log/x opened, closed by pid 10 a");
    expect(text(before, tasks([[[5, 0]]], [{ ...LOG, pos: 20n }]))).toBe("/var/log/x reopened by pid 10 a");
    expect(text(before, tasks([[[5, 0]]], [{ ...LOG, flags: 2 }]))).toBe("/var/log/x reopened by pid 10 a");
    // A duplicate of the descriptor of another task.
    const shared = tasks([[[3, 0]], [[3, 1]]], [LOG, { ...LOG, pos: 5n }]);
    const copied = tasks([[[5, 0]], [[3, 0]]], [{ ...LOG, pos: 6n }]);
    expect(text(shared, copied)).toBe("/var/log/x opened, closed by pid 10 a, position 5 → 6 in pid 11 a");
  });

  test("an open file of which some descriptors lead elsewhere is not said to be shared by none", () => {
    const other = { ...LOG, path: "/y" };
    const before = tasks([[[3, 0]], [[3, 0]], [[3, 0]]], [LOG, other]);
    const after = tasks([[[3, 0]], [[3, 0]], [[3, 1]]], [LOG, other]);
    expect(words(before, after)).toContain(
      "~ pid 10 fd 3, pid 11 fd 3 + pid 12 fd 3 /var/log/x: shared one open file, now lead to 2 different ones",
    );
    const moved = tasks([[[3, 0]], [[3, 0]], [[3, 1]]], [{ ...LOG, pos: 101n }, other]);
    expect(words(before, moved)).toContain(
      "~ /var/log/x no longer shared by all in 3 tasks, position 100 → 101 in 2 tasks",
    );
  });

  test("sockets are not reopened, and those that some still share are no longer shared by all", () => {
    const socket = { kind: "socket" as const, path: "socket:[unix stream]", stable: 20, flags: 2 };
    const before = tasks([[[3, 0]], [[3, 0]], [[3, 0]]], [socket]);
    const after = tasks([[[3, 0]], [[3, 0]], [[3, 1]]], [{ ...socket, flags: 0o4002 }, socket]);
    expect(text(before, after)).toBe("pid 10 fd 3 socket:[unix stream] no longer shared by all, flags +O_NONBLOCK");
  });

  test("a file that was shared before is shared by more", () => {
    const apart = tasks([[[3, 0]], [[3, 1]]], [LOG, LOG]);
    const together = (count: number) =>
      tasks(
        Array.from({ length: count }, () => [[3, 0]]),
        [{ ...LOG, pos: 101n }],
      );
    expect(text(apart, together(2))).toBe("/var/log/x now shared, position 100 → 101 in 2 tasks");
    const two = tasks([[[3, 0]], [[3, 0]], [[3, 1]]], [LOG, LOG]);
    expect(text(two, together(3))).toBe("/var/log/x now shared by more, position 100 → 101 in 3 tasks");
  });

  test("what one task did often is counted", () => {
    const many = Array.from({ length: 9 }, (_, at) => [at, at] as const);
    expect(
      text(
        tasks([[]], []),
        tasks(
          [many.map(([fd, file]) => [fd, file])],
          many.map(() => LOG),
        ),
      ),
    ).toBe("/var/log/x opened 9 times by pid 10 a");
  });
});

describe("filters of changes", () => {
  const before = server(false, 900n);
  const after: State = {
    ...server(false, 950n),
    tables: server(false, 950n).tables.map((table, at) => (at === 1 ? table.slice(0, 2) : table)),
  };
  const comparison = diff(checkpointOf(before), checkpointOf(after));
  const sentences = (filter: ChangeFilter): string[] =>
    Array.from(filterChanges(comparison, filter), (index) => changeSentence(comparison, index));

  test("words match paths, names of tasks and pids, and what has a minus does not", () => {
    expect(sentences({ words: "error.log" })).toHaveLength(1);
    expect(sentences({ words: "nginx" })).toHaveLength(2);
    expect(sentences({ words: "11" })).toHaveLength(2);
    expect(sentences({ words: "10" })).toHaveLength(1);
    expect(sentences({ words: "-path:error.log" }).join()).toContain("socket");
    expect(sentences({ words: "nothing" })).toEqual([]);
  });

  test("keys match the path, task, pid, fd and kind", () => {
    expect(sentences({ words: "path:/var/log pid:12" })).toHaveLength(1);
    expect(sentences({ words: "task:ngi fd:7" })).toHaveLength(1);
    expect(sentences({ words: "kind:position" })).toHaveLength(1);
    expect(sentences({ words: "kind:fd-closed" })).toHaveLength(1);
    expect(sentences({ words: 'path:"a"b' })).toEqual([]);
  });

  test("a pid matches changes of all files that the task holds, first of their holders or not", () => {
    const two = (pos: bigint): State => ({
      tasks: [10, 11].map((pid, table) => ({ pid, comm: "a", table })),
      tables: [0, 1].map(() => [3, 4].map((fd, file) => ({ fd, file }))),
      files: ["/x", "/y"].map((path) => ({ kind: "regular", path, pos })),
    });
    const both = diff(checkpointOf(two(100n)), checkpointOf(two(200n)));
    expect(both.counts["file-pos"]).toBe(2);
    for (const pid of [10, 11]) {
      expect([...filterChanges(both, { pid })]).toEqual([0, 1]);
      expect([...filterChanges(both, { words: `pid:${pid}` })]).toEqual([0, 1]);
    }
    expect([...filterChanges(both, { pid: 12 })]).toEqual([]);
  });

  test("an invalid number is explained", () => {
    expect(wordErrors("pid:abc nginx")).toEqual([
      { term: "pid:abc", message: "“abc” is not a number; write 3, 3-10, >4096 or none" },
    ]);
    expect(wordErrors("pid:12 fd:>3 path:x")).toEqual([]);
  });

  test("expected are positions that move on in files opened for appending, and no others", () => {
    expect(sentences({ withoutExpected: true }).join()).not.toContain("position");
    const back = diff(checkpointOf(server(false, 950n)), checkpointOf(server(false, 900n)));
    expect(filterChanges(back, { withoutExpected: true })).toHaveLength(1);
    const plain = (pos: bigint): State => ({
      ...server(false, pos),
      files: server(false, pos).files.map((file) => ({ ...file, flags: 1 })),
    });
    const moved = diff(checkpointOf(plain(1n)), checkpointOf(plain(2n)));
    expect(filterChanges(moved, { withoutExpected: true })).toHaveLength(1);
  });

  test("descriptors of hidden changes are not marked, those of a hidden task neither", () => {
    const gone = diff(
      checkpointOf(before),
      checkpointOf({ ...after, tasks: after.tasks.slice(0, 2), tables: after.tables.slice(0, 2) }),
    );
    const marked = (hidden: Uint8Array) => withoutHidden(gone, hidden).changed.filter((bits) => bits !== 0).length;
    const all = marked(new Uint8Array(0));
    const position = gone.changes.kind.map((_, at) => (changeSentence(gone, at).includes("position") ? 1 : 0));
    const task = gone.changes.kind.map((_, at) => (changeSentence(gone, at).includes("gone") ? 1 : 0));
    expect(marked(position)).toBeLessThan(all);
    expect(marked(task)).toBe(all - 3);
  });
});
