// Checks of the entries of the set as a whole and of its tasks: inventory, cores, object ids, mounts.

import { eachBytes, fieldNumber, plan } from "../../../decoder/criu/wire/wire.ts";
import { NONE } from "../../../model/checkpoint.ts";
import { decodeText, visibleText } from "../../../model/text/text.ts";
import { MOST_NEEDS } from "../../needs.ts";
import { noteFeatures, noteLimits, noteMount, noteProfile } from "../needs/note-host.ts";
import { fault, has, high, low, type Reference, refer, reference, type Scan, scanInto } from "../scan.ts";
import { callFor } from "../set/members.ts";
import { type Handler, handler } from "./handler.ts";
import { checkCapabilities, checkScheduling, checkSignals } from "./threads.ts";

const ROOT_IDS = plan("task_kobj_ids_entry", ["net_ns_id", "time_ns_id", "mnt_ns_id", "pid_ns_id"]);
const PLUGINS = fieldNumber("plugins_entry", "plugins");

/** inventory_entry: what CRIU itself was in, and the plugins it used. */
export const onInventory: Handler = handler(
  "inventory_entry",
  [
    "img_version",
    "root_cg_set",
    "tcp_close",
    "network_lock_method",
    "dump_criu_run_id",
    "root_ids",
    "plugins_entry",
    "lsmtype",
    "allow_uprobes",
  ],
  (scan, seen, bytes) => {
    const { inventory } = scan;
    if (has(seen, 1)) inventory.version = low(scan, 1);
    if (has(seen, 2)) inventory.rootCgroup = low(scan, 2);
    inventory.tcpClose = has(seen, 3) && low(scan, 3) !== 0;
    inventory.isRecent = has(seen, 4) || has(seen, 5);
    inventory.allowUprobes = has(seen, 9) && low(scan, 9) !== 0;
    if (has(seen, 8)) scan.hostNotes.lsm = low(scan, 8);
    const [idsStart, idsEnd] = [low(scan, 6), scan.out[13] as number];
    if (has(seen, 7)) inventory.plugins = textsIn(bytes, low(scan, 7), scan.out[15] as number);
    if (!has(seen, 6)) return;
    const ids = scanInto(scan, bytes, idsStart, idsEnd, ROOT_IDS);
    if (has(ids, 1)) inventory.rootNetwork = low(scan, 1);
    if (has(ids, 2)) inventory.rootTime = low(scan, 2);
    if (has(ids, 3)) inventory.rootMounts = low(scan, 3);
    if (has(ids, 4)) scan.hostNotes.rootPids = low(scan, 4);
  },
);

/** The names of plugins, as visible text. */
function textsIn(bytes: Uint8Array, start: number, end: number): string[] {
  const texts: string[] = [];
  eachBytes(bytes, start, end, PLUGINS, (from, to) => texts.push(visibleText(bytes.subarray(from, to))));
  return texts;
}

/** By march: the field of core_entry with the registers. */
const REGISTERS: readonly (string | null)[] = [
  null,
  "thread_info",
  "ti_arm",
  "ti_aarch64",
  "ti_ppc64",
  "ti_s390",
  "ti_mips",
  "ti_loongarch64",
  "ti_riscv64",
];
const REGISTER_NAMES = REGISTERS.filter((name) => name !== null);
/** In the plan of core_entry: the registers of march m are in slot m + 4. */
const SLOT_BEFORE_REGISTERS = 4;
const X86_SLOT = 5;

const CORE = ["ids", "tc", "thread_core", "mtype", ...REGISTER_NAMES];
/** The slots of the messages in a core follow its own. */
export const TASK_CORE = plan(
  "task_core_entry",
  ["cg_set", "old_seccomp_mode", "old_seccomp_filter", "rlimits", "signals_s"],
  CORE.length + 1,
);
export const THREAD_CORE = plan(
  "thread_core_entry",
  ["cg_set", "seccomp_mode", "seccomp_filter", "creds", "signals_p", "sched_policy", "sched_prio"],
  CORE.length + 6,
);
const [TASK, THREAD] = [TASK_CORE.slot, THREAD_CORE.slot];
const IDS = plan("task_kobj_ids_entry", ["files_id"]);
const SECCOMP_FILTER = 2;

