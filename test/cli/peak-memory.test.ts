// Hostile inputs in the terminal: each command ends by itself, says what was left out, and takes at most 512 MiB.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Description, FileDescription } from "../../app/encoder/description.ts";
import { encodeAll } from "../support/images.ts";
import { buildProgram, type Program } from "../support/program.ts";
import { gzip, tar } from "../support/tar.ts";

/** In KiB. */
const LARGEST = 512 * 1024;

/**
 * Prints the most memory that a program had, in KiB, as it ends. Not what getrusage(2) says: that is never less than the
 * parent had when it started the program.
 */
const PEAK =
  "import{readFileSync}from'node:fs';" +
  "process.on('exit',()=>console.error('peak '+/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status','utf8'))[1]))";

let program: Program;
const folder = mkdtempSync(join(tmpdir(), "ckptscope-peak-"));
beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => {
  program.remove();
  rmSync(folder, { recursive: true });
});

/** Runs a command, `show --json` for example, on an image; `diff` on it and itself. */
function run(command: string, path: string) {
  const images = command.startsWith("diff") ? [path, path] : [path];
  const args = [
    "--import",
    `data:text/javascript,${encodeURIComponent(PEAK)}`,
    program.path,
    ...command.split(" "),
    ...images,
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 2 ** 30 });
  const peak = Number(/peak (\d+)/.exec(stderr)?.[1]);
  return { status, stdout, stderr, peak };
}

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/hostile/${name}`, import.meta.url));

describe.each(["p-pstree-64.tgz", "p-fdinfo-64.tgz"])("%s, a small archive of very many entries", (name) => {
  test("check", () => {
    const { status, stdout, peak } = run("check", fixture(name));
    expect(status).toBe(1);
    expect(stdout).toMatch(/The limit “(rows|memory)” of .* was reached/);
    expect(peak).toBeLessThan(LARGEST);
  });

  test("diff --json", () => {
    const { stdout, peak } = run("diff --json", fixture(name));
    expect(JSON.parse(stdout)).toMatchObject({ equal: true });
    expect(peak).toBeLessThan(LARGEST);
  });
});

describe("paths of 16 MB", () => {
  test.each(["show", "check"])("%s shortens them", (command) => {
    const { stdout, peak } = run(command, fixture("name16m.tgz"));
    expect(stdout).toMatch(/… \(16,\d+,\d+ (bytes|characters)\)/);
    expect(stdout.length).toBeLessThan(100_000);
    expect(peak).toBeLessThan(LARGEST);
  });

  test("show --json has them in full", () => {
    const { stdout, peak } = run("show --json", fixture("name16m.tgz"));
    const { files } = JSON.parse(stdout) as { files: { path: string | null }[] };
    expect(Math.max(...files.map(({ path }) => path?.length ?? 0))).toBeGreaterThan(15_000_000);
    expect(peak).toBeLessThan(LARGEST);
  });

  test.each(["check --json", "diff --json"])("%s", (command) => {
    const { stdout, peak } = run(command, fixture("name16m.tgz"));
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1 });
    expect(peak).toBeLessThan(LARGEST);
  });
});

test("an archive of 100,000 folders with a set each is refused with a short list", () => {
  const path = join(folder, "sets.tgz");
  const bytes = Uint8Array.of(0x54, 0x56, 0x32, 0x54, 0x56, 0x34, 0x48, 0x57);
  writeFileSync(
    path,
    gzip(tar(Array.from({ length: 100_000 }, (_, index) => ({ name: `s${index}/pstree.img`, bytes })))),
  );
  const { status, stderr, peak } = run("show", path);
  expect(status).toBe(2);
  expect(stderr).toContain("There are 100000 images here");
  expect(peak).toBeLessThan(LARGEST);
});

describe("one object that very many others lead to", () => {
  const file: FileDescription = {
    id: 1,
    kind: "regular",
    path: "/srv/one",
    pos: "0",
    flags: 2,
    mode: 31,
    version: "0",
  };
  const task = (index: number, pid: number | null) => ({
    pid,
    ppid: 1,
    tgid: pid,
    comm: "one",
    state: "running",
    fileTable: index,
  });
  const IMAGES: Readonly<Record<string, Description>> = {
    "100,000 descriptors of one open file": {
      tasks: [task(1, 10)],
      fileTables: [{ id: 1, fds: { length: 100_000, at: (fd: number) => ({ fd, file: 1, closeOnExec: false }) } }],
      files: [file],
    },
    "4,000 tasks with one file table": {
      tasks: { length: 4000, at: (index) => task(1, 10 + index) },
      fileTables: [{ id: 1, fds: [{ fd: 0, file: 1, closeOnExec: false }] }],
      files: [file],
    },
  };

  test.each(Object.keys(IMAGES))("%s", (name) => {
    const path = join(folder, "image.ckpt");
    const { bytes } = encodeAll(IMAGES[name] as Description, { dialect: "v23-rc2" });
    writeFileSync(path, bytes);
    const shown = run("show", path);
    expect(shown).toMatchObject({ status: 0, stdout: expect.stringContaining("/srv/one") });
    const compared = run("diff --json", path);
    expect(JSON.parse(compared.stdout)).toMatchObject({ equal: true });
    expect(Math.max(shown.peak, compared.peak)).toBeLessThan(LARGEST);
  });
});
