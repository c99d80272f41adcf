// Starts the processes of test/fixtures/dump-verdicts/one.c, each in a session of its own.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, constants, copyFileSync, mkdirSync, openSync, readdirSync, readlinkSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("../fixtures/dump-verdicts/one.c", import.meta.url));

/** Compiles one.c into a directory; `null`: there is no C compiler, or it lacks a header. */
export function buildOne(directory: string): string | null {
  const program = join(directory, "one");
  try {
    execFileSync("cc", ["-O1", "-w", "-o", program, SOURCE, "-lrt", "-lpthread"], { stdio: "ignore" });
    return program;
  } catch {
    return null;
  }
}

/** A running process. */
export interface Started {
  /** Of the process that is meant: it may be a child of the one that was started. */
  readonly pid: number;
  /** Why it cannot be made on this machine; empty: it runs. */
  readonly failure: string;
  end(): Promise<void>;
}

/**
 * Runs a copy of the program in a new directory and waits until it prints `ready`. Its output goes through a FIFO: a
 * pipe or socket of the test would be another thing that the process shares with the outside.
 *
 * @param commandOf The command that starts the copy.
 */
export async function startOne(
  program: string,
  directory: string,
  commandOf: (copy: string) => readonly string[],
): Promise<Started> {
  mkdirSync(directory);
  const copy = join(directory, "one");
  copyFileSync(program, copy);
  return await startUntil(/^ready$/m, commandOf(copy), directory);
}

/** Starts a command in a session of its own and waits until its output matches `ready`. */
export async function startUntil(ready: RegExp, full: readonly string[], directory: string): Promise<Started> {
  const path = join(directory, "output");
  execFileSync("mkfifo", [path]);
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openSync(path, constants.O_WRONLY);
  const [command = "", ...args] = full;
  const child = spawn(command, args, { cwd: directory, detached: true, stdio: ["ignore", writing, writing] });
  // A command that does not exist has an error, and no exit.
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()).once("error", () => resolve()));
  closeSync(writing);
  const output = new Socket({ fd: reading, readable: true, writable: false });
  const text = await readUntil(ready, output);
  const target = /^(?:target|pid) (\d+)$/m.exec(text)?.[1];
  return {
    pid: target === undefined ? (child.pid ?? 0) : Number(target),
    failure: ready.test(text) ? "" : text.trim() || "it ended at once",
    async end() {
      killAll(child, text, directory);
      await exited;
      output.destroy();
    },
  };
}

/** What was printed until it matched, or until nobody can print any more. */
function readUntil(ready: RegExp, output: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const finish = (): void => resolve(text);
    output.on("end", finish);
    output.on("error", finish);
    output.on("data", (bytes) => {
      text += bytes.toString("latin1");
      if (ready.test(text)) finish();
    });
  });
}

/** Ends the command and everything that it left in other sessions, and removes its shared memory. */
function killAll(child: ChildProcess, text: string, directory: string): void {
  const outside = [...text.matchAll(/^(?:outside|tracer) (\d+)$/gm)].map(([, pid]) => Number(pid));
  // 0 would be the group of the test itself.
  const group = child.pid === undefined ? [] : [-child.pid];
  for (const pid of [...outside, ...group, ...processesFrom(directory)]) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
  const [, segment] = /^shmid (\d+)$/m.exec(text) ?? [];
  if (segment !== undefined) execFileSync("ipcrm", ["-m", segment]);
}

/** Processes whose executable is in a directory. */
function processesFrom(directory: string): number[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      return readlinkSync(`/proc/${Number(name)}/exe`).startsWith(`${directory}/`) ? Number(name) : [];
    } catch {
      return [];
    }
  });
}
