// Facts about the open files of rows: the kernel writes what TypeScript writes, and leaves nothing usual to it.

import { expect, test } from "vitest";
import { createFactWriter } from "../../../app/export/fact-words.ts";
import { type RowKernel, startRowKernel } from "../../../app/export/rows/kernel.ts";
import { createRows, createRowsWriter, writeRows } from "../../../app/export/rows/rows.ts";
import { type Part, piece, whenIs } from "../../../app/export/rows/template.ts";
import { type Checkpoint, NONE } from "../../../app/model/checkpoint.ts";
import { encodeText } from "../../../app/model/text/text.ts";
import { fileNames } from "../../../app/model/text/words.ts";
import { random } from "../../support/random.ts";
import { checkpointOf, type State, type StateFile } from "../../support/state.ts";

/** The facts of each descriptor, and how many of these the kernel left to TypeScript. */
function factsOf(checkpoint: Checkpoint, kernel: RowKernel | null): { lines: string[]; left: number } {
  const rows = createRows(1 << 16, kernel);
  const { descriptors, files, text } = checkpoint;
  const { writeFacts } = createFactWriter(rows.out, checkpoint, fileNames(checkpoint));
  const through = <Column>(column: Column) => ({ column, rows: descriptors.file });
  let left = 0;
  const facts: Part = {
    op: "facts",
    values: through(files.kind),
    texts: { pool: text, start: through(files.nameOffset), length: through(files.nameLength) },
    columns: {
      ...{ checkpoint, files: descriptors.file, fds: descriptors.fd, tables: descriptors.table },
      gap: new Uint8Array(0),
    },
    write(row) {
      left++;
      writeFacts(descriptors.file[row] as number, descriptors.table[row] as number);
    },
  };
  const template = { separator: encodeText("\n"), parts: [whenIs(descriptors.file, NONE, [piece("-")], [facts])] };
  const writer = createRowsWriter(rows, template, descriptors.count);
  let all = "";
  for (const part of writeRows(rows, writer, [0, descriptors.count], undefined)) all += Buffer.from(part);
  all += Buffer.from(rows.out.bytes.subarray(0, rows.out.length));
  return { lines: all.split("\n"), left };
}

/** What TypeScript and the kernel write; and how many rows the kernel left to TypeScript. */
function expectSame(state: State): { lines: string[]; left: number } {
  const checkpoint = checkpointOf(state);
  const expected = factsOf(checkpoint, null);
  expect(expected.left).toBe(checkpoint.descriptors.file.filter((file) => file !== NONE).length);
  const found = factsOf(checkpoint, startRowKernel());
  expect(found.lines).toEqual(expected.lines);
  return found;
}

/** A state whose files each have a descriptor, in tables of a hundred. */
function listed(files: readonly StateFile[], order = files.map((_, file) => file)): State {
  const tables: { fd: number; file: number }[][] = [];
  for (const [at, file] of order.entries()) {
    const slots = tables[Math.floor(at / 100)] ?? [];
    if (slots.length === 0) tables.push(slots);
    slots.push({ fd: slots.length, file });
  }
  return { tasks: tables.map((_, table) => ({ pid: 100 + table, comm: "x", table })), tables, files };
}

/** Sockets in pairs, pipes, epolls and terminals, as most images have them. */
const usual = (at: number): StateFile => {
  const base = at - (at % 5);
  switch (at % 5) {
    case 0:
    case 1:
      return {
        ...{ kind: "socket", path: `socket:[unix stream ${at}]`, stable: 20, details: { state: "established" } },
        links: [{ role: "peer", to: base + (1 - (at % 5)) }],
      };
    case 2:
    case 3:
      return { kind: "pipe", path: `pipe:[${base}]`, stable: 6, pipe: base };
    default: {
      const links = [0, 2, 3].map((to) => ({ role: "watches" as const, to: base + to, events: to === 2 ? 5 : 1 }));
      return { kind: "epoll", path: "epoll", stable: 5, links };
    }
  }
};

test("the kernel leaves nothing usual to TypeScript but at the edges of its windows", () => {
  const { lines, left } = expectSame(listed(Array.from({ length: 20_000 }, (_, at) => usual(at))));
  expect(left).toBeLessThan(20);
  expect(lines.slice(0, 5)).toEqual([
    "state established; peer fd 1",
    "state established; peer fd 0",
    "other end fd 3",
    "other end fd 2",
    "watches fd 0, fd 3 (EPOLLIN), fd 2 (EPOLLIN | EPOLLOUT)",
  ]);
});

