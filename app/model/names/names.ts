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

/** A kind as one word, for lists and columns: `character-device`. */
export const kindWord = (kind: FileKind): string => kind.replaceAll(" ", "-");

/** Index of a kind. */
export const fileKind = (kind: FileKind): number => FILE_KINDS.indexOf(kind);

/** S_IFMT of st_mode, shifted down by 12, to the kind of file. Linux include/uapi/linux/stat.h. */
const MODE_KINDS: Readonly<Record<number, FileKind>> = {
  1: "fifo",
  2: "character device",
  4: "directory",
  6: "block device",
  8: "regular",
  10: "symbolic link",
  12: "socket",
};

/** The kind of file that an st_mode has; `unknown` if it has none. */
export const modeKind = (mode: number): FileKind => MODE_KINDS[(mode >>> 12) & 15] ?? "unknown";

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

/**
 * Linux-CR's TASK.state. Linux include/linux/sched.h of 2.6.30 to 3.0. A zombie has 64 here and says so in exit_state.
 */
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

/**
 * CRIU's task_core_entry.task_state. compel/include/uapi/task-state.h; 2 (COMPEL_TASK_DEAD) is
 * how CRIU stores a zombie.
 */
export const CRIU_TASK_STATES: Readonly<Record<number, TaskState>> = {
  1: "running",
  2: "zombie",
  3: "stopped",
  4: "helper",
  5: "thread",
  6: "zombie",
};

/** AF_… of Linux include/linux/socket.h. */
export const SOCKET_FAMILIES: Readonly<Record<number, string>> = {
  1: "unix",
  2: "inet",
  3: "ax25",
  4: "ipx",
  5: "appletalk",
  6: "netrom",
  7: "bridge",
  8: "atmpvc",
  9: "x25",
  10: "inet6",
  11: "rose",
  12: "decnet",
  13: "netbeui",
  14: "security",
  15: "key",
  16: "netlink",
  17: "packet",
  18: "ash",
  19: "econet",
  20: "atmsvc",
  21: "rds",
  22: "sna",
  23: "irda",
  24: "pppox",
  25: "wanpipe",
  26: "llc",
  27: "ib",
  28: "mpls",
  29: "can",
  30: "tipc",
  31: "bluetooth",
  32: "iucv",
  33: "rxrpc",
  34: "isdn",
  35: "phonet",
  36: "ieee802154",
  37: "caif",
  38: "alg",
  39: "nfc",
  40: "vsock",
  41: "kcm",
  42: "qipcrtr",
  43: "smc",
  44: "xdp",
  45: "mctp",
};

/** SOCK_… of Linux include/linux/net.h, on all machines but MIPS. */
export const SOCKET_TYPES: Readonly<Record<number, string>> = {
  1: "stream",
  2: "dgram",
  3: "raw",
  4: "rdm",
  5: "seqpacket",
  6: "dccp",
  10: "packet",
};

/** arch/mips/include/asm/socket.h. */
const MIPS_SOCKET_TYPES: Readonly<Record<number, string>> = { ...SOCKET_TYPES, 1: "dgram", 2: "stream" };

/** The type of a socket on an architecture (Machine.arch); `undefined` if it has no name. */
export const socketType = (type: number, arch: string | null): string | undefined =>
  (arch === "mips" ? MIPS_SOCKET_TYPES : SOCKET_TYPES)[type];

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
export const ACCESS_MODES = ["O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"] as const;

/** The same on all machines. Such a file cannot be read or written: its access mode, O_RDONLY, means nothing. */
export const O_PATH = oct("10000000");

// Linux include/uapi/asm-generic/fcntl.h.
const GENERIC_FLAGS: Readonly<Record<string, number>> = {
  FMODE_EXEC: oct("40"),
  O_CREAT: oct("100"),
  O_EXCL: oct("200"),
  O_NOCTTY: oct("400"),
  O_TRUNC: oct("1000"),
  O_APPEND: oct("2000"),
  O_NONBLOCK: oct("4000"),
  O_DSYNC: oct("10000"),
  FASYNC: oct("20000"),
  O_DIRECT: oct("40000"),
  O_LARGEFILE: oct("100000"),
  O_DIRECTORY: oct("200000"),
  O_NOFOLLOW: oct("400000"),
  O_NOATIME: oct("1000000"),
  O_CLOEXEC: oct("2000000"),
  __O_SYNC: oct("4000000"),
  O_PATH,
  __O_TMPFILE: oct("20000000"),
};

