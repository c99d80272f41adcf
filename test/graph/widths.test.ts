// How the lanes share the width: what identifies an object is readable in a window and on a phone.

import { describe, expect, test } from "vitest";
import { diff } from "../../app/diff/diff.ts";
import { freeCorner, minimapOf } from "../../app/graph/draw/minimap.ts";
import { headingIn, sharedAbove } from "../../app/graph/draw/paint-headings.ts";
import { oneImage, SAME, type Subject } from "../../app/graph/order/graph.ts";
import { KIND_PARTS } from "../../app/graph/order/kind-parts.ts";
import { layout } from "../../app/graph/order/layout.ts";
import { union, unionOf } from "../../app/graph/order/union.ts";
import { NOTHING_OPENED } from "../../app/graph/plan/plan.ts";
import { columnsOf, fileBox } from "../../app/graph/scene/boxes/file-box.ts";
import { ticksThatFit } from "../../app/graph/scene/map/strips.ts";
import type { Box, Scene } from "../../app/graph/scene/scene.ts";
import { sceneOf } from "../../app/graph/scene/scene-of.ts";
import { type Checkpoint, USE } from "../../app/model/checkpoint.ts";
import { checkpointOf, type State } from "../support/state.ts";

const sceneFor = (subject: Subject, width: number): Scene =>
  sceneOf(subject, layout(subject), { width, height: 800, selection: null, expansion: NOTHING_OPENED });

const texts = ({ boxes }: Scene, kind: Box["kind"]): string[] =>
  boxes.filter((box) => box.kind === kind).map((box) => box.cells.map((cell) => cell.text).join(" | "));

const file = (path: string, pos = 0n) => ({ kind: "regular" as const, path, pos, flags: 1 });
const connection = (remote: string) => ({
  kind: "socket" as const,
  path: `socket:[tcp 127.0.0.1:28379->${remote} established]`,
  stable: "socket:[tcp 127.0.0.1:28379".length,
  flags: 2,
  details: { family: "inet", state: "established", local: "127.0.0.1:28379", remote },
});

/** A server that reopens its log, and whose client at fd 9 is another one afterwards. */
const server = (isAfter: boolean): State => ({
  tasks: [
    { pid: 22975, comm: "redis-server", table: 0 },
    { pid: 22977, ppid: 22975, comm: "bio_close_file", table: 0 },
    { pid: 23001, ppid: 22975, comm: "logger", table: 1 },
  ],
  tables: [
    [
      { fd: 0, file: 0 },
      { fd: 3, file: isAfter ? 2 : 1, closeOnExec: true },
      { fd: 9, file: 3, closeOnExec: true },
    ],
    [
      { fd: 0, file: 0 },
      { fd: 5, file: 4 },
    ],
  ],
  files: [
    file("/var/log/server/error.log", isAfter ? 81n : 0n),
    file("/var/log/server/before.log"),
    file("/var/log/server/access.log"),
    connection(isAfter ? "10.0.0.2:43808" : "10.0.0.2:46470"),
    file("/var/log/server/other.log"),
  ],
});

function pair(): Subject {
  const images = [checkpointOf(server(false)), checkpointOf(server(true), { firstId: 900 })] as const;
  const { pairs, changed } = diff(...images);
  return union(...images, { ...pairs, changed });
}

test("a position is shown whole or not at all, and the name has its room", () => {
  const images = [15400n, 15401n].map((pos) =>
    checkpointOf({
      tasks: [{ pid: 1, comm: "httpd-w3", table: 0 }],
      tables: [Array.from({ length: 4 }, (_, fd) => ({ fd, file: Math.min(fd, 2) }))],
      files: [file("/var/log/httpd/error_log", 15400n), file("/var/log/httpd/page2.html", pos), file("/var/log/x")],
    }),
  );
  for (let width = 320; width < 1000; width += 20) {
    for (const subject of images.map((image) => oneImage(image))) {
      for (const text of texts(sceneFor(subject, width), "file")) expect(text).not.toMatch(/@(?!\d)/);
    }
  }
});