/** core_entry: a task's object ids in old sets, and its control groups and seccomp filters. */
export const onCore: Handler = handler("core_entry", CORE, (scan, seen, bytes) => {
  let all = seen;
  if (has(seen, 2)) all |= scanInto(scan, bytes, low(scan, 2), high(scan, 2), TASK_CORE);
  if (has(seen, 3)) all |= scanInto(scan, bytes, low(scan, 3), high(scan, 3), THREAD_CORE);
  checkCore(scan, all, bytes, false);
});

/**
 * Checks a core, whose values are in the slots of CORE, TASK_CORE and THREAD_CORE.
 *
 * @param areCapabilitiesSound Whether they need no check.
 */
export function checkCore(scan: Scan, seen: number, bytes: Uint8Array, areCapabilitiesSound: boolean): void {
  const isTask = has(seen, 2);
  const [idsStart, idsEnd] = [low(scan, 1), high(scan, 1)];
  const [threadStart, threadEnd] = [low(scan, 3), high(scan, 3)];
  const [infoStart, infoEnd] = [low(scan, X86_SLOT), high(scan, X86_SLOT)];
  checkRegisters(scan, seen);
  if (isTask || has(seen, 1)) scan.taskCores.add(scan.memberNumber, isTask ? 1 : 0);
  if (has(seen, 1) && has(scanInto(scan, bytes, idsStart, idsEnd, IDS), 1)) {
    checkFilesId(scan, low(scan, 1), "ids.files_id");
  }
  if (isTask) {
    checkGroups(scan, seen, OF_TASK);
    if (has(seen, TASK.rlimits)) noteLimits(scan, bytes, low(scan, TASK.rlimits), high(scan, TASK.rlimits));
    checkQueue(scan, seen, bytes, OF_TASK);
  }
  const hasThread = has(seen, 3);
  const { creds } = THREAD;
  if (hasThread) {
    checkGroups(scan, seen, OF_THREAD);
    checkQueue(scan, seen, bytes, OF_THREAD);
    if (has(seen, creds) && !areCapabilitiesSound) {
      checkCapabilities(scan, bytes, low(scan, creds), high(scan, creds), "thread_core.creds.");
    }
    checkScheduling(scan, seen, THREAD.sched_policy, THREAD.sched_prio);
    noteProfile(scan, bytes, threadStart, threadEnd);
  }
  checkFilter(scan, seen);
  if (has(seen, X86_SLOT)) noteFeatures(scan, bytes, infoStart, infoEnd);
  if (isTask && !has(seen, creds)) checkCredentials(scan);
}

/** A task or thread that is not dead has the registers of its machine, which is that of the task: check_core(). */
function checkRegisters(scan: Scan, seen: number): void {
  const { memberNumber } = scan;
  if (!has(seen, SLOT_BEFORE_REGISTERS) || scan.dead.get(memberNumber) !== NONE) return;
  const isThread = !has(seen, 2);
  if (isThread && REGISTER_NAMES.some((_, at) => has(seen, SLOT_BEFORE_REGISTERS + 1 + at))) return;
  const march = low(scan, SLOT_BEFORE_REGISTERS);
  // Later releases may know more machines.
  if (march >= REGISTERS.length) return;
  const field = REGISTERS[march] ?? null;
  if (field !== null && has(seen, SLOT_BEFORE_REGISTERS + march)) return;
  const message =
    field === null
      ? `The core of ${memberNumber} names no machine (mtype ${march}).`
      : `The core of ${memberNumber} lacks the registers of its machine (${field}).`;
  fault(scan, "core-incomplete", "mtype", message);
}

/** Before CRIU 1.3 credentials were in a file of their own. */
function checkCredentials(scan: Scan): void {
  const { memberNumber, members, dead } = scan;
  if (dead.get(memberNumber) !== NONE || members.find("creds", memberNumber) !== NONE) return;
  fault(scan, "core-incomplete", "tc", `The core of ${memberNumber} lacks the credentials of the task.`);
}

/** Where a task or a thread has its control groups, its filters and its pending signals. */
interface GroupsOf {
  readonly mode: string;
  readonly signals: string;
  readonly groups: Reference;
  readonly filter: Reference;
  /** The slots of cg_set, of the mode and the filter of seccomp, and of the signals. */
  readonly slots: readonly [groups: number, mode: number, filter: number, signals: number];
}

