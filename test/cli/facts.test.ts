// Facts of this machine, of processes, sockets and files that the test makes.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { compareHost } from "../../app/checks/host/compare.ts";
import { type Demand, type FileDemand, NO_DEMANDS } from "../../app/checks/host/demand.ts";
import { type HostFacts, readFacts } from "../../app/checks/host/facts.ts";
import { indexFacts } from "../../app/checks/host/host.ts";
import type { HostFinding } from "../../app/checks/host/report.ts";
import { factsText, takeFacts } from "../../cli/facts/take.ts";
import { runCommand } from "../support/command.ts";
import { elfWith } from "../support/host-world.ts";
import { whyNotHere } from "../support/live.ts";

const reason = await whyNotHere();
const hasPython = spawnSync("python3", ["-c", "0"]).status === 0;
const SET = "test/fixtures/criu/verdicts/files";

const children: ChildProcess[] = [];
let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "ckptscope-facts-")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "exit");
  }
});

/** Starts a program and waits for its first line, which says that it is ready. */
async function start(
  command: string,
  args: readonly string[],
): Promise<{ readonly pid: number; readonly line: string }> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const pid = child.pid ?? 0;
  for await (const line of createInterface(child.stdout)) return { pid, line };
  throw new Error(`${command} ended without a line`);
}

const node = (script: string): ReturnType<typeof start> => start(process.execPath, ["-e", script]);
/** The name of a process, which depends on the release of Node. */
const nameOf = (pid: number): string => readFileSync(`/proc/${pid}/comm`, "utf8").trim();
const python = (script: string): ReturnType<typeof start> =>
  start("python3", ["-u", "-c", `${script}\nimport time\ntime.sleep(600)`]);

const factsFor = (demands: readonly Demand[], root: string | null = null): Promise<HostFacts> =>
  takeFacts({ image: { name: "image", demands }, root, checksums: false, leaveOut: new Set() });

async function findingsFor(demands: readonly Demand[]): Promise<readonly HostFinding[]> {
  const facts = await factsFor(demands);
  // What is compared is what was written.
  const read = readFacts(factsText(facts));
  if ("refused" in read) throw new Error(read.refused);
  return compareHost("criu", { ...NO_DEMANDS, list: demands }, [], { facts: indexFacts(read.facts) }).findings;
}

const PLAIN = {
  kind: "file",
  use: "open",
  size: null,
  mode: null,
  buildId: null,
  isWritten: false,
  isAppended: false,
} as const;
const fileDemand = (path: string, more: Partial<FileDemand> = {}): Demand => ({
  ...PLAIN,
  path: Buffer.from(path),
  key: path,
  ...more,
});
const address = (port: number, protocol = "tcp"): Demand => ({
  kind: "address",
  protocol,
  family: 4,
  address: "127.0.0.1",
  port,
  isListening: protocol === "tcp",
  remote: null,
  isV6Only: false,
  isFree: false,
  isForced: false,
});
const codes = (findings: readonly HostFinding[]): string[] =>
  findings.map(({ code, severity }) => `${code} ${severity}`);

