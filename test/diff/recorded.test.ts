// Real and by-hand scenarios whose changes are known from outside: from the program's source, from /proc and kcmp.

import { describe, expect, test } from "vitest";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import type { Change } from "../../app/diff/changes.ts";
import { changesJson } from "../../app/diff/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import {
  fixtureJson,
  linuxCrState,
  type ObjrefContents,
  type PlainContents,
  type ProcContents,
  procState,
} from "../support/contents.ts";
import { fixtureSource, setSources } from "../support/criu.ts";
import { fixtureBytes } from "../support/open.ts";
import { checkpointOf, type State } from "../support/state.ts";

type Expected = Readonly<Record<string, unknown>>;

/** A change without what the expectation leaves open: keys that it has not, and values that are null there. */
function asExpected(change: Change | undefined, expected: Expected): Expected {
  const known: Record<string, unknown> = { ...change };
  return Object.fromEntries(Object.entries(expected).map(([key, value]) => [key, value === null ? null : known[key]]));
}

const changesOf = (before: State, after: State): Change[] =>
  changesJson(diff(checkpointOf(before), checkpointOf(after, { firstId: 900 })));

interface LinuxCr {
  readonly before: PlainContents | ObjrefContents;
  readonly after: PlainContents | ObjrefContents;
  readonly changes: readonly Expected[];
}

describe("Linux-CR scenarios, in the document's order", () => {
  test.each(["v16-s1", "v16-s2", "v16-s3", "v16-s4", "v23-s1"])("%s", (name) => {
    const expected = fixtureJson<LinuxCr>(`linux-cr/${name}/expected.json`);
    const changes = changesOf(linuxCrState(expected.before), linuxCrState(expected.after));
    expect(changes.map((change, at) => asExpected(change, expected.changes[at] ?? {}))).toEqual(expected.changes);
    changes.forEach((change, at) => {
      expect(Object.keys(change).toSorted()).toEqual(Object.keys(expected.changes[at] ?? {}).toSorted());
    });
  });
});

/** Finds for each expected change one that matches, in any order. */
function expectSame(changes: readonly Change[], expected: readonly Expected[]): void {
  const key = (change: Expected): string =>
    JSON.stringify([change.kind, change.pid ?? null, change.holders ?? null, change.groups ?? null]);
  const byKey = new Map(changes.map((change) => [key({ ...change }), change]));
  expect([...byKey.keys()].toSorted()).toEqual(expected.map(key).toSorted());
  for (const change of expected) expect(asExpected(byKey.get(key(change)), change)).toEqual(change);
}

describe("Linux-CR scenarios, in any order", () => {
  test.each(["seed-dups", "seed-one", "seed-tables"])("%s", (name) => {
    const expected = fixtureJson<LinuxCr>(`linux-cr/${name}/expected.json`);
    expectSame(changesOf(linuxCrState(expected.before), linuxCrState(expected.after)), expected.changes);
  });
});

describe("what /proc said before real dumps", () => {
  test.each(["w1", "w2", "w7"])("%s", (name) => {
    const before = procState(fixtureJson<ProcContents>(`criu/${name}/truth-before.json`));
    const after = procState(fixtureJson<ProcContents>(`criu/${name}/truth-after.json`));
    const { changes } = fixtureJson<{ changes: readonly Expected[] }>(`criu/${name}/expected.json`);
    expectSame(changesOf(before, after), changes);
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

describe("the images themselves", () => {
  test.each(["seed-dups", "seed-one", "seed-tables", "v16-s1", "v16-s2", "v16-s3", "v16-s4", "v23-s1"])(
    "Linux-CR %s",
    async (name) => {
      const image = (side: string) => [bytesSource(side, fixtureBytes(`linux-cr/${name}/${side}.ckpt`))];
      const { changes } = fixtureJson<LinuxCr>(`linux-cr/${name}/expected.json`);
      expectSame(await imageChanges(image("before"), image("after")), changes);
    },
  );

  test.each(["w1", "w1-criu3.19", "w1b", "w2", "w4", "w4x", "w7"])("CRIU %s", async (name) => {
    const { changes } = fixtureJson<{ changes: readonly Expected[] }>(`criu/${name}/expected.json`);
    expectSame(await imageChanges(setSources(`${name}/before`), setSources(`${name}/after`)), changes);
  });

  test.each(["tar", "tar.gz", "tar.zst"])("an archive (%s) beside a directory", async (form) => {
    const archive = [fixtureSource(`archives-by-hand/w7-podman-before.${form}`)];
    expect(await imageChanges(archive, setSources("w7/before"))).toEqual([]);
    const { changes } = fixtureJson<{ changes: readonly Expected[] }>("criu/w7/expected.json");
    expectSame(await imageChanges(archive, setSources("w7/after")), changes);
  });
});
