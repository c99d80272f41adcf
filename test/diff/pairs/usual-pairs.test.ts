// Descriptor pairs about which there is nothing to report are passed over; every value that differs stops that.

import { expect, test } from "vitest";
import { diff } from "../../../app/diff/diff.ts";
import { pair } from "../../../app/diff/pairs/pair.ts";
import { usualPairs } from "../../../app/diff/pairs/usual-pairs.ts";
import type { FileRow } from "../../../app/model/rows.ts";
import { checkpointOf, type State, type StateDescriptor, type StateFile } from "../../support/state.ts";

const PATH = "/srv/data/part-1/a-long-name.log";

const FILE: StateFile = { kind: "regular", path: PATH, pos: 7n, flags: 2, mode: 3, version: 5n };

/** A task with three descriptors; the second and its open file are given. */
function stateOf(file: Partial<StateFile> = {}, descriptor: Partial<StateDescriptor> = {}): State {
  return {
    tasks: [{ pid: 1, comm: "t", table: 0 }],
    tables: [[0, 1, 2].map((fd) => ({ fd, file: fd, ...(fd === 1 ? descriptor : {}) }))],
    files: [FILE, { ...FILE, ...file }, FILE],
  };
}

/** Where the pairs of two states stop being usual, up to `end`; and what was noted. */
function stops(before: State, after: State, further: (b: FileRow) => number = () => 0) {
  const [x, y] = [checkpointOf(before), checkpointOf(after)];
  const pairs = pair(x, y);
  const files = {
    partner: new Uint32Array(x.files.count),
    result: new Uint16Array(x.files.count),
    compared: new Uint8Array(y.files.count),
  };
  const row = usualPairs({ before: x, after: y, pairs }, files, further)(0, pairs.descriptors.count);
  return { row, ...files };
}

test("two equal states are usual throughout", () => {
  const { row, partner, compared } = stops(stateOf(), stateOf());
  expect(row).toBe(3);
  expect([...partner]).toEqual([1, 2, 3]);
  expect([...compared]).toEqual([1, 1, 1]);
  expect(diff(checkpointOf(stateOf()), checkpointOf(stateOf())).changes.count).toBe(0);
});

test.each<[what: string, file: Partial<StateFile>, descriptor?: Partial<StateDescriptor>]>([
  ["kind", { kind: "directory" }],
  ["position", { pos: 8n }],
  ["upper half of the position", { pos: 7n + 2n ** 32n }],
  ["flags", { flags: 1 }],
  ["mode", { mode: 1 }],
  ["version", { version: 6n }],
  ["upper half of the version", { version: 5n + 2n ** 63n }],
  ["length of the name", { path: `${PATH}.1` }],
  ["close-on-exec flag", {}, { closeOnExec: true }],
])("another %s", (_, file, descriptor) => {
  const other = stateOf(file, descriptor);
  for (const [before, after] of [
    [stateOf(), other],
    [other, stateOf()],
  ] as const) {
    expect(stops(before, after).row).toBe(1);
    expect(diff(checkpointOf(before), checkpointOf(after)).changes.count).toBeGreaterThan(0);
  }
});

test("another byte of the name, wherever it is", () => {
  for (let length = 1; length <= PATH.length; length++) {
    const name = PATH.slice(0, length);
    for (let at = 0; at < length; at++) {
      const other = `${name.slice(0, at)}#${name.slice(at + 1)}`;
      expect(stops(stateOf({ path: name }), stateOf({ path: other })).row, other).toBe(1);
    }
    expect(stops(stateOf({ path: name }), stateOf({ path: name })).row).toBe(3);
  }
});

test("a value that only one image has", () => {
  const { pos: _, ...without } = FILE;
  const files = (file: StateFile): State => ({ ...stateOf(), files: [FILE, file, FILE] });
  expect(stops(files(FILE), files(without)).row).toBe(1);
  expect(stops(files(without), files(without)).row).toBe(3);
});

test("a missing open file, and a descriptor on one side only", () => {
  expect(stops(stateOf(), stateOf({}, { file: -1 })).row).toBe(1);
  expect(stops(stateOf(), stateOf({}, { fd: 9 })).row).toBe(1);
});

test("nothing is known of an open file", () => {
  const unknown: Partial<StateFile> = { kind: "unknown", path: "" };
  expect(stops(stateOf(unknown), stateOf(unknown)).row).toBe(1);
});

test("the end of a name that differs from dump to dump is not compared", () => {
  const pipe = (name: string): Partial<StateFile> => ({ kind: "pipe", path: name, stable: "pipe:[".length });
  expect(stops(stateOf(pipe("pipe:[11]")), stateOf(pipe("pipe:[22]"))).row).toBe(3);
  expect(stops(stateOf(pipe("pipe:[11]")), stateOf(pipe("pope:[11]"))).row).toBe(1);
  // These are compared elsewhere.
  expect(stops(stateOf(pipe("pipe:[11]")), stateOf(pipe("pipe:[222]"))).row).toBe(1);
  expect(diff(checkpointOf(stateOf(pipe("pipe:[11]"))), checkpointOf(stateOf(pipe("pipe:[222]")))).changes.count).toBe(
    0,
  );
});

test("descriptors share an open file on one side only", () => {
  const shared = stateOf({}, { file: 0 });
  expect(stops(stateOf(), shared).row).toBe(1);
  expect(stops(shared, stateOf()).row).toBe(1);
  expect(stops(shared, shared).row).toBe(3);
});

test("further values are compared where all else is the same", () => {
  const seen: FileRow[] = [];
  const further = (b: FileRow): number => {
    seen.push(b);
    return b === 1 ? 4 : 0;
  };
  const found = stops(stateOf(), stateOf(), further);
  expect(found.row).toBe(1);
  expect([...found.partner]).toEqual([1, 2, 0]);
  expect([...found.result]).toEqual([0, 4, 0]);
  expect(stops(stateOf(), stateOf({ pos: 9n }), further).row).toBe(1);
  expect(seen).toEqual([0, 1, 0]);
});
