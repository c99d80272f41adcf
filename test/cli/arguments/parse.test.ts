// Arguments of a command: values, defaults, and what is refused, with a suggestion where there is one.

import { describe, expect, test } from "vitest";
import { CHECK } from "../../../cli/arguments/check.ts";
import { DIFF, DUMP, REPORT, SERVE, WATCH } from "../../../cli/arguments/commands.ts";
import { parseArguments } from "../../../cli/arguments/parse.ts";
import type { CommandSpec } from "../../../cli/arguments/spec.ts";

describe("arguments are parsed", () => {
  test("with defaults for options that are not given", async () => {
    expect(await parseArguments(DIFF, ["a", "b"])).toEqual({
      operands: ["a", "b"],
      options: {
        json: false,
        jsonl: false,
        markdown: false,
        tsv: false,
        only: undefined,
        ignore: undefined,
        pid: undefined,
        dialect: undefined,
        set: undefined,
        limit: undefined,
        "no-limits": false,
        "no-resources": false,
        security: false,
      },
    });
    expect((await parseArguments(WATCH, ["1"])).options.every).toBe("1s");
  });

  test("in any order, in both forms, as flags, numbers and lists", async () => {
    const { operands, options } = await parseArguments(DIFF, [
      "--json",
      "a",
      "--pid=7",
      "b",
      "--only",
      "file-pos, fd-closed",
    ]);
    expect(operands).toEqual(["a", "b"]);
    expect(options).toMatchObject({ json: true, pid: 7, only: ["file-pos", "fd-closed"] });
  });

  test("with short options, `-` as an operand or value, and operands after --", async () => {
    expect((await parseArguments(DUMP, ["1", "2", "-oFILE"])).options.output).toBe("FILE");
    expect(await parseArguments(REPORT, ["-o", "-", "-"])).toMatchObject({ operands: ["-"], options: { output: "-" } });
    expect((await parseArguments(SERVE, ["--", "--port"])).operands).toEqual(["--port"]);
  });

  test("with values spelled as in their list, and an empty list as none", async () => {
    expect((await parseArguments(CHECK, ["a", "--only", "h1,H42"])).options.only).toEqual(["H1", "H42"]);
    expect((await parseArguments(CHECK, ["a", "--ignore", ""])).options.ignore).toBeUndefined();
  });
});

describe("arguments are refused", () => {
  test.each<[string, CommandSpec, string[], string]>([
    ["a misspelled option", DIFF, ["a", "b", "--markdwon"], "unknown option '--markdwon'; did you mean '--markdown'?"],
    ["an unlike option", DIFF, ["a", "b", "--verbose"], "unknown option '--verbose'; see 'ckptscope help diff'"],
    ["an unknown short option", DUMP, ["1", "-x"], "unknown option '-x'; see 'ckptscope help dump'"],
    ["a name from Object.prototype", DIFF, ["--toString"], "unknown option '--toString'; see 'ckptscope help diff'"],
    ["a missing value", DUMP, ["1", "-o"], "option '-o' needs a value: -o FILE"],
    ["an option as a value", DIFF, ["a", "b", "--set", "--json"], "option '--set' needs a value: --set NAME"],
    ["a value for a flag", DIFF, ["a", "b", "--json=yes"], "option '--json' takes no value"],
    ["words for a number", DIFF, ["a", "b", "--pid", "init"], "--pid: 'init' is not a number"],
    [
      "a misspelled value",
      DIFF,
      ["a", "b", "--only", "file-poss"],
      "--only: unknown change kind 'file-poss'; did you mean 'file-pos'?",
    ],
    ["an unlike value", CHECK, ["a", "--only", "zzz"], "--only: unknown check 'zzz'; see 'ckptscope help check'"],
    ["a value of few", DUMP, ["1", "--dialect", "v20"], "--dialect: unknown output dialect 'v20'; use seed or v23-rc2"],
    [
      "options that exclude each other",
      DIFF,
      ["a", "b", "--json", "--markdown"],
      "--json and --markdown are mutually exclusive",
    ],
    ["too few operands", DIFF, ["a"], "expected two images"],
    ["too many operands", CHECK, ["a", "b"], "expected one image"],
    [
      "control characters, made visible",
      DIFF,
      ["--a\x1b[31m"],
      "unknown option '--a\\x1b[31m'; see 'ckptscope help diff'",
    ],
  ])("%s", async (_, spec, args, message) => {
    await expect(parseArguments(spec, args)).rejects.toThrow(message);
  });
});