// arch/…/include/uapi/asm/fcntl.h: the flags that differ.
const ARM_FLAGS = {
  O_DIRECTORY: oct("40000"),
  O_NOFOLLOW: oct("100000"),
  O_DIRECT: oct("200000"),
  O_LARGEFILE: oct("400000"),
};
const POWERPC_FLAGS = {
  O_DIRECTORY: oct("40000"),
  O_NOFOLLOW: oct("100000"),
  O_LARGEFILE: oct("200000"),
  O_DIRECT: oct("400000"),
};
const OWN_FLAGS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  arm: ARM_FLAGS,
  aarch64: ARM_FLAGS,
  powerpc: POWERPC_FLAGS,
  powerpc64: POWERPC_FLAGS,
  mips: {
    O_APPEND: 0x8,
    O_DSYNC: 0x10,
    O_NONBLOCK: 0x80,
    O_CREAT: 0x100,
    O_EXCL: 0x400,
    O_NOCTTY: 0x800,
    FASYNC: 0x1000,
    O_LARGEFILE: 0x2000,
    __O_SYNC: 0x4000,
    O_DIRECT: 0x8000,
  },
};

/** Names for several flags that are set together. */
const COMBINED_FLAGS: Readonly<Record<string, readonly string[]>> = {
  O_SYNC: ["__O_SYNC", "O_DSYNC"],
  O_TMPFILE: ["__O_TMPFILE", "O_DIRECTORY"],
};

interface FlagTable {
  /** By value, each of one bit. */
  readonly single: readonly FlagName[];
  readonly combined: readonly FlagName[];
}

function flagTable(arch: string): FlagTable {
  const values: Readonly<Record<string, number>> = { ...GENERIC_FLAGS, ...OWN_FLAGS[arch] };
  const single = Object.entries(values).map(([name, value]) => ({ name, value }));
  const combined = Object.entries(COMBINED_FLAGS).map(([name, parts]) => ({
    name,
    value: parts.reduce((sum, part) => sum | (values[part] as number), 0),
  }));
  return { single: single.sort((a, b) => a.value - b.value), combined };
}

const flagTables = new Map<string, FlagTable>();

/** The bits of f_flags that `accessOf` reads. */
export const ACCESS_BITS = O_ACCMODE | O_PATH;

/** How an open file can be accessed: 0, read; 1, written; 2, both; 3, neither, as with O_PATH. */
export const accessOf = (flags: number): 0 | 1 | 2 | 3 =>
  (flags & O_PATH) === 0 ? ((flags & O_ACCMODE) as 0 | 1 | 2 | 3) : 3;

/** The flags of open(2) on an architecture (Machine.arch). */
export function flagTableOf(arch: string | null): FlagTable {
  const key = arch !== null && Object.hasOwn(OWN_FLAGS, arch) ? arch : "generic";
  let table = flagTables.get(key);
  if (table === undefined) {
    table = flagTable(key);
    flagTables.set(key, table);
  }
  return table;
}

/** The O_ flags of an architecture (Machine.arch), by value, each of one bit. */
export const openFlags = (arch: string | null): readonly FlagName[] => flagTableOf(arch).single;

/** The value of a flag on an architecture; 0 if it has no such flag. */
export const openFlag = (name: string, arch: string | null): number =>
  openFlags(arch).find((flag) => flag.name === name)?.value ?? 0;

/**
 * The flags in an f_flags word other than its access mode, by value. A combination is one flag: O_SYNC, and not
 * __O_SYNC and O_DSYNC. Bits without a name come last, in hex.
 */
export function flagsIn(flags: number, arch: string | null): FlagName[] {
  const { named, unnamed } = splitFlags(flags, arch);
  return unnamed === 0 ? named : [...named, unnamedFlags(unnamed)];
}

function splitFlags(flags: number, arch: string | null): { named: FlagName[]; unnamed: number } {
  const { single, combined } = flagTableOf(arch);
  const named = combined.filter(({ value }) => (flags & value) === value);
  let left = named.reduce((bits, { value }) => bits & ~value, flags & ~O_ACCMODE);
  for (const flag of single) {
    if ((left & flag.value) === 0) continue;
    named.push(flag);
    left &= ~flag.value;
  }
  return { named: named.sort((a, b) => a.value - b.value), unnamed: left >>> 0 };
}

const unnamedFlags = (bits: number): FlagName => ({ name: `0x${bits.toString(16)}`, value: bits });

/** f_flags by name, access mode first: 02002 → O_RDWR, O_APPEND. */
export function flagNames(flags: number, arch: string | null): string[] {
  return [ACCESS_MODES[flags & O_ACCMODE] ?? "", ...flagsIn(flags, arch).map(({ name }) => name)];
}

/** Which flags a change set and cleared, by name. O_RDONLY is the absence of the others and is never listed. */
export function flagChange(before: number, after: number, arch: string | null): { set: string[]; cleared: string[] } {
  const names = (mine: number, other: number): string[] => {
    const access = mine & O_ACCMODE;
    const mode = access !== (other & O_ACCMODE) && access !== 0 ? [ACCESS_MODES[access] ?? ""] : [];
    const own = splitFlags(mine, arch);
    const others = splitFlags(other, arch);
    const flags = own.named.filter((flag) => !others.named.includes(flag));
    const unnamed = (own.unnamed & ~others.unnamed) >>> 0;
    if (unnamed !== 0) flags.push(unnamedFlags(unnamed));
    return [...mode, ...flags.map(({ name }) => name)];
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
