// Names of numbers that the kernel, Linux-CR and CRIU use: kinds of open file, task states, sockets, flags. Each table
// exists once, here.

/** Kinds of open file. OpenFiles.kind is an index into this. `generic`: the format does not say more (Linux-CR). */
export const FILE_KINDS = [
  "unknown",
  "generic",
  "regular",
  "directory",
  "pipe",
  "fifo",
  "socket",
  "tty",
  "epoll",
  "eventfd",
  "signalfd",
  "timerfd",
  "inotify",
  "fanotify",
  "memfd",
  "pidfd",
  "namespace",
  "tun",
  "bpf",
  "external",
  "character device",
  "block device",
  "symbolic link",
] as const;

export type FileKind = (typeof FILE_KINDS)[number];

/** Index of a kind. */
export const fileKind = (kind: FileKind): number => FILE_KINDS.indexOf(kind);

/** Task states. Tasks.state is an index into this; 0: not known. */
export const TASK_STATES = [
  null,
  "running",
  "sleeping",
  "uninterruptible",
  "stopped",
  "traced",
  "zombie",
  "dead",
  "helper",
  "thread",
] as const;

export type TaskState = NonNullable<(typeof TASK_STATES)[number]>;

/** Index of a task state. */
export const taskState = (state: TaskState): number => TASK_STATES.indexOf(state);

/** Linux-CR's TASK.state. Linux include/linux/sched.h of 2.6.30 to 3.0. A zombie has 64 here and says so in exit_state. */
export const LINUX_TASK_STATES: Readonly<Record<number, TaskState>> = {
  0: "running",
  1: "sleeping",
  2: "uninterruptible",
  4: "stopped",
  8: "traced",
  64: "dead",
};

/** Linux-CR's TASK.exit_state; 0 while a task lives. Same source. */
export const LINUX_EXIT_STATES: Readonly<Record<number, TaskState>> = { 16: "zombie", 32: "dead" };

/** CRIU's task_core_entry.task_state. compel/include/uapi/task-state.h; 2 (COMPEL_TASK_DEAD) is how CRIU stores a zombie. */
export const CRIU_TASK_STATES: Readonly<Record<number, TaskState>> = {
  1: "running",
  2: "zombie",
  3: "stopped",
  4: "helper",
  5: "thread",
  6: "zombie",
};

/** AF_… of Linux include/linux/socket.h, as far as images hold them. */
export const SOCKET_FAMILIES: Readonly<Record<number, string>> = {
  1: "unix",
  2: "inet",
  10: "inet6",
  16: "netlink",
  17: "packet",
};

/** SOCK_… of Linux include/linux/net.h. */
export const SOCKET_TYPES: Readonly<Record<number, string>> = {
  1: "stream",
  2: "dgram",
  3: "raw",
  4: "rdm",
  5: "seqpacket",
};

/** TCP_… of Linux include/net/tcp_states.h; unix sockets use them as well. */
export const SOCKET_STATES: Readonly<Record<number, string>> = {
  1: "established",
  2: "syn-sent",
  3: "syn-recv",
  4: "fin-wait-1",
  5: "fin-wait-2",
  6: "time-wait",
  7: "close",
  8: "close-wait",
  9: "last-ack",
  10: "listen",
  11: "closing",
  12: "new-syn-recv",
};

/** One named bit (or bits) of a flags word. */
export interface FlagName {
  readonly name: string;
  readonly value: number;
}

const oct = (digits: string): number => Number.parseInt(digits, 8);

/** The two bits of the access mode. O_RDONLY is 0: it has a name only where a flags word is shown as a whole. */
export const O_ACCMODE = 3;
const ACCESS_MODES = ["O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"] as const;

// Linux include/uapi/asm-generic/fcntl.h and the architectures' own fcntl.h.
const COMMON_FLAGS: readonly FlagName[] = [
  { name: "FMODE_EXEC", value: oct("40") },
  { name: "O_CREAT", value: oct("100") },
  { name: "O_EXCL", value: oct("200") },
  { name: "O_NOCTTY", value: oct("400") },
  { name: "O_TRUNC", value: oct("1000") },
  { name: "O_APPEND", value: oct("2000") },
  { name: "O_NONBLOCK", value: oct("4000") },
  { name: "O_DSYNC", value: oct("10000") },
  { name: "FASYNC", value: oct("20000") },
  { name: "O_NOATIME", value: oct("1000000") },
  { name: "O_CLOEXEC", value: oct("2000000") },
  { name: "__O_SYNC", value: oct("4000000") },
  { name: "O_PATH", value: oct("10000000") },
  { name: "__O_TMPFILE", value: oct("20000000") },
];

