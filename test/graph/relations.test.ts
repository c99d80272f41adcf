// Links of an object to others, as arcs and in words.

import { describe, expect, test } from "vitest";
import { diff } from "../../app/diff/diff.ts";
import { arcMiddle, arcPoint, arcsOf } from "../../app/graph/draw/arcs.ts";
import { svgOf } from "../../app/graph/draw/svg.ts";
import { boxOf } from "../../app/graph/draw/trace.ts";
import { oneImage, type Subject } from "../../app/graph/order/graph.ts";
import { layout } from "../../app/graph/order/layout.ts";
import { relationsOf } from "../../app/graph/order/relations.ts";
import { union } from "../../app/graph/order/union.ts";
import { NOTHING_OPENED } from "../../app/graph/plan/plan.ts";
import { sceneOf } from "../../app/graph/scene/scene-of.ts";
import { relationSentence } from "../../app/graph/scene/text/sentence.ts";
import type { ObjectRef } from "../../app/model/object-ref.ts";
import { checkpointOf, type State } from "../support/state.ts";

const theme = {
  ...{ bg: "#fff", fg: "#000", muted: "#666", hairline: "#ccc", accent: "#00f", shared: "#808" },
  ...{ added: "#080", removed: "#800", changed: "#860", font: "monospace" },
};

const STATE: State = {
  tasks: [
    { pid: 10, comm: "server", table: 0, details: { exe: 5, cwd: 6 } },
    { pid: 20, ppid: 10, comm: "client", table: 1, details: { exe: 5 } },
  ],
  tables: [
    [
      { fd: 3, file: 0 },
      { fd: 4, file: 1 },
      { fd: 5, file: 4 },
    ],
    [
      { fd: 0, file: 2 },
      { fd: 7, file: 3 },
    ],
  ],
  files: [
    { kind: "socket", path: "socket:[unix a]", stable: 8, links: [{ role: "peer", to: 3 }] },
    { kind: "pipe", path: "pipe:[1]", stable: 6, pipe: 1 },
    { kind: "pipe", path: "pipe:[1]", stable: 6, pipe: 1 },
    { kind: "socket", path: "socket:[unix b]", stable: 8, links: [{ role: "peer", to: 0 }] },
    { kind: "epoll", path: "epoll", stable: 5, links: [{ role: "watches", to: 0, events: 1 }] },
    { kind: "regular", path: "/usr/sbin/server" },
    { kind: "directory", path: "/srv" },
  ],
};
const subject = oneImage(checkpointOf(STATE));

const words = (of: Subject, ref: ObjectRef): string => relationSentence(of, relationsOf(of, ref));

describe("relations", () => {
  test("of a socket are its peer and who watches it", () => {
    expect(words(subject, { to: "file", row: 0 })).toBe("peer: fd 7 of 20 client; watched by: fd 5 of 10 server");
    // A slot has those of its file.
    expect(words(subject, { to: "descriptor", row: 0 })).toBe(words(subject, { to: "file", row: 0 }));
  });

  test("of a pipe are its other ends, of an epoll what it watches", () => {
    expect(words(subject, { to: "file", row: 1 })).toBe("other end: fd 0 of 20 client");
    expect(words(subject, { to: "file", row: 4 })).toBe("watches: fd 3 of 10 server");
  });

  test("of a task are its executable and directories, and of these their tasks", () => {
    expect(words(subject, { to: "task", row: 0 })).toBe("executable: /usr/sbin/server; working directory: /srv");
    expect(words(subject, { to: "file", row: 5 })).toBe("executable of: 10 server, 20 client");
    expect(words(subject, { to: "file", row: 6 })).toBe("working directory of: 10 server");
  });

  test("of two images are rows of both", () => {
    const after: State = { ...STATE, tasks: STATE.tasks.toReversed() };
    const images = [checkpointOf(STATE), checkpointOf(after, { firstId: 900 })] as const;
    const comparison = diff(...images);
    const { taskAfter, tables, descriptors } = comparison.pairs;
    const both = union(...images, { taskAfter, tables, descriptors, changed: comparison.changed });
    expect(words(both, { to: "file", row: 0 })).toBe("peer: fd 7 of 20 client; watched by: fd 5 of 10 server");
    expect(words(both, { to: "task", row: 0 })).toBe("executable: /usr/sbin/server; working directory: /srv");
  });

  test.each<[what: string, before: readonly number[], after: readonly number[], expected: string]>([
    ["is held by fewer", [7, 8], [7], "peer: fd 7 of 20 client"],
    ["is held by others", [7, 8], [8, 9], "peer: fd 8 of 20 client and others"],
    ["is held by one other", [7], [9], "peer: fd 9 of 20 client"],
    ["is held by none", [7, 8], [], "peer: socket:[unix b to 10 fd 3]"],
  ])("of two images name the holders after: a peer that %s", (_, before, after, expected) => {
    const { tables, ...rest } = STATE;
    const of = (fds: readonly number[]): State => ({
      ...rest,
      tables: [tables[0] ?? [], [{ fd: 0, file: 2 }, ...fds.map((fd) => ({ fd, file: 3 }))]],
    });
    const images = [checkpointOf(of(before)), checkpointOf(of(after), { firstId: 900 })] as const;
    const comparison = diff(...images);
    const { taskAfter, descriptors } = comparison.pairs;
    const changed = comparison.changed;
    const both = union(...images, { taskAfter, tables: comparison.pairs.tables, descriptors, changed });
    const [peer] = words(both, { to: "file", row: 0 }).split(";");
    expect(peer).toBe(expected);
  });
});

