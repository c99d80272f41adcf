// Rows and values that only one of two images has: a change, a note, or part of another change.

import { describe, expect, test } from "vitest";
import { openImage } from "../../app/decoder/open.ts";
import type { Source } from "../../app/decoder/source.ts";
import { diff } from "../../app/diff/diff.ts";
import { changesAndNotes } from "../support/compare.ts";
import { setSources } from "../support/criu.ts";
import { setNumber, without, withoutField } from "../support/edit-set.ts";
import { CHECKPOINT, line, tables } from "../support/made-resources.ts";
import { resourcefulSet } from "../support/resourceful-set.ts";

const [TASK, THREAD, CHILD] = [25_572, 25_573, 25_575];

async function compared(before: readonly Source[], after: readonly Source[]) {
  const images = await Promise.all([openImage(before), openImage(after)]);
  const [x, y] = images.map((image) => {
    if ("refused" in image) throw new Error(image.refused);
    return image;
  });
  if (x === undefined || y === undefined) throw new Error("no image");
  const { changes, notes } = await changesAndNotes(x, y);
  const own = notes.filter(({ code }) => code !== "incomplete");
  return { changes: changes.map(line), notes: own.map(({ message }) => message) };
}

describe("an image that does not record", () => {
  test("the credentials of a thread is noted", async () => {
    const set = resourcefulSet();
    const lacking = withoutField(set, `core-${THREAD}.img`, "core_entry", "thread_core_entry.creds");
    const note = "does not record: 1 credentials. They are not compared.";
    expect(await compared(set, lacking)).toEqual({ changes: [], notes: [`The image after ${note}`] });
    expect(await compared(lacking, set)).toEqual({ changes: [], notes: [`The image before ${note}`] });
  });

  test("the credentials of a thread that it lacks is not noted", async () => {
    const set = resourcefulSet();
    const { changes, notes } = await compared(set, without(set, `core-${THREAD}.img`));
    expect(changes).toContain(`resource-removed threads ${TASK}`);
    expect(notes.join()).not.toContain("credentials");
  });

  test("a kind of namespace is noted", async () => {
    const set = resourcefulSet();
    const name = `ids-${CHILD}.img`;
    const lacking = withoutField(set, name, "task_kobj_ids_entry", "task_kobj_ids_entry.time_ns_id");
    const { changes, notes } = await compared(lacking, set);
    expect(changes).toEqual([]);
    expect(notes).toEqual(["The image before does not record: 1 namespace. They are not compared."]);
  });

  test("who logged in, as on a kernel without audit, is noted once", async () => {
    const set = setSources("w2/before");
    const pids = [29_351, 29_352, 29_353];
    const logged = (uid: number | null): Source[] =>
      pids.reduce<Source[]>(
        (edited, pid) => setNumber(edited, `core-${pid}.img`, "core_entry", 0, "tc.loginuid", uid),
        [...set],
      );
    const [none, user, unrecorded] = [logged(0xffff_ffff), logged(1000), logged(null)];
    expect(await compared(unrecorded, user)).toEqual({
      changes: [],
      notes: ["The image before does not record: loginuid (3 tasks). They are not compared."],
    });
    expect(await compared(unrecorded, none)).toEqual({ changes: [], notes: [] });
    expect((await compared(none, user)).changes).toEqual(pids.map((pid) => `tasks ${pid} loginUid: null → 1000`));
  });

  test("what a connection negotiated is noted", async () => {
    const set = resourcefulSet();
    const { changes, notes } = await compared(set, without(set, "tcp-stream-234820.img"));
    expect(changes).toEqual([]);
    expect(notes).toContain(
      "The image after lacks values that the other one has: negotiated by TCP (1 open file). They are not compared.",
    );
  });
});

test("rows that are too many to be compared are noted", () => {
  const { limits } = tables({ limits: [{ resource: "RLIMIT_CPU", soft: 1n }] });
  if (limits === undefined) throw new Error("no table");
  const resources = { before: { limits }, after: { limits: { ...limits, cut: true } } };
  expect(diff(CHECKPOINT, CHECKPOINT, { resources }).notes).toEqual([
    { code: "rows-not-compared", message: "Limits: only the first 4,194,304 limits of each image are compared." },
  ]);
  expect(diff(CHECKPOINT, CHECKPOINT, { resources: { before: { limits }, after: { limits } } }).notes).toEqual([]);
});

test("of a task that has ended no rows are reported", async () => {
  const set = setSources("w2/before");
  const ended = setNumber(set, "core-29353.img", "core_entry", 0, "tc.task_state", 6);
  const { changes } = await compared(set, ended);
  expect(changes.filter((change) => change.startsWith("resource"))).toEqual([]);
  expect(changes).toContain("task-detail");
});
