// Tasks and threads, from the cores of a set: core-PID.img has a task and its first thread, core-TID.img a further
// thread. Old releases store credentials, limits, signals and timers in separate members.

import type { MessageName } from "../../decoder/criu/format/messages.ts";
import type { Values } from "../../decoder/criu/wire/values.ts";
import { NONE } from "../../model/checkpoint.ts";
import { signalName } from "../../model/names/signals.ts";
import type { RecordRow, TaskRow } from "../../model/rows.ts";
import { taskRow } from "../from-checkpoint.ts";
import type { Row } from "../table.ts";
import { spec, type Tables } from "../tables.ts";
import { actionFlags, limitName, notificationName, policyName, secondsText, timerClock, UNLIMITED } from "../words.ts";
import { digestOf } from "./digest.ts";
import { addSeccomp, type Filters } from "./seccomp.ts";
import { messageOf, type NumberedEntry, type SetReader, take } from "./set-reader.ts";
import { isDead, type ThreadOwners } from "./thread-owners.ts";

/** A task or thread of the set, as its core is read. */
interface Owner {
  /** `null`: of a thread whose task is not known. */
  readonly pid: number | null;
  readonly tid: number;
  readonly task: TaskRow;
  readonly record: RecordRow;
}

type Draft = Record<string, Row[string]>;

/** The values of a message of a repeated field. */
const self = (values: Values): Values => values;

/** What the cores are read with. */
interface ReadingCores {
  readonly filters: Filters;
  readonly owners: ThreadOwners;
  /** Numbers of cores that are not read. */
  readonly leftOut: ReadonlySet<number>;
}

/** Reads the tables of tasks and threads. */
export async function readTasks(
  set: SetReader,
  tables: Tables,
  { filters, owners, leftOut }: ReadingCores,
): Promise<void> {
  const shared = await sharedPending(set, leftOut);
  const dumpable = await memoryFlags(set, tables, leftOut);
  for await (const entry of set.entries("core", leftOut)) {
    const core = messageOf(entry, "core_entry");
    if (core === null) continue;
    const tid = entry.number;
    const [tc, thread] = [core.nested("tc"), core.nested("thread_core")];
    // The core of a thread that no task of the process tree lists: its task may have been cut off.
    const pid = owners.get(tid) ?? (tc === null && set.taskOfPid(tid) === NONE ? null : tid);
    const owner: Owner = { pid, tid, task: pid === null ? NONE : set.taskOfPid(pid), record: entry.record };
    if (tc !== null && tid === pid) addTask(set, tables, owner, tc, dumpable.get(tid) ?? null);
    if (isDead(set, owner.task) || (thread === null && tc === null)) continue;
    // Without the core of its task, it is unknown which signals wait for that.
    const hasTask = pid !== null && set.members.find("core", pid) !== NONE;
    addThread(set, tables, owner, { tc, thread, shared: hasTask ? (shared.get(pid) ?? []) : null });
    addCredentials(set, tables, owner, thread?.nested("creds") ?? null);
    addSeccomp(tables, filters, owner, { tc, thread });
  }
  await readOldMembers(set, tables);
}

/** The signals that wait for each task as a whole: any of its threads may take them. */
async function sharedPending(set: SetReader, leftOut: ReadonlySet<number>): Promise<Map<number, readonly string[]>> {
  const found = new Map<number, readonly string[]>();
  for await (const entry of set.entries("core", leftOut)) {
    const queue = messageOf(entry, "core_entry")?.nested("tc.signals_s") ?? null;
    if (queue !== null) found.set(entry.number, queuedSignals(set, queue.each("signals", infoOf)));
  }
  for await (const entry of set.entries("signal-s")) {
    const signal = messageOf(entry, "siginfo_entry");
    if (signal === null) continue;
    found.set(entry.number, [...(found.get(entry.number) ?? []), ...queuedSignals(set, [infoOf(signal)])]);
  }
  return found;
}

/** The siginfo of a queued signal. */
const infoOf = (signal: Values): Uint8Array | null => signal.bytes("siginfo");

/** The names of queued signals, each once. A siginfo begins with the signal's number. */
function queuedSignals({ arch, littleEndian }: SetReader, queue: readonly (Uint8Array | null)[]): string[] {
  const names = new Set<string>();
  for (const info of queue) {
    if (info === null || info.length < 4) continue;
    const number = new DataView(info.buffer, info.byteOffset, 4).getInt32(0, littleEndian);
    names.add(signalName(number, arch) ?? `signal ${number}`);
  }
  return [...names];
}

