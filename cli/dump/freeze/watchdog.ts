// A small process that resumes what a dump has stopped, however the dump ends.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { CliError, systemReason } from "../../error.ts";
import { resume } from "./watchdog.mjs";
import source from "./watchdog.mjs?raw";

/** Something to be resumed: a process with its start time, or the file that freezes a control group. */
export type Held = { readonly pid: number; readonly start: string } | { readonly group: string };

export interface Watchdog {
  /** Takes charge of what is about to be stopped; resolves when it will be resumed whatever happens. */
  hold(held: readonly Held[]): Promise<void>;
  /** Resumes everything; resolves when that is done. */
  release(): Promise<void>;
}

/** @throws CliError if it cannot be started. */
export async function startWatchdog(): Promise<Watchdog> {
  // In a session of its own: Ctrl-C does not reach it.
  const child = spawn(process.execPath, ["--input-type=module", "-e", source, "watchdog"], {
    cwd: "/",
    env: {},
    detached: true,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = once(child, "exit");
  ended.catch(() => {});
  child.stdin.on("error", () => {});
  try {
    await Promise.race([
      once(child.stdout, "data"),
      ended.then(() => {
        throw new Error("it exited immediately");
      }),
    ]);
  } catch (error) {
    throw new CliError(`cannot start the process that resumes what is stopped: ${systemReason(error)}`);
  }
  const all: Held[] = [];
  return {
    async hold(held) {
      all.push(...held);
      await new Promise((resolve) => child.stdin.write(`${JSON.stringify(held)}\n`, resolve));
    },
    async release() {
      child.stdin.end();
      const [status] = await ended;
      // It was killed before it could resume anything.
      if (status !== 0) resume(all);
    },
  };
}