const ARCH_FLAGS: Record<"generic" | "arm" | "powerpc", readonly FlagName[]> = {
  generic: [
    { name: "O_DIRECT", value: oct("40000") },
    { name: "O_LARGEFILE", value: oct("100000") },
    { name: "O_DIRECTORY", value: oct("200000") },
    { name: "O_NOFOLLOW", value: oct("400000") },
  ],
  arm: [
    { name: "O_DIRECTORY", value: oct("40000") },
    { name: "O_NOFOLLOW", value: oct("100000") },
    { name: "O_DIRECT", value: oct("200000") },
    { name: "O_LARGEFILE", value: oct("400000") },
  ],
  powerpc: [
    { name: "O_DIRECTORY", value: oct("40000") },
    { name: "O_NOFOLLOW", value: oct("100000") },
    { name: "O_LARGEFILE", value: oct("200000") },
    { name: "O_DIRECT", value: oct("400000") },
  ],
};

/** The O_ flags of an architecture (Machine.arch), by value. */
export function openFlags(arch: string | null): readonly FlagName[] {
  const own = arch === "arm" || arch === "aarch64" ? "arm" : arch?.startsWith("powerpc") ? "powerpc" : "generic";
  return [...COMMON_FLAGS, ...ARCH_FLAGS[own]].sort((a, b) => a.value - b.value);
}

/** Names of the bits of an f_flags word that are not its access mode; bits without a name come last, in hex. */
function bitNames(bits: number, arch: string | null): string[] {
  const names: string[] = [];
  let left = bits;
  for (const { name, value } of openFlags(arch)) {
    if ((left & value) === 0) continue;
    names.push(name);
    left &= ~value;
  }
  if (left !== 0) names.push(`0x${(left >>> 0).toString(16)}`);
  return names;
}

/** f_flags by name, access mode first: 02002 → O_RDWR, O_APPEND. */
export function flagNames(flags: number, arch: string | null): string[] {
  return [ACCESS_MODES[flags & O_ACCMODE] ?? "", ...bitNames(flags & ~O_ACCMODE, arch)];
}

/** Which flags a change set and cleared, by name. O_RDONLY is the absence of the others and is never listed. */
export function flagChange(before: number, after: number, arch: string | null): { set: string[]; cleared: string[] } {
  const names = (mine: number, other: number): string[] => {
    const access = mine & O_ACCMODE;
    const mode = access !== (other & O_ACCMODE) && access !== 0 ? [ACCESS_MODES[access] ?? ""] : [];
    return [...mode, ...bitNames(mine & ~other & ~O_ACCMODE, arch)];
  };
  return { set: names(after, before), cleared: names(before, after) };
}

// Linux include/linux/fs.h of 2.6.30 to 3.0. The values are not stable; these were the same throughout.
const MODE_BITS: readonly FlagName[] = [
  { name: "READ", value: 1 },
  { name: "WRITE", value: 2 },
  { name: "LSEEK", value: 4 },
  { name: "PREAD", value: 8 },
  { name: "PWRITE", value: 16 },
  { name: "EXEC", value: 32 },
  { name: "NDELAY", value: 64 },
  { name: "EXCL", value: 128 },
  { name: "WRITE_IOCTL", value: 256 },
  { name: "NOCMTIME", value: 2048 },
];

/** f_mode by name (FMODE_… without the prefix); bits without a name in hex. */
export function modeNames(mode: number): string[] {
  const names: string[] = [];
  let left = mode;
  for (const { name, value } of MODE_BITS) {
    if ((left & value) === 0) continue;
    names.push(name);
    left &= ~value;
  }
  if (left !== 0) names.push(`0x${(left >>> 0).toString(16)}`);
  return names;
}
