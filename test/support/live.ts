// Starts the processes that tests of the live dump inspect.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { KCMP, openKcmp } from "../../cli/dump/kcmp.ts";

/** A process that opens files on request: live-process.mjs. */
export interface LiveProcess {
  readonly pid: number;
  call<T = number>(name: string, ...args: unknown[]): Promise<T>;
  /** Ends the process and its children. */
  end(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("./live-process.mjs", import.meta.url));

interface Answer {
  readonly result?: unknown;
  readonly error?: string;
}

const answerOf = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`the process ended, status ${code}`));
    child.once("exit", onExit);
    child.once("message", (response: Answer) => {
      child.off("exit", onExit);
      if (response.error === undefined) resolve(response.result);
      else reject(new Error(response.error));
    });
  });

/** Starts a process. `script`: where live-process.mjs is, for a caller that was bundled. */
export async function startProcess(script = SCRIPT): Promise<LiveProcess> {
  const child = fork(script, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  await answerOf(child);
  return {
    pid: child.pid ?? 0,
    async call<T>(name: string, ...args: unknown[]) {
      const response = answerOf(child);
      child.send({ call: name, args });
      return (await response) as T;
    },
    end: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once("exit", () => resolve());
        child.disconnect();
      }),
  };
}

/** Why live dumps cannot be tested on this machine; empty if they can. */
export async function whyNotHere(): Promise<string> {
  if (process.platform !== "linux") return "not on Linux";
  const kcmp = await openKcmp();
  if ("missing" in kcmp) return kcmp.missing;
  const child = await startProcess();
  const result = kcmp(process.pid, child.pid, KCMP.FILES, 0, 0);
  await child.end();
  return result < 0 ? `kcmp(2) of a child is refused (errno ${-result})` : "";
}
