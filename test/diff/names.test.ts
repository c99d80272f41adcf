// Names of open files are compared several bytes at a time: no byte may be left out, and none beyond the name be read.

import { expect, test } from "vitest";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { checkpointOf, type State } from "../support/state.ts";

const LONGEST = 13;

/** Files with these paths, one after another in the pool of names. */
const holding = (paths: readonly string[]): State => ({
  tasks: [{ pid: 10, comm: "server", table: 0 }],
  tables: [paths.map((_, file) => ({ fd: file, file }))],
  files: paths.map((path) => ({ kind: "generic", path, flags: 0 })),
});

const changed = (before: readonly string[], after: readonly string[]): string[] =>
  changesJson(diff(checkpointOf(holding(before)), checkpointOf(holding(after)))).map(({ kind }) => kind);

test("a name differs by any of its bytes, wherever both begin", () => {
  for (let length = 1; length <= LONGEST; length++) {
    const name = "/".padEnd(length, "n");
    for (let at = 0; at < length; at++) {
      const other = `${name.slice(0, at)}x${name.slice(at + 1)}`;
      for (let shift = 0; shift < 4; shift++) {
        const first = "/".padEnd(1 + shift, "f");
        expect(changed(["/first", name, "/last"], ["/first", other, "/last"])).toEqual(["file-path"]);
        expect(changed(["/", name, "/last"], [first, other, "/last"])).toHaveLength(shift === 0 ? 1 : 2);
      }
    }
  }
});

test("a name is the same whatever follows it", () => {
  for (let length = 1; length <= LONGEST; length++) {
    const name = "/".padEnd(length, "n");
    expect(changed(["/a", name, "/xxxx"], ["/a", name, "/yyyy"])).toEqual(["file-path"]);
    expect(changed(["/", name, name], ["/f", name, name])).toEqual(["file-path"]);
  }
});
