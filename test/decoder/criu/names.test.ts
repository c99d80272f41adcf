// File names in two dumps of one process: kind and stable part of the name differ only where a
// change of path is expected.

import { describe, expect, test } from "vitest";
import { decodeCriuSet } from "../../../app/decoder/criu/index.ts";
import { type Checkpoint, nameBytes, stableLength } from "../../../app/model/checkpoint.ts";
import { FILE_KINDS } from "../../../app/model/names/names.ts";
import { visibleText } from "../../../app/model/text/text.ts";
import { SAMPLES } from "../../support/corpus.ts";
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
      const stable = visibleText(nameBytes(checkpoint, file).subarray(0, stableLength(files, file)));
      names.set(`${tasks.pid[task]}/${descriptors.fd[row]}`, `${FILE_KINDS[files.kind[file] as number]} ${stable}`);
    }
  }
  return names;
}

const SETS = SAMPLES.filter(({ format, expected }) => format === "criu" && expected.changes !== undefined).map(
  ({ name, expected }) => [name, expected.changes as readonly Change[]] as const,
);

describe.each(SETS)("%s", (name, changes) => {
  test("changes names where a change of path is expected, and nowhere else", async () => {
    const expected = changes
      .filter(({ kind }) => kind === "file-path")
      .flatMap(({ holders }) => (holders ?? []).map(({ pid, fd }) => `${pid}/${fd}`));
    const before = stableNames((await decodeCriuSet(setSources(`${name}/before`))).checkpoint);
    const after = stableNames((await decodeCriuSet(setSources(`${name}/after`))).checkpoint);
    const differing = [...before].filter(([slot, text]) => after.has(slot) && after.get(slot) !== text);
    expect(differing.map(([slot]) => slot).sort()).toEqual(expected.sort());
  });
});
