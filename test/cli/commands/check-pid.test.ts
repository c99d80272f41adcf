// `check --pid`, and the notes of `dump --check` and `watch --check`, as a script sees them.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { watchProcesses } from "../../../cli/commands/watch.ts";
import { dumpRequest } from "../../../cli/dump/take.ts";
import { recordingIo, runCommand } from "../../support/command.ts";
import { type LiveProcess, startProcess, whyNotHere } from "../../support/live.ts";

const schema = JSON.parse(
  readFileSync(new URL("../../../public/schema/check-pid.schema.json", import.meta.url), "utf8"),
);
const reason = await whyNotHere();

test.each([
  [["check", "--pid", "x"], "--pid: 'x' is not a number"],
  [["check", "--pid", "1", "image"], "expected an image or --pid, not both"],
  [["check", "--pid", "1", "--here"], "--here and --host need an image, not --pid"],
  [["check", "image", "--tree"], "--tree needs --pid"],
  [["check", "image", "--for", "crac"], "--for needs --pid"],
  [["check", "--pid", "1", "--dump-options", "tcp-establish"], "did you mean 'tcp-established'?"],
])("%j is an error", async (args, message) => {
  const { status, complaints } = await runCommand(args);
  expect(status).toBe(2);
  expect(complaints.join("\n")).toContain(message);
});

test("a rule is explained without a process", async () => {
  const { status, out } = await runCommand(["check", "--explain", "dump-tcp"]);
  expect(status).toBe(0);
  expect(out).toContain("Accepted with: `--tcp-established` or `--tcp-close`.");
  expect(out).toContain("Decided by: can_dump_inet_sk() in criu/sk-inet.c (CRIU 4.2).");
});

describe.skipIf(reason !== "")(`of a running process${reason === "" ? "" : ` (${reason})`}`, () => {
  let target: LiveProcess;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "ckptscope-"));
    target = await startProcess();
  });
  afterEach(async () => {
    await target.end();
    rmSync(folder, { recursive: true, force: true });
  });
  const check = (...args: readonly string[]) => runCommand(["check", "--pid", `${target.pid}`, ...args]);

  test("that does not exist", async () => {
    const { status, complaints } = await runCommand(["check", "--pid", "999999999"]);
    expect(status).toBe(2);
    expect(complaints).toEqual(["ckptscope check: no process with pid 999999999"]);
  });

  test("as JSON, by the schema", async () => {
    const fd = await target.call("c", "int socket(int, int, int)", 40, 1, 0);
    if (fd < 0) return;
    const { status, out } = await check("--json", "--only", "dump-socket-family");
    const document = JSON.parse(out);
    expect(status).toBe(1);
    expect(document).toMatchObject({ schema: 1, pid: target.pid, for: "criu", dumpOptions: [], dumps: false });
    expect(document.findings).toMatchObject([
      { code: "dump-socket-family", severity: "error", verdict: "refused", pid: target.pid, fd, options: [] },
    ]);
    expect(document.findings[0].message).toBe(`descriptor ${fd} is a socket of AF_VSOCK`);
    expect(Object.keys(document).sort()).toEqual([...schema.required].sort());
    const known = new Set(Object.keys(schema.$defs.finding.properties));
    for (const finding of document.findings) {
      expect(schema.$defs.finding.required.filter((key: string) => !(key in finding))).toEqual([]);
      expect(Object.keys(finding).filter((key) => !known.has(key))).toEqual([]);
    }
  });

  test("as text, with the options that help", async () => {
    const [file, pipe] = [join(folder, "locked"), await target.call<number[]>("pipe")];
    expect(pipe).toHaveLength(2);
    const fd = await target.call("open", file, 0o102);
    const flock = await target.call("c", "int flock(int, int)", fd, 2);
    expect(flock).toBe(0);
    const { status, out } = await check("--only", "dump-lock", "--tree");
    expect(status).toBe(1);
    expect(out).toContain("dump-lock error  A file is locked");
    expect(out).toContain(`  pid ${target.pid} fd ${fd}: descriptor ${fd}, ${file}, has an flock(2) lock (write)`);
    expect(out).toContain("  Accepted with --file-locks.");
    expect(out).toContain(`${target.pid} `);
    expect(out).toMatch(/CRIU 4\.2 would refuse to dump .* 1 error\. It would with --file-locks\.\n$/);
    const accepted = await check("--only", "dump-lock", "--dump-options", "file-locks");
    expect(accepted.out).toMatch(/^CRIU 4\.2 would dump .* with --file-locks\.\n$/);
    expect(accepted.status).toBe(0);
  });

  test("as a note of a dump", async () => {
    const fd = await target.call("c", "int socket(int, int, int)", 40, 1, 0);
    if (fd < 0) return;
    const { status, complaints } = await runCommand(["dump", `${target.pid}`, "--check", "-o", join(folder, "image")]);
    expect(status).toBe(0);
    expect(complaints).toContain(
      `ckptscope dump: CRIU would refuse pid ${target.pid} fd ${fd}: descriptor ${fd} is a socket of AF_VSOCK (dump-socket-family)`,
    );
  });

  test("while it is watched", async () => {
    const stop = new AbortController();
    const { io } = recordingIo();
    const lines: string[] = [];
    let fd = -1;
    const lock = async (): Promise<void> => {
      fd = await target.call("open", join(folder, "locked"), 0o102);
      await target.call("c", "int flock(int, int)", fd, 2);
    };
    const print = async (line: string): Promise<boolean> => {
      // The process of the test is not the leader of its session, which is said first.
      if (line.includes("dump-session")) await lock();
      if (line.includes("dump-lock")) lines.push(line.slice("00:00:00 ".length));
      if (line.includes("dump-lock") && lines.length === 1) await target.call("close", fd);
      if (lines.length === 2) stop.abort();
      return true;
    };
    const request = dumpRequest([`${target.pid}`], { tree: false, threads: false, freeze: false, "no-sharing": false });
    await watchProcesses(request, { every: 10, check: true }, { ...io, print }, stop.signal);
    const refusal = `CRIU would refuse pid ${target.pid} fd ${fd}: descriptor ${fd}, ${folder}/locked, has an flock(2) lock`;
    expect(lines[0]).toContain(refusal);
    expect(lines[1]).toContain(`no longer: ${refusal}`);
  });
});
