// Which processes slept while they were read: like stopped ones, they cannot have changed what they have open.

import { readFileSync } from "node:fs";
import { threadsOf } from "./processes.ts";

/** Processes as they were before they were read, and which of them have not run since. */
export interface Sleepers {
  /** Whether no thread of a process has run. */
  has(process: number): boolean;
}

/** Reads the state of processes; `has` reads it again. */
export function watchSleepers(processes: Iterable<number>): Sleepers {
  const before = new Map<number, string | null>();
  for (const process of processes) if (!before.has(process)) before.set(process, switchesOf(process));
  const found = new Map<number, boolean>();
  return {
    has(process) {
      const known = found.get(process);
      if (known !== undefined) return known;
      const was = before.get(process) ?? null;
      const slept = was !== null && switchesOf(process) === was;
      found.set(process, slept);
      return slept;
    },
  };
}

/**
 * How often each thread of a process has been switched out so far: one that ran is switched out to sleep again.
 * `null`: one of them runs, or the kernel does not say.
 */
function switchesOf(process: number): string | null {
  const counts: string[] = [];
  try {
    for (const thread of threadsOf(process)) {
      const status = readFileSync(`/proc/${process}/task/${thread}/status`, "latin1");
      const counted = SWITCHES.exec(status);
      if (counted === null || !SLEEPING.test(status)) return null;
      counts.push(`${thread} ${counted[1]} ${counted[2]}`);
    }
  } catch {
    // A thread has ended.
    return null;
  }
  return counts.length === 0 ? null : counts.join(",");
}

const SLEEPING = /^State:\t[SDITtZX]/m;
const SWITCHES = /^voluntary_ctxt_switches:\t(\d+)\nnonvoluntary_ctxt_switches:\t(\d+)/m;
