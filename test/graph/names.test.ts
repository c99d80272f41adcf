// The names of open files in the drawing: sockets without an address, and files of which something changed.

import { expect, test } from "vitest";
import { diff } from "../../app/diff/diff.ts";
import { oneImage } from "../../app/graph/order/graph.ts";
import { union } from "../../app/graph/order/union.ts";
import { columnsOf, fileBox } from "../../app/graph/scene/boxes/file-box.ts";
import { fileName, slotFileName } from "../../app/graph/scene/text/words.ts";
import { checkpointOf, type State } from "../support/state.ts";

const SOCKET = { kind: "socket", path: "socket:[unix stream]", stable: 20 } as const;

/**
 * Two socket pairs of a parent and its child, as a server has for its workers, and a socket whose peer is elsewhere.
 */
const CHANNELS: State = {
  tasks: [
    { pid: 412, comm: "nginx", table: 0 },
    { pid: 413, ppid: 412, comm: "nginx", table: 1 },
  ],
  tables: [
    [
      { fd: 5, file: 0 },
      { fd: 6, file: 2 },
      { fd: 7, file: 4 },
    ],
    [
      { fd: 8, file: 1 },
      { fd: 9, file: 3 },
    ],
  ],
  files: [
    { ...SOCKET, links: [{ role: "peer", to: 1 }] },
    { ...SOCKET, links: [{ role: "peer", to: 0 }] },
    { ...SOCKET, links: [{ role: "peer", to: 3 }] },
    { ...SOCKET, links: [{ role: "peer", to: 2 }] },
    { ...SOCKET, links: [{ role: "peer", to: -1 }] },
  ],
};

test("sockets without an address are told apart by the descriptors of their peers", () => {
  const subject = oneImage(checkpointOf(CHANNELS));
  expect([0, 1, 2, 3, 4].map((file) => fileName(subject, file))).toEqual([
    "socket:[unix stream to 413 fd 8]",
    "socket:[unix stream to 412 fd 5]",
    "socket:[unix stream to 413 fd 9]",
    "socket:[unix stream to 412 fd 6]",
    "socket:[unix stream]",
  ]);
  expect(slotFileName(subject, 0)).toBe("unix stream to 413 fd 8");
});

test("a socket is not renamed because its peer has another descriptor afterwards", () => {
  const after = { ...CHANNELS, tables: [CHANNELS.tables[0] ?? [], [{ fd: 18, file: 1 }]] };
  const [one, two] = [checkpointOf(CHANNELS), checkpointOf(after)];
  const { pairs, changes, changed } = diff(one, two);
  const subject = union(one, two, {
    taskAfter: pairs.taskAfter,
    tables: pairs.tables,
    descriptors: pairs.descriptors,
    changed,
  });
  expect(changes.count).toBeGreaterThan(0);
  expect(fileName(subject, 0)).toBe("socket:[unix stream to 413 fd 18]");
});

test.each([160, 190, 230])("a file of which only flags changed keeps its name, in %i pixels", (width) => {
  const state = (flags: number): State => ({
    tasks: [{ pid: 1, comm: "a", table: 0 }],
    tables: [
      [
        { fd: 3, file: 0 },
        { fd: 4, file: 1 },
        { fd: 5, file: 1 },
      ],
    ],
    files: [
      { kind: "regular", path: "/srv/cache/segment-5014.bin", flags, pos: 5632n },
      { kind: "regular", path: "/srv/log", flags: 1, pos: 0n },
    ],
  });
  const [one, two] = [checkpointOf(state(2)), checkpointOf(state(0o4002))];
  const { pairs, changed } = diff(one, two);
  const subject = union(one, two, {
    taskAfter: pairs.taskAfter,
    tables: pairs.tables,
    descriptors: pairs.descriptors,
    changed,
  });
  // Beside shared files, whose holders take up a column.
  const columns = columnsOf(subject, [0, 1], width);
  const { cells } = fileBox(subject, 0, { x: 0, width, columns, column: 0 }, 0);
  const texts = cells.map(({ text }) => text).join(" ");
  expect(texts).toMatch(/nonblock/);
  expect(texts).toMatch(/\.bin/);
});
