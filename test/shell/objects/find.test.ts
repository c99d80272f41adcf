import { describe, expect, test, vi } from "vitest";
import { diff } from "../../../app/diff/diff.ts";
import { type FindResults, find } from "../../../app/shell/objects/find.ts";
import { findInBoth } from "../../../app/shell/objects/find-both.ts";
import { NGINX } from "../../support/nginx.ts";
import { checkpointOf } from "../../support/state.ts";

const checkpoint = checkpointOf(NGINX);

const found = async (query: string): Promise<string[]> => {
  let last: FindResults = { found: [], total: 0, done: false };
  await find(checkpoint, query, new AbortController().signal, (finds) => {
    last = finds;
  });
  expect(last.done).toBe(true);
  expect(last.total).toBe(last.found.length);
  return last.found.map(({ to, row }) => `${to} ${row}`);
};

describe("find", () => {
  test("by path, whatever the case", async () => {
    expect(await found("ACCESS.log")).toEqual(["file 1"]);
  });
  test("by comm, before files", async () => {
    expect(await found("nginx")).toEqual(["task 1", "task 2", "file 1", "file 5"]);
  });
  test("a number is a pid, then what names hold, then an fd", async () => {
    expect(await found("500")).toEqual(["task 3"]);
    expect(await found("7")).toEqual(["descriptor 6"]);
  });
  test("pid:fd names a descriptor", async () => {
    expect((await found("413:5"))[0]).toBe("descriptor 5");
  });
  test("fd and pid before a number find only those", async () => {
    expect(await found("fd 7")).toEqual(["descriptor 6"]);
    expect(await found("FD:7")).toEqual(["descriptor 6"]);
    expect(await found("fd7")).toEqual(["descriptor 6"]);
    expect(await found("pid 500")).toEqual(["task 3"]);
    expect(await found("fd 500")).toEqual([]);
  });
  test("blanks and unknown names find nothing", async () => {
    expect(await found("  ")).toEqual([]);
    expect(await found("no such thing")).toEqual([]);
  });
});

test("of two images, what is on both sides is found once, and what is only before is found there", async () => {
  const file = (path: string) => ({ kind: "regular" as const, path, pos: 0n });
  const of = (files: readonly string[], fds: readonly number[], firstId: number) =>
    checkpointOf(
      {
        tasks: [{ pid: 1, comm: "a", table: 0 }],
        tables: [fds.map((fd, at) => ({ fd, file: at }))],
        files: files.map(file),
      },
      { firstId },
    );
  const comparison = diff(of(["/log", "/old.log", "/closed.log"], [0, 1, 2], 1), of(["/log", "/new.log"], [0, 1], 900));
  const results: string[] = [];
  await findInBoth(comparison, "log", new AbortController().signal, ({ found, done, total }) => {
    if (!done) return;
    expect(total).toBe(found.length);
    results.push(...found.map(({ side, object }) => `${side} ${object.to} ${object.row}`));
  });
  expect(results).toEqual(["after file 0", "after file 1", "before file 1", "before file 2"]);
});

test("matching both images pauses, and stops when it is cancelled", async () => {
  const fds = Array.from({ length: 5000 }, (_, fd) => ({ fd, file: 0 }));
  const image = checkpointOf({
    tasks: [{ pid: 1, comm: "a", table: 0 }],
    tables: [fds],
    files: [{ kind: "regular", path: "/log", pos: 0n }],
  });
  const comparison = diff(image, image);
  let now = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => {
    now += 1000;
    return now;
  });
  const control = new AbortController();
  const ends: boolean[] = [];
  setTimeout(() => control.abort());
  await findInBoth(comparison, "log", control.signal, ({ done }) => ends.push(done));
  clock.mockRestore();
  expect(ends).toEqual([]);
});
