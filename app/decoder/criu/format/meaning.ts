// Words for the numbers in CRIU's messages: protocols, namespaces, event masks; addresses, modes and devices as text.

import { type Bits, bitWords, EPOLL_EVENTS } from "../../../model/names/bits.ts";
import { signalName, signalNames } from "../../../model/names/signals.ts";
import { ipv6Text } from "../../../model/text/addresses.ts";
import { type JsonBytes, writeInteger, writePiece } from "../../../model/text/json-bytes.ts";
import { encodeText } from "../../../model/text/text.ts";
import { VMA_STATUS } from "../memory/mappings.ts";
import { PE } from "../memory/pagemap-entry.ts";

type Words = Readonly<Record<number, string>>;

/** unix_sk_entry.uflags: the socket is outside the dump, and there only as the peer of another. */
export const USK_EXTERN = 1;

/** Namespaces by their clone flag. */
export const NAMESPACES: Words = {
  128: "time",
  131072: "mnt",
  33554432: "cgroup",
  67108864: "uts",
  134217728: "ipc",
  268435456: "user",
  536870912: "pid",
  1073741824: "net",
};

/** task_core_entry.task_state. CRIU stores a zombie as dead. */
export const TASK_STATE_WORDS: Words = {
  1: "alive",
  2: "dead: a zombie",
  3: "stopped",
  4: "helper",
  5: "thread",
  6: "zombie",
};

const LOCK_TYPES: Words = { 0: "F_RDLCK", 1: "F_WRLCK", 2: "F_UNLCK" };
/** file_lock_entry.flag: CRIU's own bits, criu/include/file-lock.h. */
const LOCK_KINDS: Words = { 1: "POSIX", 2: "FLOCK", 4: "OFD", 8: "LEASE" };
const LOCK_TYPE = 3;
/** On top of the type: a lease that is being broken, LOCK_MAND and its modes of flock(2). */
const LOCK_TYPE_BITS: Bits = [
  ["LEASE_BREAKING", 4],
  ["LOCK_MAND", 32],
  ["LOCK_READ", 64],
  ["LOCK_WRITE", 128],
];

export { bitWords, EPOLL_EVENTS, signalName, signalNames };

export const SEALS: Bits = [
  ["F_SEAL_SEAL", 1],
  ["F_SEAL_SHRINK", 2],
  ["F_SEAL_GROW", 4],
  ["F_SEAL_WRITE", 8],
  ["F_SEAL_FUTURE_WRITE", 16],
  ["F_SEAL_EXEC", 32],
];

/** Words for the bits of vma_entry.status. */
export const VMA_STATUS_WORDS: Bits = [
  ["regular", VMA_STATUS.regular],
  ["stack", VMA_STATUS.stack],
  ["vsyscall", VMA_STATUS.vsyscall],
  ["vdso", VMA_STATUS.vdso],
  ["heap", VMA_STATUS.heap],
  ["file private", VMA_STATUS.filePrivate],
  ["file shared", VMA_STATUS.fileShared],
  ["anonymous shared", VMA_STATUS.anonShared],
  ["anonymous private", VMA_STATUS.anonPrivate],
  ["SysV", VMA_STATUS.sysv],
  ["socket", VMA_STATUS.socket],
  ["vvar", VMA_STATUS.vvar],
  ["AIO ring", VMA_STATUS.aio],
  ["memfd", VMA_STATUS.memfd],
  ["shadow stack", VMA_STATUS.shadowStack],
  ["guard", VMA_STATUS.guard],
  ["uprobes", VMA_STATUS.uprobes],
  ["external by plugin", VMA_STATUS.plugin],
];

export const PROTECTION: Bits = [
  ["read", 1],
  ["write", 2],
  ["execute", 4],
];

