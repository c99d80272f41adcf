// Which open files were unlinked, by what the image says or by their names.

import { expect, test } from "vitest";
import { HAS } from "../../app/model/checkpoint.ts";
import { columnOf } from "../../app/model/listings/columns.ts";
import { filterMask } from "../../app/model/listings/filter.ts";
import { overviewOf } from "../../app/model/overview.ts";
import { unlinkedOf } from "../../app/model/unlinked.ts";
import { checkpointOf } from "../support/state.ts";

const PATHS = ["/tmp/cache (deleted)", "/tmp/cache", "/memfd:pool (deleted)", "/tmp/(deleted)", "/tmp/kept (deleted) "];

const withFiles = (format: "linux-cr" | "criu") =>
  checkpointOf(
    {
      tasks: [{ pid: 7, comm: "a", table: 0 }],
      tables: [PATHS.map((_, file) => ({ fd: file, file }))],
      files: PATHS.map((path) => ({ kind: "regular", path })),
    },
    { format },
  );

test("in a Linux-CR image the end of a path says that the file was unlinked", () => {
  const checkpoint = withFiles("linux-cr");
  expect(PATHS.filter((_, file) => unlinkedOf(checkpoint, file) === "named")).toEqual(["/tmp/cache (deleted)"]);
  const { deleted, deletedByName } = overviewOf(checkpoint);
  expect([...deleted.rows]).toEqual([0]);
  expect(deletedByName).toBe(1);
});

test.each([
  ["seed", "2.6.30", 1],
  ["v16", "2.6.30", 1],
  ["v17", "2.6.30", 0],
  ["v23-rc2", "2.6.38", 0],
  ["samsung-3.0", "3.0.15", 0],
  // Written from outside the kernel.
  ["v23-rc2", "6.18.5", 1],
  ["v23-rc2", "4.19.0", 1],
])("in an image of %s and kernel %s the ending marks %s files", (dialect, kernel, count) => {
  const checkpoint = { ...withFiles("linux-cr"), dialect, facts: [{ label: "kernel", value: kernel }] };
  expect(overviewOf(checkpoint).deletedByName).toBe(count);
});

test("the column says likely, and its filter finds it", () => {
  const checkpoint = withFiles("linux-cr");
  const texts = PATHS.map((_, file) => columnOf("files", "deleted")?.text(checkpoint, file));
  expect(texts).toEqual(["likely", "no", "no", "no", "no"]);
  expect([...(filterMask(checkpoint, "descriptors", "deleted:yes") ?? [])]).toEqual([1, 0, 0, 0, 0]);
});

test("in a CRIU set it is part of the name, and the mark counts", () => {
  const checkpoint = withFiles("criu");
  checkpoint.files.has[1] = (checkpoint.files.has[1] as number) | HAS.deleted;
  expect(PATHS.map((_, file) => unlinkedOf(checkpoint, file))).toEqual([null, "recorded", null, null, null]);
  const { deleted, deletedByName } = overviewOf(checkpoint);
  expect([...deleted.rows]).toEqual([1]);
  expect(deletedByName).toBe(0);
  expect(columnOf("files", "deleted")?.text(checkpoint, 1)).toBe("yes");
});
