import { describe, expect, test } from "vitest";
import { nameOf, resolve } from "../../app/link/name.ts";
import type { Selection } from "../../app/model/related.ts";
import { NGINX } from "../support/nginx.ts";
import { checkpointOf } from "../support/state.ts";

const checkpoint = checkpointOf(NGINX);
const other = checkpointOf(NGINX, { firstId: 500 });

describe("names of the selection", () => {
  test("every object is found again in another dump of the same state", () => {
    const objects: Selection[] = [
      { to: "task", row: 4 },
      { to: "table", row: 1 },
      { to: "descriptor", row: 8 },
      { to: "file", row: 4 },
      { to: "file", row: 5 },
    ];
    for (const selection of objects) {
      const name = nameOf(checkpoint, selection);
      expect(name && resolve(other, name)).toEqual(selection);
    }
  });
  test("a file is named by its first holder, or by its path if it has none", () => {
    expect(nameOf(checkpoint, { to: "file", row: 1 })).toEqual({ to: "file", task: 412, fd: 1 });
    expect(nameOf(checkpoint, { to: "file", row: 5 })).toEqual({ to: "path", path: "/usr/bin/nginx" });
  });
  test("what is not there is not found", () => {
    expect(resolve(checkpoint, { to: "task", task: 9999 })).toBeNull();
    expect(resolve(checkpoint, { to: "descriptor", task: 412, fd: 99 })).toBeNull();
    expect(resolve(checkpoint, { to: "descriptor", task: 501, fd: 0 })).toBeNull();
    expect(resolve(checkpoint, { to: "path", path: "/none" })).toBeNull();
  });
  test("without pids a task’s number is its index", () => {
    const bare = checkpointOf({ tasks: [{ comm: "a" }, { comm: "b", table: 0 }], tables: [[]], files: [] });
    expect(nameOf(bare, { to: "task", row: 1 })).toEqual({ to: "task", task: 1 });
    expect(resolve(bare, { to: "task", task: 1 })).toEqual({ to: "task", row: 1 });
    expect(resolve(bare, { to: "table", task: 1 })).toEqual({ to: "table", row: 0 });
  });
  test("a path that is shown with escapes is found by what is shown", () => {
    const odd = checkpointOf({ tasks: [], tables: [], files: [{ kind: "regular", path: "/a\nb" }] });
    const name = nameOf(odd, { to: "file", row: 0 });
    expect(name).toEqual({ to: "path", path: "/a\\nb" });
    expect(name && resolve(odd, name)).toEqual({ to: "file", row: 0 });
  });
});