const groupsOf = (who: string, message: string, names: readonly string[], slots: GroupsOf["slots"]): GroupsOf => {
  const [groups, mode, filter, signals] = names.map((name) => `${message}.${name}`) as [string, string, string, string];
  return {
    mode,
    signals,
    groups: reference("cgroup", "cgroup-missing", who, groups, "the set of control groups"),
    filter: reference("filter", "filter-missing", who, filter, "the seccomp filter"),
    slots,
  };
};
const OF_TASK = groupsOf(
  "A task",
  "tc",
  ["cg_set", "old_seccomp_mode", "old_seccomp_filter", "signals_s"],
  [TASK.cg_set, TASK.old_seccomp_mode, TASK.old_seccomp_filter, TASK.signals_s],
);
const OF_THREAD = groupsOf(
  "A thread",
  "thread_core",
  ["cg_set", "seccomp_mode", "seccomp_filter", "signals_p"],
  [THREAD.cg_set, THREAD.seccomp_mode, THREAD.seccomp_filter, THREAD.signals_p],
);

/** Checks a set of control groups. */
function checkGroups(scan: Scan, seen: number, { groups, slots: [slot] }: GroupsOf): void {
  const { rootCgroup } = scan.inventory;
  const set = low(scan, slot);
  // 0: it has none.
  if (!has(seen, slot) || rootCgroup === NONE || set === 0 || set === rootCgroup) return;
  const why = `it has set ${set} of control groups, which contains a task`;
  callFor(scan, { kind: "cgroup", field: groups.field, why });
  refer(scan, groups, set);
}

function checkQueue(scan: Scan, seen: number, bytes: Uint8Array, { signals, slots }: GroupsOf): void {
  const slot = slots[3];
  if (has(seen, slot)) checkSignals(scan, bytes, low(scan, slot), high(scan, slot), signals);
}

/**
 * Checks the filters of a thread. In old sets the task has the mode and the filter; they override those of its thread,
 * as in check_core().
 */
function checkFilter(scan: Scan, seen: number): void {
  const modeOf = [OF_TASK, OF_THREAD].find(({ slots }) => has(seen, slots[1]));
  if (modeOf === undefined || low(scan, modeOf.slots[1]) !== SECCOMP_FILTER) return;
  if (scan.dead.get(scan.memberNumber) !== NONE) return;
  callFor(scan, { kind: "seccomp", field: modeOf.mode, why: "it has the seccomp filters of a task" });
  const filterOf = [OF_TASK, OF_THREAD].find(({ slots }) => has(seen, slots[2]));
  const filter = filterOf === undefined ? 0 : low(scan, filterOf.slots[2]);
  if (filterOf !== undefined) refer(scan, filterOf.filter, filter);
  scan.usedFilters.add(filter);
}

/** In the slots from 2 on. */
const NAMESPACES = [
  ...["time_ns_id", "net_ns_id", "mnt_ns_id", "pid_ns_id"],
  ...["ipc_ns_id", "uts_ns_id", "user_ns_id", "cgroup_ns_id"],
];

function namespacesIn(scan: Scan, seen: number): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  for (let slot = 2; slot < NAMESPACES.length + 2; slot++) {
    if (!has(seen, slot)) continue;
    scan.spaces.namespace.add(low(scan, slot), scan.record);
    ids.set(NAMESPACES[slot - 2] as string, low(scan, slot));
  }
  return ids;
}

/** task_kobj_ids_entry: a task's file table, and the namespaces that are not those of CRIU itself. */
export const onIds: Handler = handler("task_kobj_ids_entry", ["files_id", ...NAMESPACES], (scan, seen) => {
  const { inventory } = scan;
  const last = scan.lastNamespaces;
  // Most tasks are in those of the task before.
  const isSame =
    last !== null &&
    NAMESPACES.every((name, at) => last.get(name) === (has(seen, at + 2) ? low(scan, at + 2) : undefined));
  const ids = isSame ? last : namespacesIn(scan, seen);
  scan.lastNamespaces = ids;
  scan.namespaces.set(scan.memberNumber, { record: scan.record, ids });
  const [files, time] = [low(scan, 1), low(scan, 2)];
  if (has(seen, 2) && inventory.rootTime !== NONE && time !== inventory.rootTime) {
    const why = "it has the offsets of the clocks of a task's time namespace";
    callFor(scan, { kind: "timens", number: time, field: "time_ns_id", why, severity: "warning" });
  }
  const [network, mounts, pids] = [low(scan, 3), low(scan, 4), low(scan, 5)];
  const { hostNotes } = scan;
  if (has(seen, 5) && hostNotes.rootPids !== NONE && pids !== hostNotes.rootPids) hostNotes.hasOwnPids = true;
  if (has(seen, 4) && inventory.rootMounts !== NONE && mounts !== inventory.rootMounts) scan.notes.ownRoot = true;
  if (has(seen, 3) && !isSame) scan.spaces.network.add(network, scan.record);
  if (has(seen, 3) && inventory.rootNetwork !== NONE && network !== inventory.rootNetwork) {
    scan.networks.set(network, scan.record);
    hostNotes.hasOwnNetwork = true;
  }
  if (has(seen, 1)) checkFilesId(scan, files, "files_id");
});

