// Rows side by side, filters, and notes on odd pairs.

import { describe, expect, test } from "vitest";
import { align } from "../../app/diff/align.ts";
import { CHANGED } from "../../app/diff/changes.ts";
import { kindAt } from "../../app/diff/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { type ChangeFilter, filterChanges } from "../../app/diff/filter.ts";
import { unrelated } from "../../app/diff/related.ts";
import { NONE } from "../../app/model/checkpoint.ts";
import { checkpointOf, type State, type StateFile } from "../support/state.ts";

const file = (path: string, pos = 0n): StateFile => ({ kind: "regular", path, pos });
const BEFORE: State = {
  tasks: [
    { pid: 5, comm: "a", table: 1 },
    { pid: 3, comm: "b", table: 0 },
    { pid: 4, comm: "c", table: 0 },
    { pid: 9, comm: "gone", table: 2 },
  ],
  tables: [
    [
      { fd: 0, file: 0 },
      { fd: 2, file: 1 },
    ],
    [{ fd: 7, file: 1 }],
    [{ fd: 1, file: 0 }],
  ],
  files: [file("/x"), file("/y")],
};
const AFTER: State = {
  ...BEFORE,
  tasks: BEFORE.tasks.slice(0, 3),
  tables: [
    [
      { fd: 0, file: 0 },
      { fd: 1, file: 0 },
    ],
    [{ fd: 7, file: 1 }],
  ],
  files: [file("/x"), file("/y", 8n)],
};
const comparison = diff(checkpointOf(BEFORE), checkpointOf(AFTER));

describe("align", () => {
  test("every descriptor, by the first task of its table, then fd, with gaps", () => {
    const rows = align(comparison);
    expect(rows.count).toBe(5);
    expect([...rows.fd]).toEqual([0, 1, 2, 7, 1]);
    expect([...rows.before]).toEqual([0, NONE, 1, 2, 3]);
    expect([...rows.after]).toEqual([0, 1, NONE, 2, NONE]);
    expect([...rows.changed]).toEqual([0, CHANGED.opened, CHANGED.closed, CHANGED.pos, CHANGED.closed]);
    expect([...rows.first]).toEqual([0, 3, 4, 5]);
    // The shared table stands once, under both its tasks.
    const { firstTask, taskBefore, taskAfter } = rows.sections;
    expect([...taskBefore.subarray(firstTask[0], firstTask[1])]).toEqual([1, 2]);
    expect([...taskBefore.subarray(firstTask[2], firstTask[3])]).toEqual([3]);
    expect([...taskAfter.subarray(firstTask[2], firstTask[3])]).toEqual([NONE]);
  });

  test("only what has changed, and only in one way", () => {
    const changed = align(comparison, 0xffff);
    expect([...changed.fd]).toEqual([1, 2, 7, 1]);
    expect([...changed.first]).toEqual([0, 2, 3, 4]);
    expect([...changed.pair]).toEqual([1, 2, 3, 4]);
    expect([...align(comparison, CHANGED.pos).fd]).toEqual([7]);
  });
});

describe("filterChanges", () => {
  const kinds = (filter: ChangeFilter): string[] =>
    Array.from(filterChanges(comparison, filter), (index) => kindAt(comparison, index));

  test("by kind", () => {
    expect(kinds({})).toEqual(["fd-opened", "fd-closed", "file-pos", "task-removed"]);
    expect(kinds({ only: ["file-pos", "fd-opened"] })).toEqual(["fd-opened", "file-pos"]);
    expect(kinds({ ignore: ["file-pos"] })).toEqual(["fd-opened", "fd-closed", "task-removed"]);
    expect(kinds({ only: ["file-pos"], ignore: ["file-pos"] })).toEqual([]);
  });

  test("by any holder, and by the task itself", () => {
    expect(kinds({ pid: 4 })).toEqual(["fd-opened", "fd-closed"]);
    expect(kinds({ pid: 5 })).toEqual(["file-pos"]);
    expect(kinds({ pid: 9 })).toEqual(["task-removed"]);
    expect(kinds({ pid: 77 })).toEqual([]);
  });

  test("by any task of a change of tables", () => {
    const shared = diff(
      checkpointOf(BEFORE),
      checkpointOf({
        ...BEFORE,
        tasks: BEFORE.tasks.map((task) => ({ ...task, table: task.pid === 4 ? 1 : (task.table ?? 0) })),
      }),
    );
    const tables = filterChanges(shared, { only: ["table-shared", "table-unshared"], pid: 5 });
    expect(Array.from(tables, (index) => kindAt(shared, index))).toEqual(["table-shared"]);
  });
});

describe("unrelated", () => {
  test("says nothing of two dumps of one process", () => {
    expect(unrelated(comparison.before, comparison.after)).toEqual([]);
  });

  test("names what is odd", () => {
    const other = checkpointOf({ ...BEFORE, tasks: [{ pid: 700, comm: "z" }] }, { format: "criu", arch: "aarch64" });
    const notes = unrelated(comparison.before, other);
    expect(notes).toHaveLength(3);
    expect(notes[0]).toContain("Linux-CR image, after a CRIU set");
    expect(notes[1]).toContain("x86-64 before, aarch64 after. Flags");
    expect(notes[2]).toBe("The images have no pid in common.");
    expect(unrelated(checkpointOf(BEFORE, { arch: "x86-32" }), comparison.after)).toEqual([
      "The architectures differ: x86-32 before, x86-64 after.",
    ]);
    const dialect = { ...comparison.after, dialect: "v16\n" };
    expect(unrelated(comparison.before, dialect)).toEqual(["The dialects differ: v23-rc2 before, v16\\n after."]);
  });

  test("names tasks that only one image numbers, and moments in the wrong order", () => {
    const bare = checkpointOf({ ...BEFORE, tasks: [{ comm: "a" }] });
    expect(unrelated(comparison.before, bare)).toEqual([
      "Only the image before holds pids: tasks are matched by name.",
    ]);
    const late = { ...comparison.before, time: 20 };
    const early = { ...comparison.after, time: 10 };
    expect(unrelated(late, early)).toEqual(["The image before was taken later than the image after."]);
    expect(unrelated(early, late)).toEqual([]);
  });
});
