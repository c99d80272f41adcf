// Real and by-hand scenarios whose changes are known from outside: from the program's source, from /proc and kcmp.

import { describe, expect, test } from "vitest";
import { openImage } from "../../app/decoder/open.ts";
import type { Source } from "../../app/decoder/source.ts";
import type { Change } from "../../app/diff/changes.ts";
import { changesJson } from "../../app/diff/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { asExpected, expectChanges } from "../support/changes.ts";
import {
  fixtureJson,
  linuxCrState,
  type ObjrefContents,
  type PlainContents,
  type ProcContents,
  procState,
} from "../support/contents.ts";
import { type ExpectedChange, SAMPLES } from "../support/corpus.ts";
import { fixtureSource, setSources } from "../support/criu.ts";
import { checkpointOf, type State } from "../support/state.ts";

const changesOf = (before: State, after: State): Change[] =>
  changesJson(diff(checkpointOf(before), checkpointOf(after, { firstId: 900 })));

interface LinuxCr {
  readonly before: PlainContents | ObjrefContents;
  readonly after: PlainContents | ObjrefContents;
  readonly changes: readonly ExpectedChange[];
}

/** Names of the Linux-CR samples whose contents have a certain form. Those by objref list the changes in order. */
const linuxCr = (form: (contents: object) => boolean): string[] =>
  SAMPLES.filter(({ expected: { before } }) => before !== undefined && form(before)).map(({ name }) => name);

describe("Linux-CR scenarios, in the document's order", () => {
  test.each(linuxCr((contents) => "fileTables" in contents))("%s", (name) => {
    const expected = fixtureJson<LinuxCr>(`linux-cr/${name}/expected.json`);
    const changes = changesOf(linuxCrState(expected.before), linuxCrState(expected.after));
    expect(changes.map((change, at) => asExpected(change, expected.changes[at] ?? {}))).toEqual(expected.changes);
    changes.forEach((change, at) => {
      expect(Object.keys(change).toSorted()).toEqual(Object.keys(expected.changes[at] ?? {}).toSorted());
    });
  });
});

describe("Linux-CR scenarios, in any order", () => {
  test.each(linuxCr((contents) => !("fileTables" in contents)))("%s", (name) => {
    const expected = fixtureJson<LinuxCr>(`linux-cr/${name}/expected.json`);
    expectChanges(changesOf(linuxCrState(expected.before), linuxCrState(expected.after)), expected.changes);
  });
});

describe("what /proc said before real dumps of plain files", () => {
  test.each(["w1", "w2", "w7"])("%s", (name) => {
    const before = procState(fixtureJson<ProcContents>(`criu/${name}/truth-before.json`));
    const after = procState(fixtureJson<ProcContents>(`criu/${name}/truth-after.json`));
    const { changes } = fixtureJson<{ changes: readonly ExpectedChange[] }>(`criu/${name}/expected.json`);
    expectChanges(changesOf(before, after), changes);
  });
});

const imageChanges = async (before: readonly Source[], after: readonly Source[]): Promise<Change[]> => {
  const checkpoint = async (sources: readonly Source[]) => {
    const image = await openImage(sources);
    if ("refused" in image) throw new Error(image.refused);
    return image.checkpoint;
  };
  return changesJson(diff(await checkpoint(before), await checkpoint(after)));
};

describe("an archive compared with the directory of an image set", () => {
  test.each(["tar", "tar.gz", "tar.zst"])("%s", async (form) => {
    const archive = [fixtureSource(`archives-by-hand/w7-podman-before.${form}`)];
    expect(await imageChanges(archive, setSources("w7/before"))).toEqual([]);
    const { changes } = fixtureJson<{ changes: readonly ExpectedChange[] }>("criu/w7/expected.json");
    expectChanges(await imageChanges(archive, setSources("w7/after")), changes);
  });
});