/** What the memory of each task says about the task. */
async function memoryFlags(set: SetReader, tables: Tables, leftOut: ReadonlySet<number>): Promise<Map<number, Values>> {
  const found = new Map<number, Values>();
  if (!tables.wants("tasks", "aio")) return found;
  for await (const entry of set.entries("mm", leftOut)) {
    const mm = messageOf(entry, "mm_entry");
    if (mm === null) continue;
    found.set(entry.number, mm);
    addRings(set, tables, entry, mm);
  }
  return found;
}

/** Adds the contexts of io_setup(2) of a task. */
function addRings(set: SetReader, tables: Tables, { number: pid, record }: NumberedEntry, mm: Values): void {
  tables.hold("aio");
  for (const ring of mm.each("aios", self)) {
    const row: Draft = { pid };
    take(row, spec("aio"), "aio_ring_entry", ring, set.arch);
    tables.add("aio", row, set.taskOfPid(pid), record);
  }
}

function addTask(set: SetReader, tables: Tables, owner: Owner, tc: Values, mm: Values | null): void {
  const { arch } = set;
  const { pid, task, record } = owner;
  if (tables.wants("tasks")) {
    const row: Draft = task === NONE ? { pid } : taskRow(set.checkpoint, task);
    take(row, spec("tasks"), "task_core_entry", tc, arch);
    take(row, spec("tasks"), "mm_entry", mm, arch);
    // CRIU writes it if the kernel was built for audit. (uid_t)-1: nobody logged in.
    if (row.loginUid !== undefined) row.audited = true;
    if (row.loginUid === 0xffff_ffff) row.loginUid = null;
    tables.add("tasks", row, task, record);
  }
  if (isDead(set, task)) return;
  addLimits(set, tables, owner, tc.inside("rlimits").each("rlimits", self));
  addActions(set, tables, owner, tc.each("sigactions", self));
  const timers = tc.nested("timers");
  if (timers !== null) {
    for (const [field, kind] of INTERVAL_TIMERS) addIntervalTimer(tables, owner, kind, timers.inside(field));
    for (const timer of timers.each("posix", self)) addPosixTimer(set, tables, owner, timer);
    tables.hold("timers");
  }
}

function addThread(
  set: SetReader,
  tables: Tables,
  { pid, tid, task, record }: Owner,
  {
    tc,
    thread,
    shared,
  }: { readonly tc: Values | null; readonly thread: Values | null; readonly shared: readonly string[] | null },
): void {
  if (!tables.wants("threads")) return;
  const threads = spec("threads");
  // The name of the first thread, which is compared as that of the task.
  const row: Draft = { pid, tid, name: tc?.bytes("comm") };
  take(row, threads, "thread_core_entry", thread, set.arch);
  take(row, threads, "task_core_entry", tc, set.arch);
  const stack = thread?.nested("sas") ?? null;
  if (stack !== null && !isUsed(stack)) row.signalStackSize = 0n;
  else take(row, threads, "thread_sas_entry", stack, set.arch);
  take(row, threads, "rseq_entry", thread?.nested("rseq_entry") ?? null, set.arch);
  // The address is 0 if there is none.
  for (const name of ["robustList", "rseq"]) if (row[name] === 0n || row[name] === 0) row[name] = null;
  const policy = thread?.number("sched_policy") ?? null;
  if (policy !== null) row.policy = policyName(policy);
  const own = thread?.inside("signals_p").each("signals", infoOf) ?? [];
  if (own.length > 0 || (shared !== null && !set.isCut(record))) {
    row.pending = [...new Set([...queuedSignals(set, own), ...(shared ?? [])])];
    row.sharedPending = shared;
  }
  tables.add("threads", row, task, record);
}

const SS_DISABLE = 2;

/** Whether an alternate signal stack is in use. */
const isUsed = (stack: Values): boolean => ((stack.number("ss_flags") ?? SS_DISABLE) & SS_DISABLE) === 0;

/** Sets that are absent where they are empty. */
const EMPTY_SETS = ["groups", "effective", "permitted", "inheritable", "bounding", "ambient"];

function addCredentials(set: SetReader, tables: Tables, { pid, tid, task, record }: Owner, creds: Values | null): void {
  if (creds === null || !tables.wants("credentials")) return;
  const row: Draft = { pid, tid };
  take(row, spec("credentials"), "creds_entry", creds, set.arch);
  const policy = creds.bytes("apparmor_data");
  if (policy !== null) row.policy = digestOf(policy).digest;
  if (!set.isCut(record)) {
    for (const name of EMPTY_SETS) row[name] ??= [];
    row.noNewPrivs ??= false;
  }
  tables.add("credentials", row, task, record);
}

function addLimits(
  set: SetReader,
  tables: Tables,
  { pid, task, record }: Owner,
  limits: readonly Values[],
  from = 0,
): void {
  for (const [at, limit] of limits.entries()) {
    const row: Draft = { pid, resource: limitName(from + at, set.arch) };
    take(row, spec("limits"), "rlimit_entry", limit, set.arch);
    for (const side of ["soft", "hard"]) if (row[side] === UNLIMITED) row[side] = null;
    tables.add("limits", row, task, record);
  }
}