describe.skipIf(reason !== "")(`facts${reason === "" ? "" : ` (${reason})`}`, () => {
  test("name the process that listens on a port, also on a wildcard of IPv6", async () => {
    const { pid, line } = await node(
      'const n=require("net");const a=n.createServer().listen(0,"127.0.0.1",()=>{const b=n.createServer().listen(0,"::",()=>console.log(a.address().port,b.address().port))})',
    );
    const [own = 0, wildcard = 0] = line.split(" ").map(Number);
    const findings = await findingsFor([address(own), address(wildcard)]);
    expect(codes(findings)).toEqual(["host-address-used error", "host-address-used error"]);
    expect(findings[0]?.actual).toBe(`listen 127.0.0.1:${own} (pid ${pid} ${nameOf(pid)})`);
  });

  test.skipIf(!hasPython)("have SO_REUSEADDR of sockets that are only bound, and of UDP", async () => {
    const { line } = await python(`
import socket
s = [socket.socket(socket.AF_INET, t) for t in (socket.SOCK_STREAM, socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_DGRAM)]
for at, each in enumerate(s):
    if at % 2: each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    each.bind(("127.0.0.1", 0))
print(*[each.getsockname()[1] for each in s])`);
    const [bound = 0, reused = 0, udp = 0, udpReused = 0] = line.split(" ").map(Number);
    const demands = [address(bound), address(reused), address(udp, "udp"), address(udpReused, "udp")];
    const findings = await findingsFor(demands);
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringContaining(`tcp 127.0.0.1:${bound} is in use`),
      expect.stringContaining(`udp 127.0.0.1:${udp} is in use`),
    ]);
  });

  test("name the process that is bound to a unix path", async () => {
    const path = join(folder, "own.sock");
    const { pid } = await node(`require("net").createServer().listen(${JSON.stringify(path)},()=>console.log(1))`);
    const bound: Demand = { kind: "socket-name", path: Buffer.from(path), as: "bound" };
    const peer: Demand = { kind: "socket-name", path: Buffer.from(path), as: "peer" };
    const findings = await findingsFor([bound, peer, { ...peer, path: Buffer.from(`${path}.not`) }]);
    expect(codes(findings)).toEqual(["host-socket-name-used warning", "host-peer-missing error"]);
    expect(findings[0]?.actual).toBe(`bound by pid ${pid} ${nameOf(pid)}`);
  });

  test("say who uses a pid, and that a free one is free", async () => {
    const { pid } = await node("console.log(1);setInterval(()=>{},1e6)");
    // Pids are below it.
    const free = Number(readFileSync("/proc/sys/kernel/pid_max", "utf8"));
    const findings = await findingsFor([
      { kind: "pid", id: pid, as: "task", pid },
      { kind: "pid", id: free, as: "task", pid: free },
    ]);
    expect(findings.map(({ message }) => message)).toEqual([`The pid ${pid} is in use by ${nameOf(pid)}.`]);
  });

  test("count the bytes that another process has put into a FIFO", async () => {
    const path = join(folder, "fifo");
    execFileSync("mkfifo", [path]);
    const demand = fileDemand(path, { use: "fifo" });
    expect(await findingsFor([demand])).toEqual([]);
    await start("sh", ["-c", `exec 3<>"$0"; printf abc >&3; echo ready; exec sleep 600`, path]);
    const findings = await findingsFor([demand]);
    expect(codes(findings)).toEqual(["host-fifo-filled warning"]);
    expect(findings[0]?.actual).toBe("3 bytes");
  });

  test.skipIf(!hasPython)("find locks that exclude those of the image, and only these", async () => {
    const path = join(folder, "lock");
    writeFileSync(path, "0123456789");
    await python(`
import fcntl
f = open(${JSON.stringify(path)}, "r+")
fcntl.lockf(f, fcntl.LOCK_EX, 2, 8)
g = open(${JSON.stringify(path)}, "r+")
fcntl.flock(g, fcntl.LOCK_EX)
print(1)`);
    const lock = (more: object): Demand =>
      ({ kind: "lock", lock: "POSIX", isWrite: true, start: 0n, end: 5n, path: Buffer.from(path), ...more }) as Demand;
    expect(await findingsFor([lock({})])).toEqual([]);
    expect(codes(await findingsFor([lock({ end: 9n })]))).toEqual(["host-lock-held error"]);
    expect(codes(await findingsFor([lock({ start: 9n, end: null })]))).toEqual(["host-lock-held error"]);
    expect(codes(await findingsFor([lock({ lock: "FLOCK", end: null })]))).toEqual(["host-lock-held error"]);
    expect(await findingsFor([lock({ lock: "LEASE", end: null })])).toEqual([]);
  });

  test("have type, size, mode, link and build id of paths, whatever bytes these have", async () => {
    const prog = join(folder, "prog");
    writeFileSync(prog, elfWith("0badc0de"));
    // Whatever the umask is.
    chmodSync(prog, 0o755);
    symlinkSync("prog", join(folder, "link"));
    const odd = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff])]);
    writeFileSync(odd, "x");
    const { files } = await factsFor([
      fileDemand(prog, { use: "executable" }),
      fileDemand(join(folder, "link")),
      fileDemand(join(folder, "nothing/here")),
      { ...PLAIN, path: odd, key: odd.toString("latin1") },
    ]);
    expect(files?.[0]).toMatchObject({ type: "regular", buildId: "0badc0de", mode: 0o100755, size: "140" });
    expect(files?.[1]).toMatchObject({ type: "regular", target: prog });
    expect(files?.[2]).toEqual({ path: join(folder, "nothing/here"), type: "missing" });
    expect(files?.[3]).toMatchObject({ type: "regular", size: "1", pathBytes: odd.toString("base64") });
  });

  test("of another root follow links within it, and never out of it", async () => {
    const root = join(folder, "root");
    mkdirSync(join(root, "etc"), { recursive: true });
    writeFileSync(join(root, "etc/name"), "inside");
    symlinkSync("/etc/name", join(root, "absolute"));
    symlinkSync("../../../../etc/name", join(root, "etc/upwards"));
    symlinkSync("loop", join(root, "loop"));
    const paths = ["/absolute", "/etc/upwards", "/loop", "/etc/../etc/name"];
    const { files, made } = await factsFor(
      paths.map((path) => fileDemand(path)),
      root,
    );
    expect(made.root).toBe(root);
    expect(files?.map(({ type, size }) => `${type} ${size}`)).toEqual([
      "regular 6",
      "regular 6",
      "unknown undefined",
      "regular 6",
    ]);
    expect(files?.[0]?.target).toBe("/etc/name");
  });
});

