// What the drawing folds into one row, and the words in its boxes: slots, tables, bands and ribbons.

import { describe, expect, test } from "vitest";
import { isOfDescriptors } from "../../app/diff/changes.ts";
import { kindAt } from "../../app/diff/comparison.ts";
import { diff } from "../../app/diff/diff.ts";
import { boxOf } from "../../app/graph/draw/trace.ts";
import { oneImage, type Subject } from "../../app/graph/order/graph.ts";
import { layout } from "../../app/graph/order/layout.ts";
import { union, unionOf } from "../../app/graph/order/union.ts";
import { type Expansion, NOTHING_OPENED } from "../../app/graph/plan/plan.ts";
import type { Box, Scene } from "../../app/graph/scene/scene.ts";
import { sceneOf } from "../../app/graph/scene/scene-of.ts";
import { treeOf } from "../../app/graph/scene/tree.ts";
import { NONE } from "../../app/model/checkpoint.ts";
import { descriptorOf } from "../../app/model/comparison/descriptor-pairs.ts";
import type { ObjectRef } from "../../app/model/object-ref.ts";
import { checkpointOf, type State } from "../support/state.ts";

interface Options {
  readonly selection?: ObjectRef;
  readonly width?: number;
}

function sceneFor(
  subject: Subject,
  expansion: Partial<Expansion> = {},
  { selection, width = 1200 }: Options = {},
): Scene {
  return sceneOf(subject, layout(subject), {
    width,
    height: 800,
    selection: selection ?? null,
    expansion: { ...NOTHING_OPENED, ...expansion },
  });
}

function pair(before: State, after: State): Subject {
  const images = [checkpointOf(before), checkpointOf(after, { firstId: 900 })] as const;
  const comparison = diff(...images);
  const { taskAfter, tables, descriptors } = comparison.pairs;
  return union(...images, { taskAfter, tables, descriptors, changed: comparison.changed });
}

const text = (box: Box | undefined): string => box?.cells.map((cell) => cell.text).join(" | ") ?? "";
const texts = ({ boxes }: Scene, kind: Box["kind"]): string[] => boxes.filter((box) => box.kind === kind).map(text);
const regular = (path: string, pos = 0n) => ({ kind: "regular" as const, path, flags: 1, pos });

test("a single unchanged task and its table are named whole where there is room, else by the task's number", () => {
  const state: State = {
    tasks: [{ pid: 4242, comm: "server", table: 0 }],
    tables: [[{ fd: 0, file: 0 }]],
    files: [regular("/dev/null")],
  };
  const folded = (width: number) => texts(sceneFor(pair(state, state), {}, { width }), "fold");
  expect(folded(1000)).toEqual(["▸ 4242 server unchanged", "▸ 4242 server"]);
  expect(folded(300).at(-1)).toBe("▸ 4242");
});

describe("a descriptor that a change is about is drawn, not folded", () => {
  const nothing = ["/dev/null", "/dev/zero", "/dev/full"].map((path) => regular(path));
  const shared = { tasks: [1, 2].map((pid) => ({ pid, comm: "a", table: pid - 1 })) };
  const slots = (...files: number[]) => files.map((file, fd) => ({ fd, file }));
  const joined: State = {
    ...shared,
    tables: [slots(0, 1, 3), slots(0, 1, 3)],
    files: [...nothing, regular("/srv/page1.html", 100n)],
  };
  const separate: State = {
    ...shared,
    tables: [slots(0, 1, 3), slots(0, 1, 4)],
    files: [...nothing, regular("/srv/page1.html", 100n), regular("/srv/page3.html", 300n)],
  };
  const same: State = {
    ...separate,
    files: [...nothing, regular("/srv/page1.html", 100n), regular("/srv/page1.html", 100n)],
  };
  const oneTable: State = {
    tasks: [1, 2].map((pid) => ({ pid, comm: "a", table: 0 })),
    tables: [slots(0, 1, 2)],
    files: nothing,
  };
  const twoTables: State = {
    ...shared,
    tables: [slots(0, 1, 2), [...slots(0, 1), { fd: 2, file: 2, closeOnExec: true }]],
    files: nothing,
  };

  test.each([
    ["a file is shared", same, joined],
    ["a file is unshared", joined, same],
    ["a file is shared that another descriptor left its own for", separate, joined],
    ["a file is unshared as a descriptor leads to another", joined, separate],
    ["close-on-exec changes in a copy of a table", oneTable, twoTables],
  ])("if %s", (_, before, after) => {
    const images = [checkpointOf(before), checkpointOf(after, { firstId: 900 })] as const;
    const comparison = diff(...images);
    const both = unionOf(comparison);
    const drawn = new Set(
      sceneFor(both).boxes.flatMap(({ kind, ref }) => (kind === "slot" && ref !== null ? [ref.row] : [])),
    );
    const { changes, pairs } = comparison;
    let count = 0;
    for (let change = 0; change < changes.count; change++) {
      if (!isOfDescriptors(kindAt(comparison, change))) continue;
      for (let at = changes.firstRow[change] ?? 0; at < (changes.firstRow[change + 1] ?? 0); at++) {
        const row = descriptorOf(pairs.descriptors, "after", changes.row[at] ?? NONE);
        expect(drawn, `${kindAt(comparison, change)} of ${row}`).toContain(
          both.both.rows.after.descriptor.indexOf(row),
        );
        count++;
      }
    }
    expect(count).toBeGreaterThan(0);
    expect(drawn.size).toBeLessThan(both.graph.descriptors.count);
  });
});

