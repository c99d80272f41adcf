import { expect, test } from "vitest";
import { changesJson } from "../../app/diff/describe.ts";
import { diff } from "../../app/diff/diff.ts";
import { detailOf } from "../../app/model/detail-store.ts";
import { setSources } from "../support/criu.ts";
import { setNumber } from "../support/edit-set.ts";
import { openSources } from "../support/resources.ts";
import { checkpointOf, type State } from "../support/state.ts";

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