test("a heading without room is its count, or what is counted", () => {
  expect(headingIn("MEAN FDS BY TABLE", 16)).toBe("MEAN FDS");
  expect(headingIn("1 TASK", 4)).toBe("1");
  expect(headingIn("3 → 5 OPEN FILES · 2 SHARED", 20)).toBe("3 → 5 OPEN FILES");
  expect(headingIn("3 → 5 OPEN FILES · 2 SHARED", 8)).toBe("3 → 5");
  expect(headingIn("PRIVATE FILES", 8)).toBe("PRIVATE…");
});

describe("beside a panel in a window of 1440 pixels", () => {
  const scene = sceneFor(pair(), 758);

  test("tasks are named whole", () => {
    expect(texts(scene, "task")).toEqual(["22975 redis-server", "22977 bio_close_file", "23001 logger"]);
  });

  test("a slot says what its file became", () => {
    const changed = texts(scene, "slot").find((text) => text.startsWith("~ | 3 "));
    expect(changed).toMatch(/→ access\.log/);
  });

  test("a file that changed in a detail says how, and a socket with whom it is connected", () => {
    const files = texts(sceneFor(pair(), 1000), "file");
    expect(files.find((text) => text.includes("43808"))).toMatch(/46470 → .*:43808/);
    expect(texts(scene, "slot").find((text) => text.startsWith("9 "))).toMatch(/to .*:43808/);
  });

  test("nothing reaches beyond its box", () => {
    for (const width of [390, 560, 758, 1000, 1400]) {
      for (const box of sceneFor(pair(), width).boxes) {
        for (const { text, x, align } of box.cells) {
          const length = text.length * 7.25;
          expect(align === "left" ? x + length : x, `${text} at ${width}`).toBeLessThanOrEqual(box.width + 1);
          expect(align === "left" ? x : x - length, `${text} at ${width}`).toBeGreaterThanOrEqual(0);
        }
      }
    }
  });
});

describe("on a phone", () => {
  const scene = sceneFor(pair(), 390);

  test("tasks are numbers, which their tables repeat with the names", () => {
    expect(texts(scene, "task")).toEqual(["22975", "22977", "23001"]);
    expect(texts(scene, "table").join()).toContain("redis-server");
  });

  test("the last parts of paths are whole", () => {
    const slots = texts(scene, "slot").join("\n");
    for (const name of ["error.log", "access.log"]) expect(slots).toContain(name);
    const files = texts(scene, "file").join("\n");
    for (const name of ["error.log", "access.log"]) expect(files).toContain(name);
  });
});

test("the surroundings of a selection are as wide as a phone, beside histograms too", () => {
  const subject = pair();
  const { count } = subject.graph.files;
  for (let row = 0; row < count; row++) {
    const selection = { to: "file", row } as const;
    const options = { width: 390, height: 800, selection, expansion: NOTHING_OPENED };
    const scene = sceneOf(subject, layout(subject), { ...options, focus: { level: "map", at: 0 } });
    expect(scene.level).toBe("map");
    expect(scene.strips.map(({ to }) => to)).toEqual(["descriptor"]);
    expect(scene.width).toBe(390);
  }
});

test("a task is never shortened to less than its number", () => {
  for (const width of [150, 240, 390, 500, 758]) {
    for (const text of texts(sceneFor(pair(), width), "task")) expect(text, `at ${width}`).toMatch(/^\d{5}/);
  }
});

