// What tasks are called: by pid, or by name with the index where that is needed.

import { expect, test } from "vitest";
import { NONE } from "../../../app/model/checkpoint.ts";
import { taskHeading, taskInText, taskLabel, taskOf, taskWords } from "../../../app/model/text/task-words.ts";
import { checkpointOf } from "../../support/state.ts";

const image = (...comms: readonly string[]) =>
  checkpointOf({ tasks: comms.map((comm) => ({ comm })), tables: [], files: [] });

test("a pid says which task it is", () => {
  const checkpoint = checkpointOf({ tasks: [{ pid: 412, comm: "nginx" }], tables: [], files: [] });
  const task = taskOf(checkpoint, 0);
  expect([taskWords(task), taskHeading(task), taskInText(task), taskLabel(task)]).toEqual([
    "pid 412",
    "pid 412 nginx",
    "pid 412 nginx",
    "412 nginx",
  ]);
});

test("without pids, a unique name is enough; otherwise the index follows", () => {
  const checkpoint = image("httpd", "worker", "worker", "");
  const all = [0, 1, 2, 3].map((task) => taskOf(checkpoint, task));
  expect(all.map((task) => taskWords(task))).toEqual(["httpd", "worker (index 1)", "worker (index 2)", "index 3"]);
  expect(all.map(taskLabel)).toEqual(all.map((task) => taskWords(task)));
  expect(all.map((task) => taskHeading(task))).toEqual([
    "httpd (index 0)",
    "worker (index 1)",
    "worker (index 2)",
    "index 3",
  ]);
});

test("in a comparison, a name must be the only one on both sides, and an index has its sides", () => {
  const before = image("httpd", "w1", "w2", "w3", "w3");
  const after = image("httpd", "w4", "w3", "w1");
  const task = (taskBefore: number, taskAfter: number) => ({ before, after, taskBefore, taskAfter });
  expect(taskWords(task(0, 0))).toBe("httpd");
  expect(taskWords(task(1, 3))).toBe("w1");
  expect(taskHeading(task(1, 3))).toBe("w1 (index 1 → 3)");
  expect(taskWords(task(3, 2))).toBe("w3 (index 3 → 2)");
  expect(taskWords(task(2, NONE))).toBe("w2");
  expect(taskWords(task(NONE, 1))).toBe("w4");
  expect(taskHeading(task(0, 0))).toBe("httpd (index 0)");
});

test("an image with pids compared with one without", () => {
  const pids = checkpointOf({ tasks: [{ pid: 412, comm: "nginx" }], tables: [], files: [] });
  const without = image("x", "nginx", "nginx");
  expect(taskWords({ before: pids, after: without, taskBefore: 0, taskAfter: 1 })).toBe("pid 412");
  expect(taskWords({ before: without, after: pids, taskBefore: 1, taskAfter: 0 })).toBe("nginx (index 1 → pid 412)");
  expect(taskWords({ before: pids, after: without, taskBefore: NONE, taskAfter: 2 })).toBe("nginx (index 2 after)");
});

test("names are quoted, and what is invisible in them is not", () => {
  const checkpoint = image("a\nb", "a\\nb");
  // They look alike once they are made visible.
  expect(taskWords(taskOf(checkpoint, 0), (text) => `<${text}>`)).toMatch(/^<a\\nb>/);
});
