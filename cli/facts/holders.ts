// Which processes have a socket or FIFO open, from the links in /proc/PID/fd.

import type { BigIntStats } from "node:fs";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import type { Demand } from "../../app/checks/host/demand.ts";
import type { FileFacts } from "../../app/checks/host/facts.ts";
import type { Duplicator } from "../dump/descriptors/duplicate.ts";

/** A descriptor of a process. */
export interface Holder {
  readonly pid: number;
  readonly fd: number;
}

/** The contents of FIFOs. */
export interface Fifos {
  factsOf(stat: BigIntStats): Pick<FileFacts, "openBy" | "queued">;
}

/** Descriptors of all processes that this one may inspect. */
export interface Holders {
  /** By the inode of a socket: the first descriptor. */
  readonly sockets: ReadonlyMap<string, Holder>;
  readonly fifos: Fifos;
}

/** The name of a process; "" if it has ended. */
export function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trimEnd();
  } catch {
    return "";
  }
}

/** Reads the descriptors of all processes. @param demands Only FIFOs that they name are kept. */
export function readHolders(demands: readonly Demand[], duplicator: Duplicator | null): Holders {
  const fifoNames = new Set<string>();
  for (const demand of demands) {
    if (demand.kind === "file" && demand.use === "fifo") fifoNames.add(Buffer.from(demand.path).toString());
  }
  const sockets = new Map<string, Holder>();
  const fifos: Holder[] = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    for (const fd of descriptorsOf(pid)) {
      const target = linkOf(`/proc/${pid}/fd/${fd}`);
      const socket = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (socket !== undefined) {
        if (!sockets.has(socket)) sockets.set(socket, { pid, fd });
      } else if (fifoNames.has(target)) fifos.push({ pid, fd });
    }
  }
  return { sockets, fifos: { factsOf: (stat) => fifoFacts(stat, fifos, duplicator) } };
}

function descriptorsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map(Number);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** At most so many processes are named for one FIFO. */
const MOST_NAMED = 16;

function fifoFacts(stat: BigIntStats, holders: readonly Holder[], duplicator: Duplicator | null) {
  const own = holders.filter(({ pid, fd }) => {
    const held = statSync(`/proc/${pid}/fd/${fd}`, { bigint: true, throwIfNoEntry: false });
    return held !== undefined && held.ino === stat.ino && held.dev === stat.dev;
  });
  const pids = [...new Set(own.map(({ pid }) => pid))].slice(0, MOST_NAMED);
  const [first] = own;
  const queued = first === undefined ? 0 : (duplicator?.queued(first.pid, first.fd) ?? null);
  return {
    openBy: pids.map((pid) => ({ pid, name: nameOf(pid) })),
    ...(queued === null ? {} : { queued }),
  };
}