test("the heading of the open files counts the shared ones of each image, not those of both together", () => {
  const own = (path: string, holders: number) => ({ path, holders });
  const heading = (...sides: { path: string; holders: number }[][]): string | undefined => {
    const [before, after = before] = sides.map((files, side) =>
      checkpointOf(
        {
          tasks: [{ pid: 1, comm: "w", table: 0 }],
          tables: [
            files
              .flatMap(({ holders }, at) => Array.from({ length: holders }, () => at))
              .map((at, fd) => ({ fd, file: at })),
          ],
          files: files.map(({ path }) => file(path)),
        },
        { firstId: 1 + 900 * side },
      ),
    );
    if (before === undefined || after === undefined) throw new Error("no image");
    const subject = sides.length === 1 ? oneImage(before) : unionOf(diff(before, after));
    const options = { width: 1200, height: 800, selection: null, expansion: NOTHING_OPENED };
    return sceneOf(subject, layout(subject), options).headings.at(-1)?.text;
  };
  const before = [own("/a", 2), own("/b", 2)];
  expect(heading(before)).toBe("2 OPEN FILES · 2 SHARED");
  expect(heading(before, [own("/c", 2), own("/d", 2), own("/e", 3)])).toBe("2 → 3 OPEN FILES · 2 → 3 SHARED");
  expect(heading(before, [own("/c", 2), own("/d", 2)])).toBe("2 OPEN FILES · 2 SHARED");
  expect(heading(before, [own("/c", 1)])).toBe("2 → 1 OPEN FILE · 2 → 0 SHARED");
  expect(heading([own("/c", 1)], [own("/d", 1)])).toBe("1 OPEN FILE");
});

test("the heading of the open files counts the shared ones that are above the view", () => {
  const scene = sceneFor(pair(), 758);
  const [shared] = scene.boxes.filter((box) => box.kind === "file" && box.shared);
  if (shared === undefined) throw new Error("no shared file");
  expect(sharedAbove(scene, { x: 0, y: 0, k: 1 })).toBe(0);
  expect(sharedAbove(scene, { x: 0, y: -shared.y, k: 1 })).toBe(1);
});

test("the minimap is in a corner without boxes, or not at all", () => {
  const scene = sceneFor(pair(), 758);
  const view = { x: 0, y: 0, k: 1 };
  const size = { width: 730, height: 120 };
  const map = minimapOf(scene, size, view);
  if (map === null) throw new Error("no minimap");
  const covers = (area: { width: number; height: number }): number => {
    const place = freeCorner(scene, size, view, area);
    if (place === null) return 0;
    return scene.boxes.filter(
      ({ x, y, width, height }) =>
        x < place.left + area.width && x + width > place.left && y < place.top + area.height && y + height > place.top,
    ).length;
  };
  expect(covers({ width: 40, height: 20 })).toBe(0);
  expect(freeCorner({ ...scene, boxes: [] }, size, view, { width: 40, height: 20 })).toEqual({ left: 680, top: 90 });
  const [box] = scene.boxes;
  const everywhere = { ...(box as Box), x: 0, y: 0, width: 730, height: 500 };
  expect(freeCorner({ ...scene, boxes: [everywhere] }, size, view, { width: 40, height: 20 })).toBeNull();
});

test("tables that hold equally many descriptors have equally long bars, however many share a bar", () => {
  const image = checkpointOf({
    tasks: Array.from({ length: 1000 }, (_, table) => ({ pid: table + 1, comm: "w", table })),
    tables: Array.from({ length: 1000 }, () => Array.from({ length: 21 }, (_, fd) => ({ fd, file: fd }))),
    files: Array.from({ length: 21 }, (_, at) => file(`/srv/${at}`)),
  });
  for (const height of [300, 437, 800]) {
    const subject = oneImage(image);
    const scene = sceneOf(subject, layout(subject), {
      width: 900,
      height,
      selection: null,
      expansion: NOTHING_OPENED,
    });
    const strip = scene.strips.find(({ to }) => to === "table");
    if (strip === undefined) throw new Error("no strip");
    const lengths = Array.from({ length: strip.bars }, (_, bar) =>
      strip.parts.subarray(bar * KIND_PARTS.length, (bar + 1) * KIND_PARTS.length).reduce((sum, part) => sum + part, 0),
    );
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThan(1e-3);
  }
});

test("the ticks of a strip do not overlap", () => {
  const ticks = ["0", "500k", "1.0M"].map((text, at) => ({ at: at / 2, text }));
  expect(ticksThatFit(ticks, 120)).toEqual(ticks);
  expect(ticksThatFit(ticks, 60).map(({ text }) => text)).toEqual(["0", "1.0M"]);
});

