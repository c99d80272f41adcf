// Checks of the entries of the set as a whole and of its tasks: inventory, cores, object ids, mounts.

import { eachBytes, fieldNumber, plan } from "../../../decoder/criu/wire/wire.ts";
import { NONE } from "../../../model/checkpoint.ts";
import { decodeText, visibleText } from "../../../model/text/text.ts";
import { MOST_NEEDS } from "../../needs.ts";
import { noteFeatures, noteLimits, noteMount, noteProfile } from "../needs/note-host.ts";
import { fault, has, low, type Reference, refer, reference, type Scan, scanInto } from "../scan.ts";
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

const TASK_CORE = plan("task_core_entry", ["cg_set", "old_seccomp_mode", "old_seccomp_filter", "rlimits", "signals_s"]);
const THREAD_CORE = plan("thread_core_entry", ["cg_set", "seccomp_mode", "seccomp_filter", "creds", "signals_p"]);
const IDS = plan("task_kobj_ids_entry", ["files_id"]);
const SECCOMP_FILTER = 2;

/** core_entry: a task's object ids in old sets, and its control groups and seccomp filters. */
export const onCore: Handler = handler(
  "core_entry",
  ["ids", "tc", "thread_core", "mtype", ...REGISTER_NAMES],
  (scan, seen, bytes) => {
    const [taskStart, taskEnd] = [low(scan, 2), scan.out[5] as number];
    const [threadStart, threadEnd] = [low(scan, 3), scan.out[7] as number];
    const [infoStart, infoEnd] = [low(scan, X86_SLOT), scan.out[2 * X86_SLOT + 1] as number];
    let hasCredentials = false;
    let filters: Filters = { mode: null, filter: null };
    checkRegisters(scan, seen);
    if (has(seen, 2) || has(seen, 1)) scan.taskCores.add(scan.memberNumber, has(seen, 2) ? 1 : 0);
    if (has(seen, 1)) {
      const [from, to] = [low(scan, 1), scan.out[3] as number];
      if (has(scanInto(scan, bytes, from, to, IDS), 1)) checkFilesId(scan, low(scan, 1), "ids.files_id");
    }
    if (has(seen, 2)) {
      const task = scanInto(scan, bytes, taskStart, taskEnd, TASK_CORE);
      const [limitsStart, limitsEnd] = [low(scan, 4), scan.out[9] as number];
      const [signalsStart, signalsEnd] = [low(scan, 5), scan.out[11] as number];
      filters = withFilters(scan, task, filters, OF_TASK);
      checkGroups(scan, task, OF_TASK);
      if (has(task, 4)) noteLimits(scan, bytes, limitsStart, limitsEnd);
      if (has(task, 5)) checkSignals(scan, bytes, signalsStart, signalsEnd, "tc.signals_s");
    }
    if (has(seen, 3)) {
      const thread = scanInto(scan, bytes, threadStart, threadEnd, THREAD_CORE);
      const [credentialsStart, credentialsEnd] = [low(scan, 4), scan.out[9] as number];
      const [signalsStart, signalsEnd] = [low(scan, 5), scan.out[11] as number];
      filters = withFilters(scan, thread, filters, OF_THREAD);
      checkGroups(scan, thread, OF_THREAD);
      hasCredentials = has(thread, 4);
      if (has(thread, 5)) checkSignals(scan, bytes, signalsStart, signalsEnd, "thread_core.signals_p");
      if (hasCredentials) checkCapabilities(scan, bytes, credentialsStart, credentialsEnd, "thread_core.creds.");
      checkScheduling(scan, bytes, threadStart, threadEnd);
      noteProfile(scan, bytes, threadStart, threadEnd);
    }
    checkFilter(scan, filters);
    if (has(seen, X86_SLOT)) noteFeatures(scan, bytes, infoStart, infoEnd);
    if (has(seen, 2) && !hasCredentials) checkCredentials(scan);
  },
);

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

/** Where a task or a thread has its control groups and its filters. */
interface GroupsOf {
  readonly mode: string;
  readonly groups: Reference;
  readonly filter: Reference;
}

const groupsOf = (who: string, groups: string, mode: string, filter: string): GroupsOf => ({
  mode,
  groups: reference("cgroup", "cgroup-missing", who, groups, "the set of control groups"),
  filter: reference("filter", "filter-missing", who, filter, "the seccomp filter"),
});
const OF_TASK = groupsOf("A task", "tc.cg_set", "tc.old_seccomp_mode", "tc.old_seccomp_filter");
const OF_THREAD = groupsOf("A thread", "thread_core.cg_set", "thread_core.seccomp_mode", "thread_core.seccomp_filter");

/** Checks the set of control groups in slot 1 of the scan. */
function checkGroups(scan: Scan, seen: number, { groups }: GroupsOf): void {
  const { rootCgroup } = scan.inventory;
  const set = low(scan, 1);
  // 0: it has none.
  if (!has(seen, 1) || rootCgroup === NONE || set === 0 || set === rootCgroup) return;
  const why = `it has set ${set} of control groups, which contains a task`;
  callFor(scan, { kind: "cgroup", field: groups.field, why });
  refer(scan, groups, set);
}

/** The mode of seccomp and the filter of a thread, and where they were found; `null`: unknown. */
interface Filters {
  readonly mode: { readonly value: number; readonly of: GroupsOf } | null;
  readonly filter: { readonly value: number; readonly of: GroupsOf } | null;
}

/**
 * Adds the mode and filter in slots 2 and 3 of the scan. In old sets the task has them; they override those of its
 * thread, as in check_core().
 */
const withFilters = (scan: Scan, seen: number, { mode, filter }: Filters, of: GroupsOf): Filters => ({
  mode: mode ?? (has(seen, 2) ? { value: low(scan, 2), of } : null),
  filter: filter ?? (has(seen, 3) ? { value: low(scan, 3), of } : null),
});

function checkFilter(scan: Scan, { mode, filter }: Filters): void {
  if (mode?.value !== SECCOMP_FILTER || scan.dead.get(scan.memberNumber) !== NONE) return;
  callFor(scan, { kind: "seccomp", field: mode.of.mode, why: "it has the seccomp filters of a task" });
  if (filter !== null) refer(scan, filter.of.filter, filter.value);
  scan.usedFilters.add(filter?.value ?? 0);
}

/** In the slots from 2 on. */
const NAMESPACES = [
  ...["time_ns_id", "net_ns_id", "mnt_ns_id", "pid_ns_id"],
  ...["ipc_ns_id", "uts_ns_id", "user_ns_id", "cgroup_ns_id"],
];

/** task_kobj_ids_entry: a task's file table, and the namespaces that are not those of CRIU itself. */
export const onIds: Handler = handler("task_kobj_ids_entry", ["files_id", ...NAMESPACES], (scan, seen) => {
  const { inventory } = scan;
  const ids = new Map<string, number>();
  for (let slot = 2; slot < NAMESPACES.length + 2; slot++) {
    if (!has(seen, slot)) continue;
    scan.spaces.namespace.add(low(scan, slot), scan.record);
    ids.set(NAMESPACES[slot - 2] as string, low(scan, slot));
  }
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
  if (has(seen, 3)) scan.spaces.network.add(network, scan.record);
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
  } else refer(scanned, tableOf(scanned.memberNumber, field), id);
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
