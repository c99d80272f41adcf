// Writes the records of a task, in the order of the dialect.

import { CAPABILITY_SETS } from "../decoder/linux-cr/fields/meaning.ts";
import { NONE } from "../model/checkpoint.ts";
import { HAS_STATUS } from "../model/outside.ts";
import { encodeText } from "../model/text/text.ts";
import type { CapabilitySets, TaskDescription } from "./description.ts";
import { checkpointObject, type Dump, type Steps } from "./dump.ts";
import type { ObjectKey } from "./objects.ts";
import { checkpointFileTable } from "./tables.ts";
import { fromBase64, nameArray, textBytes, withNul } from "./text.ts";
import type { FieldValues } from "./writer.ts";

const COMM_LENGTH = 16;
const SIGCHLD = 17;
const EXIT_ZOMBIE = 16;
const EXIT_DEAD = 32;
const TASK_DEAD = 64;

// TASK.state and exit_state, Linux include/linux/sched.h of 2.6.30 … 3.0.
const STATES: Readonly<Record<string, FieldValues>> = {
  running: { state: 0 },
  sleeping: { state: 1 },
  uninterruptible: { state: 2 },
  stopped: { state: 4 },
  traced: { state: 8 },
  zombie: { state: TASK_DEAD, exit_state: EXIT_ZOMBIE },
  dead: { state: TASK_DEAD, exit_state: EXIT_DEAD },
};

/** Writes TASK and the STRING with comm. */
function writeTask(dump: Dump, task: TaskDescription, values: FieldValues): void {
  const comm = task.carried?.comm;
  dump.writer.record("TASK", {
    ...STATES[task.state ?? "running"],
    exit_code: task.exitCode ?? 0,
    exit_signal: isThread(task) ? NONE : SIGCHLD,
    ...values,
    ...task.carried?.task,
  });
  const bytes = comm === undefined ? nameArray(textBytes(task.comm, task.commBytes), COMM_LENGTH) : fromBase64(comm);
  dump.writer.record("STRING", {}, bytes);
}

const isThread = ({ pid, tgid }: TaskDescription): boolean => pid !== null && tgid !== null && pid !== tgid;

/** Writes a record carried over from another image; false if there is none of this name. */
function writeCarried(dump: Dump, { carried }: TaskDescription, name: string): boolean {
  const payload = carried?.records?.[name];
  if (payload === undefined) return false;
  dump.writer.record(name, {}, fromBase64(payload), null);
  return true;
}

/** One task of the seed. */
export function* checkpointSeedTask(dump: Dump, task: TaskDescription): Steps {
  writeTask(dump, task, { task_comm_len: COMM_LENGTH });
  const table = yield* checkpointFileTable(dump);
  if (table < 0) return table;
  const { writer } = dump;
  writer.record("TASK_OBJS", { files_objref: table });
  if (!writeCarried(dump, task, "THREAD")) {
    writer.record("THREAD", { gdt_entry_tls_entries: TLS_ENTRIES, sizeof_tls_array: TLS_BYTES });
  }
  writeCarried(dump, task, "THREAD_TLS");
  if (!writeCarried(dump, task, "CPU")) writer.record("CPU");
  writeCarried(dump, task, "CPU_FPU");
  return 0;
}

/** Thread-local segments of x86: three descriptors of eight bytes. */
const TLS_ENTRIES = 3;
const TLS_BYTES = 24;