test("a file that only the image before has is named by its holders there", () => {
  const [server = [], client = []] = STATE.tables;
  const before: State = { ...STATE, tables: [server, [...client, { fd: 8, file: 3 }]] };
  const isSocket = (row: number): boolean => row === 0 || row === 3;
  const after: State = {
    ...STATE,
    tables: before.tables.map((slots) => slots.filter(({ file }) => !isSocket(file))),
    files: STATE.files.map((file, row) =>
      isSocket(row) ? { kind: "regular", path: `/tmp/${row}` } : { ...file, links: [] },
    ),
  };
  const images = [checkpointOf(before), checkpointOf(after, { firstId: 900 })] as const;
  const comparison = diff(...images);
  const { taskAfter, tables, descriptors } = comparison.pairs;
  const both = union(...images, { taskAfter, tables, descriptors, changed: comparison.changed });
  expect(words(both, { to: "file", row: 0 })).toBe("peer: fd 7 of 20 client and others; watched by: fd 5 of 10 server");
});

describe("arcs", () => {
  const selection: ObjectRef = { to: "file", row: 0 };
  const options = { width: 1200, height: 800, selection, expansion: NOTHING_OPENED };
  const scene = sceneOf(subject, layout(subject), options);

  test("lead from the object to each that it is linked to, with a title", () => {
    const arcs = arcsOf(scene, boxOf(scene, selection), relationsOf(subject, selection));
    expect(arcs.map(({ title, to }) => [title, scene.boxes[to]?.ref])).toEqual([
      ["peer", { to: "file", row: 3 }],
      ["watched by", { to: "file", row: 4 }],
    ]);
    for (const arc of arcs) {
      const { x } = arcMiddle(arc);
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(1200);
    }
  });

  test("have titles that cover no text of a box", () => {
    for (const width of [500, 760, 1200]) {
      const drawn = sceneOf(subject, layout(subject), { ...options, width });
      for (const { title, titleAt } of arcsOf(drawn, boxOf(drawn, selection), relationsOf(subject, selection))) {
        if (titleAt === null) continue;
        const half = (title.length * 6.7) / 2;
        for (const box of drawn.boxes) {
          for (const { text, x, align } of box.cells) {
            const left = box.x + (align === "left" ? x : x - text.length * 7.25);
            const isBeside = left > titleAt.x + half || left + text.length * 7.25 < titleAt.x - half;
            const isAway = box.y + 16 < titleAt.y - 6 || box.y + 4 > titleAt.y + 6;
            expect(isBeside || isAway, `${title} over ${text} at ${width}`).toBe(true);
          }
        }
      }
    }
    const titles = arcsOf(scene, boxOf(scene, selection), relationsOf(subject, selection));
    expect(titles.some(({ titleAt }) => titleAt !== null)).toBe(true);
  });

  test("have titles that cover neither each other, nor the number of a ribbon, nor an arrowhead", () => {
    // A pipe beside its other end and an epoll, as in a server's event loop, next to descriptors of one shared file.
    const watched = oneImage(
      checkpointOf({
        tasks: [10, 20].map((pid) => ({ pid, comm: "server", table: pid / 10 - 1 })),
        tables: [
          [0, 0, 0, 1, 2, 3, 4, 4].map((target, fd) => ({ fd, file: target })),
          [0, 4, 5].map((target, fd) => ({ fd, file: target })),
        ],
        files: [
          { kind: "regular", path: "/dev/null" },
          { kind: "pipe", path: "pipe:[1]", stable: 6, pipe: 1 },
          { kind: "pipe", path: "pipe:[1]", stable: 6, pipe: 1 },
          { kind: "epoll", path: "epoll", stable: 5, links: [{ role: "watches", to: 1, events: 1 }] },
          { kind: "epoll", path: "epoll", stable: 5, links: [{ role: "watches", to: 1, events: 1 }] },
          { kind: "pipe", path: "pipe:[1]", stable: 6, pipe: 1 },
        ],
      }),
    );
    type Area = readonly [what: string, left: number, right: number, top: number, bottom: number];
    let most = 0;
    for (let width = 400; width <= 1400; width += 50) {
      for (let row = 1; row <= 5; row++) {
        const selected: ObjectRef = { to: "file", row };
        const drawn = sceneOf(watched, layout(watched), { ...options, width, selection: selected });
        const titles = arcsOf(drawn, boxOf(drawn, selected), relationsOf(watched, selected)).flatMap(
          ({ title, titleAt }): Area[] => {
            if (titleAt === null) return [];
            const half = (title.length * 6.7) / 2;
            return [[title, titleAt.x - half, titleAt.x + half, titleAt.y - 6, titleAt.y + 6]];
          },
        );
        const others: Area[] = [
          ...drawn.ribbons.map(
            ({ x, labelY, count }): Area => [
              `×${count}`,
              x - 3 - 6.7 * (1 + String(count).length),
              x - 3,
              labelY - 12,
              labelY - 2,
            ],
          ),
          ...drawn.edges.map(
            ({ x2, y2, shared }): Area => [
              "arrowhead",
              x2 - (shared ? 6.4 : 4.8),
              x2,
              y2 - (shared ? 4 : 3),
              y2 + (shared ? 4 : 3),
            ],
          ),
        ];
        most = Math.max(most, titles.length);
        titles.forEach((title, at) => {
          for (const other of [...titles.slice(at + 1), ...others]) {
            const overlaps = title[1] < other[2] && title[2] > other[1] && title[3] < other[4] && title[4] > other[3];
            expect(overlaps, `${title[0]} over ${other[0]} at ${width}, file ${row}`).toBe(false);
          }
        });
      }
    }
    expect(most).toBe(2);
  });

  test("cross out no text of the boxes that they pass", () => {
    const fromTask: ObjectRef = { to: "task", row: 0 };
    const drawn = sceneOf(subject, layout(subject), { ...options, selection: fromTask });
    const arcs = arcsOf(drawn, boxOf(drawn, fromTask), relationsOf(subject, fromTask));
    const texts = drawn.boxes.flatMap((box) =>
      box.cells.map(({ text, x, align }) => {
        const left = box.x + (align === "left" ? x : x - text.length * 7.2);
        return { left, right: left + text.length * 7.2, top: box.y + 4, bottom: box.y + 16 };
      }),
    );
    for (const arc of arcs) {
      for (let at = 0; at <= 1; at += 1 / 500) {
        const { x, y } = arcPoint(arc, at);
        const isWithin = ({ left, right, top, bottom }: (typeof texts)[number]) =>
          x > left && x < right && y > top && y < bottom;
        if (texts.some(isWithin)) expect(arc.gaps.some(isWithin)).toBe(true);
      }
    }
    expect(arcs.some(({ gaps }) => gaps.length > 0)).toBe(true);
    expect(svgOf(drawn, theme, "", arcs)).toContain('clip-rule="evenodd"');
  });

  test("are not drawn to objects that are not drawn", () => {
    expect(arcsOf(scene, boxOf(scene, selection), [{ title: "peer", ref: { to: "file", row: 99 } }])).toEqual([]);
  });

  test("of a comparison have both ends drawn, though neither changed", () => {
    const images = [checkpointOf(STATE), checkpointOf(STATE, { firstId: 900 })] as const;
    const comparison = diff(...images);
    const { taskAfter, tables, descriptors } = comparison.pairs;
    const both = union(...images, { taskAfter, tables, descriptors, changed: comparison.changed });
    const folded = sceneOf(both, layout(both), { ...options, selection: { to: "descriptor", row: 0 } });
    expect(boxOf(folded, { to: "file", row: 3 })).not.toBe(-1);
  });
});
