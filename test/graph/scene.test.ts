import { describe, expect, test } from "vitest";
import { boxAt, stripAt } from "../../app/graph/draw/hit.ts";
import { boxOf, traceOf } from "../../app/graph/draw/trace.ts";
import { oneImage, type Subject } from "../../app/graph/order/graph.ts";
import { layout } from "../../app/graph/order/layout.ts";
import { planAround } from "../../app/graph/plan/around.ts";
import { type Expansion, MOST_MARKS, MOST_SHOWN, NOTHING_OPENED } from "../../app/graph/plan/plan.ts";
import { planWhole } from "../../app/graph/plan/whole.ts";
import { objectAt } from "../../app/graph/scene/map/strips.ts";
import { markCount, type Scene } from "../../app/graph/scene/scene.ts";
import { sceneOf } from "../../app/graph/scene/scene-of.ts";
import { MOST_ITEMS, treeOf, treeWindow } from "../../app/graph/scene/tree.ts";
import { type Checkpoint, holderCount } from "../../app/model/checkpoint.ts";
import type { ObjectRef } from "../../app/model/object-ref.ts";
import { checkpointOfCrowd } from "../support/crowd.ts";
import { checkpointOf } from "../support/state.ts";

const small = checkpointOf({
  tasks: [
    { pid: 412, comm: "nginx", table: 0 },
    { pid: 413, comm: "nginx", table: 0 },
    { pid: 500, comm: "tail", table: 1 },
    { pid: 501, comm: "gone", state: "zombie" },
  ],
  tables: [
    [
      { fd: 0, file: 0 },
      { fd: 1, file: 1 },
      { fd: 2, file: 1, closeOnExec: true },
    ],
    [
      { fd: 3, file: 1 },
      { fd: 9, file: 2 },
    ],
  ],
  files: [
    { kind: "regular", path: "/dev/null", flags: 2, pos: 0n },
    { kind: "regular", path: "/var/log/x", flags: 0o2001, pos: 4096n },
    { kind: "pipe", path: "pipe:[41433]", stable: 6, flags: 0o4000, pos: 0n },
    { kind: "regular", path: "/usr/sbin/nginx" },
  ],
});
const thousand = checkpointOfCrowd({
  tables: 40,
  slotsPerTable: 25,
  family: 8,
  sharedSlots: 5,
  twoTasksEvery: 5,
  unused: 60,
});
const many = checkpointOfCrowd({ tables: 2000, slotsPerTable: 50, family: 10, sharedSlots: 10, unused: 9 });
const wide = checkpointOfCrowd({ tables: 12, slotsPerTable: 1500, family: 6, sharedSlots: 400 });
const flat = checkpointOfCrowd({ tables: 350, slotsPerTable: 3, family: 5, sharedSlots: 2 });

/** One file held by 30,000 tables of six tasks each. */
const popular = checkpointOf({
  tasks: Array.from({ length: 180_000 }, (_, task) => ({ comm: "t", table: task % 30_000 })),
  tables: Array.from({ length: 30_000 }, () => [{ fd: 0, file: 0 }]),
  files: [{ kind: "regular", path: "/x" }],
});

interface Drawn {
  readonly subject: Subject;
  readonly order: ReturnType<typeof layout>;
  readonly scene: Scene;
}

function draw(checkpoint: Checkpoint, selection: ObjectRef | null = null, expansion = NOTHING_OPENED): Drawn {
  const subject = oneImage(checkpoint);
  const order = layout(subject);
  return { subject, order, scene: sceneOf(subject, order, { width: 1200, height: 800, selection, expansion }) };
}

const texts = (scene: Scene): string[] => scene.boxes.map((box) => box.cells.map((cell) => cell.text).join(" | "));