const SIGKILL = 9;
const SIG_IGN = 1n;
const SIG_DFL = 0n;
/** SIGSTOP, on MIPS and elsewhere. */
const stopSignal = (arch: string | null): number => (arch === "mips" ? 23 : 19);

/** The signal of the n-th action: SIGKILL and SIGSTOP have none. */
function signalOfAction(at: number, arch: string | null): number {
  let number = at + 1;
  if (number >= SIGKILL) number++;
  return number >= stopSignal(arch) ? number + 1 : number;
}

function addActions(
  set: SetReader,
  tables: Tables,
  { pid, task, record }: Owner,
  actions: readonly Values[],
  from = 0,
): void {
  const { arch } = set;
  if (actions.length > 0) tables.hold("signals");
  for (const [at, action] of actions.entries()) {
    const handler = action.wide("sigaction") ?? SIG_DFL;
    if (handler === SIG_DFL) continue;
    const number = signalOfAction(from + at, arch);
    const row: Draft = { pid, signal: signalName(number, arch) ?? `signal ${number}` };
    row.action = handler === SIG_IGN ? "ignore" : "handler";
    // The handler of an ignored signal is SIG_IGN, which is not an address.
    if (handler === SIG_IGN) row.handler = null;
    take(row, spec("signals"), "sa_entry", action, arch);
    row.flags = actionFlags(action.wide("flags") ?? 0n, arch);
    tables.add("signals", row, task, record);
  }
}

const INTERVAL_TIMERS = [
  ["real", "ITIMER_REAL"],
  ["virt", "ITIMER_VIRTUAL"],
  ["prof", "ITIMER_PROF"],
] as const;

const MICROSECONDS = 1_000_000;
const NANOSECONDS = 1_000_000_000;

/** Adds an interval timer that is armed: every task has all three. */
function addIntervalTimer(tables: Tables, { pid, task, record }: Owner, kind: string, timer: Values): void {
  const part = (name: string): bigint => timer.wide(name) ?? 0n;
  const interval = secondsText(part("isec"), part("iusec"), MICROSECONDS);
  const value = secondsText(part("vsec"), part("vusec"), MICROSECONDS);
  if (interval === "0" && value === "0") return;
  tables.add("timers", { pid, kind, interval, value, armed: value !== "0" }, task, record);
}

function addPosixTimer(set: SetReader, tables: Tables, { pid, task, record }: Owner, timer: Values): void {
  const part = (name: string): bigint => timer.wide(name) ?? 0n;
  const row: Draft = { pid, kind: "posix" };
  take(row, spec("timers"), "posix_timer_entry", timer, set.arch);
  row.clock = timerClock(timer.number("clock_id") ?? 0);
  row.notify = notificationName(timer.number("it_sigev_notify") ?? 0);
  row.interval = secondsText(part("isec"), part("insec"), NANOSECONDS);
  row.value = secondsText(part("vsec"), part("vnsec"), NANOSECONDS);
  row.armed = timer.wide("vsec") === null && timer.wide("vnsec") === null ? null : row.value !== "0";
  tables.add("timers", row, task, record);
}

/** Members that sets have instead of parts of the cores: credentials before CRIU 2.0, the others before 1.3. */
async function readOldMembers(set: SetReader, tables: Tables): Promise<void> {
  const each = async (
    kind: string,
    message: MessageName,
    visit: (owner: Owner, item: Values, at: number) => void,
  ): Promise<void> => {
    let last = NONE;
    let at = 0;
    for await (const entry of set.entries(kind)) {
      at = entry.number === last ? at + 1 : 0;
      last = entry.number;
      const item = messageOf(entry, message);
      if (item !== null) visit(ownerOf(set, entry), item, at);
    }
  };
  await each("creds", "creds_entry", (owner, creds) => addCredentials(set, tables, owner, creds));
  await each("rlimit", "rlimit_entry", (owner, limit, at) => addLimits(set, tables, owner, [limit], at));
  await each("sigacts", "sa_entry", (owner, action, at) => addActions(set, tables, owner, [action], at));
  await each("itimers", "itimer_entry", (owner, timer, at) => {
    const kind = INTERVAL_TIMERS[at]?.[1];
    if (kind !== undefined) addIntervalTimer(tables, owner, kind, timer);
    tables.hold("timers");
  });
  await each("posix-timers", "posix_timer_entry", (owner, timer) => addPosixTimer(set, tables, owner, timer));
}

const ownerOf = (set: SetReader, { number, record }: NumberedEntry): Owner => ({
  pid: number,
  tid: number,
  task: set.taskOfPid(number),
  record,
});
