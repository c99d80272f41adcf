// `who` as a script sees it, in images and on this machine.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { runCommand } from "../../support/command.ts";
import { leakyServer } from "../../support/leaky-server.ts";
import { expectValid } from "../../support/schema.ts";

const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
const W1 = fixture("criu/w1/before");

describe("in an image", () => {
  test("prints one line for each holder of a path", async () => {
    const { status, out } = await runCommand(["who", "/dev/null", W1]);
    expect(out).toBe("pid 28249 fd 0 w1-single: rw /dev/null @0\npid 28249 fd 10 w1-single: rw /dev/null @0\n");
    expect(status).toBe(0);
  });

  test("finds unlinked files", async () => {
    const { status, out } = await runCommand(["who", "--deleted", W1]);
    expect(out).toBe("pid 28249 fd 11 w1-single: rw /tmp/w/w1/ghost.tmp (unlinked) @1000\n");
    expect(status).toBe(0);
  });

  test("finds unlinked files of a Linux-CR image by the end of their paths", async () => {
    const folder = mkdtempSync(join(tmpdir(), "who-"));
    try {
      const image = join(folder, "server.ckpt");
      writeFileSync(image, leakyServer(1, 10, "/var/log/x (deleted)", "seed"));
      const { status, out } = await runCommand(["who", "--deleted", image]);
      expect(out).toBe("redis-server (index 0) fd 10: rw /var/log/x (deleted) (unlinked) @0\n");
      expect(status).toBe(0);
      const json = JSON.parse((await runCommand(["who", "--deleted", "--json", image])).out);
      expectValid("who", json);
      expect(json).toMatchObject({ holders: [{ fd: 10, deleted: true }] });
      // The file of that path is held, though by another name.
      expect((await runCommand(["who", "/var/log/x", image])).out).toBe(out);
      expect((await runCommand(["who", "/var/log/x (deleted)", image])).out).toBe(out);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("finds files by the last part of their path and by the name of what has no path", async () => {
    expect((await runCommand(["who", "log.dat", W1])).out).toContain("pid 28249 fd 4 ");
    expect(await runCommand(["who", "og.dat", W1])).toMatchObject({ status: 1, out: "" });
    expect(await runCommand(["who", "/log.dat", W1])).toMatchObject({ status: 1, out: "" });
    expect((await runCommand(["who", "pipe:[230712]", fixture("criu/w4/before")])).out).toBe(
      [
        "pid 31493 fd 10 w4-parent: r- pipe:[230712] O_NONBLOCK",
        "pid 31493 fd 11 w4-parent: -w pipe:[230712]",
        "pid 31493 fd 12 w4-parent: -w pipe:[230712]",
        "",
      ].join("\n"),
    );
  });

  test("finds sockets by either port", async () => {
    const listening = await runCommand(["who", ":28080", fixture("criu/w4/before")]);
    expect(listening.out.match(/ fd \d+/g)).toEqual([" fd 30", " fd 31", " fd 32", " fd 30"]);
    expect((await runCommand(["who", ":2808", fixture("criu/w4/before")])).status).toBe(1);
  });

  test("finds executables and working directories", async () => {
    expect((await runCommand(["who", "/tmp/w/bin/w1", W1])).out).toContain(
      "pid 28249 executable w1-single: r- /tmp/w/bin/w1",
    );
    expect((await runCommand(["who", "/tmp/w/w1", W1])).out).toBe(
      "pid 28249 working directory w1-single: r- /tmp/w/w1 @0\n",
    );
  });

  test("reports a file that is open with O_PATH as neither read nor written", async () => {
    const { out } = await runCommand(["who", "/tmp/w/w1/in.dat", W1]);
    expect(out).toContain("pid 28249 fd 12 w1-single: -- /tmp/w/w1/in.dat @0 O_PATH\n");
    expect(out).toContain("pid 28249 fd 16 w1-single: r- /tmp/w/w1/in.dat @7\n");
  });

  test("reports that nobody holds it with status 1", async () => {
    expect(await runCommand(["who", "/nowhere", W1])).toMatchObject({ status: 1, out: "", complaints: [] });
  });

  test("names tasks by their index where the image has no pids", async () => {
    const { out } = await runCommand(["who", "/dev/pts/0", fixture("linux-cr/v16-s3/before.ckpt")]);
    expect(out).toContain("worker (index 0) fd 0: rw /dev/pts/0 @0\n");
    expect(out).toContain("worker (index 1) fd 2: ");
  });

  test("shows the exact bytes of names that are not valid UTF-8", async () => {
    const bytes = readFileSync(fixture("linux-cr/v23-s1/before.ckpt"));
    for (const text of ["server.log", "server\0"]) {
      for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at)) bytes[at] = 0xff;
    }
    const folder = mkdtempSync(join(tmpdir(), "who-"));
    try {
      const image = join(folder, "image.ckpt");
      writeFileSync(image, bytes);
      const { out } = await runCommand(["who", "\ufffderver.log", image]);
      expect(out).toBe("pid 4242 fd 3 \\xfferver: rw /var/log/app/\\xfferver.log @4096 O_APPEND\n");
      const document = JSON.parse((await runCommand(["who", "\ufffderver.log", image, "--json"])).out);
      expectValid("who", document);
      const base64 = (text: string): string => Buffer.from(text, "latin1").toString("base64");
      expect(document.holders).toMatchObject([
        { commBytes: base64("\xfferver"), nameBytes: base64("/var/log/app/\xfferver.log") },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("prints a document", async () => {
    const { status, out } = await runCommand(["who", "/dev/null", W1, "--json"]);
    const document = JSON.parse(out);
    expectValid("who", document);
    expect(document).toMatchObject({ schema: 1, source: { name: W1 }, target: { kind: "path", path: "/dev/null" } });
    expect(document.holders[1]).toEqual({
      pid: 28249,
      comm: "w1-single",
      fd: 10,
      kind: "character device",
      name: "/dev/null",
      deleted: false,
      pos: "0",
      flags: 32770,
      flagNames: ["O_RDWR", "O_LARGEFILE"],
    });
    expect(status).toBe(0);
    expect(JSON.parse((await runCommand(["who", "/no", W1, "--json"])).out).holders).toEqual([]);
  });

  test.each([
    [[], "expected a path, :PORT or pipe:[INODE], or --deleted"],
    [[":0", W1], "0 is not a port; use 1 to 65535"],
    [[":70000", W1], "70000 is not a port; use 1 to 65535"],
    [["--deleted", W1, W1], "expected at most one image"],
    [["/x", W1, "--live"], "--live and an image are mutually exclusive"],
    [["/x", "/no/such/image"], "/no/such/image: no such file or directory"],
  ])("refuses %j", async (args, message) => {
    const { status, out, complaints } = await runCommand(["who", ...args]);
    expect([status, out, complaints]).toEqual([2, "", [`ckptscope who: ${message}`]]);
  });
});

describe.runIf(process.platform === "linux")("on this machine", () => {
  const folder = mkdtempSync(join(tmpdir(), "who-"));
  const children: ChildProcess[] = [];
  afterAll(() => {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true });
  });

  /** Starts a process that holds a file, deleted or not, and listens on a port. */
  async function start(code: string): Promise<{ pid: number; said: string }> {
    const child = spawn(process.execPath, ["-e", `${code}; setInterval(() => {}, 1000)`], {
      stdio: ["ignore", "pipe", "inherit"],
      cwd: folder,
    });
    children.push(child);
    const said = await new Promise<string>((resolve) => child.stdout?.once("data", (data) => resolve(String(data))));
    return { pid: child.pid ?? 0, said: said.trim() };
  }

  test("finds the holders of files, ports and pipes", async () => {
    const kept = join(folder, "kept (deleted)");
    const gone = join(folder, "gone");
    for (const path of [kept, gone]) writeFileSync(path, "x");
    const { pid, said } = await start(`
      const fs = require("fs");
      const a = fs.openSync(${JSON.stringify(kept)}, "r+");
      const b = fs.openSync(${JSON.stringify(gone)}, "r");
      const server = require("net").createServer().listen(0, "127.0.0.1", () => console.log([a, b, server.address().port].join()))`);
    unlinkSync(gone);
    const [a, b, port] = said.split(",");
    // "node", or from Node 24 on the name of its first thread.
    const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    expect((await runCommand(["who", kept])).out).toBe(`pid ${pid} fd ${a} ${name}: rw ${kept} @0\n`);
    // It was not unlinked: these words are part of its name.
    expect((await runCommand(["who", join(folder, "kept"), "--live"])).out).toBe("");
    expect((await runCommand(["who", gone, "--live"])).out).toBe(
      `pid ${pid} fd ${b} ${name}: r- ${gone} (unlinked) @0\n`,
    );
    const deleted = (await runCommand(["who", "--deleted", "--live"])).out;
    expect(deleted).toContain(`pid ${pid} fd ${b} ${name}: r- ${gone} (unlinked)`);
    expect(deleted).not.toContain(kept);
    const listening = await runCommand(["who", `:${port}`]);
    expect(listening.status).toBe(0);
    expect(listening.out).toMatch(new RegExp(`^pid ${pid} fd \\d+ ${name}: rw socket:\\[\\d+\\]`));
    expect((await runCommand(["who", folder])).out).toContain(`pid ${pid} working directory ${name}: ${folder}\n`);
    const pipe = (await runCommand(["who", folder, "--json"])).out;
    expectValid("who", JSON.parse(pipe));
    expect(JSON.parse(pipe)).toMatchObject({ source: null, holders: [{ pid, fd: null, use: "working directory" }] });
  });

  test("reports that nobody uses a port", async () => {
    const port = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, () => {
        const { port: free } = server.address() as { port: number };
        server.close(() => resolve(free));
      });
    });
    expect(await runCommand(["who", `:${port}`])).toMatchObject({ status: 1, out: "" });
  });
});