test.each([330, 390, 560, 758, 1400])(
  "flags that changed come before a position that has not, in %i pixels",
  (width) => {
    const images = [2, 0o4002].map((flags) =>
      checkpointOf({
        tasks: [{ pid: 1, comm: "a", table: 0 }],
        tables: [[{ fd: 5014, file: 0 }]],
        files: [{ kind: "regular", path: "/srv/cache/5014/segment-5014.bin", pos: 2_567_168n, flags }],
      }),
    ) as [Checkpoint, Checkpoint];
    const { pairs, changed } = diff(...images);
    const [text] = texts(sceneFor(union(...images, { ...pairs, changed }), width), "file");
    expect(text).toMatch(/rw → rw nonblock|\+nonblock/);
  },
);

test.each([390, 758, 1400])("the sign of a changed close-on-exec does not touch the name, in %i pixels", (width) => {
  const images = [false, true].map((closeOnExec) =>
    checkpointOf({
      tasks: [{ pid: 1, comm: "a", table: 0 }],
      tables: [
        [
          { fd: 3, file: 0, closeOnExec },
          { fd: 4, file: 0, closeOnExec: !closeOnExec },
        ],
      ],
      files: [file("/var/log/error.log")],
    }),
  ) as [Checkpoint, Checkpoint];
  const { pairs, changed } = diff(...images);
  const scene = sceneFor(union(...images, { ...pairs, changed }), width);
  const slots = scene.boxes.filter(({ kind }) => kind === "slot");
  expect(slots).toHaveLength(2);
  for (const { cells } of slots) {
    const mark = cells.find(({ text }) => /[→ⓧ]{2}/.test(text));
    const name = cells.find(({ text }) => text.includes("error.log"));
    if (mark === undefined || name === undefined) throw new Error("A slot has its mark and a name");
    // The circle takes more room than a character (paint-box.ts), and half a character stays free.
    expect(name.x - mark.x).toBeGreaterThanOrEqual((mark.text.length + 0.6 + 0.5) * 7.25);
  }
});

/** Eight tasks that write to one log, of which three, with a log of their own, stop to. */
const writers = (isAfter: boolean, [before, after]: readonly [bigint, bigint] = [4096n, 8192n]): State => ({
  tasks: Array.from({ length: 8 }, (_, at) => ({ pid: 100 + at, comm: "writer", table: at })),
  tables: Array.from({ length: 8 }, (_, at) => [
    { fd: 1, file: isAfter && at < 3 ? 1 : 0 },
    { fd: 2, file: 0 },
    { fd: 3, file: 2 + at },
  ]),
  files: [
    file("/var/log/writers/access.log", isAfter ? after : before),
    file("/var/log/writers/error.log"),
    ...Array.from({ length: 8 }, (_, at) => file(`/tmp/spool-${at}`, isAfter ? 9n : 5n)),
  ],
});

describe("what changed", () => {
  const images = [checkpointOf(writers(false)), checkpointOf(writers(true), { firstId: 900 })] as const;
  const { pairs, changed } = diff(...images);
  const subject = union(...images, { ...pairs, changed });

  test.each([360, 390, 560, 758, 1000, 1400])("is in the boxes of a drawing of %i pixels", (width) => {
    const files = texts(sceneFor(subject, width), "file");
    const log = files.find((text) => /\bac.*og/.test(text));
    expect(log).toMatch(/→ ?8192/);
    if (width > 390) expect(log).toMatch(/13⟩/);
    expect(files.filter((text) => /→ ?9\b/.test(text))).toHaveLength(8);
  });

  test("has both sides of a position and of a number of holders where they fit without spaces", () => {
    const short = [checkpointOf(writers(false, [0n, 78n])), checkpointOf(writers(true, [0n, 78n]), { firstId: 900 })];
    const [before, after] = short as [Checkpoint, Checkpoint];
    const comparison = diff(before, after);
    const drawn = union(before, after, { ...comparison.pairs, changed: comparison.changed });
    const log = texts(sceneFor(drawn, 758), "file").find((text) => /\bac.*og/.test(text)) ?? "";
    expect(log).toContain("@0→78");
    expect([230, 180, 140].map((width) => columnsOf(drawn, [0], width).holdersForm)).toEqual([
      "whole",
      "tight",
      "later",
    ]);
  });

  test("has a sign on an edge only where the edge has room for one", () => {
    const stacked = sceneFor(subject, 390).edges.filter(({ kind }) => kind !== "use");
    expect(stacked.filter(({ sign }) => sign !== null)).toEqual([]);
    const wide = sceneFor(subject, 1400).edges;
    expect(wide.filter(({ sign, change }) => (sign === null) !== (change === SAME))).toEqual([]);
    for (const { sign, x1, x2, via } of wide) {
      if (sign === null) continue;
      expect(sign.x - 6).toBeGreaterThan(x1);
      expect(sign.x + 6).toBeLessThan(Number.isNaN(via) ? x2 : via);
    }
  });
});