describe("the drawing of ten descriptors", () => {
  const { scene } = draw(small);

  test("shows everything, in words", () => {
    expect(scene.level).toBe("words");
    expect(texts(scene)).toEqual([
      "▾ 412 nginx | 3 fds · 2 shared | 2 tasks",
      "0 | /dev/null | rw",
      "1 | /var/log/x | w",
      "2 | ⓧ | /var/log/x | w",
      "▾ 500 tail | 2 fds · 1 shared",
      "3 | /var/log/x | w",
      "9 | pipe:[41433] | r",
      "412 nginx",
      "413 nginx",
      "500 tail",
      "501 gone | zombie",
      "⟨3⟩ | @4096 | w append | /var/log/x",
      "@0 | rw | /dev/null",
      "r | pipe:[41433]",
      "▾ 1 file held by no descriptor",
      "/usr/sbin/nginx | no known use",
    ]);
    expect(scene.notes).toEqual([]);
  });

  test("distinguishes the two kinds of sharing", () => {
    const shared = scene.boxes.filter((box) => box.shared).map((box) => box.kind);
    expect(shared).toEqual(["table", "slot", "slot", "slot", "file"]);
    expect(scene.edges.filter((edge) => edge.shared).map((edge) => edge.kind)).toEqual([
      "use",
      "use",
      "lead",
      "lead",
      "lead",
    ]);
  });

  test("leaves out that a socket is one before it cuts its address", () => {
    const name = "socket:[tcp 127.0.0.1:28411 listen]";
    const subject = oneImage(
      checkpointOf({
        tasks: [{ pid: 1, comm: "a", table: 0 }],
        tables: [[{ fd: 3, file: 0 }]],
        files: [{ kind: "socket", path: name, flags: 2 }],
      }),
    );
    const fileText = (width: number) => {
      const scene = sceneOf(subject, layout(subject), {
        width,
        height: 800,
        selection: null,
        expansion: NOTHING_OPENED,
      });
      return scene.boxes.find(({ kind }) => kind === "file")?.cells.map(({ text }) => text) ?? [];
    };
    expect(fileText(1600)).toContain(name);
    expect(fileText(650)).toContain("tcp 127.0.0.1:28411 listen");
    expect(fileText(550)).toContain("tcp …:28411 listen");
  });

  test("keeps a straight edge to a private file", () => {
    const index = boxOf(scene, { to: "file", row: 0 });
    const edge = scene.edges.find((one) => one.to === index);
    expect(edge?.y1).toBe(edge?.y2);
  });
});

describe("a scene", () => {
  const opened: Expansion = {
    tables: new Set(Array.from({ length: 40 }, (_, row) => row)),
    folded: new Set(),
    unfolded: new Set(),
    whole: false,
    unused: true,
    limit: 1000,
  };
  const allOpened: Expansion = {
    ...opened,
    limit: MOST_SHOWN,
    tables: new Set(Array.from({ length: 30_000 }, (_, row) => row)),
  };
  const cases: [string, Drawn][] = [
    ["of ten", draw(small)],
    ["of a thousand", draw(thousand)],
    ["of a thousand with all tables open", draw(thousand, null, opened)],
    ["of a hundred thousand", draw(many)],
    ["of a hundred thousand, a file selected", draw(many, { to: "file", row: 3 })],
    ["of a hundred thousand, a table selected", draw(many, { to: "table", row: 77 })],
    [
      "of a hundred thousand, a table selected, much shown",
      draw(many, { to: "table", row: 77 }, { ...opened, limit: MOST_SHOWN }),
    ],
    ["around a file with very many holders", draw(popular, { to: "file", row: 0 }, { ...opened, limit: MOST_SHOWN })],
    ["around a file with very many holders, all opened", draw(popular, { to: "file", row: 0 }, allOpened)],
    ["of a hundred thousand, a slot selected, all opened", draw(many, { to: "descriptor", row: 2 }, allOpened)],
    ["of large tables", draw(wide)],
    ["of large tables, opened", draw(wide, null, opened)],
    ["of many small tables", draw(flat)],
    ["of many small tables, opened", draw(flat, { to: "descriptor", row: 9 }, opened)],
  ];

  test.each(cases)("%s holds at most three thousand marks", (_, { scene }) => {
    expect(markCount(scene)).toBeLessThanOrEqual(MOST_MARKS);
    expect(scene.boxes.length).toBeGreaterThan(0);
  });

  test.each(cases)("%s finds each box by its centre", (_, { scene }) => {
    scene.boxes.forEach((box, index) => {
      // The centre of an open table is one of its slots: the table is found by its first row.
      const y = box.kind === "table" ? box.y + 9 : box.y + box.height / 2;
      expect(boxAt(scene, box.x + box.width / 2, y)).toBe(index);
    });
    expect(boxAt(scene, -5, -5)).toBe(-1);
  });

  test.each(cases)("%s has boxes that do not overlap, and edges that connect them", (_, { scene }) => {
    for (const column of scene.columns) {
      for (let at = 1; at < column.length; at++) {
        const above = scene.boxes[column[at - 1] ?? 0];
        const below = scene.boxes[column[at] ?? 0];
        expect((above?.y ?? 0) + (above?.height ?? 0)).toBeLessThanOrEqual(below?.y ?? 0);
      }
    }
    for (const edge of scene.edges) {
      expect(edge.to).toBeLessThan(scene.boxes.length);
      expect(edge.x1).toBeLessThan(edge.x2);
    }
    for (const box of scene.boxes) {
      expect(box.x + box.width).toBeLessThanOrEqual(scene.width);
      expect(box.y + box.height).toBeLessThanOrEqual(scene.height);
    }
  });

  test.each(cases)("%s lists every box once in its tree", (_, { scene }) => {
    const items = treeOf(scene);
    expect(items.map((item) => item.box).sort((a, b) => a - b)).toEqual(scene.boxes.map((_, index) => index));
    const { first, end } = treeWindow(items, items.length - 1);
    expect(end).toBe(items.length);
    expect(end - first).toBeLessThanOrEqual(MOST_ITEMS);
  });
});