describe("a slot", () => {
  const one = (path: string, fd = 3, width = 1200) => {
    const image = checkpointOf({
      tasks: [{ pid: 1, comm: "a", table: 0 }],
      tables: [[{ fd, file: 0 }]],
      files: [regular(path)],
    });
    return sceneFor(oneImage(image), {}, { width });
  };

  test("says what it holds", () => {
    expect(texts(one("/var/log/nginx/error.log"), "slot")).toEqual(["3 | error.log | w"]);
  });

  test("shortens a name in the middle, at any width, and never to nothing", () => {
    for (const width of [320, 390, 600, 700, 1000]) {
      const [slot] = texts(one("/srv/a-name-that-is-much-longer-than-any-slot-of-a-table.data", 3, width), "slot");
      expect(slot).toMatch(/^3 \| a.*….*ata( \| w)?$/);
    }
  });

  test("has room for a descriptor of six digits before its name", () => {
    const { boxes } = one("/var/log/nginx/error.log", 123_456, 390);
    const cells = boxes.find(({ kind }) => kind === "slot")?.cells ?? [];
    expect(cells[0]?.text).toBe("123456");
    // The number ends where its text needs it to, and the name begins after that.
    expect(cells[0]?.x).toBeGreaterThan(6 * 7.25);
    expect(cells[1]?.x).toBeGreaterThan(cells[0]?.x ?? 0);
    expect(cells[1]?.text.length).toBeGreaterThanOrEqual(4);
  });
});

/** A parent with `own` descriptors, and children that have the same, and one of their own each if `differ`. */
function family(children: number, own: number, differ: boolean): State {
  const inherited = Array.from({ length: own }, (_, fd) => ({ fd, file: fd }));
  return {
    tasks: [
      { pid: 100, comm: "master", table: 0 },
      ...Array.from({ length: children }, (_, at) => ({ pid: 101 + at, ppid: 100, comm: "worker", table: 1 + at })),
    ],
    tables: [
      inherited,
      ...Array.from({ length: children }, (_, at) => [...inherited, ...(differ ? [{ fd: own, file: own + at }] : [])]),
    ],
    files: [
      ...inherited.map(({ fd }) => regular(`/log/${fd}`)),
      ...(differ ? Array.from({ length: children }, (_, at) => regular(`/own/${at}`)) : []),
    ],
  };
}

describe("tables that are alike", () => {
  const subject = oneImage(checkpointOf(family(100, 4, false)));

  test("are drawn as one, with their number", () => {
    const scene = sceneFor(subject);
    // The parent has the same descriptors too.
    expect(texts(scene, "table")).toEqual(["▾ 101 × tasks | same 4 fds, all shared"]);
    expect(texts(scene, "slot")).toHaveLength(4);
    const tasks = scene.boxes.find(({ kind }) => kind === "fold");
    expect(tasks?.label).toBe("101 tasks with the same descriptors: 100 to 200");
    expect(scene.edges.filter(({ kind }) => kind === "bundle").map(({ count }) => count)).toEqual([101, 101, 101, 101]);
  });

  test("open, each by itself, and only the selected one does when it is selected", () => {
    const scene = sceneFor(subject, {}, { selection: { to: "task", row: 50 } });
    expect(texts(scene, "table")).toHaveLength(2);
    expect(boxOf(scene, { to: "task", row: 50 })).not.toBe(-1);
    const unfolded = new Set(Array.from({ length: 101 }, (_, row) => row));
    expect(texts(sceneFor(subject, { unfolded }), "table")).toHaveLength(101);
  });

  test("are not those that differ in close-on-exec", () => {
    const state = family(3, 2, false);
    const tables = state.tables.map((slots, at) => slots.map((slot) => ({ ...slot, closeOnExec: at === 2 })));
    const scene = sceneFor(oneImage(checkpointOf({ ...state, tables })));
    expect(texts(scene, "table").map((title) => title.split(" | ")[0])).toEqual(["▾ 3 × tasks", "▾ 102 worker"]);
  });
});

