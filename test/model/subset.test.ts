// A part of a checkpoint: it says the same of what it keeps, and its edges lead to what they led to.

import fc from "fast-check";
import { expect, test } from "vitest";
import { type Checkpoint, commBytes, holderCount, NONE, nameBytes } from "../../app/model/checkpoint.ts";
import { linksOf } from "../../app/model/links.ts";
import { descriptorsOf, subsetOf } from "../../app/model/subset.ts";
import { arbitraryState } from "../support/arbitrary-state.ts";
import { NGINX } from "../support/nginx.ts";
import { fixtureBytes, open } from "../support/open.ts";
import { checkpointOf } from "../support/state.ts";

/** A descriptor with all that its edges lead to, without rows. */
function described(checkpoint: Checkpoint, row: number) {
  const { descriptors, tables, files } = checkpoint;
  const table = descriptors.table[row] ?? NONE;
  const file = descriptors.file[row] ?? NONE;
  const tasks = tables.task.subarray(tables.firstTask[table], tables.firstTask[table + 1]);
  return {
    fd: descriptors.fd[row],
    tasks: Array.from(tasks, (task) => [checkpoint.tasks.pid[task], commBytes(checkpoint, task).join()]),
    file: file === NONE ? null : [nameBytes(checkpoint, file).join(), files.pos[file], files.flags[file]],
  };
}

test("what is kept is described as in the whole, and nothing else is kept", () => {
  fc.assert(
    fc.property(arbitraryState(true), fc.infiniteStream(fc.boolean()), (state, choices) => {
      const whole = checkpointOf(state);
      const keep = Uint8Array.from({ length: whole.descriptors.count }, () => (choices.next().value ? 1 : 0));
      const { checkpoint, rows } = subsetOf(whole, keep);
      expect([...rows.descriptor.whole]).toEqual([...keep.keys()].filter((row) => keep[row] === 1));
      rows.descriptor.whole.forEach((row, at) => {
        expect(described(checkpoint, at)).toEqual(described(whole, row));
      });
      const { files, tables, descriptors } = checkpoint;
      for (let file = 0; file < files.count; file++) {
        const holders = files.holder.subarray(files.firstHolder[file], files.firstHolder[file + 1]);
        expect(holders.length).toBeGreaterThan(0);
        expect([...holders].every((row) => descriptors.file[row] === file)).toBe(true);
      }
      for (let table = 0; table < tables.count; table++) {
        for (let row = tables.first[table] ?? 0; row < (tables.first[table + 1] ?? 0); row++) {
          expect(descriptors.table[row]).toBe(table);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test("details and links follow their files, and links to what is left out are gone", async () => {
  const { checkpoint: whole } = await open(fixtureBytes("linux-cr/diff-blind/before.ckpt"));
  const all = subsetOf(whole, new Uint8Array(whole.descriptors.count).fill(1));
  const files = (checkpoint: Checkpoint, file: number) =>
    linksOf(checkpoint, file).map(({ role, file: to }) => [role, to === NONE ? "" : nameBytes(checkpoint, to).join()]);
  all.rows.file.whole.forEach((row, at) => {
    expect(files(all.checkpoint, at)).toEqual(files(whole, row));
  });
  const pipe = whole.descriptors.fd.indexOf(3);
  const alone = subsetOf(
    whole,
    Uint8Array.from(whole.descriptors.fd, (_, row) => (row === pipe ? 1 : 0)),
  );
  expect(alone.checkpoint.files.count).toBe(1);
  expect(linksOf(alone.checkpoint, 0).filter(({ file }) => file !== NONE)).toEqual([]);
});

test("a filter of any listing of objects chooses descriptors", () => {
  const checkpoint = checkpointOf(NGINX);
  const fds = (listing: Parameters<typeof descriptorsOf>[1], filter: string) => {
    const keep = descriptorsOf(checkpoint, listing, filter);
    return keep && [...keep.keys()].filter((row) => keep[row] === 1).map((row) => checkpoint.descriptors.fd[row]);
  };
  expect(fds("descriptors", "kind:socket")).toEqual([5]);
  expect(fds("files", "access.log")).toEqual([1, 2, 3]);
  expect(fds("tasks", "comm:tail")).toEqual([3, 4]);
  expect(fds("tables", "tasks:2")).toEqual([0, 1, 2, 5, 7]);
  expect(fds("descriptors", " ")).toBeNull();
  expect(fds("problems", "x")).toBeNull();
  const { checkpoint: sockets } = subsetOf(
    checkpoint,
    descriptorsOf(checkpoint, "files", "kind:socket") ?? new Uint8Array(),
  );
  expect(holderCount(sockets.files, 0)).toBe(1);
});
