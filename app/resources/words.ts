// Names of the kernel's numbers that only resources have: limits, clocks of timers, scheduling policies, flags of
// signal actions, mounts and network devices, advice on memory.

import { type Bits, bitWords } from "../model/names/bits.ts";

/** getrlimit(2), by number: Linux include/uapi/asm-generic/resource.h. */
const LIMITS = "CPU FSIZE DATA STACK CORE RSS NPROC NOFILE MEMLOCK AS LOCKS SIGPENDING MSGQUEUE NICE RTPRIO RTTIME";
/** arch/mips/include/uapi/asm/resource.h. */
const MIPS_LIMITS =
  "CPU FSIZE DATA STACK CORE NOFILE AS RSS NPROC MEMLOCK LOCKS SIGPENDING MSGQUEUE NICE RTPRIO RTTIME";

const limits = LIMITS.split(" ");
const mipsLimits = MIPS_LIMITS.split(" ");

/** `RLIMIT_NOFILE`; an unknown limit by its number. */
export function limitName(number: number, arch: string | null): string {
  const name = (arch === "mips" ? mipsLimits : limits)[number];
  return name === undefined ? `limit ${number}` : `RLIMIT_${name}`;
}

/** RLIM_INFINITY: no limit. */
export const UNLIMITED = (1n << 64n) - 1n;

const CLOCKS: Readonly<Record<number, string>> = {
  0: "CLOCK_REALTIME",
  1: "CLOCK_MONOTONIC",
  2: "CLOCK_PROCESS_CPUTIME_ID",
  3: "CLOCK_THREAD_CPUTIME_ID",
  4: "CLOCK_MONOTONIC_RAW",
  5: "CLOCK_REALTIME_COARSE",
  6: "CLOCK_MONOTONIC_COARSE",
  7: "CLOCK_BOOTTIME",
  8: "CLOCK_REALTIME_ALARM",
  9: "CLOCK_BOOTTIME_ALARM",
  11: "CLOCK_TAI",
};

/** The name of a clock; those of other processes' CPU time by number. */
export const timerClock = (number: number): string => CLOCKS[number] ?? `clock ${number | 0}`;

const NOTIFICATIONS = ["SIGEV_SIGNAL", "SIGEV_NONE", "SIGEV_THREAD"];
const SIGEV_THREAD_ID = 4;

/** How a timer notifies. */
export function notificationName(number: number): string {
  const name = NOTIFICATIONS[number & ~SIGEV_THREAD_ID] ?? `notification ${number}`;
  return (number & SIGEV_THREAD_ID) === 0 ? name : "SIGEV_THREAD_ID";
}

const POLICIES: Readonly<Record<number, string>> = {
  0: "SCHED_OTHER",
  1: "SCHED_FIFO",
  2: "SCHED_RR",
  3: "SCHED_BATCH",
  5: "SCHED_IDLE",
  6: "SCHED_DEADLINE",
  7: "SCHED_EXT",
};

/** Linux include/uapi/linux/sched.h: a flag beside the policy. */
const RESET_ON_FORK = 0x4000_0000;

/** The name of a scheduling policy, as chrt(1) prints it. */
export function policyName(number: number): string {
  const policy = number & ~RESET_ON_FORK;
  const name = POLICIES[policy] ?? `policy ${policy}`;
  return (number & RESET_ON_FORK) === 0 ? name : `${name}|SCHED_RESET_ON_FORK`;
}

const SA_FLAGS: Bits = [
  ["SA_NOCLDSTOP", 1],
  ["SA_NOCLDWAIT", 2],
  ["SA_SIGINFO", 4],
  ["SA_UNSUPPORTED", 0x400],
  ["SA_EXPOSE_TAGBITS", 0x800],
  ["SA_RESTORER", 0x04000000],
  ["SA_ONSTACK", 0x08000000],
  ["SA_RESTART", 0x10000000],
  ["SA_NODEFER", 0x40000000],
  ["SA_RESETHAND", 0x80000000],
];

/** arch/mips/include/uapi/asm/signal.h. */
const MIPS_SA_FLAGS: Bits = [
  ["SA_NOCLDSTOP", 1],
  ["SA_SIGINFO", 8],
  ["SA_NOCLDWAIT", 0x10000],
  ["SA_ONSTACK", 0x08000000],
  ["SA_RESTART", 0x10000000],
  ["SA_NODEFER", 0x40000000],
  ["SA_RESETHAND", 0x80000000],
];

/** The flags of a signal action. */
export const actionFlags = (flags: bigint, arch: string | null): string[] =>
  bitWords(arch === "mips" ? MIPS_SA_FLAGS : SA_FLAGS, Number(BigInt.asIntN(32, flags)));

// CRIU keeps the advice of madvise(2) as a set: bit n is advice n. Linux include/uapi/asm-generic/mman-common.h.
const ADVICE: Readonly<Record<number, string>> = {
  1: "MADV_RANDOM",
  2: "MADV_SEQUENTIAL",
  3: "MADV_WILLNEED",
  4: "MADV_DONTNEED",
  8: "MADV_FREE",
  10: "MADV_DONTFORK",
  12: "MADV_MERGEABLE",
  14: "MADV_HUGEPAGE",
  15: "MADV_NOHUGEPAGE",
  16: "MADV_DONTDUMP",
  18: "MADV_WIPEONFORK",
};

