// The directory of a unix socket's relative name: a STRING after its SOCKET_UNIX.

import { expect, test } from "vitest";
import { changesJson } from "../../../app/diff/describe/describe.ts";
import { diff } from "../../../app/diff/diff.ts";
import { cString, insertBefore, makeRecord, putTogether, takeApart } from "../../support/edit-image.ts";
import { withRelativeName } from "../../support/linux-cr-object-faults.ts";
import { documentOf, fixtureBytes, open } from "../../support/open.ts";

const image = async (directory: string | null) => {
  const parts = withRelativeName(await takeApart(fixtureBytes("linux-cr/diff-blind/before.ckpt")));
  const withDirectory =
    directory === null ? parts : insertBefore(parts, "FILE", 8, makeRecord(parts, "STRING", {}, cString(directory)));
  return open(putTogether(withDirectory));
};

test("it is a detail of the socket", async () => {
  const { files, problems, tasks } = await documentOf(await image("/srv/app"));
  expect(problems).toEqual([]);
  expect(tasks.map(({ comm }) => comm)).toEqual(["python3"]);
  expect(files.filter(({ details }) => "directory" in details)).toMatchObject([
    { kind: "socket", details: { local: "run/sock", directory: "/srv/app" } },
  ]);
});

test("another one is a change", async () => {
  const [before, after, without] = [await image("/srv/app"), await image("/srv/new"), await image(null)];
  expect(changesJson(diff(before.checkpoint, after.checkpoint))).toMatchObject([
    { kind: "file-detail", key: "directory", before: "/srv/app", after: "/srv/new" },
  ]);
  expect((await documentOf(without)).files.some(({ details }) => "directory" in details)).toBe(false);
});
