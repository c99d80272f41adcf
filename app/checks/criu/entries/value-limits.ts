// Values that a restore refuses or does not set, by message and field, as data. Only what no kernel and no release of
// CRIU accepts.

/** The values that a field may have: a range, both ends included, or a few numbers. */
export type Limit = { readonly least: number; readonly most: number; readonly zigzag?: true } | readonly number[];

const MICROSECONDS: Limit = { least: 0, most: 999_999 };
const NANOSECONDS: Limit = { least: 0, most: 999_999_999 };
/** PID_MAX_LIMIT. */
const PID: Limit = { least: 0, most: 4_194_304 };
/** SIGRTMAX on MIPS is 127. */
const SIGNAL: Limit = { least: 0, most: 128 };

/** MAX_TCP_KEEPCNT, MAX_TCP_KEEPIDLE. */
const KEEP_COUNT: Limit = { least: 1, most: 127 };
const KEEP_SECONDS: Limit = { least: 1, most: 32_767 };
/** prctl(2), PR_SET_SECCOMP. CRIU: "Unknown seccomp mode". */
const SECCOMP_MODES = [0, 1, 2];
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
  "thread_core_entry.seccomp_mode": SECCOMP_MODES,
  "task_core_entry.old_seccomp_mode": SECCOMP_MODES,
  // set_robust_list(2): the size of the head, of 64 and of 32 bits; 0 if there is none.
  "thread_core_entry.futex_rla_len": [0, 12, 24],
  // prctl(2), PR_SET_NO_NEW_PRIVS and PR_SET_SECUREBITS: the bits that Linux knows up to 6.18.
  "creds_entry.no_new_privs": [0, 1],
  "creds_entry.secbits": { least: 0, most: 0xfff },
  // setitimer(2). CRIU: "Invalid timer".
  "itimer_entry.iusec": MICROSECONDS,
  "itimer_entry.vusec": MICROSECONDS,
  // timer_create(2): SIGEV_SIGNAL, NONE, THREAD, THREAD_ID.
  "posix_timer_entry.it_sigev_notify": [0, 1, 2, 4],
  "posix_timer_entry.si_signo": SIGNAL,
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
  // POSIX, FLOCK, OFD, LEASE. CRIU: "Unknown file lock style".
  "file_lock_entry.flag": [1, 2, 4, 8],
  // fcntl(2), F_SETSIG.
  "fown_entry.signum": SIGNAL,
  // ip(7), tcp(7): what setsockopt(2) accepts.
  "ip_opts_entry.ttl": { least: 1, most: 255 },
  "tcp_opts_entry.keepcnt": KEEP_COUNT,
  "tcp_opts_entry.keepidle": KEEP_SECONDS,
  "tcp_opts_entry.keepintvl": KEEP_SECONDS,
  "sk_opts_entry.tcp_keepcnt": KEEP_COUNT,
  "sk_opts_entry.tcp_keepidle": KEEP_SECONDS,
  "sk_opts_entry.tcp_keepintvl": KEEP_SECONDS,
  // MAX_LINKS.
  "netlink_sk_entry.protocol": { least: 0, most: 31 },
  // fsnotify.proto. CRIU: "Bad fsnotify mark type".
  "fanotify_mark_entry.type": [1, 2],
};

/**
 * Fields whose impossible values do not stop a restore: prepare_rlimits() in criu/cr-restore.c lowers a limit to its
 * maximum, and nothing checks the result of prepare_oom_score_adj().
 */
export const LOST: ReadonlySet<string> = new Set(["rlimit_entry.cur", "task_core_entry.oom_score_adj"]);

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