// Linux include/uapi/asm-generic/mman-common.h and mman.h.
const GENERIC_MAP_FLAGS: Bits = [
  ["MAP_FIXED", 0x10],
  ["MAP_ANONYMOUS", 0x20],
  ["MAP_GROWSDOWN", 0x100],
  ["MAP_DENYWRITE", 0x800],
  ["MAP_LOCKED", 0x2000],
  ["MAP_NORESERVE", 0x4000],
  ["MAP_STACK", 0x20000],
  ["MAP_HUGETLB", 0x40000],
];

// arch/powerpc/include/uapi/asm/mman.h.
const POWERPC_MAP_FLAGS: Bits = [
  ["MAP_FIXED", 0x10],
  ["MAP_ANONYMOUS", 0x20],
  ["MAP_NORESERVE", 0x40],
  ["MAP_LOCKED", 0x80],
  ["MAP_GROWSDOWN", 0x100],
  ["MAP_DENYWRITE", 0x800],
  ["MAP_STACK", 0x20000],
  ["MAP_HUGETLB", 0x40000],
];

// arch/mips/include/uapi/asm/mman.h.
const MIPS_MAP_FLAGS: Bits = [
  ["MAP_FIXED", 0x10],
  ["MAP_NORESERVE", 0x400],
  ["MAP_ANONYMOUS", 0x800],
  ["MAP_GROWSDOWN", 0x1000],
  ["MAP_DENYWRITE", 0x2000],
  ["MAP_LOCKED", 0x8000],
  ["MAP_STACK", 0x40000],
  ["MAP_HUGETLB", 0x80000],
];

/** MAP_SHARED_VALIDATE and MAP_DROPPABLE are values of the low four bits, MAP_TYPE, and not bits. */
const MAP_TYPES: Words = { 1: "MAP_SHARED", 2: "MAP_PRIVATE", 3: "MAP_SHARED_VALIDATE", 8: "MAP_DROPPABLE" };
const MAP_TYPE = 0xf;

/** The flags of a mapping on an architecture (Machine.arch). */
export function mapFlagNames(flags: number, arch: string | null): string[] {
  const bits = arch === "mips" ? MIPS_MAP_FLAGS : arch?.startsWith("powerpc") ? POWERPC_MAP_FLAGS : GENERIC_MAP_FLAGS;
  const type = MAP_TYPES[flags & MAP_TYPE];
  return type === undefined ? bitWords(bits, flags) : [type, ...bitWords(bits, flags & ~MAP_TYPE)];
}

/** Words for the bits of pagemap_entry.flags. */
export const PAGEMAP_FLAG_WORDS: Bits = [
  ["in parent", PE.parent],
  ["lazy", PE.lazy],
  ["present", PE.present],
  ["payload aligned", PE.aligned],
];

/** A wait status in words: `exited with 7`, `killed by SIGKILL`. */
export function waitStatus(status: number, arch: string | null): string {
  const signal = status & 0x7f;
  if (signal === 0) return `exited with ${(status >> 8) & 0xff}`;
  return `killed by ${signalName(signal, arch) ?? `signal ${signal}`}${status & 0x80 ? ", core dumped" : ""}`;
}

/**
 * An internet address as text. `words`: 1 or 4 numbers in network order in the host's memory, as in isk.src_addr;
 * `null` for any other count.
 */
export function addressText(words: readonly number[], littleEndian: boolean): string | null {
  if (words.length === 4) return ipv6Text(Uint8Array.from(words.flatMap((word) => wordBytes(word, littleEndian))));
  const [word] = words;
  if (words.length !== 1 || word === undefined) return null;
  const [first, second, third, fourth] = [word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24];
  return littleEndian ? `${first}.${second}.${third}.${fourth}` : `${fourth}.${third}.${second}.${first}`;
}

export const AF_INET = 2;
export const AF_INET6 = 10;

/** The words of an address if their number fits its family; else none. A cut IPv6 address may have one left. */
export function addressWords(words: readonly number[], family: number | null): readonly number[] {
  const isCut = (family === AF_INET6 && words.length !== 4) || (family === AF_INET && words.length !== 1);
  return isCut ? [] : words;
}

