// Names between two dumps: what no change of path is expected of has the same kind and stable part of the name.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import { type Checkpoint, nameBytes } from "../../../app/model/checkpoint.ts";
import { FILE_KINDS } from "../../../app/model/names.ts";
import { visibleText } from "../../../app/model/text.ts";
import { setSources } from "../../support/criu.ts";

interface Change {
  readonly kind: string;
  readonly holders?: readonly { readonly pid: number; readonly fd: number }[];
}

/** Kind and stable part of the name by pid and fd. */
function stableNames(checkpoint: Checkpoint): Map<string, string> {
  const { tasks, tables, descriptors, files } = checkpoint;
  const names = new Map<string, string>();
  for (let task = 0; task < tasks.count; task++) {
    const table = tasks.table[task] as number;
    if (table < 0) continue;
    for (let row = tables.first[table] as number; row < (tables.first[table + 1] as number); row++) {
      const file = descriptors.file[row] as number;
      const stable = visibleText(nameBytes(checkpoint, file).subarray(0, files.nameStable[file]));
      names.set(`${tasks.pid[task]}/${descriptors.fd[row]}`, `${FILE_KINDS[files.kind[file] as number]} ${stable}`);
    }
  }
  return names;
}

describe.each(["w1", "w1-criu3.19", "w1b", "w2", "w4", "w4x", "w7"])("%s", (name) => {
  test("changes names where a change of path is expected, and nowhere else", async () => {
    const path = join(import.meta.dirname, `../../fixtures/criu/${name}/expected.json`);
    const { changes } = JSON.parse(readFileSync(path, "utf8")) as { changes: Change[] };
    const expected = changes
      .filter(({ kind }) => kind === "file-path")
      .flatMap(({ holders }) => (holders ?? []).map(({ pid, fd }) => `${pid}/${fd}`));
    const before = stableNames((await decodeCriuSet(setSources(`${name}/before`))).checkpoint);
    const after = stableNames((await decodeCriuSet(setSources(`${name}/after`))).checkpoint);
    const differing = [...before].filter(([slot, text]) => after.has(slot) && after.get(slot) !== text);
    expect(differing.map(([slot]) => slot).sort()).toEqual(expected.sort());
  });
});
