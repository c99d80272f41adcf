// Checks of what a core says about a thread, beyond single values: scheduling, capabilities, pending signals
// (criu/cr-restore.c and criu/pie/restorer.c, CRIU 4.2).

import { eachBytes, eachVarint, fieldNumber } from "../../../decoder/criu/wire/wire.ts";
import { fault, has, low, type Scan } from "../scan.ts";

/** SCHED_FIFO, SCHED_RR. */
const REAL_TIME: ReadonlySet<number> = new Set([1, 2]);
const RESET_ON_FORK = 0x4000_0000;

/** Checks that the priority in a slot is one of the policy in another: validate_sched_parm(). */
export function checkScheduling(scan: Scan, seen: number, policySlot: number, prioritySlot: number): void {
  if (!has(seen, policySlot)) return;
  const policy = low(scan, policySlot) & ~RESET_ON_FORK;
  const priority = has(seen, prioritySlot) ? low(scan, prioritySlot) : 0;
  if (REAL_TIME.has(policy) === priority > 0) return;
  const message = `A thread has the priority ${priority}, which its scheduling policy ${policy} does not allow.`;
  fault(scan, "value-impossible", "thread_core.sched_prio", message);
}

/** Pairs of capability sets, the first a subset of the second, for the kernel of checks. */
export const CAPABILITY_SUBSETS = [
  ["cap_eff", "cap_prm"],
  ["cap_amb", "cap_prm"],
  ["cap_amb", "cap_inh"],
] as const;

/** Capability sets, as words of 32 bits. */
const SETS = ["cap_eff", "cap_prm", "cap_inh", "cap_amb"] as const;
const SET_FIELDS = SETS.map((name) => fieldNumber("creds_entry", name));

/**
 * Checks that capabilities are such as a thread can have, capabilities(7): effective ones are permitted, and ambient
 * ones permitted and inheritable.
 */
export function checkCapabilities(scan: Scan, bytes: Uint8Array, start: number, end: number, prefix: string): void {
  const [effective = [], permitted = [], inheritable = [], ambient = []] = SET_FIELDS.map((field) => {
    const words: number[] = [];
    eachVarint(bytes, start, end, field, (word) => words.push(word));
    return words;
  });
  const lacks = (set: readonly number[], other: readonly number[]): boolean =>
    set.some((word, at) => (word & ~(other[at] ?? 0)) !== 0);
  const refused = (field: string, what: string): void =>
    fault(scan, "value-impossible", `${prefix}${field}`, `A thread has ${what}, which the kernel refuses.`);
  if (lacks(effective, permitted)) refused("cap_eff", "effective capabilities that are not permitted");
  else if (lacks(ambient, permitted)) refused("cap_amb", "ambient capabilities that are not permitted");
  else if (lacks(ambient, inheritable)) refused("cap_amb", "ambient capabilities that are not inheritable");
}

const SIGNALS = fieldNumber("signal_queue_entry", "signals");
const SIGINFO = fieldNumber("siginfo_entry", "siginfo");
/** Bytes of a siginfo_t: CRIU passes as many to the kernel. */
const SIGINFO_SIZE = 128;

/** Checks pending signals, the signal_queue_entry bytes[start … end - 1]: restore_signals(). */
export function checkSignals(scan: Scan, bytes: Uint8Array, start: number, end: number, field: string): void {
  let nth = 0;
  eachBytes(bytes, start, end, SIGNALS, (signal, signalEnd) => {
    const place = `${field}.signals[${nth++}].siginfo`;
    eachBytes(bytes, signal, signalEnd, SIGINFO, (from, to) => {
      if (to - from === SIGINFO_SIZE) return;
      const message = `A pending signal has ${to - from} bytes, but a siginfo_t has ${SIGINFO_SIZE}.`;
      fault(scan, "value-impossible", place, message);
    });
  });
}