/** One task of v23-rc2. */
export function* checkpointTask(dump: Dump, task: TaskDescription): Steps {
  const { writer, hash } = dump;
  // struct robust_list_head of 32-bit and 64-bit machines.
  writeTask(dump, task, { compat_robust_futex_head_len: 12, robust_futex_head_len: 24 });
  if (task.state === "zombie" || task.state === "dead") return 0;
  writer.record(
    "THREAD",
    { gdt_entry_tls_entries: TLS_ENTRIES, sizeof_tls_array: TLS_BYTES },
    new Uint8Array(TLS_BYTES),
  );
  writer.record("RESTART_BLOCK", { function_type: dump.dialect.enums.CKPT_RESTART_BLOCK?.get("NONE") ?? 1 });
  writer.record("CPU");
  const credentials = checkpointObject(dump, "CRED", credentialsKey(task));
  dump.credentials = credentials;
  writer.record("TASK_CREDS", { cred_ref: credentials, ecred_ref: credentials });
  writer.record("TASK_NS", { ns_objref: checkpointObject(dump, "NS", 0) });

  const files = yield* checkpointFileTable(dump);
  if (files < 0) return files;
  // The process's number is the key of objects that its threads share.
  const process = task.tgid ?? task.pid ?? `table ${task.fileTable}`;
  const mm = checkpointObject(dump, "MM", process);
  const fs = checkpointObject(dump, "FS", process);
  const sighand = checkpointObject(dump, "SIGHAND", process);
  const newGroup = hash.described("SIGNAL", process) === 0;
  writer.record("TASK_OBJS", {
    files_objref: files,
    mm_objref: mm,
    fs_objref: fs,
    sighand_objref: sighand,
    // No OBJREF: the first task of a thread group is followed by SIGNAL.
    signal_objref: hash.describe("SIGNAL", process),
  });
  if (newGroup) {
    writer.record("SIGNAL", {
      rlim: limitBytes(task, dump.littleEndian),
      tty_old_pgrp: dump.dialect.enums.CKPT_PID?.get("NULL") ?? NONE,
    });
    writer.record("SIGPENDING", { "signal.sigset": signalSet(dump, task.status?.signals.sharedPending) });
  }
  writer.record("SIGPENDING", { "signal.sigset": signalSet(dump, task.status?.signals.pending) });
  writer.record("SIGNAL_TASK", { "blocked.sigset": signalSet(dump, task.status?.signals.blocked) });
  return 0;
}

/** A set of signals as it is in the kernel's memory. */
function signalSet({ littleEndian }: Dump, set = "0"): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(set), littleEndian);
  return bytes;
}

const RLIMITS = 16;

/** rlim: soft and hard limits as u64, RLIM_INFINITY where nothing is known. */
function limitBytes({ limits = [] }: TaskDescription, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(RLIMITS * 16).fill(0xff);
  const view = new DataView(bytes.buffer);
  for (const [index, [soft, hard]] of limits.slice(0, RLIMITS).entries()) {
    view.setBigUint64(index * 16, BigInt(soft), littleEndian);
    view.setBigUint64(index * 16 + 8, BigInt(hard), littleEndian);
  }
  return bytes;
}

const ROOT_CREDENTIALS = { uids: [0, 0, 0, 0], gids: [0, 0, 0, 0], groups: [] } as const;

const credentialsKey = ({ credentials, status }: TaskDescription): string =>
  JSON.stringify([credentials ?? ROOT_CREDENTIALS, status?.capabilities]);

/** Describes credentials, with their user and supplementary groups. */
export function dumpCredentials(dump: Dump): number {
  const { uids, gids, groups } = dump.task?.credentials ?? ROOT_CREDENTIALS;
  const groupinfo = checkpointObject(dump, "GROUPINFO", JSON.stringify(groups));
  const user = checkpointObject(dump, "USER", uids[0]);
  dump.writer.record("CRED", {
    uid: uids[0],
    euid: uids[1],
    suid: uids[2],
    fsuid: uids[3],
    gid: gids[0],
    egid: gids[1],
    sgid: gids[2],
    fsgid: gids[3],
    user_ref: user,
    groupinfo_ref: groupinfo,
    sec_ref: NONE,
    ...capabilityFields(dump.task?.status?.capabilities),
  });
  return 0;
}

function capabilityFields(sets: CapabilitySets | undefined): FieldValues {
  if (sets === undefined) return {};
  const words = CAPABILITY_SETS.flatMap(([key, letter]) => {
    const set = BigInt(sets[key]);
    return [
      [`cap_s.cap_${letter}_0`, Number(set & 0xffff_ffffn)],
      [`cap_s.cap_${letter}_1`, Number(set >> 32n)],
    ];
  });
  return { ...Object.fromEntries(words), "cap_s.padding": HAS_STATUS };
}

/** Describes supplementary groups. */
export function dumpGroups(dump: Dump): number {
  const { groups } = dump.task?.credentials ?? ROOT_CREDENTIALS;
  const ids = new Uint8Array(groups.length * 4);
  const view = new DataView(ids.buffer);
  for (const [index, group] of groups.entries()) view.setUint32(index * 4, group, dump.littleEndian);
  dump.writer.arrayRecord("GROUPINFO", { ngroups: groups.length }, "groups", ids);
  return 0;
}

/** Describes a user by its id. */
export function dumpUser(dump: Dump, uid: ObjectKey): number {
  const namespace = checkpointObject(dump, "USER_NS", 0);
  dump.writer.record("USER", { uid, userns_ref: namespace });
  return 0;
}