describe("files that no descriptor holds", () => {
  const image = checkpointOf({
    tasks: [{ pid: 1, comm: "a", table: 0 }],
    tables: [[{ fd: 0, file: 0 }]],
    files: [file("/dev/null"), file("/usr/sbin/server"), file("/srv/data")],
  });
  image.files.use.set([USE.executable | USE.mapping, USE.workingDirectory], 1);
  const subject = oneImage(image);

  test.each([390, 560, 1400])("have a title and uses that are whole, in %i pixels", (width) => {
    const scene = sceneFor(subject, width);
    expect(texts(scene, "more").join()).toMatch(/2 files(, no fd| without holders| held by no descriptor)$/);
    for (const text of texts(scene, "unused"))
      expect(text).toMatch(/ \| (executable, mapping|exe, map|working directory|cwd)$/);
  });
});

test.each([358, 700])("long names of tasks without pids do not push the open files out of %i pixels", (width) => {
  const pool = (names: readonly string[], pos: bigint): State => ({
    tasks: names.map((comm, table) => ({ comm, table })),
    tables: names.map((_, at) => [
      { fd: 0, file: 0 },
      { fd: 3 + at, file: 1 },
    ]),
    files: [file("/var/log/server/error.log", pos), file("/var/log/server/access.log", pos)],
  });
  const names = ["a-worker-name-1", "a-worker-name-1", "a-worker-name-2", "a-worker-name-2"];
  const images = [checkpointOf(pool(names, 0n)), checkpointOf(pool([...names].reverse(), 84n))] as const;
  const { pairs, changed } = diff(...images);
  const scene = sceneFor(union(...images, { ...pairs, changed }), width);
  const files = scene.boxes.filter(({ kind }) => kind === "file");
  expect(files.length).toBeGreaterThan(1);
  for (const { x, width: own } of files) expect(x + own).toBeLessThanOrEqual(width);
  expect(texts(scene, "task").length).toBeGreaterThan(2);
  expect(texts(scene, "task").every((text) => /\w{4}|\d → \d/.test(text))).toBe(true);
});

test("a changed position of five digits is in a box of 124 pixels", () => {
  const images = [15_000n, 15_400n].map((pos) =>
    checkpointOf({
      tasks: [{ pid: 1, comm: "httpd", table: 0 }],
      tables: [[0, 1, 2].map((fd) => ({ fd, file: 0 }))],
      files: [file("/var/log/httpd/error_log", pos)],
    }),
  );
  const [before, after] = images as [Checkpoint, Checkpoint];
  const { pairs, changed } = diff(before, after);
  const subject = union(before, after, { ...pairs, changed });
  const lane = { x: 0, width: 124, columns: columnsOf(subject, [0], 124), column: 3 };
  const { cells } = fileBox(subject, 0, lane, 0);
  expect(cells.map(({ text }) => text)).toContain("→15400");
  expect(cells.some(({ text }) => /\w{2}/.test(text) && text.includes("…"))).toBe(true);
});
