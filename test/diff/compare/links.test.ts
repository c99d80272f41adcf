import { expect, test } from "vitest";
import { changesJson } from "../../../app/diff/describe/describe.ts";
import { diff } from "../../../app/diff/diff.ts";
import { detailOf } from "../../../app/model/detail-store.ts";
import { linksOf } from "../../../app/model/links.ts";
import { setSources } from "../../support/criu.ts";
import { setNumber } from "../../support/edit-set.ts";
import { openSources } from "../../support/resources.ts";
import { checkpointOf, type State } from "../../support/state.ts";

const socket = (inode: number, peer?: number) => ({
  kind: "socket" as const,
  path: `socket:[unix stream ${inode}]`,
  stable: 18,
  ...(peer !== undefined && { links: [{ role: "peer" as const, to: peer }] }),
});

test("a link to a descriptor that repeats the fd of another is compared with nothing", () => {
  const state: State = {
    tasks: [{ pid: 1, comm: "a", table: 0 }],
    tables: [
      [
        { fd: 7, file: 0 },
        { fd: 8, file: 1 },
        { fd: 8, file: 2 },
      ],
    ],
    files: [socket(1, 1), socket(2, 0), socket(3)],
  };
  const { changes } = diff(checkpointOf(state), checkpointOf(state, { firstId: 100 }));
  expect(changes.count).toBe(0);
});

test("ends of a pipe are linked to the other end alone, and a second writer is a change for the reader", () => {
  const end = (flags: number) => ({
    kind: "pipe" as const,
    path: "pipe:[5]",
    stable: 5,
    flags,
    pipe: 5,
  });
  const withEnds = (...flags: readonly number[]): State => ({
    tasks: [{ pid: 1, comm: "a", table: 0 }],
    tables: [flags.map((_, file) => ({ fd: 3 + file, file }))],
    files: flags.map(end),
  });
  const [READ, WRITE, BOTH] = [0, 1, 2];
  const checkpoint = checkpointOf(withEnds(READ, WRITE, WRITE, BOTH));
  const othersOf = (file: number) => linksOf(checkpoint, file).map((link) => link.file);
  expect([0, 1, 2, 3].map(othersOf)).toEqual([
    [1, 2, 3],
    [0, 3],
    [0, 3],
    [0, 1, 2],
  ]);

  const changes = changesJson(diff(checkpointOf(withEnds(READ, WRITE)), checkpointOf(withEnds(READ, WRITE, WRITE))));
  const [fd3, fd4, fd5] = [3, 4, 5].map((fd) => ({ pid: 1, fd }));
  expect(changes).toEqual([
    { kind: "file-linked", role: "other-end", holders: [fd3], before: [fd4], after: [fd4, fd5] },
    { kind: "fd-opened", holders: [fd5], path: "pipe:[5]" },
  ]);
});

test("the other ends of a CRIU set's pipe are those with the other access", async () => {
  const set = setSources("w4/before");
  const pipe = 230_712;
  // A second writer.
  const { checkpoint } = await openSources(setNumber(set, "files.img", "file_entry", 5, "pipe.pipe_id", pipe));
  const others = Array.from({ length: checkpoint.files.count }, (_, row) => row)
    .filter((row) => detailOf(checkpoint, row, "pipeId") === pipe)
    .map((row) => [checkpoint.files.id[row], detailOf(checkpoint, row, "otherEnds")]);
  expect(others).toEqual([
    [4, [5, 6]],
    [5, [4]],
    [6, [4]],
  ]);
});

test("pidfds of ended processes are compared by which of them are of one process", async () => {
  const set = setSources("cases/pidfd-dead");
  const { checkpoint } = await openSources(set);
  const ended = Array.from({ length: checkpoint.files.count }, (_, row) => row).filter(
    (row) => detailOf(checkpoint, row, "ended") === true,
  );
  expect(ended).toHaveLength(2);
  const withInodes = async (...inodes: readonly bigint[]) => {
    let edited = [...set];
    for (const [at, row] of ended.entries()) {
      edited = setNumber(edited, "files.img", "file_entry", row, "pidfd.ino", inodes[at] ?? null);
    }
    return (await openSources(edited)).checkpoint;
  };
  const [same, others] = [await withInodes(25_176n, 25_176n), await withInodes(7n, 7n + 2n ** 32n)];
  expect(changesJson(diff(checkpoint, same))).toEqual([]);
  expect(changesJson(diff(checkpoint, await withInodes(9n, 9n)))).toEqual([]);
  expect(changesJson(diff(same, others))).toEqual([
    {
      kind: "file-linked",
      role: "same-process",
      holders: [{ pid: 25_170, fd: 7 }],
      before: [{ pid: 25_174, fd: 6 }],
      after: [],
    },
    {
      kind: "file-linked",
      role: "same-process",
      holders: [{ pid: 25_174, fd: 6 }],
      before: [{ pid: 25_170, fd: 7 }],
      after: [],
    },
  ]);
  expect(changesJson(diff(others, same))).toHaveLength(2);
});
