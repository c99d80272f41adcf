import { describe, expect, test } from "vitest";
import { CHANGE_BITS } from "../../app/diff/changes.ts";
import { diff } from "../../app/diff/diff.ts";
import { ADDED, CHANGED, changeOf, REMOVED, SAME, type Subject } from "../../app/graph/order/graph.ts";
import { histogramsOf } from "../../app/graph/order/histograms.ts";
import { layout } from "../../app/graph/order/layout.ts";
import { sideRefs, union, unionRef } from "../../app/graph/order/union.ts";
import type { Pairing } from "../../app/graph/order/union-rows.ts";
import { NOTHING_OPENED } from "../../app/graph/plan/plan.ts";
import { sceneOf } from "../../app/graph/scene/scene-of.ts";
import { sentence } from "../../app/graph/scene/text/sentence.ts";
import {
  fileName,
  holdersLabel,
  positionLabel,
  slotFileName,
  tableBadge,
  taskLabel,
} from "../../app/graph/scene/text/words.ts";
import { type Checkpoint, NONE, nameBytes } from "../../app/model/checkpoint.ts";
import { sameBytes } from "../../app/model/text/text.ts";
import { pairsOfDescriptors } from "../support/pairs.ts";
import { checkpointOf, type State } from "../support/state.ts";

/** Pairs tasks by pid and descriptors by fd, in the simplest way. */
function pairing(before: Checkpoint, after: Checkpoint): Pairing {
  const taskAfter = before.tasks.pid.map((pid) => after.tasks.pid.indexOf(pid));
  const tables = new Map<string, [number, number]>();
  taskAfter.forEach((now, was) => {
    const pair: [number, number] = [
      before.tasks.table[was] ?? NONE,
      now === NONE ? NONE : (after.tasks.table[now] ?? NONE),
    ];
    tables.set(pair.join(), pair);
  });
  after.tasks.pid.forEach((pid, now) => {
    if (!before.tasks.pid.includes(pid)) tables.set(`new ${now}`, [NONE, after.tasks.table[now] ?? NONE]);
  });
  const pairs: [number, number, number][] = [];
  for (const [tableBefore, tableAfter] of tables.values()) {
    const left = tableBefore === NONE ? [] : rows(before, tableBefore);
    const right = tableAfter === NONE ? [] : rows(after, tableAfter);
    for (const slot of left) {
      const other = right.find((row) => after.descriptors.fd[row] === before.descriptors.fd[slot]) ?? NONE;
      pairs.push([slot, other, other === NONE ? 0 : bits(before, slot, after, other)]);
    }
    for (const slot of right) {
      if (!left.some((row) => before.descriptors.fd[row] === after.descriptors.fd[slot])) pairs.push([NONE, slot, 0]);
    }
  }
  return {
    taskAfter,
    tables: {
      count: tables.size,
      before: Int32Array.from(tables.values(), ([table]) => table),
      after: Int32Array.from(tables.values(), ([, table]) => table),
    },
    descriptors: pairsOfDescriptors(pairs),
    changed: pairs.map(([, , differ]) => differ),
  };
}

const rows = (c: Checkpoint, table: number): number[] =>
  [...c.descriptors.table.keys()].filter((row) => c.descriptors.table[row] === table);

function bits(before: Checkpoint, slot: number, after: Checkpoint, other: number): number {
  const was = before.descriptors.file[slot] ?? 0;
  const now = after.descriptors.file[other] ?? 0;
  const closing =
    before.descriptors.closeOnExec[slot] === after.descriptors.closeOnExec[other] ? 0 : CHANGE_BITS.closeOnExec;
  if (!sameBytes(nameBytes(before, was), nameBytes(after, now))) return closing | CHANGE_BITS.path;
  return closing | (before.files.pos[was] === after.files.pos[now] ? 0 : CHANGE_BITS.pos);
}

const file = (path: string, pos = 0n) => ({ kind: "regular" as const, path, pos });

function both(before: State, after: State): Subject {
  const [was, now] = [checkpointOf(before), checkpointOf(after, { firstId: 900 })];
  return union(was, now, pairing(was, now));
}

