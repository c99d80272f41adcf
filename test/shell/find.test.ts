import { describe, expect, test } from "vitest";
import { type FindResults, find } from "../../app/shell/find.ts";
import { NGINX } from "../support/nginx.ts";
import { checkpointOf } from "../support/state.ts";

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
  test("nothing finds nothing", async () => {
    expect(await found("  ")).toEqual([]);
    expect(await found("no such thing")).toEqual([]);
  });
});
