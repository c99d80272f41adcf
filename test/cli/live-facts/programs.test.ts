// Programs that CRIU dumps: `check --pid` says nothing about them.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runCommand } from "../../support/command.ts";
import { hasProgram } from "../../support/has-program.ts";
import { whyNotHere } from "../../support/live.ts";
import { startUntil } from "../../support/one.ts";

const folder = mkdtempSync(join(tmpdir(), "ckptscope-programs-"));
const NGINX = `daemon off; pid nginx.pid; error_log stderr notice; worker_processes 2; events {}
http { access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
uwsgi_temp_path uwsgi; scgi_temp_path scgi; server { listen unix:nginx.sock; } }`;
const JAVA = `public class Waiting { public static void main(String[] args) throws Exception {
  var server = new java.net.ServerSocket(0); System.out.println("ready"); server.accept(); } }`;

interface Program {
  readonly name: string;
  readonly command: readonly string[];
  readonly ready: RegExp;
  readonly file?: readonly [string, string];
  /** Processes, the first one included. */
  readonly processes: number;
}

const PROGRAMS: readonly Program[] = [
  {
    name: "node",
    command: [process.execPath, "-e", "require('net').createServer().listen(0, () => console.log('ready'))"],
    ready: /^ready$/m,
    processes: 1,
  },
  {
    name: "bash with jobs",
    command: ["bash", "-c", "sleep 1000 & sleep 1001 & echo ready; wait"],
    ready: /^ready$/m,
    processes: 3,
  },
  {
    name: "redis-server",
    command: ["redis-server", "--port", "0", "--unixsocket", "redis.sock"],
    ready: /[Rr]eady to accept connections/,
    processes: 1,
  },
  {
    name: "nginx",
    command: ["nginx", "-p", ".", "-c", "nginx.conf"],
    ready: /(start worker process \d+[\s\S]*){2}/,
    file: ["nginx.conf", NGINX],
    processes: 3,
  },
  {
    name: "java",
    command: ["java", "Waiting.java"],
    ready: /^ready$/m,
    file: ["Waiting.java", JAVA],
    processes: 1,
  },
];

const reason = await whyNotHere();

describe.skipIf(reason !== "")(`nothing is said of${reason === "" ? "" : ` (${reason})`}`, () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.for(PROGRAMS)("$name", async (program, { skip }) => {
    const [command = ""] = program.command;
    if (!hasProgram(command)) skip(`${command} is not installed`);
    const directory = join(folder, program.name.replaceAll(/\W/g, "_"));
    mkdirSync(directory);
    if (program.file !== undefined) writeFileSync(join(directory, program.file[0]), program.file[1]);
    const started = await startUntil(program.ready, program.command, directory);
    try {
      expect(started.failure).toBe("");
      // Releases of Node from 24 on do, which CRIU refuses to dump.
      if (readFileSync(`/proc/${started.pid}/maps`, "latin1").includes("[io_uring]")) skip("it uses io_uring");
      const { status, out } = await runCommand(["check", "--pid", `${started.pid}`, "--json"]);
      const { findings, processes, dumps, notes } = JSON.parse(out);
      // Whatever started the tests may have left a pipe open, which is a note.
      const refusals = findings.filter(({ code }: { code: string }) => code !== "dump-pipe-outside");
      expect({ status, refusals, notes, dumps }).toEqual({ status: 0, refusals: [], notes: [], dumps: true });
      expect(processes).toHaveLength(program.processes);
    } finally {
      await started.end();
    }
  });
});
