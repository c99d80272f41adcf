// The program with its compiled code: kept by several first runs at once, and damaged afterwards.

import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildProgram, type Program } from "../support/program.ts";

const image = fileURLToPath(new URL("../fixtures/linux-cr/v23-s1/before.ckpt", import.meta.url));

let program: Program;
beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => program.remove());

/** What the program prints about an image. Rejects if it fails, or prints errors. */
async function show(): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program.path, "show", image, "--tsv"]);
  expect(stderr).toBe("");
  return stdout;
}

/** The kept files. */
function kept(): string[] {
  const folder = join(dirname(program.path), "compiled");
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test("several first runs at once, and runs with damaged code", async () => {
  const texts = await Promise.all([show(), show(), show(), show()]);
  const [text = ""] = texts;
  expect(text).toContain("\ttty\t");
  expect(texts).toEqual([text, text, text, text]);
  const files = kept();
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((path) => !path.endsWith(".js"))).toEqual([]);
  // In each run, a byte of every file is another one: in the header, in the code, and at the end.
  for (const share of [0, 0.01, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 1]) {
    for (const path of files) {
      const bytes = readFileSync(path);
      const at = Math.floor(share * (bytes.length - 1));
      bytes[at] = (bytes[at] ?? 0) ^ 0x55;
      writeFileSync(path, bytes);
    }
    expect(await show()).toBe(text);
  }
});