/** Describes the initial user namespace, which has no creator. */
export function dumpUserNamespace(dump: Dump): number {
  dump.writer.record("USER_NS");
  return 0;
}

/** Describes the namespaces of all tasks. */
export function dumpNamespaces(dump: Dump): number {
  const uts = checkpointObject(dump, "UTS_NS", 0);
  const ipc = checkpointObject(dump, "IPC_NS", 0);
  dump.writer.record("NS", { uts_objref: uts, ipc_objref: ipc });
  return 0;
}

const UTS_LENGTH = 65;

/** Describes the host's names. */
export function dumpHostNames(dump: Dump): number {
  const { machine = {} } = dump.description;
  const names = {
    sysname: "Linux",
    nodename: machine.hostname ?? "(none)",
    release: machine.release ?? dump.names.release,
    version: machine.version ?? dump.names.version,
    machine: machine.machine ?? dump.names.machine,
    domainname: machine.domain ?? "(none)",
  };
  const arrays = Object.entries(names).map(([name, text]) => [name, nameArray(encodeText(text), UTS_LENGTH)]);
  dump.writer.record("UTS_NS", Object.fromEntries(arrays) as FieldValues);
  return 0;
}

/** Default limits: Linux include/linux/shm.h, msg.h, sem.h of 2.6.37. */
const IPC_LIMITS = {
  shm_ctlmax: 33_554_432,
  shm_ctlall: 2_097_152,
  shm_ctlmni: 4096,
  msg_ctlmax: 8192,
  msg_ctlmnb: 16_384,
  msg_ctlmni: 1000,
  sem_ctl_msl: 250,
  sem_ctl_mns: 32_000,
  sem_ctl_opm: 32,
  sem_ctl_mni: 128,
};

/** Describes an empty IPC namespace. */
export function dumpIpcNamespace(dump: Dump): number {
  dump.writer.record("IPC_NS", IPC_LIMITS);
  for (const list of ["IPC_SHM", "IPC_MSG", "IPC_SEM"]) {
    dump.writer.record("IPC", { ipc_type: dump.dialect.recordType(list) ?? 0, ipc_count: 0 });
  }
  return 0;
}

/** u64s in the auxiliary vector: HEADER's at_vector_size. */
export const AUXV_WORDS = 44;
const LDT_ENTRY_BYTES = 8;

/** Describes an empty address space: no areas, and an empty auxiliary vector and local descriptor table. */
export function dumpMemory(dump: Dump): number {
  const { writer } = dump;
  writer.record("MM");
  writer.record("BUFFER", {}, new Uint8Array(AUXV_WORDS * 8));
  writer.record("MM_CONTEXT", { ldt_entry_size: LDT_ENTRY_BYTES });
  writer.record("MM_CONTEXT_LDT");
  return 0;
}

/** Describes the working directory and the root. */
export function dumpFs(dump: Dump): number {
  const { writer, task } = dump;
  writer.record("FS", { umask: task?.umask ?? 0o22 });
  writer.record("FILE_NAME", {}, withNul(encodeText(task?.workingDirectory ?? "/")));
  writer.record("FILE_NAME", {}, withNul(encodeText(task?.root ?? "/")));
  return 0;
}

const SIGNALS = 64;
const SIGACTION_BYTES = 32;
const SIG_IGN = 1n;
/** SIG_ERR, which is no handler's address: the address is not known. */
const SOME_HANDLER = 0xffff_ffff_ffff_ffffn;

/** Describes which signals are ignored or have a handler, as far as that is known. */
export function dumpHandlers({ task, writer, littleEndian }: Dump): number {
  const bytes = new Uint8Array(SIGNALS * SIGACTION_BYTES);
  const view = new DataView(bytes.buffer);
  const { ignored = "0", caught = "0" } = task?.status?.signals ?? {};
  const [ignoredSet, caughtSet] = [BigInt(ignored), BigInt(caught)];
  const has = (set: bigint, bit: number): boolean => ((set >> BigInt(bit)) & 1n) === 1n;
  for (let bit = 0; bit < SIGNALS; bit++) {
    const handler = has(caughtSet, bit) ? SOME_HANDLER : has(ignoredSet, bit) ? SIG_IGN : 0n;
    view.setBigUint64(bit * SIGACTION_BYTES, handler, littleEndian);
  }
  writer.record("SIGHAND", {}, bytes);
  return 0;
}
