// `who` on this machine: threads with tables of their own, processes whose first thread has
// exited, odd names and kinds.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { liveHolders } from "../../../cli/commands/who-live.ts";
import { openKcmp } from "../../../cli/dump/kcmp.ts";
import { isOver } from "../../../cli/dump/processes.ts";
import { runCommand } from "../../support/command.ts";
import { type LiveProcess, startProcess, whyNotHere } from "../../support/live.ts";
import { expectValid } from "../../support/schema.ts";

const [O_RDWR, O_CREAT] = [2, 0o100];
const reason = await whyNotHere();

describe.skipIf(reason !== "")(`who holds a file here${reason === "" ? "" : ` (${reason})`}`, () => {
  let folder: string;
  let target: LiveProcess;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "who-"));
    target = await startProcess();
  });
  afterEach(async () => {
    await target.end();
    rmSync(folder, { recursive: true });
  });
  const path = (name: string): string => join(folder, name);
  const who = async (...args: string[]): Promise<string> => (await runCommand(["who", ...args])).out;

  test("a thread with its own table", async () => {
    const fd = await target.call("open", path("file"), O_RDWR | O_CREAT);
    const thread = await target.call("unsharedThread");
    const line = (pid: number): string => `pid ${pid} fd ${fd} node: rw ${path("file")} @0\n`;
    // Its name depends on the release of Node.
    const lines = async (): Promise<string> => (await who(path("file"))).replace(/(fd \d+) .*?: /g, "$1 node: ");
    expect(await lines()).toBe(line(target.pid) + line(thread));
    await target.call("close", fd);
    expect(await lines()).toBe(line(thread));
    // Without kcmp(2), what differs from the table of the process is the thread's own.
    const { holders } = liveHolders({ kind: "path", path: path("file") }, null);
    expect(holders).toMatchObject([{ pid: thread, fd }]);
  });

  test("a process whose threads share their table: once", async () => {
    const fd = await target.call("open", path("file"), O_RDWR | O_CREAT);
    const kcmp = await openKcmp();
    for (const known of [null, "missing" in kcmp ? null : kcmp]) {
      const { holders } = liveHolders({ kind: "path", path: path("file") }, known);
      expect(holders).toMatchObject([{ pid: target.pid, fd }]);
    }
  });

  test("a process whose first thread has exited, and its dump", async () => {
    writeFileSync(path("file"), "");
    const child = await startHeadless(path("file"));
    try {
      const found = await who(path("file"));
      expect(found).toMatch(new RegExp(`^pid \\d+ fd \\d+ .*: r- ${path("file")} @0\n$`));
      const thread = Number(/^pid (\d+)/.exec(found)?.[1]);
      expect(thread).not.toBe(child.pid);
      expect(isOver(child.pid ?? 0)).toBe(false);
      expect(isOver(await target.call("zombie", 0))).toBe(true);
      for (const option of ["--no-sharing", "--tree"]) {
        const dumped = await runCommand(["dump", `${child.pid}`, option, "-o", path(`image${option}`)]);
        expect(dumped.status).toBe(0);
        expect(await who(path("file"), path(`image${option}`))).toBe(found);
      }
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("files whose names are not text, with their bytes", async () => {
    const pathOf = (name: string): string => `${folder}/${name}`;
    await target.call("openBytes", Buffer.from(pathOf("bad\xff"), "latin1").toString("base64"));
    await target.call("openBytes", Buffer.from(pathOf("new\nline")).toString("base64"));
    expect(await who(pathOf("bad\ufffd"))).toContain(`rw ${pathOf("bad\\xff")} @0\n`);
    expect(await who(pathOf("new\nline"))).toContain(`rw ${pathOf("new\\nline")} @0\n`);
    const document = JSON.parse(await who(pathOf("bad\ufffd"), "--json"));
    expectValid("who", document);
    const nameBytes = Buffer.from(pathOf("bad\xff"), "latin1").toString("base64");
    expect(document.holders).toMatchObject([{ pid: target.pid, name: pathOf("bad\ufffd"), nameBytes }]);
  });

  test("files without a path, by their kind", async () => {
    const names: (readonly [string, string, number])[] = [
      ["anon_inode:[eventfd]", "eventfd", await target.call("eventfd", 1)],
      ["anon_inode:[timerfd]", "timerfd", await target.call("c", "int timerfd_create(int, int)", 1, 0)],
      ["anon_inode:inotify", "inotify", await target.call("c", "int inotify_init1(int)", 0)],
      ["anon_inode:[fanotify]", "fanotify", await target.call("c", "int fanotify_init(int, int)", 0, 0)],
      ["anon_inode:[pidfd]", "pidfd", await target.call("c", "long syscall(long, long, long)", 434, target.pid, 0)],
      ["anon_inode:[userfaultfd]", "generic", await target.call("userfaultfd")],
      ["memfd:note", "memfd", await target.call("c", "int memfd_create(const char *, int)", "note", 0)],
      [readNamespace(target.pid), "namespace", await target.call("open", `/proc/${target.pid}/ns/uts`, 0)],
    ];
    for (const [name, kind, fd] of names) {
      // This kernel lacks it, or it is not permitted.
      if (fd < 0) continue;
      const { holders } = JSON.parse(await who(name, "--json"));
      expect(holders).toContainEqual(expect.objectContaining({ pid: target.pid, fd, kind, deleted: false }));
    }
  });

  test("shared memory is not an unlinked file", async () => {
    const [PROT_READ, MAP_SHARED_ANONYMOUS] = [1, 0x21];
    await target.call(
      "c",
      "intptr_t mmap(intptr_t, size_t, int, int, int, long)",
      0,
      4096,
      PROT_READ,
      MAP_SHARED_ANONYMOUS,
      -1,
      0,
    );
    expect(readFileSync(`/proc/${target.pid}/maps`, "latin1")).toContain("/dev/zero (deleted)");
    expect(await who("--deleted", "--live")).not.toContain(`pid ${target.pid} `);
  });
});

const readNamespace = (pid: number): string => readlinkSync(`/proc/${pid}/ns/uts`);

/** A process that has a file open, and whose first thread has exited. */
async function startHeadless(path: string): Promise<ChildProcess> {
  const koffi = createRequire(import.meta.url).resolve("koffi");
  const [EXIT] = process.arch === "x64" ? [60] : [93];
  const worker = `require("fs").openSync(${JSON.stringify(path)}); require("worker_threads").parentPort.postMessage(0); setInterval(() => {}, 1000)`;
  const code = `
    const exit = require(${JSON.stringify(koffi)}).load(null).func("long syscall(long, long)");
    new (require("worker_threads").Worker)(${JSON.stringify(worker)}, { eval: true }).once("message", () => exit(${EXIT}, 0));`;
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "ignore", "inherit"] });
  while (!readFileSync(`/proc/${child.pid}/stat`, "latin1").includes(") Z "))
    await new Promise((done) => setTimeout(done, 5));
  return child;
}
