// Values that a restore refuses, by message and field, as data. Only what no kernel and no release of CRIU accepts.

/** The values that a field may have: a range, both ends included, or a few numbers. */
export type Limit = { readonly least: number; readonly most: number; readonly zigzag?: true } | readonly number[];

const MICROSECONDS: Limit = { least: 0, most: 999_999 };
const NANOSECONDS: Limit = { least: 0, most: 999_999_999 };
/** PID_MAX_LIMIT. */
const PID: Limit = { least: 0, most: 4_194_304 };
/** SIGRTMAX on MIPS is 127. */
const SIGNAL: Limit = { least: 0, most: 128 };

/** sched(7): SCHED_OTHER, FIFO, RR, BATCH and IDLE. */
const POLICIES = [0, 1, 2, 3, 5];
/**
 * SCHED_RESET_ON_FORK comes with any policy. Earlier releases refuse it: validate_sched_parm() in criu/cr-restore.c.
 */
const RESET_ON_FORK = 0x4000_0000;

/** By message and field. */
export const LIMITS: Readonly<Record<string, Limit>> = {
  // Versions begin with 1; later ones than the last known are reported as such.
  "inventory_entry.img_version": { least: 1, most: 0xffff_ffff },
  "pstree_entry.pid": PID,
  "pstree_entry.ppid": PID,
  // CRIU's numbers for the states of tasks: compel/include/uapi/task-state.h.
  "task_core_entry.task_state": { least: 1, most: 6 },
  // proc(5), oom_score_adj.
  "task_core_entry.oom_score_adj": { least: -1000, most: 1000 },
  // setpriority(2), sched(7). CRIU: "Inconsistent sched params".
  "thread_core_entry.sched_nice": { least: -20, most: 19, zigzag: true },
  "thread_core_entry.sched_policy": [...POLICIES, ...POLICIES.map((policy) => policy | RESET_ON_FORK)],
  "thread_core_entry.sched_prio": { least: 0, most: 99 },
  "thread_core_entry.pdeath_sig": SIGNAL,
  // setitimer(2). CRIU: "Invalid timer".
  "itimer_entry.iusec": MICROSECONDS,
  "itimer_entry.vusec": MICROSECONDS,
  "posix_timer_entry.insec": NANOSECONDS,
  "posix_timer_entry.vnsec": NANOSECONDS,
  // timerfd_settime(2): CLOCK_REALTIME, MONOTONIC, BOOTTIME and the two alarms.
  "timerfd_entry.insec": NANOSECONDS,
  "timerfd_entry.vnsec": NANOSECONDS,
  "timerfd_entry.clockid": [0, 1, 7, 8, 9],
  // AF_INET, AF_INET6; SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET.
  "inet_sk_entry.family": [2, 10],
  "inet_sk_entry.type": [1, 2, 3],
  "unix_sk_entry.type": [1, 2, 5],
};

/** By message: pairs of fields of which the first is less than the second, or may equal it. */
export const ORDERS: Readonly<Record<string, readonly (readonly [string, string, mayEqual: boolean])[]>> = {
  // prctl(2), PR_SET_MM_MAP.
  mm_entry: [
    ["mm_start_code", "mm_end_code", false],
    ["mm_start_data", "mm_end_data", true],
    ["mm_start_brk", "mm_brk", true],
    ["mm_arg_start", "mm_arg_end", true],
    ["mm_env_start", "mm_env_end", true],
  ],
  vma_entry: [["start", "end", false]],
  // setrlimit(2).
  rlimit_entry: [["cur", "max", true]],
};

/** Whether a field may have a value, given as the halves of 64 bits. */
export function isAllowed(limit: Limit, low: number, high: number): boolean {
  if ("most" in limit) {
    const { least, most, zigzag } = limit;
    if (zigzag === true) return isBetween((low >>> 1) ^ -(low & 1), least, most) && high === 0;
    // A negative number of 32 bits is written with 64.
    const value = least < 0 && high === 0xffff_ffff ? low - 2 ** 32 : high * 2 ** 32 + low;
    return isBetween(value, least, most);
  }
  return high === 0 && limit.includes(low);
}

const isBetween = (value: number, least: number, most: number): boolean => value >= least && value <= most;