const tableOf = (pid: number, field: string): Reference =>
  reference("table", "table-missing", `Task ${pid}`, field, "the file table");

function checkFilesId(scanned: Scan, id: number, field: string): void {
  if (scanned.dead.get(scanned.memberNumber) !== NONE) {
    scanned.dangling = true;
    const message = `Task ${scanned.memberNumber} is dead and has the file table ${id}.`;
    fault(scanned, "dead-task-with-descriptors", field, message);
    return;
  }
  scanned.namesTables = true;
  // All tables are known from the start.
  if (scanned.spaces.table.get(id) === NONE) refer(scanned, tableOf(scanned.memberNumber, field), id);
}

const PARENT = reference("mount", "mount-missing", "A mount", "parent_mnt_id", "the mount that it is on,");

const TMPFS = 5;
const SLASH = 0x2f;

const isRoot = (path: Uint8Array): boolean => ["/", "./", "."].includes(decodeText(path));

/** mnt_entry. */
export const onMount: Handler = handler(
  "mnt_entry",
  [
    "fstype",
    "mnt_id",
    "root_dev",
    "root",
    "with_plugin",
    "ext_mount",
    "ext_key",
    "mountpoint",
    "parent_mnt_id",
    "shared_id",
    "master_id",
  ],
  (scan, seen, bytes) => {
    const textIn = (slot: number): Uint8Array => bytes.slice(low(scan, slot), scan.out[2 * slot + 1] as number);
    // Older sets have the key in root.
    const key = has(seen, 7) ? 7 : has(seen, 6) && low(scan, 6) !== 0 && has(seen, 4) ? 4 : null;
    if (key !== null && scan.notes.mounts.length < MOST_NEEDS) {
      scan.notes.mounts.push({ key: textIn(key), at: has(seen, 8) ? textIn(8) : textIn(key) });
    }
    const [mount, device] = [low(scan, 2), low(scan, 3)];
    const [start, end] = [low(scan, 4), scan.out[9] as number];
    const isWhole = has(seen, 4) && end - start === 1 && bytes[start] === SLASH;
    const isOutside = (has(seen, 5) && low(scan, 5) !== 0) || (has(seen, 6) && low(scan, 6) !== 0) || has(seen, 7);
    if (has(seen, 2)) scan.spaces.mount.add(mount, scan.record);
    // The root of a namespace is on a mount outside of it.
    if (has(seen, 8) && has(seen, 9) && !isRoot(textIn(8))) {
      refer(scan, PARENT, low(scan, 9));
    }
    if (has(seen, 2) && has(seen, 8)) {
      const at = bytes.slice(low(scan, 8), scan.out[17] as number);
      const parent = has(seen, 9) ? low(scan, 9) : 0;
      scan.mounts.push({ id: mount, parent, isRoot: isRoot(at), at, member: scan.member, record: scan.record });
      noteMount(scan, { id: mount, parent, at, type: low(scan, 1), isExternal: isOutside, isWhole });
    }
    if (low(scan, 1) !== TMPFS || !has(seen, 1) || !has(seen, 3)) return;
    // If a mount is external, so are its peers and their slaves.
    const [peers, followed] = [has(seen, 10) ? low(scan, 10) : 0, has(seen, 11) ? low(scan, 11) : 0];
    if (has(seen, 7) && peers !== 0) scan.tmpfs.outsidePeers.add(peers);
    if (isWhole && has(seen, 7)) scan.tmpfs.outside.add(device);
    // The root exists before the restore.
    else if (isWhole && !isOutside && has(seen, 8) && !isRoot(textIn(8)))
      scan.tmpfs.inside.push({ mount, device, peers, followed, record: scan.record });
  },
);