/** The slots of a union as text: the sign of their change, `1 → /a`, and where they led before. */
function slots(subject: Subject): string[] {
  const { descriptors } = subject.graph;
  const name = (row: number): string => sentence(subject, { to: "file", row }).split(",")[0]?.slice(10) ?? "";
  return [...descriptors.fd].map((fd, row) => {
    const earlier = descriptors.fileBefore?.[row] ?? NONE;
    const sign = ["", "+ ", "− ", "~ "][changeOf(subject, "descriptor", row)];
    return `${sign}${fd} → ${name(descriptors.file[row] ?? 0)}${earlier === NONE ? "" : ` (before: ${name(earlier)})`}`;
  });
}

const state = (over: Partial<State> = {}): State => ({
  tasks: [{ pid: 1, comm: "a", table: 0 }],
  tables: [
    [
      { fd: 0, file: 0 },
      { fd: 1, file: 1 },
      { fd: 2, file: 1 },
    ],
  ],
  files: [file("/in"), file("/log", 4096n)],
  ...over,
});

describe("the union of two images", () => {
  test("of one state with itself has no changes", () => {
    const subject = both(state(), state());
    expect(subject.graph.descriptors.count).toBe(3);
    for (const column of Object.values(subject.both?.change ?? {})) {
      expect([...column].every((change) => change === SAME)).toBe(true);
    }
    expect(layout(subject).slotDensity.changed.every((count) => count === 0)).toBe(true);
  });

  test("shows a changed position on both sides", () => {
    const subject = both(state(), state({ files: [file("/in"), file("/log", 8192n)] }));
    expect(positionLabel(subject, 1)).toBe("@4096 → 8192");
    expect(changeOf(subject, "file", 1)).toBe(CHANGED);
    expect(changeOf(subject, "file", 0)).toBe(SAME);
    expect(slots(subject)).toEqual(["0 → /in", "1 → /log", "2 → /log"]);
  });

  test("marks slots that were opened, closed or redirected", () => {
    const subject = both(
      state(),
      state({
        tables: [
          [
            { fd: 0, file: 2 },
            { fd: 1, file: 1 },
            { fd: 5, file: 2 },
          ],
        ],
        files: [file("/in"), file("/log", 4096n), file("/new")],
      }),
    );
    expect(slots(subject)).toEqual(["~ 0 → /new (before: /in)", "1 → /log", "− 2 → /log", "+ 5 → /new"]);
    expect(holdersLabel(subject, 1)).toBe("⟨2 → 1⟩");
  });

  test("counts the descriptors of a table on each side, not the slots that are drawn", () => {
    const slot = (fd: number) => ({ fd, file: 0 });
    const withFds = (...fds: number[]): Subject => both(state(), state({ tables: [fds.map(slot)] }));
    const words = (subject: Subject): string[] => {
      const { boxes } = sceneOf(subject, layout(subject), {
        width: 900,
        height: 500,
        selection: null,
        expansion: NOTHING_OPENED,
      });
      const title = boxes.find(({ kind }) => kind === "table")?.cells.map(({ text }) => text) ?? [];
      return [title[1] ?? "", sentence(subject, { to: "table", row: 0 })];
    };
    // One closed and one opened.
    const swapped = withFds(0, 1, 5);
    expect(slots(swapped)).toHaveLength(4);
    expect(words(swapped)).toEqual([expect.stringMatching(/^3 fds/), expect.stringContaining(", 3 descriptors")]);
    const fewer = withFds(0, 5);
    expect(words(fewer)).toEqual([expect.stringMatching(/^3 → 2 fds/), expect.stringContaining(", 3 → 2 descriptors")]);
    for (const subject of [swapped, fewer]) {
      const { fds, parts } = histogramsOf(subject);
      const count = subject.after.descriptors.count;
      expect(fds).toEqual([{ from: count, to: count, count: 1 }]);
      expect(parts.reduce((sum, each) => sum + each, 0)).toBe(count);
    }
  });

  test("draws a file that is no longer shared as two files", () => {
    const subject = both(
      state(),
      state({
        tables: [
          [
            { fd: 0, file: 0 },
            { fd: 1, file: 1 },
            { fd: 2, file: 2 },
          ],
        ],
        files: [file("/in"), file("/log", 4096n), file("/log", 4096n)],
      }),
    );
    expect(slots(subject)).toEqual(["0 → /in", "1 → /log", "~ 2 → /log (before: /log)"]);
    expect(subject.graph.files.count).toBe(3);
    expect(changeOf(subject, "file", 2)).toBe(ADDED);
    const scene = sceneOf(subject, layout(subject), {
      width: 900,
      height: 600,
      selection: null,
      expansion: { ...NOTHING_OPENED, whole: true },
    });
    const leads = scene.edges.filter((edge) => edge.kind === "lead").map((edge) => edge.change);
    expect(leads.sort()).toEqual([SAME, SAME, ADDED, REMOVED]);
  });

  describe("of a file whose path changed in the same descriptor", () => {
    type File = State["files"][number];
    const AOF = { ...file("/srv/appendonly.aof", 50n), flags: 1 };
    const one = (before: File, after: File): Subject => {
      const slot = { tables: [[{ fd: 8, file: 0 }]] };
      return both(state({ ...slot, files: [before] }), state({ ...slot, files: [after] }));
    };
    const later = (over: Partial<File>): File => ({ ...AOF, pos: 77n, ...over });

    test("shows one box if it was unlinked, with its position on both sides", () => {
      const subject = one(AOF, later({ path: `${AOF.path} (deleted)` }));
      expect(subject.graph.files.count).toBe(1);
      expect(changeOf(subject, "file", 0)).toBe(CHANGED);
      expect(fileName(subject, 0)).toBe("/srv/appendonly.aof (deleted)");
      expect(positionLabel(subject, 0)).toBe("@50 → 77");
      expect(slotFileName(subject, 0)).toBe("appendonly.aof (deleted)");
      const options = { width: 900, height: 600, selection: null, expansion: { ...NOTHING_OPENED, whole: true } };
      const { boxes } = sceneOf(subject, layout(subject), options);
      const drawn = boxes
        .filter(({ kind }) => kind === "file")
        .map(({ cells }) => cells.map(({ text }) => text).join(" "));
      expect(drawn).toEqual([expect.stringMatching(/^~ @50 → 77 .*appendonly\.aof \(deleted\)$/)]);
    });

    test("shows one box if it was renamed: the same inode, or f_version that is made from it", () => {
      const rotated = `${AOF.path}.1`;
      const byVersion = one({ ...AOF, version: 9n }, later({ path: rotated, version: 9n }));
      expect(byVersion.graph.files.count).toBe(1);
      expect(fileName(byVersion, 0)).toBe("/srv/appendonly.aof → appendonly.aof.1");
      expect(slotFileName(byVersion, 0)).toBe("appendonly.aof → appendonly.aof.1");
      const details = { inode: "12" };
      expect(one({ ...AOF, details }, later({ path: "/old/x", details })).graph.files.count).toBe(1);
      expect(fileName(one({ ...AOF, details }, later({ path: "/old/x", details })), 0)).toBe(
        "/srv/appendonly.aof → /old/x",
      );
    });

    test("shows two if it may be another one", () => {
      const deleted = `${AOF.path} (deleted)`;
      expect(one(AOF, later({ path: "/other" })).graph.files.count).toBe(2);
      expect(one({ ...AOF, version: 9n }, later({ path: deleted, version: 8n })).graph.files.count).toBe(2);
      expect(
        one({ ...AOF, details: { inode: "1" } }, later({ path: deleted, details: { inode: "2" } })).graph.files.count,
      ).toBe(2);
      expect(one(AOF, later({ path: deleted, flags: 0 })).graph.files.count).toBe(2);
      // A file that has its name again is another one.
      expect(one({ ...AOF, path: deleted }, later({})).graph.files.count).toBe(2);
    });

    test("a descriptor that keeps the path comes first", () => {
      const slots = (second: number) => [
        [
          { fd: 7, file: 0 },
          { fd: 8, file: second },
        ],
      ];
      const subject = both(
        state({ tables: slots(0), files: [AOF] }),
        state({ tables: slots(1), files: [later({ path: `${AOF.path} (deleted)` }), later({})] }),
      );
      expect(subject.graph.files.count).toBe(2);
      expect(fileName(subject, 0)).toBe("/srv/appendonly.aof");
    });
  });

  test("draws a table that is no longer shared as two, and does not mark the slots of the copy", () => {
    const two = {
      tasks: [
        { pid: 1, comm: "a", table: 0 },
        { pid: 2, comm: "b", table: 0 },
      ],
    };
    const apart = {
      tasks: [
        { pid: 1, comm: "a", table: 0 },
        { pid: 2, comm: "b", table: 1 },
      ],
    };
    const { tables } = state();
    const subject = both(state(two), state({ ...apart, tables: [...tables, ...tables] }));
    expect(tableBadge(subject, 0)).toBe("2 → 1 task");
    expect([0, 1].map((row) => changeOf(subject, "table", row))).toEqual([CHANGED, ADDED]);
    expect(slots(subject).slice(3)).toEqual(["0 → /in", "1 → /log", "2 → /log"]);
    const scene = sceneOf(subject, layout(subject), {
      width: 900,
      height: 600,
      selection: null,
      expansion: { ...NOTHING_OPENED, whole: true },
    });
    expect(scene.edges.filter((edge) => edge.kind === "use").map((edge) => edge.change)).toEqual([
      SAME,
      REMOVED,
      ADDED,
    ]);
  });

  test("names tasks without pids, with the index where the name is not enough", () => {
    const tasks = (...comms: readonly string[]): State =>
      state({ tasks: comms.map((comm) => ({ comm })), tables: [], files: [] });
    const [before, after] = [checkpointOf(tasks("w1", "w2", "w", "w")), checkpointOf(tasks("w4", "w1", "w", "w"))];
    const { pairs, changed } = diff(before, after);
    const subject = union(before, after, { ...pairs, changed });
    const labels = Array.from({ length: subject.graph.tasks.count }, (_, row) => taskLabel(subject, row));
    expect(labels).toEqual(["w1", "w2", "w (index 2)", "w (index 3)", "w4"]);
  });

  test("marks added and removed tasks, with all their descriptors", () => {
    const subject = both(state(), state({ tasks: [{ pid: 7, comm: "new", table: 0 }] }));
    expect([0, 1].map((row) => changeOf(subject, "task", row))).toEqual([REMOVED, ADDED]);
    expect(slots(subject).map((slot) => slot.charAt(0))).toEqual(["−", "−", "−", "+", "+", "+"]);
  });

  test("pairs files without holders by name", () => {
    const extra = state({ files: [file("/in"), file("/log", 4096n), file("/bin/a"), file("/lib/x")] });
    const later = state({ files: [file("/in"), file("/log", 4096n), file("/lib/x"), file("/lib/y")] });
    const subject = both(extra, later);
    const found = [2, 3, 4].map((row) => changeOf(subject, "file", row));
    expect(found).toEqual([REMOVED, SAME, ADDED]);
  });

  test("maps rows of either image to its own and back", () => {
    const subject = both(state(), state({ tasks: [{ pid: 7, comm: "new", table: 0 }] }));
    expect(unionRef(subject, "after", { to: "task", row: 0 })).toEqual({ to: "task", row: 1 });
    expect(sideRefs(subject, { to: "task", row: 1 })).toEqual({ before: null, after: { to: "task", row: 0 } });
    expect(unionRef(subject, "before", { to: "task", row: 9 })).toBeNull();
  });

  test("lists each edge once at either end", () => {
    const subject = both(state(), state({ tables: [[{ fd: 1, file: 0 }]] }));
    const { descriptors, files } = subject.graph;
    const fromSlots: string[] = [];
    for (let slot = 0; slot < descriptors.count; slot++) {
      for (const end of [descriptors.file[slot], descriptors.fileBefore?.[slot]]) {
        if (end !== undefined && end !== NONE) fromSlots.push(`${slot} ${end}`);
      }
    }
    const fromFiles: string[] = [];
    for (let row = 0; row < files.count; row++) {
      const holders = files.holder.subarray(files.firstHolder[row], files.firstHolder[row + 1]);
      for (const slot of holders) fromFiles.push(`${slot} ${row}`);
    }
    expect(fromFiles.sort()).toEqual(fromSlots.sort());
  });
});