/** The advice in CRIU's set. */
export function adviceNames(bits: bigint): string[] {
  const names: string[] = [];
  for (let at = 0; at < 64; at++) {
    if (((bits >> BigInt(at)) & 1n) === 1n) names.push(ADVICE[at] ?? `advice ${at}`);
  }
  return names;
}

// Linux include/uapi/linux/mount.h, by the names in mountinfo. Propagation is in the ids of peer group and master.
const MOUNT_FLAGS: Bits = [
  ["ro", 1],
  ["nosuid", 2],
  ["nodev", 4],
  ["noexec", 8],
  ["sync", 16],
  ["remount", 32],
  ["mand", 64],
  ["dirsync", 128],
  ["nosymfollow", 256],
  ["noatime", 1024],
  ["nodiratime", 2048],
  ["bind", 4096],
  ["move", 8192],
  ["rec", 16384],
  ["silent", 32768],
  ["unbindable", 1 << 17],
  ["private", 1 << 18],
  ["slave", 1 << 19],
  ["shared", 1 << 20],
  ["relatime", 1 << 21],
  ["strictatime", 1 << 24],
  ["lazytime", 1 << 25],
];

/** The flags of a mount. */
export const mountFlags = (flags: number): string[] => bitWords(MOUNT_FLAGS, flags);

// Linux include/uapi/linux/if.h.
const DEVICE_FLAGS: Bits = [
  ["IFF_UP", 1],
  ["IFF_BROADCAST", 2],
  ["IFF_DEBUG", 4],
  ["IFF_LOOPBACK", 8],
  ["IFF_POINTOPOINT", 0x10],
  ["IFF_NOTRAILERS", 0x20],
  ["IFF_RUNNING", 0x40],
  ["IFF_NOARP", 0x80],
  ["IFF_PROMISC", 0x100],
  ["IFF_ALLMULTI", 0x200],
  ["IFF_MASTER", 0x400],
  ["IFF_SLAVE", 0x800],
  ["IFF_MULTICAST", 0x1000],
  ["IFF_PORTSEL", 0x2000],
  ["IFF_AUTOMEDIA", 0x4000],
  ["IFF_DYNAMIC", 0x8000],
  ["IFF_LOWER_UP", 0x10000],
  ["IFF_DORMANT", 0x20000],
  ["IFF_ECHO", 0x40000],
];

/** The flags of a network device. */
export const deviceFlags = (flags: number): string[] => bitWords(DEVICE_FLAGS, flags);

// Linux include/uapi/linux/if_tun.h.
const TUN_FLAGS: Bits = [
  ["IFF_TUN", 1],
  ["IFF_TAP", 2],
  ["IFF_NAPI", 0x10],
  ["IFF_NAPI_FRAGS", 0x20],
  ["IFF_NO_CARRIER", 0x40],
  ["IFF_MULTI_QUEUE", 0x100],
  ["IFF_ATTACH_QUEUE", 0x200],
  ["IFF_DETACH_QUEUE", 0x400],
  ["IFF_PERSIST", 0x800],
  ["IFF_NO_PI", 0x1000],
  ["IFF_ONE_QUEUE", 0x2000],
  ["IFF_VNET_HDR", 0x4000],
  ["IFF_TUN_EXCL", 0x8000],
];

/** The flags of a tun device. */
export const tunFlags = (flags: number): string[] => bitWords(TUN_FLAGS, flags);

// Linux include/uapi/linux/if_link.h.
const MACVLAN_MODES: Bits = [
  ["private", 1],
  ["vepa", 2],
  ["bridge", 4],
  ["passthru", 8],
  ["source", 16],
];

/** The mode of a macvlan device, as `ip link` names it. */
export const macvlanMode = (mode: number): string => bitWords(MACVLAN_MODES, mode).join(" ");

const MACVLAN_FLAGS: Bits = [
  ["nopromisc", 1],
  ["nodst", 2],
];

/** The flags of a macvlan device, as `ip link` names them. */
export const macvlanFlags = (flags: number): string[] => bitWords(MACVLAN_FLAGS, flags);

// Linux include/uapi/linux/seccomp.h.
const FILTER_FLAGS: Bits = [
  ["SECCOMP_FILTER_FLAG_TSYNC", 1],
  ["SECCOMP_FILTER_FLAG_LOG", 2],
  ["SECCOMP_FILTER_FLAG_SPEC_ALLOW", 4],
  ["SECCOMP_FILTER_FLAG_NEW_LISTENER", 8],
  ["SECCOMP_FILTER_FLAG_TSYNC_ESRCH", 16],
  ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 32],
];

/** The flags of a seccomp filter. */
export const filterFlags = (flags: number): string[] => bitWords(FILTER_FLAGS, flags);

/**
 * Seconds and a fraction of them as decimal text: `3600`, `0.25`. @param unit Fractions in a second, a power of ten.
 */
export function secondsText(whole: bigint, fraction: bigint, unit: number): string {
  const digits = String(fraction)
    .padStart(String(unit).length - 1, "0")
    .replace(/0+$/, "");
  return digits === "" ? String(whole) : `${whole}.${digits}`;
}

// Linux include/uapi/linux/shm.h.
const SEGMENT_FLAGS: Bits = [
  ["SHM_DEST", 0o1000],
  ["SHM_LOCKED", 0o2000],
  ["SHM_HUGETLB", 0o4000],
  ["SHM_NORESERVE", 0o10000],
];

/** The flags of a segment of System V shared memory. */
export const segmentFlags = (flags: number): string[] => bitWords(SEGMENT_FLAGS, flags);