/** The bytes of a word as they are in the host's memory. */
function wordBytes(value: number, littleEndian: boolean): number[] {
  const bytes = [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
  return littleEndian ? bytes : bytes.reverse();
}

/** Address and port: `127.0.0.1:80`, `[::1]:80`; `?` for one that is unknown, `null` if both are. */
export const endpointText = (words: readonly number[], port: number | null, littleEndian: boolean): string | null =>
  endpointOf(addressText(words, littleEndian), port);

/** The same for an address that is text already. */
export function endpointOf(address: string | null, port: number | null): string | null {
  if (address === null) return port === null ? null : `?:${port}`;
  return `${address.includes(":") ? `[${address}]` : address}:${port ?? "?"}`;
}

const [QUOTE, DOT, COLON] = [encodeText('"'), encodeText("."), encodeText(":")];

/** Writes the address of an IPv4 word: what `addressText` returns, without a string. */
export function writeAddress(out: JsonBytes, word: number, littleEndian: boolean): void {
  for (let octet = 0; octet < 4; octet++) {
    if (octet > 0) writePiece(out, DOT);
    writeInteger(out, (word >>> (8 * (littleEndian ? octet : 3 - octet))) & 255);
  }
}

/** Writes the address of an IPv4 word and its port as a JSON string: what `endpointText` returns, without a string. */
export function writeEndpoint(out: JsonBytes, word: number, port: number, littleEndian: boolean): void {
  writePiece(out, QUOTE);
  writeAddress(out, word, littleEndian);
  writePiece(out, COLON);
  writeInteger(out, port);
  writePiece(out, QUOTE);
}

/** The value of a 16-bit number in network order, as the host read it: the protocol of a packet socket. */
export const fromNetworkOrder = (value: number, littleEndian: boolean): number =>
  littleEndian ? ((value & 255) << 8) | ((value >>> 8) & 255) : value & 0xffff;

const TYPE_LETTERS: Words = { 1: "p", 2: "c", 4: "d", 6: "b", 8: "-", 10: "l", 12: "s" };

/** st_mode as `ls -l` writes it: `-rw-r--r--`. */
export function modeText(mode: number): string {
  const bits = "rwxrwxrwx".split("").map((letter, i) => (mode & (256 >> i) ? letter : "-"));
  const special = (at: number, bit: number, lower: string) => {
    if (mode & bit) bits[at] = bits[at] === "x" ? lower : lower.toUpperCase();
  };
  special(2, 0o4000, "s");
  special(5, 0o2000, "s");
  special(8, 0o1000, "t");
  return (TYPE_LETTERS[(mode >>> 12) & 15] ?? "?") + bits.join("");
}

/**
 * A device number from stat(2), with the low 8 bits of the minor number in bits 0 to 7, the major number in bits 8
 * to 19 and the rest of the minor number above: `5:2`. Terminals and special files are stored like this.
 */
export const statDeviceText = (device: number): string =>
  `${(device >>> 8) & 0xfff}:${(device & 0xff) | ((device >>> 12) & 0xfff00)}`;

/** The type of a lock: `F_WRLCK`; for a lease that is being broken, `F_RDLCK, LEASE_BREAKING`. */
export function lockTypeName(type: number): string | null {
  const name = LOCK_TYPES[type & LOCK_TYPE];
  return name === undefined ? null : [name, ...bitWords(LOCK_TYPE_BITS, type & ~LOCK_TYPE)].join(", ");
}

/** The kind of a lock: `POSIX`, `FLOCK`, `OFD`, `LEASE`. */
export const lockKindName = (flag: number): string | null => LOCK_KINDS[flag] ?? null;

/** A build id in hex, from words in the byte order of the dumping machine. */
export const buildIdText = (words: readonly number[], littleEndian: boolean): string =>
  words.flatMap((word) => wordBytes(word, littleEndian).map((byte) => byte.toString(16).padStart(2, "0"))).join("");
