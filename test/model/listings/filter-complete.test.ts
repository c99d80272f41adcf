// Completions of a filter.

import { expect, test } from "vitest";
import { completions } from "../../../app/model/listings/filter-complete.ts";

test("a key is completed, after other terms and after a minus", () => {
  expect(completions("descriptors", "ki")).toEqual(["kind:"]);
  expect(completions("descriptors", "fd:3 clo")).toEqual(["fd:3 cloexec:"]);
  expect(completions("files", "-del")).toEqual(["-deleted:"]);
});

test("values of columns that have few are completed, with quotes where needed", () => {
  expect(completions("descriptors", "kind:so")).toEqual(["kind:socket"]);
  expect(completions("files", "kind:char")).toEqual(['kind:"character device"']);
  expect(completions("descriptors", "x cloexec:")).toEqual(["x cloexec:yes", "x cloexec:no"]);
  expect(completions("tasks", "state:zo")).toEqual(["state:zombie"]);
  expect(completions("files", "pos:n")).toEqual(["pos:none"]);
  expect(completions("descriptors", "fd:n")).toEqual(["fd:none"]);
  expect(completions("problems", "severity:w")).toEqual(["severity:warning"]);
});

test("nothing is offered for words, paths, numbers and what is complete", () => {
  for (const filter of ["/var", "nginx", "path:/var", "fd:3", "cloexec:yes", '"a b', "other:", "path:n", "comm:z"]) {
    expect(completions("descriptors", filter), filter).toEqual([]);
  }
});
