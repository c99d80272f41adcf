// Loading the modules of the program with code compiled in an earlier run.

import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createModuleLoader } from "../../cli/module-loader.ts";

const USER = process.geteuid?.();

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ckptscope-modules-"));
  write("entry.js", 'exports.answer = () => require("./part-1.js").answer();');
  write("part-1.js", 'exports.path = require("node:path");\nexports.answer = () => 1;\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);

/** What a run of the program answers, which keeps its compiled code if it can. */
function run(user = USER): number {
  const loader = createModuleLoader(folder, user);
  const { answer } = loader.load("./entry.js") as { answer(): number };
  const answered = answer();
  loader.keepCompiled();
  return answered;
}

/** The kept files. */
function kept(): string[] {
  const all = readdirSync(folder, { recursive: true, encoding: "utf8", withFileTypes: true });
  return all
    .filter((file) => file.isFile() && file.parentPath !== folder)
    .map((file) => join(file.parentPath, file.name));
}

/** Has the part answer another digit. Its length stays the same, so that V8 takes kept code for that of the new text. */
function changePart(answer: number): void {
  const text = readFileSync(join(folder, "part-1.js"), "utf8");
  write("part-1.js", text.replace(/=> \d/, `=> ${answer}`));
}

test("each module is loaded once", () => {
  write("entry.js", 'exports.same = require("./part-1.js") === require("./part-1.js");');
  const loader = createModuleLoader(folder, USER);
  expect(loader.load("./entry.js")).toEqual({ same: true });
});

test("modules that require each other get what has been exported", () => {
  write("entry.js", 'exports.answer = require("./part-1.js").answer;');
  write("part-1.js", 'const other = require("./part-2.js");\nexports.answer = () => other.answer();');
  write("part-2.js", 'exports.isFirst = require("./part-1.js").answer === undefined;\nexports.answer = () => 3;');
  expect(run()).toBe(3);
});

test("a later run uses the kept code of what the entry requires", () => {
  expect(run()).toBe(1);
  expect(kept().map((path) => path.slice(path.lastIndexOf("/") + 1))).toEqual(["part-1.js"]);
  changePart(2);
  expect(run()).toBe(1);
});

test("code compiled with other flags is not used", () => {
  run();
  changePart(2);
  setFlagsFromString("--no-turbo-loop-peeling");
  try {
    expect(run()).toBe(2);
  } finally {
    setFlagsFromString("--turbo-loop-peeling");
  }
  expect(kept().length).toBe(2);
});

test("a part of the kept code is not used, and replaced", () => {
  run();
  const [path = ""] = kept();
  const whole = readFileSync(path).length;
  for (const [index, length] of [0, 1, whole >> 1, whole - 1].entries()) {
    truncateSync(path, length);
    // V8 remembers texts that this process has compiled before.
    changePart(2 + index);
    expect(run()).toBe(2 + index);
    expect(readFileSync(path).length).toBe(whole);
  }
});

test("nothing is kept in a folder of another user", () => {
  expect(run((USER ?? 0) + 1)).toBe(1);
  expect(kept()).toEqual([]);
  // Only root can give a folder away.
  if (USER !== 0) return;
  chownSync(folder, 1, 1);
  expect(run()).toBe(1);
  expect(kept()).toEqual([]);
});

test("a program runs where nothing can be kept", () => {
  write("compiled", "");
  expect(run()).toBe(1);
  rmSync(join(folder, "compiled"));
  // The name of the file to be written is taken.
  run();
  const [path = ""] = kept();
  rmSync(path);
  mkdirSync(path);
  expect(run()).toBe(1);
  expect(existsSync(`${path}.${process.pid}`)).toBe(false);
});

test("a stack trace says where in the file", () => {
  write("part-1.js", "exports.answer = () => {\n  throw new Error();\n};");
  let stack = "";
  try {
    run();
  } catch (error) {
    stack = (error as Error).stack ?? "";
  }
  expect(stack).toContain(`${join(folder, "part-1.js")}:2:9`);
});