test("descriptors in any order, of missing files and of files with several holders", () => {
  const below = random(3);
  const files = Array.from({ length: 12_000 }, (_, at) => usual(at));
  const order = files.map(() => (below(9) === 0 ? NONE : below(files.length)));
  expectSame(listed(files, order));
  expectSame(listed(files, [...files.keys()].toReversed()));
  const near = files.map((_, at) => Math.max(0, Math.min(files.length - 1, at + below(9) - 4)));
  const { left } = expectSame(listed(files, near));
  expect(left).toBeLessThan(files.length);
});

test("links of any number, with any events", () => {
  const below = random(5);
  const count = 3000;
  const near = (at: number): number => Math.max(0, Math.min(count - 1, at + below(12) - 6));
  const files = Array.from({ length: count }, (_, at): StateFile => {
    const links = Array.from({ length: below(9) }, () => ({
      role: below(3) === 0 ? ("peer" as const) : ("watches" as const),
      to: below(20) === 0 ? NONE : near(at),
      events: [0, 1, 4, 0x80000001][below(4)] ?? 0,
    }));
    return { kind: "epoll", path: "epoll", stable: 5, links, ...(below(2) === 0 ? { pipe: below(count / 3) } : {}) };
  });
  expectSame(listed(files));
});

test("ends of pipes that are read from, written to, or both", () => {
  const below = random(9);
  const files = Array.from({ length: 9000 }, (_, at): StateFile => {
    const flags = below(5) === 0 ? {} : { flags: below(5) };
    return { kind: "pipe", path: `pipe:[${at}]`, stable: 6, pipe: Math.floor(at / 5) + below(2), ...flags };
  });
  const { lines } = expectSame(listed(files));
  expect(lines.some((line) => line.includes(", "))).toBe(true);
  expect(lines).toContain("");
});

test.each([
  { title: "numbers", count: (at: number) => at, none: "" },
  { title: "numbers of 64 bits, which are strings", count: String, none: "count 0" },
])("more $title than the kernel has room for as facts", ({ count, none }) => {
  const files = Array.from({ length: 20_000 }, (_, at): StateFile => {
    return { kind: "eventfd", path: "eventfd", stable: 7, details: { count: count(at) } };
  });
  const { lines, left } = expectSame(listed(files));
  expect(left).toBeLessThan(20);
  expect(lines.slice(0, 3)).toEqual([none, "count 1", "count 2"]);
});

test("numbers that are in names and values that look like numbers", () => {
  const below = random(13);
  const values = [0, 7, -7, 7.5, 1e21, 2 ** 53, "7", "07", "18446744073709551615", null, [7], true];
  const names = ["eventfd", "7", "socket:[unix stream 7]", "socket:[7 8]", "a:[7", "a\\7", "é 7]"];
  const files = Array.from({ length: 9000 }, (): StateFile => {
    const value = below(2) === 0 ? below(30) : (values[below(values.length)] ?? null);
    const path = names[below(names.length)] as string;
    return { kind: "socket", path, stable: path.length, details: { backlog: value, state: below(9) } };
  });
  expectSame(listed(files));
});

test("words that are in names and words that are not", () => {
  const below = random(7);
  const pieces = ["established", "stablished", "listen", " ", "->", "-", ">", "x", "]", "é", "\n", "\\"];
  const starts = ["socket:[", "socket:", ":[", "a_1:[", "", "/srv/"];
  const text = (): string => Array.from({ length: below(7) }, () => pieces[below(pieces.length)]).join("");
  const files = Array.from({ length: 20_000 }, (): StateFile => {
    const long = below(50) === 0 ? "x".repeat(240 + below(30)) : "";
    const path = `${starts[below(starts.length)]}${long}${text()}${below(4) === 0 ? "" : "]"}`;
    const state = below(3) === 0 ? text() : (pieces[below(3)] as string);
    return { kind: "socket", path, stable: 0, details: below(3) === 0 ? { state, backlog: below(3) } : { state } };
  });
  expectSame(listed(files));
});

test("more values than the kernel remembers, in names and not", () => {
  const file = (at: number): StateFile => {
    const address = `127.0.0.1:${at}`;
    const path = at % 3 === 0 ? "socket:[tcp]" : `socket:[tcp ${address}]`;
    return { kind: "socket", path, stable: 12, details: { localAddress: address, owner: `${at % 7}` } };
  };
  expectSame(listed(Array.from({ length: 30_000 }, (_, at) => file(at))));
});

test("more details than one file or the windows have", () => {
  const file = (at: number): StateFile => {
    const details = Object.fromEntries(Array.from({ length: at % 90 }, (_, key) => [`key ${key}`, (at + key) % 5]));
    return { kind: "socket", path: "socket:[x]", stable: 10, details };
  };
  expectSame(listed(Array.from({ length: 2000 }, (_, at) => file(at))));
});
