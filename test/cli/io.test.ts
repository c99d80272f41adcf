// The program in the face of full and closed outputs: one line and exit status 2, or nothing and 0.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, type Program } from "../support/program.ts";

const image = fileURLToPath(new URL("../fixtures/linux-cr/v23-s1/before.ckpt", import.meta.url));

let program: Program;
beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => program.remove());

describe.skipIf(!existsSync("/dev/full"))("standard output", () => {
  /** Runs a shell command in which $ckptscope is the program. */
  const shell = (command: string) => {
    const env = { ...process.env, ckptscope: `${process.execPath} ${program.path}`, image };
    const { status, stdout, stderr } = spawnSync("bash", ["-c", `set -o pipefail; ${command}`], {
      env,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };

  test.each(["show $image", "show $image --json", "diff $image $image", "help", "--version"])(
    "%s to a full disk",
    (args) => {
      expect(shell(`$ckptscope ${args} > /dev/full`)).toEqual({
        status: 2,
        stdout: "",
        stderr: expect.stringMatching(/^ckptscope.*: cannot write to standard output: no space left on device\n$/),
      });
    },
  );

  test("that is closed is not an error", () => {
    expect(shell("$ckptscope show $image --json | true")).toMatchObject({ status: 0, stderr: "" });
  });
});
