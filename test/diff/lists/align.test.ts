// Rows side by side, filters, and notes on odd pairs.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHANGE_BITS, type ChangeKind, changeKind } from "../../../app/diff/changes.ts";
import type { Comparison } from "../../../app/diff/comparison.ts";
import { kindAt } from "../../../app/diff/comparison.ts";
import { diff } from "../../../app/diff/diff.ts";
import { align, type Folding, LINE, lineAt, lineOfChange, lineOfPair } from "../../../app/diff/lists/align.ts";
import { type ChangeFilter, filterChanges, hiddenByKind } from "../../../app/diff/lists/filter.ts";
import { withoutHidden } from "../../../app/diff/lists/without-hidden.ts";
import { unrelated } from "../../../app/diff/related.ts";
import { type Checkpoint, NONE } from "../../../app/model/checkpoint.ts";
import { arbitraryState } from "../../support/arbitrary-state.ts";
import { descriptorsOfPairs } from "../../support/pairs.ts";
import { checkpointOf, type State, type StateFile } from "../../support/state.ts";

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

/** Lines in short: `section 0`, `pair 2`, `fold 3+2`. */
const lineTexts = (comparison: Comparison, folding: Partial<Folding> = {}): string[] => {
  const lines = align(comparison, { ...EVERYTHING, ...folding });
  const names = ["section", "pair", "fold", "sections", "task"];
  return Array.from({ length: lines.count }, (_, line) => {
    const { kind, at, length } = lineAt(lines, line);
    return `${names[kind]} ${at}${length > 1 ? `+${length}` : ""}`;
  });
};
const EVERYTHING: Folding = {
  onlyChanges: false,
  hidden: new Uint8Array(0),
  openedPairs: new Set(),
  openedSections: new Set(),
};

/** Tasks with so many descriptors each, of which one has changed: number `changed` of all. */
const withOneChanged = (counts: readonly number[], changed: number): Comparison => {
  const image = (pos: bigint): State => {
    let fds = 0;
    return {
      tasks: counts.map((_, table) => ({ pid: table + 1, comm: "a", table })),
      tables: counts.map((count) => Array.from({ length: count }, (_, fd) => ({ fd, file: fds++ }))),
      files: Array.from({ length: fds }, (_, at) => file(`/${at}`, at === changed ? pos : 0n)),
    };
  };
  return diff(checkpointOf(image(1n)), checkpointOf(image(2n)));
};