describe("what is not drawn", () => {
  test.each([
    ["ten", small],
    ["a thousand", thousand],
    ["large tables", wide],
    ["many small tables", flat],
  ])("is counted: slots and shared files of %s add up", (_, checkpoint) => {
    const subject = oneImage(checkpoint);
    const order = layout(subject);
    const plan = planWhole(subject, order, null, NOTHING_OPENED);
    let slots = 0;
    for (const table of plan.tables) {
      slots += table.slots.length;
      for (const [, count] of table.bundles) slots += count;
      for (const [, count] of table.folds) slots += count;
    }
    expect(slots).toBe(checkpoint.descriptors.count);
    let shared = 0;
    for (let file = 0; file < checkpoint.files.count; file++) if (holderCount(checkpoint.files, file) > 1) shared++;
    expect(plan.sharedDrawn + plan.sharedHidden).toBe(shared);
    // Of a single image, the graph's rows are the checkpoint's.
    const isShared = (file: number): boolean => holderCount(checkpoint.files, file) > 1;
    expect(plan.files.filter(isShared).length).toBe(plan.sharedDrawn);
    const tasks = plan.tables.reduce((sum, table) => sum + table.tasks.length + table.moreTasks, 0);
    expect(tasks + plan.loose.length + plan.moreLoose).toBe(checkpoint.tasks.count);
  });

  test("is reported, with the reason", () => {
    expect(draw(thousand).scene.notes).toEqual([
      "803 descriptors folded by table; open a table (Enter or double-click) to see its slots.",
    ]);
    expect(draw(many).scene.notes.join(" ")).toMatch(/^Too large to draw in full \(100,000 descriptors\)/);
  });

  test("leaves out the files with the fewest holders first", () => {
    const subject = oneImage(wide);
    const plan = planWhole(subject, layout(subject), null, NOTHING_OPENED);
    expect(plan.sharedHidden).toBeGreaterThan(0);
    const drawn = new Set(plan.files);
    let fewestDrawn = Number.POSITIVE_INFINITY;
    let mostHidden = 0;
    for (let file = 0; file < wide.files.count; file++) {
      const holders = holderCount(wide.files, file);
      if (holders < 2) continue;
      if (drawn.has(file)) fewestDrawn = Math.min(fewestDrawn, holders);
      else mostHidden = Math.max(mostHidden, holders);
    }
    expect(mostHidden).toBeLessThanOrEqual(fewestDrawn);
  });
});

describe("a thousand descriptors", () => {
  test("show tables as bars, and the slots of a table when it is opened", () => {
    const closed = draw(thousand).scene;
    expect(closed.boxes.filter((box) => box.kind === "slot")).toEqual([]);
    const open = draw(thousand, null, { ...NOTHING_OPENED, tables: new Set([3]) }).scene;
    expect(open.boxes.filter((box) => box.kind === "slot").length).toBe(25);
  });

  test("show a selected slot with its file in a closed table", () => {
    const slot = thousand.tables.first[4] ?? 0;
    const { scene } = draw(thousand, { to: "descriptor", row: slot + 20 });
    expect(scene.boxes.filter((box) => box.kind === "slot").map((box) => box.ref?.row)).toEqual([slot + 20]);
    expect(boxOf(scene, { to: "file", row: thousand.descriptors.file[slot + 20] ?? 0 })).not.toBe(-1);
  });
});

