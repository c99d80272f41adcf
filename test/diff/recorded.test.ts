// Real and by-hand scenarios whose changes are known from outside: from the program's source, from /proc and kcmp.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";
import type { Change } from "../../app/diff/changes.ts";
import { changesJson } from "../../app/diff/describe/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { asExpected, expectChanges, isOfDetails } from "../support/changes.ts";
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

/** Details and links that differ, as /proc and the sets' own messages say. */
const DETAILS: Readonly<Record<string, readonly object[]>> = {
  w1: [],
  "w1-criu3.19": [],
  w1b: [],
  w2: [],
  w4: [
    { fd: 40, key: "counter", before: "42", after: "50" },
    { fd: 41, key: "signals", before: ["SIGUSR2", "SIGTERM"], after: ["SIGHUP", "SIGUSR2", "SIGTERM"] },
    { fd: 43, key: "watches" },
    { fd: 45, key: "columns", before: 80, after: 132 },
    { fd: 46, key: "columns", before: 80, after: 132 },
    { fd: 50, role: "watches" },
    { fd: 51, role: "watches" },
  ],
  w4x: [],
  w7: [{ fd: 7, key: "size", before: "0", after: "10" }],
};

describe("details and links of real dumps", () => {
  test.each(Object.entries(DETAILS))("%s", async (name, expected) => {
    const changes = await imageChanges(setSources(`${name}/before`), setSources(`${name}/after`));
    const found = changes.filter(isOfDetails);
    expect(found).toMatchObject(expected.map(({ fd, ...change }: { fd?: number }) => change));
    expect(found.map((change) => ("holders" in change ? change.holders[0]?.fd : undefined))).toEqual(
      expected.map(({ fd }: { fd?: number }) => fd),
    );
    const same = await imageChanges(setSources(`${name}/after`), setSources(`${name}/after`));
    expect(same).toEqual([]);
  });
});

describe("single changes that only details and links show", () => {
  const pairOf = (name: string) =>
    imageChanges(setSources(`cases/silent-changes/${name}-before`), setSources(`cases/silent-changes/${name}-after`));

  test("an executable", async () => {
    expect(await pairOf("exe")).toEqual([
      { kind: "task-detail", pid: 5062, key: "exe", before: "/tmp/pw/pub1", after: "/tmp/other" },
    ]);
  });

  test("the mode of an inode", async () => {
    const holders = [{ pid: 5062, fd: 3 }];
    expect(await pairOf("mode")).toEqual([
      { kind: "file-detail", holders, key: "mode", before: 0o100600, after: 0o104755 },
    ]);
  });

  test("the state of a socket", async () => {
    const holders = [{ pid: 12121, fd: 12 }];
    expect(await pairOf("tcp-state")).toEqual([
      { kind: "file-detail", holders, key: "state", before: "listen", after: "close" },
    ]);
  });

  const linuxCrPair = (name: string) => {
    const source = (side: string): Source[] => [
      bytesSource(
        name,
        new Uint8Array(readFileSync(new URL(`../fixtures/linux-cr/${name}/${side}.ckpt`, import.meta.url))),
      ),
    ];
    return imageChanges(source("before"), source("after"));
  };

  test("crossed pipes, exchanged peers, a count and what an epoll watches", async () => {
    const holders = (fd: number) => [{ pid: 20183, fd }];
    const link = (role: string, fd: number, before: number, after: number) => {
      const value = { kind: "file-linked", holders: holders(fd), role };
      return { ...value, before: holders(before), after: holders(after) };
    };
    const changes = await linuxCrPair("diff-blind");
    expect(changes).toMatchObject([
      link("other-end", 3, 4, 6),
      link("other-end", 4, 3, 5),
      link("other-end", 5, 6, 4),
      link("other-end", 6, 5, 3),
      {
        kind: "file-linked",
        holders: holders(7),
        role: "watches",
        after: [
          { pid: 20183, fd: 3 },
          { pid: 20183, fd: 4 },
        ],
      },
      { kind: "file-detail", holders: holders(8), key: "count", before: "1", after: "42" },
      link("peer", 9, 11, 13),
      link("peer", 11, 9, 12),
      link("peer", 12, 13, 11),
      link("peer", 13, 12, 9),
    ]);
  });

  test("the remote address of a connection", async () => {
    const changes = await linuxCrPair("socket-remote");
    expect(changes.filter(isOfDetails)).toEqual([
      {
        kind: "file-detail",
        holders: [{ pid: 20103, fd: 50 }],
        key: "remote",
        before: "127.0.0.1:58202",
        after: "127.0.0.1:58216",
        replaced: true,
      },
    ]);
  });
});

describe("an archive compared with the directory of an image set", () => {
  test.each(["tar", "tar.gz", "tar.zst"])("%s", async (form) => {
    const archive = [fixtureSource(`archives-by-hand/w7-podman-before.${form}`)];
    expect(await imageChanges(archive, setSources("w7/before"))).toEqual([]);
    const { changes } = fixtureJson<{ changes: readonly ExpectedChange[] }>("criu/w7/expected.json");
    expectChanges(
      (await imageChanges(archive, setSources("w7/after"))).filter((change) => !isOfDetails(change)),
      changes,
    );
  });
});