describe("align", () => {
  test("a changed descriptor is found wherever it is, and all others are folded", () => {
    const counts = [5, 1, 7, 16];
    const firsts = [0, 5, 6, 13, 29];
    for (let changed = 0; changed < 29; changed++) {
      const section = firsts.findLastIndex((first) => first <= changed);
      const fold = (what: string, from: number, to: number, single: string): string[] =>
        to - from > 1 ? [`${what} ${from}+${to - from}`] : to > from ? [`${single} ${from}`] : [];
      const [first, end] = [firsts[section] ?? 0, firsts[section + 1] ?? 0];
      const comparison = withOneChanged(counts, changed);
      // Folds of unchanged sections are opened, so that each section has its heading.
      const openedSections = new Set([0, section + 1]);
      const lines = lineTexts(comparison, { onlyChanges: true, openedSections });
      const own = [
        `section ${section}`,
        ...fold("fold", first, changed, "pair"),
        `pair ${changed}`,
        ...fold("fold", changed + 1, end, "pair"),
      ];
      expect(lines.join()).toContain(own.join());
      expect(lines.filter((line) => line.startsWith("section"))).toHaveLength(counts.length);
    }
  });
  test("every descriptor, by the first task of its table, then fd, with gaps", () => {
    expect(lineTexts(comparison)).toEqual([
      "section 0",
      "pair 0",
      "pair 1",
      "pair 2",
      "section 1",
      "pair 3",
      "section 2",
      "pair 4",
    ]);
    const { tables, descriptors } = comparison.pairs;
    expect(descriptorsOfPairs(descriptors, "before")).toEqual([0, NONE, 1, 2, 3]);
    expect(descriptorsOfPairs(descriptors, "after")).toEqual([0, 1, NONE, 2, NONE]);
    expect([...comparison.changed]).toEqual([
      0,
      CHANGE_BITS.opened,
      CHANGE_BITS.closed,
      CHANGE_BITS.pos,
      CHANGE_BITS.closed,
    ]);
    // The shared table stands once, under both its tasks.
    expect([...tables.taskBefore.subarray(tables.firstTask[0], tables.firstTask[1])]).toEqual([1, 2]);
    expect([...tables.taskAfter.subarray(tables.firstTask[2], tables.firstTask[3])]).toEqual([NONE]);
  });

  test("a task on one side has its change in its heading", () => {
    const lines = align(comparison, EVERYTHING);
    expect(Array.from(lines.sectionChange, (change) => change !== NONE && kindAt(comparison, change))).toEqual([
      false,
      false,
      "task-removed",
    ]);
  });

  const many = (pos: bigint): State => ({
    tasks: [1, 2, 3, 4, 5].map((pid, table) => ({ pid, comm: "t", table })),
    tables: [0, 1, 2, 3, 4].map((table) => [0, 1, 2, 3, 4].map((fd) => ({ fd, file: table * 5 + fd }))),
    files: Array.from({ length: 25 }, (_, row) => file(`/${row}`, row === 12 ? pos : 0n)),
  });
  const one = diff(checkpointOf(many(0n)), checkpointOf(many(9n)));

  test("runs of what has not changed are folded, and whole tables of it too", () => {
    const only = { onlyChanges: true };
    expect(lineTexts(one, only)).toEqual([
      "sections 0+2",
      "section 2",
      "fold 10+2",
      "pair 12",
      "fold 13+2",
      "sections 3+2",
    ]);
    const opened = { ...only, openedPairs: new Set([13]), openedSections: new Set([3]) };
    expect(lineTexts(one, opened).slice(3)).toEqual([
      "pair 12",
      "pair 13",
      "pair 14",
      "section 3",
      "fold 15+5",
      "section 4",
      "fold 20+5",
    ]);
    // A single descriptor is shown: its fold would take the same room. So is the heading of a task that is gone.
    expect(lineTexts(comparison, only)).toEqual([
      "section 0",
      "pair 0",
      "pair 1",
      "pair 2",
      "section 1",
      "pair 3",
      "section 2",
      "pair 4",
    ]);
  });

  test("hidden changes count as unchanged", () => {
    const hidden = hiddenByKind(one.changes, ["file-pos"]);
    expect(lineTexts(withoutHidden(one, hidden), { onlyChanges: true, hidden })).toEqual(["sections 0+5"]);
  });

  test("a change is found in its line, or in the fold that it is in", () => {
    const lines = align(one, { ...EVERYTHING, onlyChanges: true });
    expect(lineOfChange(one, lines, 0)).toBe(3);
    expect(lineOfPair(one, lines, 13)).toBe(4);
    expect(lineOfPair(one, lines, 24)).toBe(5);
    expect(lineOfPair(one, lines, 0)).toBe(0);
    const all = align(comparison, EVERYTHING);
    const at = (kind: ChangeKind): number =>
      lineOfChange(comparison, all, comparison.changes.kind.indexOf(changeKind(kind)));
    expect(at("task-removed")).toBe(6);
    expect(at("file-pos")).toBe(5);
    expect(at("fd-closed")).toBe(3);
  });

  test("the lines have every pair once, in order, and each is found", () => {
    fc.assert(
      fc.property(arbitraryState(true), arbitraryState(true), fc.boolean(), (before, after, onlyChanges) => {
        const some = diff(checkpointOf(before), checkpointOf(after));
        const lines = align(some, { ...EVERYTHING, onlyChanges });
        let next = 0;
        for (let line = 0; line < lines.count; line++) {
          const { kind, at, length } = lineAt(lines, line);
          if (kind === LINE.pair || kind === LINE.fold) {
            expect(at).toBe(next);
            for (; next < at + length; next++) expect(lineOfPair(some, lines, next)).toBe(line);
          } else if (kind === LINE.sections) next = some.pairs.tables.firstRow[at + length] ?? 0;
        }
        expect(next).toBe(some.pairs.descriptors.count);
        for (let change = 0; change < some.changes.count; change++) {
          expect(lineOfChange(some, lines, change)).not.toBe(-1);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("a change of a task without a file table has a line of its own, at the end", () => {
    const zombie: State = { ...BEFORE, tasks: [...BEFORE.tasks, { pid: 1, comm: "z", state: "zombie" }] };
    const reaped = diff(checkpointOf(zombie), checkpointOf(BEFORE));
    const lines = align(reaped, { ...EVERYTHING, onlyChanges: true });
    expect(lineTexts(reaped, { onlyChanges: true }).at(-1)).toBe("task 0");
    expect(lineOfChange(reaped, lines, 0)).toBe(lines.count - 1);
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
  const notesOn = (before: Checkpoint, after: Checkpoint): string[] => unrelated(diff(before, after).notes);

  test("says nothing of two dumps of one process", () => {
    expect(notesOn(comparison.before, comparison.after)).toEqual([]);
  });

  test("names what is odd", () => {
    const other = checkpointOf({ ...BEFORE, tasks: [{ pid: 700, comm: "z" }] }, { format: "criu", arch: "aarch64" });
    const notes = notesOn(comparison.before, other);
    expect(notes).toHaveLength(3);
    expect(notes[0]).toContain("Linux-CR image, after a CRIU set");
    expect(notes[1]).toContain("x86-64 before, aarch64 after. Flags");
    expect(notes[2]).toBe("The images have no pid in common.");
    expect(notesOn(checkpointOf(BEFORE, { arch: "x86-32" }), comparison.after)).toEqual([
      "The architectures differ: x86-32 before, x86-64 after.",
    ]);
    const dialect = { ...comparison.after, dialect: "v16\n" };
    expect(notesOn(comparison.before, dialect)).toEqual(["The dialects differ: v23-rc2 before, v16\\n after."]);
  });

  test("says that only one image has pids, and that the later image is before", () => {
    const bare = checkpointOf({ ...BEFORE, tasks: [{ comm: "a" }] });
    expect(notesOn(comparison.before, bare)).toEqual(["Only the image before holds pids: tasks are matched by name."]);
    const late = { ...comparison.before, time: 20 };
    const early = { ...comparison.after, time: 10 };
    expect(notesOn(late, early)).toEqual([
      "The image after seems to be the earlier one. According to the images, they were taken at 1970-01-01 00:00:10 UTC and 1970-01-01 00:00:20 UTC.",
    ]);
    expect(notesOn(early, late)).toEqual([]);
  });
});