describe("inherited slots", () => {
  const subject = oneImage(checkpointOf(family(5, 12, true)));

  test("are one row that names the parent and the descriptors", () => {
    const scene = sceneFor(subject);
    const folds = scene.boxes.filter(({ kind, parent }) => kind === "fold" && parent !== -1);
    expect(folds).toHaveLength(5);
    expect(text(folds[0])).toBe("▸ 12 as in 100 master: 0–11");
    expect(folds[0]?.open).toBe(false);
    expect(texts(scene, "slot").slice(12)).toEqual([0, 1, 2, 3, 4].map((at) => `12 | /own/${at} | w`));
    // Each leads from its row to all twelve.
    const fold = scene.boxes.indexOf(folds[0] as Box);
    expect(scene.edges.filter(({ from }) => from === fold)).toHaveLength(12);
  });

  test("are drawn once their row is opened", () => {
    const scene = sceneFor(subject, { unfolded: new Set([1]) });
    expect(texts(scene, "slot")).toHaveLength(12 + 13 + 4);
    expect(scene.boxes.find(({ kind, parent }) => kind === "fold" && parent !== -1)?.open).toBe(true);
  });

  test("are drawn where there are few", () => {
    expect(texts(sceneFor(oneImage(checkpointOf(family(2, 5, true)))), "slot")).toHaveLength(5 + 6 + 6);
  });
});

describe("shared files", () => {
  const scene = sceneFor(oneImage(checkpointOf(family(5, 12, true))));

  test("are in a band of their own, private ones beside their slots", () => {
    const files = scene.boxes.filter(({ kind }) => kind === "file");
    const shared = files.filter((box) => box.shared);
    expect(shared.map(({ y }) => y)).toEqual(shared.map((_, at) => (shared[0]?.y ?? 0) + 20 * at));
    const own = files.filter((box) => !box.shared);
    expect(new Set(own.map(({ x }) => x)).size).toBe(1);
    for (const edge of scene.edges) {
      if (own.includes(scene.boxes[edge.to] as Box)) expect(edge.y1).toBe(edge.y2);
    }
  });

  test("have their edges bundled into one ribbon for each table, with a count, in a gutter as wide as they need", () => {
    expect(scene.ribbons.map(({ count }) => count)).toEqual([12, 12, 12, 12, 12, 12]);
    const lines = scene.ribbons.map(({ x }) => x);
    expect(new Set(lines).size).toBe(6);
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
    const table = scene.boxes.find(({ kind }) => kind === "table") as Box;
    const band = scene.boxes.find((box) => box.kind === "file" && box.shared) as Box;
    for (const x of lines) expect(x > table.x + table.width && x < band.x).toBe(true);
    for (const edge of scene.edges) if (edge.shared) expect(lines).toContain(edge.via);
  });
});

describe("two images", () => {
  const before: State = {
    tasks: [
      { pid: 1, comm: "quiet", table: 0 },
      { pid: 2, comm: "busy", table: 1 },
      { pid: 3, comm: "calm", table: 2 },
      { pid: 4, comm: "calmer", table: 3 },
    ],
    tables: [[{ fd: 0, file: 0 }], [0, 1, 2, 3, 4].map((fd) => ({ fd, file: fd })), [{ fd: 0, file: 5 }], []],
    files: [0, 1, 2, 3, 4, 5].map((at) => regular(`/f/${at}`)),
  };
  const after: State = {
    ...before,
    files: before.files.map((each, at) => (at === 4 ? regular("/f/4", 9n) : each)),
  };
  const subject = pair(before, after);

  test("are folded to what changed", () => {
    const scene = sceneFor(subject);
    expect(texts(scene, "slot")).toEqual(["4 | /f/4 | w"]);
    expect(texts(scene, "fold")).toEqual([
      "▸ 1 quiet unchanged",
      "▸ 4 unchanged: 0–3",
      "▸ 2 file tables unchanged",
      "▸ 1 quiet",
      "▸ 2 tasks",
    ]);
    expect(texts(scene, "file")).toEqual(["~ | @0 → 9 | w | /f/4"]);
  });

  test("are drawn whole on request", () => {
    const scene = sceneFor(subject, { whole: true });
    expect(texts(scene, "slot")).toHaveLength(7);
    expect(texts(scene, "fold")).toEqual([]);
  });

  test("show a selected object that has not changed", () => {
    const scene = sceneFor(subject, {}, { selection: { to: "descriptor", row: 2 } });
    expect(boxOf(scene, { to: "descriptor", row: 2 })).not.toBe(-1);
    const quiet = sceneFor(subject, {}, { selection: { to: "file", row: 5 } });
    expect(boxOf(quiet, { to: "file", row: 5 })).not.toBe(-1);
  });

  test("list their folded rows in the tree", () => {
    const scene = sceneFor(subject);
    const labels = treeOf(scene)
      .filter(({ ref }) => ref === null)
      .map(({ label, expanded }) => [label, expanded]);
    expect(labels).toContainEqual(["4 unchanged, fd 0–3", false]);
    expect(labels).toContainEqual(["2 file tables unchanged", false]);
    expect(labels).toContainEqual(["task 1 quiet unchanged", false]);
  });
});
