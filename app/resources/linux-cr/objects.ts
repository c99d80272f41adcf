// Objects that tasks share: credentials, actions on signals, interval timers, namespaces. Each is a row, or several,
// without its task.

import { vmFlagNames } from "../../decoder/linux-cr/catalogue/vm-flags.ts";
import { CAPABILITY_SETS } from "../../decoder/linux-cr/fields/meaning.ts";
import { capabilityNames } from "../../model/names/capabilities.ts";
import { signalName } from "../../model/names/signals.ts";
import { visibleText } from "../../model/text/text.ts";
import type { Row } from "../table.ts";
import { spec } from "../tables.ts";
import { actionFlags, secondsText } from "../words.ts";
import { type Struct, take } from "./record-reader.ts";

/** A row in the making. */
export type Draft = Record<string, Row[string]>;

/** The objects that a CRED refers to. */
interface OfCredentials {
  /** `null`: the image does not say. */
  readonly groups: readonly number[] | null;
  /** The label of the security module; `null`: it has none. */
  readonly label: Uint8Array | null;
}

/** The row of a CRED. */
export function credentialsOf(cred: Struct, { groups, label }: OfCredentials, arch: string | null): Draft {
  const row: Draft = { groups, label };
  take(row, spec("credentials"), cred, arch);
  for (const [key, letter] of CAPABILITY_SETS) {
    row[key] = capabilityNames([0, 1].map((word) => cred.number(`cap_s.cap_${letter}_${word}`)));
  }
  return row;
}

/** The columns of a row of credentials that differ from those of another one, with their values: `euid 0`. */
export function differences(row: Draft, other: Draft): string[] {
  const text = (value: Draft[string] | undefined): string =>
    value instanceof Uint8Array ? visibleText(value) : Array.isArray(value) ? value.join(" ") : String(value ?? "");
  return spec("credentials").columns.flatMap(({ name }) => {
    const value = text(row[name]);
    return value === text(other[name]) ? [] : [`${name} ${value === "" ? "none" : value}`];
  });
}

const SIGNALS = 64;
const SIG_DFL = 0n;
const SIG_IGN = 1n;

/** The rows of a SIGHAND: of the signals whose action is not the default. */
export function actionsOf(sighand: Struct, arch: string | null): Draft[] {
  return sighand.entries("action", "ckpt_sigaction", SIGNALS).flatMap((action, at): Draft[] => {
    const handler = action.big("_sa_handler") ?? SIG_DFL;
    if (handler === SIG_DFL) return [];
    const row: Draft = { signal: signalName(at + 1, arch) ?? `signal ${at + 1}` };
    row.action = handler === SIG_IGN ? "ignore" : "handler";
    if (handler === SIG_IGN) row.handler = null;
    take(row, spec("signals"), action, arch);
    row.flags = actionFlags(action.big("sa_flags") ?? 0n, arch);
    return [row];
  });
}

const INTERVAL_TIMERS = [
  ["real", "ITIMER_REAL"],
  ["virt", "ITIMER_VIRTUAL"],
  ["prof", "ITIMER_PROF"],
] as const;

const NANOSECONDS = 1_000_000_000;

const nanosecondsText = (value: bigint): string =>
  secondsText(value / BigInt(NANOSECONDS), value % BigInt(NANOSECONDS), NANOSECONDS);

/** The rows of the interval timers in a SIGNAL that are armed. `null`: SIGNAL has none in this version, or is cut. */
export function timersOf(signal: Struct): Draft[] | null {
  if (signal.big("it_prof_incr") === null) return null;
  return INTERVAL_TIMERS.flatMap(([name, kind]): Draft[] => {
    const [value, interval] = [signal.big(`it_${name}_value`) ?? 0n, signal.big(`it_${name}_incr`) ?? 0n];
    if (value === 0n && interval === 0n) return [];
    return [{ kind, interval: nanosecondsText(interval), value: nanosecondsText(value), armed: value !== 0n }];
  });
}

/**
 * PR_SET_DUMPABLE, from the flags of a memory: the bits MMF_DUMPABLE and MMF_DUMP_SECURELY, as get_dumpable() of the
 * kernels with Linux-CR reads them.
 */
const dumpableOf = (mm: Struct): number | null => {
  const flags = mm.big("flags");
  return flags === null ? null : Math.min(Number(flags & 3n), 2);
};

/** What a memory object has about its tasks. */
export function memoryOf(mm: Struct): Draft {
  const flags = mm.big("def_flags");
  return { dumpable: dumpableOf(mm), futureFlags: flags === null ? null : vmFlagNames(flags) };
}

/** The namespaces that an NS names. */
export function namespacesOf(ns: Struct): Draft[] {
  return ["uts", "ipc", "net"].map((kind) => ({ kind, id: ns.number(`${kind}_objref`) })).filter(({ id }) => id > 0);
}

/** The settings in an IPC_NS by the names of sysctl(8), and the fields that each is made of. */
const IPC_SYSCTLS: readonly (readonly [name: string, ...fields: string[]])[] = [
  ["kernel.sem", "sem_ctl_msl", "sem_ctl_mns", "sem_ctl_opm", "sem_ctl_mni"],
  ["kernel.msgmax", "msg_ctlmax"],
  ["kernel.msgmnb", "msg_ctlmnb"],
  ["kernel.msgmni", "msg_ctlmni"],
  ["kernel.shmmax", "shm_ctlmax"],
  ["kernel.shmall", "shm_ctlall"],
  ["kernel.shmmni", "shm_ctlmni"],
];

/** The settings of an IPC namespace, as far as the record has them. */
export const sysctlsOf = (ipcns: Struct): Draft[] =>
  IPC_SYSCTLS.flatMap(([name, ...fields]) => {
    const values = fields.map((field) => ipcns.big(field));
    return values.includes(null) ? [] : [{ name, value: values.join(" ") }];
  });
