// Loading the modules of the program with code compiled in an earlier run.

import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
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

/**
 * Has the part answer another digit. Its length stays the same, so that V8 takes kept code for that of the new text.
 */
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

/** Expects that the next run does not use a kept file, and replaces it by one that the run after that uses. */
function expectReplaced(path: string): void {
  const before = statSync(path).ino;
  expect(run()).toBe(1);
  const after = statSync(path).ino;
  expect(after).not.toBe(before);
  expect(run()).toBe(1);
  expect(statSync(path).ino).toBe(after);
}

test("kept code with any bit flipped is not used", () => {
  run();
  const [path = ""] = kept();
  const whole = readFileSync(path);
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
    writeFileSync(path, damaged);
    expectReplaced(path);
  }
});

test("files that are not kept code, or that of another module, are not used", () => {
  write("part-2.js", 'exports.path = require("node:path");\nexports.answer = () => 2;\n');
  write("entry.js", 'exports.answer = () => require("./part-1.js").answer() * require("./part-2.js").answer() - 1;');
  run();
  const [first = "", second = ""] = kept().sort();
  // The texts of both have the same length, which is all that V8 compares.
  copyFileSync(second, first);
  expectReplaced(first);
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.alloc(3),
    Buffer.alloc(4),
    Buffer.alloc(5000),
    Buffer.alloc(5000, 0xff),
  ]) {
    writeFileSync(first, bytes);
    expectReplaced(first);
  }
});

test("kept code that others can have written is not used", () => {
  run();
  const [path = ""] = kept();
  expect(statSync(path).mode & 0o022).toBe(0);
  for (const mode of [0o664, 0o646, 0o666]) {
    chmodSync(path, mode);
    expectReplaced(path);
  }
  // Only root can give a file away.
  if (USER !== 0) return;
  chownSync(path, 1, 1);
  expectReplaced(path);
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
  expect(readdirSync(dirname(path))).toEqual([basename(path)]);
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
