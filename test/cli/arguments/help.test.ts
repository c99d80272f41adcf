// Help, the manual page and completion: everything in the descriptions of the commands is in them.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { RULES } from "../../../app/checks/check.ts";
import { CHANGE_KINDS } from "../../../app/diff/changes.ts";
import { COMMANDS } from "../../../cli/arguments/commands.ts";
import { completionScript } from "../../../cli/arguments/completion.ts";
import { manPage } from "../../../cli/arguments/man.ts";
import { suggest } from "../../../cli/arguments/suggest.ts";
import { runCommand } from "../../support/command.ts";

describe("help", () => {
  test.each(COMMANDS.map((spec) => [spec.name, spec] as const))(
    "of %s explains every option, with examples",
    async (name, spec) => {
      const { status, out } = await runCommand([name, "--help"]);
      expect(status).toBe(0);
      expect(await runCommand(["help", name])).toMatchObject({ status: 0, out });
      for (const option of [...Object.keys(spec.options), "help"]) {
        expect(out).toMatch(new RegExp(`^  (-\\w, )?--${option}\\b.*\\n?.*[A-Z]`, "m"));
      }
      expect(spec.examples.length).toBeGreaterThanOrEqual(2);
      for (const { line, meaning } of spec.examples) expect(out).toContain(`  ${line}\n      ${meaning}\n`);
      for (const line of out.split("\n")) {
        if (!line.startsWith("  ckptscope") && !line.startsWith("  source"))
          expect(line.length).toBeLessThanOrEqual(80);
      }
    },
  );

  test("lists the kinds of change and the codes of checks", async () => {
    const { out: diff } = await runCommand(["diff", "-h"]);
    for (const kind of CHANGE_KINDS) expect(diff).toContain(`\n  ${kind} `);
    const { out: check } = await runCommand(["check", "-h"]);
    for (const { code } of RULES) expect(check).toMatch(new RegExp(`^  ${code}\\b`, "m"));
  });

  test("of ckptscope lists every command", async () => {
    const { out } = await runCommand(["help"]);
    for (const { name, summary } of COMMANDS)
      expect(out).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 20)}`, "m"));
    expect((await runCommand(["--help"])).out).toBe(out);
  });

  test("after -- is an operand, not a request for help", async () => {
    expect((await runCommand(["show", "--", "--help"])).status).toBe(2);
  });
});

test("a misspelled command gets a suggestion", async () => {
  const complaint = async (name: string) => (await runCommand([name])).complaints[0];
  expect(await complaint("shwo")).toBe("ckptscope: unknown command 'shwo'; did you mean 'show'?");
  expect(await complaint("DIFF")).toBe("ckptscope: unknown command 'DIFF'; did you mean 'diff'?");
  expect(await complaint("frobnicate")).toBe("ckptscope: unknown command 'frobnicate'; see 'ckptscope help'");
});

test.each([
  ["repotr", "report"],
  ["wach", "watch"],
  ["comp", "completion"],
  ["xy", null],
  ["", null],
])("the name closest to %j is %j", (name, wanted) => {
  const names = COMMANDS.map((spec) => spec.name);
  expect(suggest(name, names)).toBe(wanted);
});

describe("the manual page", () => {
  test("is current: otherwise run `npm run man`", async () => {
    expect(readFileSync(new URL("../../../man/ckptscope.1", import.meta.url), "utf8")).toBe(await manPage());
  });

  test("is written by build/man.mjs", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ckptscope-man-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "ckptscope.1");
    execFileSync(process.execPath, [join(import.meta.dirname, "../../../build/man.mjs"), file]);
    expect(readFileSync(file, "utf8")).toBe(await manPage());
  });

  const groff = spawnSync("groff", ["--version"]).status === 0;
  test.skipIf(!groff)(`has no errors that groff finds${groff ? "" : " (groff is not installed)"}`, async () => {
    const { stderr } = spawnSync("groff", ["-man", "-Tutf8", "-ww", "-z"], {
      input: await manPage(),
      encoding: "utf8",
    });
    expect(stderr).toBe("");
  });
});

describe("completion", () => {
  const bash = spawnSync("bash", ["--version"]).status === 0;
  test.skipIf(!bash).each([
    [["d"], ["diff", "dump"]],
    [["diff", "--m"], ["--markdown"]],
    [["diff", "a", "b", "--only", "task-a"], ["task-added"]],
    [["diff", "a", "b", "--only", "fd-opened,table-s"], ["fd-opened,table-shared"]],
    [
      ["dump", "1", "--dialect", ""],
      ["seed", "v23-rc2"],
    ],
    [["report", "a", "-o", ""], []],
    [["help", "wa"], ["watch"]],
    [["completion", "f"], ["fish"]],
    [["show", "ima"], []],
  ])("in bash of %j is %j", async (words, offered) => {
    const script = await completionScript("bash");
    const quoted = ["ckptscope", ...words].map((word) => `'${word}'`).join(" ");
    const call = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _ckptscope; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const out = execFileSync("bash", ["--norc", "-c", `${script}\n${call}`], { encoding: "utf8" });
    expect(out.split("\n").filter((line) => line !== "")).toEqual(offered);
  });

  test.each(["zsh", "fish"] as const)("in %s offers every command and option", async (shell) => {
    const { status, out } = await runCommand(["completion", shell]);
    expect(status).toBe(0);
    for (const { name, options } of COMMANDS) {
      expect(out).toContain(name);
      for (const option of Object.keys(options))
        expect(out).toContain(shell === "fish" ? `-l ${option} ` : `--${option}[`);
    }
    const installed = spawnSync(shell, ["--version"]).status === 0;
    if (installed)
      expect(spawnSync(shell, ["-n"], { input: out, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });
});
