// The program in the face of full and closed outputs: one line and exit status 2, or nothing and 0.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processIo } from "../../cli/io.ts";
import { largeImage } from "../support/large-image.ts";
import { buildProgram, type Program } from "../support/program.ts";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/linux-cr/v23-s1/${name}`, import.meta.url));
const [image, after] = ["before.ckpt", "after.ckpt"].map(fixture);

/** What prints an image, or two, in each format. */
const PRINTED = [
  ...["", "--json", "--tsv", "--lines", "--resources", "--resources --tsv"].map((options) => `show $image ${options}`),
  ...["", "--json", "--jsonl", "--tsv", "--markdown"].map((options) => `diff $image $after ${options}`),
];

let program: Program;
let folder: string;
/** Images whose text is longer than what a pipe holds. */
let large: string;
let moved: string;
beforeAll(async () => {
  program = await buildProgram();
  folder = mkdtempSync(join(tmpdir(), "ckptscope-io-"));
  [large, moved] = [0, 1].map((by) => {
    const path = join(folder, `${by}.ckpt`);
    writeFileSync(path, Buffer.concat([...largeImage(20_000, by)]));
    return path;
  }) as [string, string];
});
afterAll(() => {
  program.remove();
  rmSync(folder, { recursive: true });
});

describe.skipIf(!existsSync("/dev/full"))("standard output", () => {
  /** Runs a shell command in which $ckptscope is the program. */
  const shell = (command: string) => {
    const env = { ...process.env, ckptscope: `${process.execPath} ${program.path}`, image, after, large, moved };
    const { status, stdout, stderr } = spawnSync("bash", ["-c", `set -o pipefail; ${command}`], {
      env,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };

  test.each([...PRINTED, "diff $image $image", "help", "--version"])("%s to a full disk", (args) => {
    expect(shell(`$ckptscope ${args} > /dev/full`)).toEqual({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(/^ckptscope.*: cannot write to standard output: no space left on device\n$/),
    });
  });

  test.each(["show $image --json", "help"])("%s to a pipe that is closed", (args) => {
    expect(shell(`$ckptscope ${args} | true`)).toMatchObject({ status: 0, stderr: "" });
  });

  // As diff(1), `diff` says whether there are changes, whoever reads them.
  test.each(PRINTED)("%s to a pipe that is closed after the first line", (args) => {
    const { status, stdout, stderr } = shell(
      `$ckptscope ${args.replaceAll("$image", "$large").replaceAll("$after", "$moved")} | head -1`,
    );
    expect({ status, stderr }).toEqual({ status: args.startsWith("diff") ? 1 : 0, stderr: "" });
    expect(stdout.split("\n").length).toBe(2);
  });
});

test("standard input is read to its end, or to a limit", async () => {
  const given = Object.getOwnPropertyDescriptor(process, "stdin") as PropertyDescriptor;
  const read = (most: number): Promise<Uint8Array | null> => {
    const value = Readable.from([Buffer.from("im"), Buffer.from("age")]);
    Object.defineProperty(process, "stdin", { configurable: true, value });
    return processIo().readStdin(most);
  };
  try {
    expect(await read(5)).toEqual(new Uint8Array(Buffer.from("image")));
    expect(await read(4)).toBeNull();
  } finally {
    Object.defineProperty(process, "stdin", given);
  }
});