describe("the map", () => {
  const { scene, subject, order } = draw(many);

  test("lists the most shared files", () => {
    const listed = scene.boxes.filter((box) => box.kind === "file");
    expect(listed.length).toBe(40);
    const fewest = Math.min(...listed.map((box) => holderCount(many.files, box.ref?.row ?? 0)));
    expect(fewest).toBe(holderCount(many.files, order.ranked[39] ?? 0));
  });

  test("finds the object at a height of a strip", () => {
    for (const strip of scene.strips) {
      const middle = strip.y + strip.height / 2;
      expect(stripAt(scene, strip.x + 1, middle)).toBe(strip);
      expect(objectAt(subject, order, strip, middle)?.to).toBe(strip.to);
      expect(objectAt(subject, order, strip, strip.y + strip.height + 1)).toBeNull();
    }
    const [tables] = scene.strips;
    if (tables === undefined) throw new Error("no strip of tables");
    const step = tables.height / many.tables.count;
    expect(objectAt(subject, order, tables, tables.y + 41.5 * step)).toEqual({ to: "table", row: order.tables[41] });
  });

  test("opens the table of a holder on demand, and closes the selected one", () => {
    const row = order.ranked[0] ?? 0;
    const table = many.descriptors.table[many.files.holder[many.files.firstHolder[row] ?? 0] ?? 0] ?? 0;
    const opened = { ...NOTHING_OPENED, tables: new Set([table]) };
    const slotsOf = (selection: ObjectRef, expansion: Expansion): number | undefined =>
      planAround(subject, order, selection, expansion).tables.find((planned) => planned.table === table)?.slots.length;
    expect(slotsOf({ to: "file", row }, opened)).toBe(50);
    expect(slotsOf({ to: "file", row }, NOTHING_OPENED)).toBeLessThan(10);
    expect(slotsOf({ to: "table", row: table }, NOTHING_OPENED)).toBe(50);
    expect(slotsOf({ to: "table", row: table }, opened)).toBe(0);
  });

  test("draws holders fifty at a time, and counts those that are left", () => {
    const file = { kind: "regular" as const, path: "/x" };
    const crowd = checkpointOf({
      tasks: Array.from({ length: 130 }, (_, table) => ({ comm: "t", pid: table, table })),
      tables: Array.from({ length: 130 }, () => [{ fd: 0, file: 0 }]),
      files: [file],
    });
    const one = oneImage(crowd);
    const laid = layout(one);
    const first = planAround(one, laid, { to: "file", row: 0 }, NOTHING_OPENED);
    expect([first.tables.length, first.moreHolders]).toEqual([50, 80]);
    const next = planAround(one, laid, { to: "file", row: 0 }, { ...NOTHING_OPENED, limit: 100 });
    expect([next.tables.length, next.moreHolders]).toEqual([100, 30]);
  });
});

describe("odd images", () => {
  test("with tasks without tables, tables without tasks and missing files are drawn", () => {
    const odd = checkpointOf({
      tasks: Array.from({ length: 40 }, (_, pid) => ({ comm: "z", pid, state: "zombie" as const })),
      tables: [[{ fd: 3, file: -1 }], []],
      files: [],
    });
    const { scene } = draw(odd);
    expect(scene.boxes.filter((box) => box.kind === "task").length).toBe(12);
    expect(scene.notes).toEqual(["28 tasks not drawn: only the first 12 of each table are."]);
    expect(texts(scene)).toContain("3 | missing");
    expect(texts(scene)).toContain("no task | 0 fds");
  });

  test("without contents have an empty scene", () => {
    const { scene } = draw(checkpointOf({ tasks: [], tables: [], files: [] }));
    expect(markCount(scene)).toBe(0);
  });

  test("with a name longer than any path show its ends", () => {
    const path = `/begin${"x".repeat(5000)}end`;
    const { scene } = draw(
      checkpointOf({ tasks: [], tables: [[{ fd: 0, file: 0 }]], files: [{ kind: "regular", path }] }),
    );
    const name = texts(scene).at(-1) ?? "";
    expect(name.startsWith("/begin")).toBe(true);
    expect(name.endsWith("xend")).toBe(true);
    expect(name.length).toBeLessThan(200);
  });
});

describe("a trace", () => {
  const { scene } = draw(small);
  const highlighted = (ref: ObjectRef): string[] => {
    const trace = traceOf(scene, boxOf(scene, ref));
    const names = texts(scene);
    return names.filter((_, index) => trace?.boxes[index] === 1);
  };

  test("of a slot highlights its file and what else leads to it", () => {
    expect(highlighted({ to: "descriptor", row: 1 })).toEqual([
      "▾ 412 nginx | 3 fds · 2 shared | 2 tasks",
      "1 | /var/log/x | w",
      "2 | ⓧ | /var/log/x | w",
      "▾ 500 tail | 2 fds · 1 shared",
      "3 | /var/log/x | w",
      "412 nginx",
      "413 nginx",
      "500 tail",
      "⟨3⟩ | @4096 | w append | /var/log/x",
    ]);
  });

  test("of a task highlights its table, slots and files, and no other task", () => {
    expect(highlighted({ to: "task", row: 2 })).toEqual([
      "▾ 500 tail | 2 fds · 1 shared",
      "3 | /var/log/x | w",
      "9 | pipe:[41433] | r",
      "500 tail",
      "⟨3⟩ | @4096 | w append | /var/log/x",
      "r | pipe:[41433]",
    ]);
  });

  test("of an object that is not drawn is null", () => {
    expect(traceOf(scene, boxOf(scene, { to: "file", row: 99 }))).toBeNull();
  });
});