describe.skipIf(reason !== "")("ckptscope facts", () => {
  test("writes JSON that check --host reads, and leaves parts out", async () => {
    const path = join(folder, "host.json");
    expect((await runCommand(["facts", "--for", SET, "-o", path, "--leave-out", "host,network"])).status).toBe(0);
    const facts = JSON.parse(readFileSync(path, "utf8")) as HostFacts;
    expect(facts.made.host).toBe(null);
    expect(facts.sockets).toBe(undefined);
    expect(facts.files?.length).toBeGreaterThan(10);
    const ran = await runCommand(["check", SET, "--host", path, "--json"]);
    expect(ran.status).toBe(1);
    const document = JSON.parse(ran.out) as { host: { name: string }; findings: { code: string; verdict?: string }[] };
    expect(document.host.name).toBe("unnamed host");
    expect(document.findings.filter(({ code }) => code === "host-file-missing").length).toBeGreaterThan(5);
    expect(document.findings.map(({ code }) => code)).toContain("host-facts-partial");
  });

  test("and check --here print what CRIU would refuse, with what to do", async () => {
    const { status, out } = await runCommand(["check", SET, "--here", "--only", "host-file-missing"]);
    expect(status).toBe(1);
    expect(out).toMatch(/refused {2}\S*data\/rw\.txt does not exist.*\(pid 4717 fd 3 /);
    expect(out).toContain("host-file-missing: Copy the file");
    expect(out).toMatch(/CRIU would refuse this restore\.\n$/);
  });

  test.each([
    [["--host", "nothing.json"], /nothing\.json: no such file/],
    [["--host", "package.json"], /package\.json: This is not a file of host facts/],
    [["--root", "/"], /--root needs --here/],
    [["--here", "--root", "package.json"], /package\.json: is not a directory/],
    [["--here", "--host", "x"], /--here and --host are mutually exclusive/],
  ])("refuses %j with a sentence", async (args, sentence) => {
    const { status, complaints } = await runCommand(["check", SET, ...args]);
    expect(status).toBe(2);
    expect(complaints.join("\n")).toMatch(sentence);
  });
});
