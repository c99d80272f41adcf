// Files that commands write: complete or not at all, and never in place of something else.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isStandardOutput, type Output } from "../../cli/output.ts";
import { fixtureBytes } from "../support/open.ts";

const BYTES = Uint8Array.of(1, 2, 3);

/** Whether `koffi` can be loaded decides how a file is made: without a name, or with a temporary one. */
describe.skipIf(process.platform !== "linux").each([
  ["with koffi", true],
  ["without koffi", false],
])("a file written %s", (_title, koffi) => {
  let folder: string;
  let open: (path: string, options?: { force: boolean; inputs?: readonly string[] }) => Promise<Output>;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "ckptscope-"));
    vi.resetModules();
    if (!koffi) {
      vi.doMock("koffi", () => {
        throw new Error("not installed");
      });
    }
    const { openOutput } = await import("../../cli/output.ts");
    open = (path, options = { force: false }) => openOutput(path, options);
  });
  afterEach(() => {
    vi.doUnmock("koffi");
    rmSync(folder, { recursive: true });
  });
  const path = (name: string): string => join(folder, name);
  const write = async (name: string, force = false): Promise<void> => {
    const output = await open(path(name), { force });
    try {
      output.write(BYTES);
      output.finish();
    } finally {
      output.discard();
    }
  };

  test("appears complete and private, whatever the umask", async () => {
    const umask = process.umask(0);
    try {
      const output = await open(path("new"));
      output.write(BYTES.subarray(0, 2));
      output.write(BYTES.subarray(2));
      expect(readdirSync(folder)).not.toContain("new");
      output.finish();
      output.discard();
    } finally {
      process.umask(umask);
    }
    expect(readdirSync(folder)).toEqual(["new"]);
    expect([...readFileSync(path("new"))]).toEqual([...BYTES]);
    expect(lstatSync(path("new")).mode & 0o7777).toBe(0o600);
  });

  test("is never the image that is read, nor a file of it", async () => {
    mkdirSync(path("set"));
    for (const name of ["image", "set/core-1.img", "set/report.html"]) writeFileSync(path(name), "old");
    writeFileSync(path("set/a.ckpt"), fixtureBytes("linux-cr/v23-s1/before.ckpt"));
    writeFileSync(path("set/a.tgz"), gzipSync("anything"));
    linkSync(path("image"), path("other"));
    const inputs = [path("image"), path("set"), "-", path("missing")];
    for (const name of ["image", "other", "set/core-1.img", "set/../set/core-1.img", "set/a.ckpt", "set/a.tgz"]) {
      await expect(open(path(name), { force: true, inputs })).rejects.toThrow(/belongs to the image that is read/);
    }
    for (const name of ["new", "set/new", "set/report.html"])
      (await open(path(name), { force: true, inputs })).discard();
    expect(["image", "set/core-1.img"].map((name) => readFileSync(path(name), "utf8"))).toEqual(["old", "old"]);
  });

  test("is never a file of a parent set, which is read through a link", async () => {
    for (const name of ["before", "last"]) mkdirSync(path(name));
    for (const name of ["before/pagemap-1.img", "before/notes", "last/core-1.img"]) writeFileSync(path(name), "old");
    symlinkSync("../before", path("last/parent"));
    const options = { force: true, inputs: [path("last")] };
    await expect(open(path("before/pagemap-1.img"), options)).rejects.toThrow(/belongs to the image that is read/);
    (await open(path("before/notes"), options)).discard();
  });

  test("leaves nothing if it is discarded", async () => {
    const listeners = () => ["SIGINT", "SIGTERM"].map((signal) => process.listenerCount(signal));
    const before = listeners();
    const output = await open(path("new"));
    output.write(BYTES);
    output.discard();
    expect(readdirSync(folder)).toEqual([]);
    expect(listeners()).toEqual(before);
  });

  test("replaces a regular file only with --force", async () => {
    writeFileSync(path("old"), "old", { mode: 0o644 });
    await expect(write("old")).rejects.toThrow(/old: the file exists; use --force to replace it$/);
    expect(readFileSync(path("old"), "utf8")).toBe("old");
    await write("old", true);
    expect([...readFileSync(path("old"))]).toEqual([...BYTES]);
    expect(readdirSync(folder)).toEqual(["old"]);
  });

  test("does not replace a file that appears while it is written", async () => {
    const output = await open(path("new"));
    writeFileSync(path("new"), "other");
    expect(() => output.finish()).toThrow(/the file exists/);
    output.discard();
    expect(readFileSync(path("new"), "utf8")).toBe("other");
    expect(readdirSync(folder)).toEqual(["new"]);
  });

  test.each([false, true])("does not follow or replace a link (force: %s)", async (force) => {
    writeFileSync(path("target"), "target");
    symlinkSync("target", path("link"));
    symlinkSync("nowhere", path("dangling"));
    await expect(write("link", force)).rejects.toThrow(/is a symbolic link/);
    await expect(write("dangling", force)).rejects.toThrow(/is a symbolic link/);
    expect(readFileSync(path("target"), "utf8")).toBe("target");
    expect(readdirSync(folder).sort()).toEqual(["dangling", "link", "target"]);
  });

  test("does not replace a link or FIFO that appears while it is written", async () => {
    writeFileSync(path("target"), "target");
    for (const make of [() => symlinkSync("target", path("new")), () => execFileSync("mkfifo", [path("new")])]) {
      const output = await open(path("new"), { force: true });
      output.write(BYTES);
      make();
      expect(() => output.finish()).toThrow(/is a symbolic link|was replaced/);
      output.discard();
      expect(lstatSync(path("new")).isFile()).toBe(false);
      rmSync(path("new"));
    }
    expect(readdirSync(folder)).toEqual(["target"]);
  });

  test("is not a directory, a socket or missing directory", async () => {
    mkdirSync(path("directory"));
    await expect(write("directory", true)).rejects.toThrow(/directory: is a directory$/);
    await expect(write("new/")).rejects.toThrow(/is a directory$/);
    await expect(write("no/such")).rejects.toThrow(/cannot write .*no\/such: no such file or directory$/);
    const server = spawn(process.execPath, [
      "-e",
      `require("net").createServer().listen(${JSON.stringify(path("socket"))}, () => console.log())`,
    ]);
    await once(server.stdout, "data");
    await expect(write("socket", true)).rejects.toThrow(/is not a regular file$/);
    expect(lstatSync(path("socket")).isSocket()).toBe(true);
    server.kill();
  });

  test("goes through a device or FIFO, which stays what it is", async () => {
    execFileSync("mkfifo", [path("fifo")]);
    const reader = spawn("cat", [path("fifo")]);
    const read = once(reader.stdout, "data");
    await write("fifo", true);
    expect([...((await read)[0] as Buffer)]).toEqual([...BYTES]);
    expect(lstatSync(path("fifo")).isFIFO()).toBe(true);
    symlinkSync("/dev/null", path("null"));
    for (const name of ["/dev/null", path("null")]) {
      const output = await open(name);
      expect(output.write(BYTES)).toBe(true);
      output.finish();
    }
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
    const full = await open("/dev/full");
    expect(() => full.write(BYTES)).toThrow("cannot write /dev/full: no space left on device");
    full.discard();
  });

  test.skipIf(process.getuid?.() !== 0)("does not overwrite a block device", async () => {
    execFileSync("mknod", [path("disk"), "b", "7", "250"]);
    await expect(write("disk", true)).rejects.toThrow(/is a block device$/);
  });

  test("stops without an error when the reader of a FIFO goes away", async () => {
    execFileSync("mkfifo", [path("fifo")]);
    const reader = openSync(path("fifo"), "r+");
    const output = await open(path("fifo"));
    expect(output.write(BYTES)).toBe(true);
    closeSync(reader);
    expect(output.write(BYTES)).toBe(false);
    output.discard();
  });

  const mayMount = spawnSync("unshare", ["--mount", "true"]).status === 0;
  test.skipIf(!mayMount)("leaves the old file when the disk is full", async () => {
    mkdirSync(path("disk"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", path("disk")]);
    try {
      writeFileSync(path("disk/old"), "old");
      const output = await open(path("disk/old"), { force: true });
      expect(() => output.write(new Uint8Array(100_000))).toThrow(/old: no space left on device$/);
      output.discard();
      expect(readFileSync(path("disk/old"), "utf8")).toBe("old");
      expect(readdirSync(path("disk"))).toEqual(["old"]);
    } finally {
      execFileSync("umount", [path("disk")]);
    }
  });
});

test("standard output has several names", () => {
  expect(["-", "/dev/stdout", "/dev/fd/1", "./-", "x"].map(isStandardOutput)).toEqual([true, true, true, false, false]);
});
