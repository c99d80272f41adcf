// The listings of `show` that scripts read: lines, tabs, and the rows that options choose.

import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { runCommand } from "../../support/command.ts";

const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
const W1 = fixture("criu/w1/before");
const SHARED = fixture("linux-cr/v16-s3/before.ckpt");

const lines = async (...args: string[]): Promise<string[]> =>
  (await runCommand(["show", ...args])).out.trimEnd().split("\n");

describe("lines", () => {
  test("name the command, pid and descriptor on every line, in the columns of lsof", async () => {
    const [head, first, second, ...more] = await lines(W1, "--lines");
    expect(head?.split(/ +/)).toEqual(["COMMAND", "PID", "FD", "TYPE", "POS", "FLAGS", "SHARED", "NAME"]);
    expect(first?.split(/ +/)).toEqual(["w1-single", "28249", "0u", "character-device", "0", "-", "-", "/dev/null"]);
    expect(second?.split(/ +/)).toEqual([
      ...["w1-single", "28249", "1w", "regular", "0", "O_APPEND", "2", "/tmp/w/w1/out.log"],
    ]);
    for (const line of more) expect(line).toMatch(/^w1-single +28249 +\d+[rwu]? /);
  });

  test("have no access mode for a file that is open with O_PATH", async () => {
    const listed = await lines(W1, "--lines", "--fd", "12,16");
    expect(listed.slice(1).map((line) => line.split(/ +/)[2])).toEqual(["12", "16r"]);
    expect((await runCommand(["show", W1, "--fd", "12"])).out).toContain(" 12  -- /tmp/w/w1/in.dat @0 O_PATH\n");
  });

  test("list a shared table with each task that uses it", async () => {
    const listed = await lines(SHARED, "--lines", "--fd", "0");
    expect(listed.slice(1).map((line) => line.split(/ +/).slice(0, 3))).toEqual([
      ["worker", "0", "0u"],
      ["worker", "1", "0u"],
      ["helper", "2", "0u"],
    ]);
  });

  test("say what a file is linked to, with its own task named", async () => {
    const listed = await lines(fixture("criu/w4/before"), "--lines", "--pid", "31493");
    expect(listed.find((line) => / 10r /.test(line))).toMatch(
      /pipe:\[230712\] {2}.*other end pid 31493 fd 11 = pid 31493 fd 12$/,
    );
    expect(listed.find((line) => / 31u /.test(line))).toMatch(
      /127\.0\.0\.1:28080 established\] {2}.*peer pid 31493 fd 32$/,
    );
    const { out } = await runCommand(["show", fixture("criu/w4/before")]);
    expect(out).toMatch(/ 10 {2}r- pipe:\[230712\] O_NONBLOCK {2}.*other end fd 11 = fd 12\n/);
    expect(out).toMatch(/ epoll {2}watches fd 10, fd 46 \(EPOLLIN/);
  });

  test("have tabs between the columns on request", async () => {
    const [head, first] = await lines(W1, "--tsv");
    expect(head).toBe("COMMAND\tPID\tFD\tTYPE\tPOS\tFLAGS\tSHARED\tNAME\tDETAILS");
    expect(first).toBe("w1-single\t28249\t0u\tcharacter-device\t0\t-\t-\t/dev/null\t");
  });
});

describe("options choose rows", () => {
  test("by descriptor, kind and path", async () => {
    const fds = async (...args: string[]) =>
      (await lines(W1, "--tsv", ...args)).slice(1).map((line) => line.split("\t")[2]);
    expect(await fds("--fd", "0-1,9")).toEqual(["0u", "1w", "9r"]);
    expect(await fds("--kind", "directory,character-device")).toEqual(["0u", "9r", "10u"]);
    expect(await fds("--path", "log.dat")).toEqual(["4w"]);
    expect(await fds("--path", "log.dat", "--fd", "5")).toEqual([]);
  });

  test("by task, in the text and in the document alike", async () => {
    const text = (await runCommand(["show", SHARED, "--pid", "1-2"])).out;
    expect(text).toContain("worker (index 1)");
    expect(text).toContain("helper (index 2)");
    expect(text).not.toContain("\nworker (index 0)");
    expect(text).not.toContain("shares the file table of");
    const { tasks, fileTables, files } = JSON.parse((await runCommand(["show", W1, "--json", "--path", "ghost"])).out);
    expect(tasks).toMatchObject([{ pid: 28249 }]);
    expect(fileTables).toMatchObject([{ fds: [{ fd: 11, file: files[0].id }] }]);
    expect(files).toMatchObject([{ path: "/tmp/w/w1/ghost.tmp" }]);
  });

  test.each([
    [["--pid", "1"], "--pid: the image has no task 1"],
    [["--pid", "x"], "--pid: 'x' is neither a number nor a list such as 0-2,5"],
    [["--fd", "1,"], "--fd: '1,' is neither a number nor a list such as 0-2,5"],
    [["--lines", "--json"], "--json and --lines are mutually exclusive"],
    [["--kind", "sockets"], "--kind: unknown kind of open file 'sockets'; did you mean 'socket'?"],
  ])("%j is refused", async (args, message) => {
    const { status, out, complaints } = await runCommand(["show", W1, ...args]);
    expect([status, out, complaints]).toEqual([2, "", [`ckptscope show: ${message}`]]);
  });
});

describe("diff", () => {
  const pair = [fixture("criu/w1/before"), fixture("criu/w1/after")];

  test("notes nothing where only the flags of a file decide whether its size is recorded", async () => {
    expect(JSON.parse((await runCommand(["diff", ...pair, "--json"])).out).notes).toEqual([]);
  });

  test("has JSON lines and tabs on request", async () => {
    const { changes } = JSON.parse((await runCommand(["diff", ...pair, "--json"])).out);
    const { out, status } = await runCommand(["diff", ...pair, "--jsonl"]);
    expect(status).toBe(1);
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(changes);
    const rows = (await runCommand(["diff", ...pair, "--tsv"])).out.trimEnd().split("\n");
    expect(rows[0]).toBe("kind\tpid\tfd\tholders\tname\tbefore\tafter\tdetails\tuncertain");
    expect(rows.length).toBe(changes.length + 1);
  });

  test("names the pid and descriptor on every line of a change", async () => {
    const { out } = await runCommand(["diff", ...pair]);
    const listed = out.split("\n").filter((line) => /^ {2}[+\-~] /.test(line));
    expect(listed.length).toBeGreaterThan(5);
    for (const line of listed) expect(line).toMatch(/^ {2}[+\-~] pid \d+/);
    expect(out).toContain(`\n${listed.length} changes: `);
  });
});

test("prints arguments, environment and auxiliary vector only if asked to", async () => {
  const before = fixture("criu/r1/before");
  const plain = await runCommand(["show", before, "--json"]);
  expect(plain.out).not.toContain("API_TOKEN");
  const { out } = await runCommand(["show", before, "--json", "--cmdline", "--environ", "--auxv"]);
  const [task] = JSON.parse(out).tasks;
  expect(task.cmdline).toEqual(["./res", "--alpha", "beta gamma", ""]);
  expect(task.environ).toEqual([
    "PATH=/usr/bin:/bin",
    "HOME=/root",
    "LANG=C",
    "API_TOKEN=tok-5f3c9a-not-a-real-secret",
  ]);
  expect(task.auxv).toContainEqual({ type: "AT_PAGESZ", value: "4096" });
  const text = await runCommand(["show", before, "--cmdline", "--pid", "25572"]);
  expect(text.out).toContain("  arguments: ./res --alpha 'beta gamma' ''\n");
  expect(text.out).not.toContain("API_TOKEN");
});
