// ckptscope dump: an image of processes as they are now.

import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { encode, WRITABLE_DIALECTS, type WritableDialect } from "../../app/encoder/encode.ts";
import { visible } from "../../app/model/text.ts";
import { whileFrozen } from "../dump/freeze.ts";
import { type Kcmp, openKcmp } from "../dump/kcmp.ts";
import { type Live, readLive } from "../dump/live.ts";
import { parsePid, readStat, threadsOf, withDescendants } from "../dump/processes.ts";
import { readUnixPeers } from "../dump/unix-peers.ts";
import { CliError, type Command } from "../images.ts";
import type { Io } from "../io.ts";
import { systemReason } from "../sources.ts";

/** What to dump, and how. */
export interface DumpRequest {
  readonly pids: readonly number[];
  /** Descendants too. */
  readonly tree: boolean;
  readonly threads: boolean;
  readonly freeze: boolean;
  readonly sharing: boolean;
}

/** Options that `dump` and `watch` have in common. */
export const PROCESS_OPTIONS = {
  tree: { type: "boolean" },
  threads: { type: "boolean" },
  freeze: { type: "boolean" },
  "no-sharing": { type: "boolean" },
} as const;

/** Their help. */
export const PROCESS_USAGE = "[--tree] [--threads] [--freeze] [--no-sharing]";

/** A request out of parsed arguments. @throws CliError if no process is named. */
export function dumpRequest(
  positionals: readonly string[],
  values: { tree?: boolean; threads?: boolean; freeze?: boolean; "no-sharing"?: boolean },
): DumpRequest {
  if (positionals.length === 0) throw new CliError("name the process: a pid, or several");
  return {
    pids: positionals.map(parsePid),
    tree: values.tree ?? false,
    threads: values.threads ?? false,
    freeze: values.freeze ?? false,
    sharing: !(values["no-sharing"] ?? false),
  };
}

/** kcmp(2), `null` if it is not asked for. @throws CliError if it is and cannot be had. */
export async function kcmpFor(request: DumpRequest): Promise<Kcmp | null> {
  if (process.platform !== "linux") throw new CliError("processes can be dumped on Linux only");
  if (!request.sharing) return null;
  const kcmp = await openKcmp();
  if ("missing" in kcmp) {
    throw new CliError(`what is shared cannot be told: ${kcmp.missing}; --no-sharing goes on without`);
  }
  return kcmp;
}

/** @throws CliError if a process that was named is not there. */
export function requireProcesses({ pids }: DumpRequest): void {
  for (const pid of pids) if (readStat(pid) === null) throw new CliError(`there is no process ${pid}`);
}

/** Reads the processes of a request, as far as they are still there. @throws CliError if one may not be looked at. */
export async function takeLive(request: DumpRequest, kcmp: Kcmp | null): Promise<Live> {
  const { pids, tree, threads, freeze } = request;
  const list = (): number[] => (tree ? withDescendants(pids) : [...pids]);
  const unixPeers = await readUnixPeers();
  if (!freeze) return readLive(list(), { kcmp, threads, frozen: false, unixPeers });
  if (pids.includes(process.pid)) throw new CliError("a process cannot be stopped by itself");
  // What the tasks were doing before they were stopped.
  const states = new Map<number, string>();
  for (const pid of list().flatMap(threadsOf)) states.set(pid, readStat(pid)?.state ?? "running");
  return await whileFrozen(list, () => readLive(list(), { kcmp, threads, frozen: true, states, unixPeers }));
}

export const dump: Command = {
  name: "dump",
  usage: `dump PID… [-o FILE] ${PROCESS_USAGE} [--dialect ${WRITABLE_DIALECTS.join("|")}]`,
  summary: "writes an image of running processes (Linux): what they have open and share",
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...PROCESS_OPTIONS, output: { type: "string", short: "o" }, dialect: { type: "string" } },
    });
    const dialect = WRITABLE_DIALECTS.find((name) => name === (values.dialect ?? "v23-rc2"));
    if (dialect === undefined) {
      throw new CliError(
        `images can be written as ${WRITABLE_DIALECTS.join(" or ")}, not as ${visible(values.dialect ?? "")}`,
      );
    }
    const request = dumpRequest(positionals, values);
    if (values.output === undefined && io.columns !== null) {
      throw new CliError("an image is no text for a terminal: give -o FILE, or send it through a pipe");
    }
    const kcmp = await kcmpFor(request);
    requireProcesses(request);
    const live = await takeLive(request, kcmp);
    for (const note of live.notes) io.complain(`ckptscope dump: ${note}`);
    if (live.description.tasks.length === 0) throw new CliError("nothing was left to dump");
    const failure =
      values.output === undefined ? await print(live, dialect, io) : writeFile(live, dialect, values.output);
    if (failure < 0) {
      throw new CliError(`the image ends in an ERROR record: ${FAILURES[failure] ?? `errno ${-failure}`}`);
    }
    return 0;
  },
};

/** The errors of `encode` that a live dump can meet. */
const FAILURES: Readonly<Record<number, string>> = {
  [-9]: "the dialect cannot hold one of the open files (-EBADF); --dialect v23-rc2 can",
  [-16]: "a task has no file table (-EBUSY)",
  [-36]: "a path is longer than an image can hold (-ENAMETOOLONG)",
};

/** Writes to standard output; returns what the encoder returned. */
async function print({ description }: Live, dialect: WritableDialect, io: Io): Promise<number> {
  const steps = encode(description, { dialect });
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) if (!(await io.printBytes(step.value))) return 0;
  return step.value;
}

/** Writes a file, which is there under its name only when it is whole; returns what the encoder returned. */
function writeFile({ description }: Live, dialect: WritableDialect, path: string): number {
  const part = `${path}.part`;
  try {
    const file = openSync(part, "w");
    const steps = encode(description, { dialect });
    let step = steps.next();
    try {
      for (; step.done !== true; step = steps.next()) {
        for (let at = 0; at < step.value.length; ) at += writeSync(file, step.value, at);
      }
    } finally {
      closeSync(file);
    }
    renameSync(part, path);
    return step.value;
  } catch (error) {
    rmSync(part, { force: true });
    throw new CliError(`${visible(path)} cannot be written: ${systemReason(error)}`);
  }
}
