// Another open file of the same name: a value that an open file keeps for good shows that it is another one.

import { describe, expect, test } from "vitest";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { changeSentence } from "../../app/export/changes/changes-text.ts";
import { unionOf } from "../../app/graph/order/union.ts";
import { FILE_DETAILS } from "../../app/model/detail-keys.ts";
import type { DetailValue } from "../../app/model/fields.ts";
import type { FileKind } from "../../app/model/names/names.ts";
import { checkpointOf, type State } from "../support/state.ts";

type Facts = Partial<State["files"][number]>;

const one = (kind: FileKind, details: Readonly<Record<string, DetailValue>>, facts: Facts = {}): State => ({
  tasks: [{ pid: 7, comm: "a", table: 0 }],
  tables: [[{ fd: 3, file: 0 }]],
  files: [{ kind, path: `${kind}:[x]`, stable: kind.length, flags: 0o2, details, ...facts }],
});

function compared(before: State, after: State) {
  const comparison = diff(checkpointOf(before), checkpointOf(after));
  const changes = changesJson(comparison);
  return {
    replaced: changes.filter((change) => "replaced" in change && change.replaced).length,
    sentences: changes.map((_, at) => changeSentence(comparison, at)),
    drawn: unionOf(comparison).graph.files.count,
  };
}

const FIXED = FILE_DETAILS.filter(({ fixed, kinds }) => fixed !== undefined && kinds === undefined);

describe("a value that an open file keeps", () => {
  test.each(FIXED.map(({ key, title }) => [key, title]))("%s shows that it is another one", (key, title) => {
    const socket = key === "remote" ? { type: "stream" } : {};
    const state = (value: DetailValue) => one("socket", { ...socket, [key]: value });
    const { replaced, sentences, drawn } = compared(state("x"), state("y"));
    const other = key === "remote" ? "connection" : "socket";
    expect(sentences).toEqual([`pid 7 fd 3 socket:[x]: another ${other}: ${title} x → y`]);
    expect([replaced, drawn]).toEqual([1, 2]);
    expect(compared(state("x"), state("x"))).toEqual({ replaced: 0, sentences: [], drawn: 1 });
    expect(compared(state("x"), state(null))).toMatchObject({ replaced: 0, drawn: 1 });
  });

  test("can be set once", () => {
    const port = (portId: number) => one("socket", { portId });
    expect(compared(port(0), port(12))).toMatchObject({ replaced: 0, drawn: 1 });
    expect(compared(port(11), port(12))).toMatchObject({ replaced: 1, drawn: 2 });
    const remote = (address: string) => one("socket", { type: "stream", remote: address });
    expect(compared(remote(""), remote("10.0.0.1:80"))).toMatchObject({ replaced: 0, drawn: 1 });
  });
});

test("a datagram socket can be connected again", () => {
  const remote = (address: string) => one("socket", { type: "dgram", remote: address });
  expect(compared(remote("10.0.0.1:53"), remote("10.0.0.2:53"))).toEqual({
    replaced: 0,
    sentences: ["pid 7 fd 3 socket:[x]: remote address 10.0.0.1:53 → 10.0.0.2:53"],
    drawn: 1,
  });
});

test("what an open file can change shows nothing", () => {
  const state = (signals: string, flags: number) => one("signalfd", { signals: [signals] }, { flags });
  expect(compared(state("SIGHUP", 0o2), state("SIGTERM", 0o4002))).toMatchObject({ replaced: 0, drawn: 1 });
});

describe("another access mode", () => {
  test("of a pipe is another end", () => {
    const end = (flags: number) => one("pipe", {}, { flags });
    expect(compared(end(0), end(1))).toEqual({
      replaced: 0,
      sentences: ["pid 7 fd 3 pipe:[x]: another end of a pipe: flags +O_WRONLY"],
      drawn: 2,
    });
  });

  test("of a file with a path is drawn as a change of that path", () => {
    const file = (flags: number): State => ({
      ...one("regular", {}),
      files: [{ kind: "regular", path: "/x", pos: 0n, flags }],
    });
    expect(compared(file(1), file(2))).toEqual({
      replaced: 0,
      sentences: ["pid 7 fd 3 /x: flags +O_RDWR -O_WRONLY"],
      drawn: 1,
    });
  });
});

test("a pidfd whose process has ended is drawn as one file", () => {
  const [alive, ended] = [
    one("pidfd", { pid: 5 }, { path: "pidfd:[pid 5]", stable: 13 }),
    one("pidfd", { ended: true }, { path: "pidfd:[ended process, inode 9]", stable: 20 }),
  ];
  const sentences = ["pid 7 fd 3: pidfd:[pid 5] → pidfd:[ended process, inode 9]"];
  expect(compared(alive, ended)).toMatchObject({ sentences, drawn: 1 });
  // The process of a pidfd does not come back.
  expect(compared(ended, alive).drawn).toBe(2);
});
