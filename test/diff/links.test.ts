import { expect, test } from "vitest";
import { diff } from "../../app/diff/diff.ts";
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
