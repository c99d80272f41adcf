// Arguments of a command: values, defaults, and what is refused, with a suggestion where there is one.

import { describe, expect, test } from "vitest";
import { CHECK } from "../../../cli/arguments/check.ts";
import { DIFF, DUMP, HELP, REPORT, SERVE, SHOW, WATCH } from "../../../cli/arguments/commands.ts";
import { MEMORY } from "../../../cli/arguments/memory.ts";
import { parseArguments, wantsHelp } from "../../../cli/arguments/parse.ts";
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

  test("with values that begin with a dash, where they are not options of the command", async () => {
    const restored = await parseArguments(CHECK, ["a", "--restore-options", "--shell-job", "--json"]);
    expect(restored.options).toMatchObject({ "restore-options": "--shell-job", json: true });
    expect((await parseArguments(MEMORY, ["a", "--search=--json"])).options.search).toBe("--json");
  });

  test("as a request for help only if -h stands alone", () => {
    expect(["-h", "--help"].map((option) => wantsHelp(SHOW, ["a", option]))).toEqual([true, true]);
    expect([["-dash"], ["--", "-h"], ["--set=-h"]].map((args) => wantsHelp(SHOW, args))).toEqual([false, false, false]);
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
    [
      "an option with a value as a value",
      DIFF,
      ["a", "b", "--set", "--pid=7"],
      "option '--set' needs a value: --set NAME",
    ],
    ["a short option as a value", MEMORY, ["a", "--search", "-i"], "option '--search' needs a value: --search TEXT"],
    ["the end of the options as a value", DIFF, ["a", "b", "--set", "--"], "option '--set' needs a value: --set NAME"],
    [
      "an unknown option as a value",
      DUMP,
      ["1", "-o", "--forec"],
      "'--forec' is not an option; as a value, write it as '--output=--forec'",
    ],
    ["a negative number", DIFF, ["a", "b", "--pid", "-1"], "--pid: '-1' is not a number"],
    ["a file whose name begins with a dash", SHOW, ["-dash"], "unknown option '-d'; see 'ckptscope help show'"],
    ["an unknown command to help with", HELP, ["zzz"], "unknown command 'zzz'; see 'ckptscope help'"],
    ["an option without what it changes", MEMORY, ["a", "--fill"], "--fill needs --output"],
    ["the same of several", MEMORY, ["a", "--utf16"], "--utf16 needs --search or --regex or --strings"],
    ["options of processes without one", CHECK, ["a", "--tree"], "--tree needs --pid"],
    ["a threshold of nothing", WATCH, ["1", "--threshold", "2"], "--threshold needs --growing"],
    ["an explanation in JSON", CHECK, ["--explain", "H1", "--json"], "--explain and --json are mutually exclusive"],
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
