// Mappings of a task's memory: their kinds, paths, permissions and addresses, in the words of proc(5).

import { type Checkpoint, HAS, NONE, nameBytes } from "./checkpoint.ts";
import { u8At } from "./read.ts";
import type { FileRow } from "./rows.ts";
import { concatenated, encodeText, sameBytes } from "./text/text.ts";

/** Kinds of mapping, by index. */
export const MAPPING_KINDS = [
  "unknown",
  "heap",
  "stack",
  "anonymous",
  "shared",
  "memfd",
  "sysv",
  "file",
  "vdso",
  "vvar",
  "vsyscall",
  "guard",
  "shadow-stack",
  "aio",
  "socket",
  "device",
] as const;

export type MappingKind = (typeof MAPPING_KINDS)[number];

const MEMFD = encodeText("memfd:");
const DEV_ZERO = encodeText("/dev/zero");
const MEMFD_DEV_ZERO = encodeText("memfd:/dev/zero");

/**
 * Whether an open file is memory that tasks share without a file: to the kernel it is a file named /dev/zero, which
 * CRIU stores as a memfd.
 */
export const isDevZero = (checkpoint: Checkpoint, file: FileRow): boolean =>
  file !== NONE && sameBytes(nameBytes(checkpoint, file), MEMFD_DEV_ZERO);

/**
 * The path of a mapped file, as in /proc/PID/maps but without the mark of unlinked files: a memfd's is `/memfd:name`.
 * `null`: it has none.
 */
export function mappedPath(checkpoint: Checkpoint, file: FileRow): Uint8Array | null {
  if (file === NONE) return null;
  if (isDevZero(checkpoint, file)) return DEV_ZERO;
  const name = nameBytes(checkpoint, file);
  if (sameBytes(name.subarray(0, MEMFD.length), MEMFD)) return concatenated(["/", name]);
  return (u8At(checkpoint.files.has, file) & HAS.path) === 0 ? null : name;
}

/** The index of a kind. */
export const mappingKind = (kind: MappingKind): number => MAPPING_KINDS.indexOf(kind);

/** Bits of a mapping's permissions. */
export const PERMISSION = { read: 1, write: 2, execute: 4, shared: 8, unknown: 16 } as const;

/** Permissions as in /proc/PID/maps: `rw-p`; `????` if the image does not say. */
export function permissionsText(bits: number): string {
  if (bits & PERMISSION.unknown) return "????";
  const letter = (bit: number, set: string, clear = "-"): string => ((bits & bit) !== 0 ? set : clear);
  return (
    letter(PERMISSION.read, "r") +
    letter(PERMISSION.write, "w") +
    letter(PERMISSION.execute, "x") +
    letter(PERMISSION.shared, "s", "p")
  );
}

/**
 * Whether permissions have what a pattern asks for: `rwx`, `w`, `r-x`, `rw-p`. A letter must be set; `-` in a pattern
 * of three or four characters must not be.
 */
export function permissionsMatch(bits: number, pattern: string): boolean {
  if (bits & PERMISSION.unknown) return false;
  const text = permissionsText(bits);
  if (pattern.length >= 3) return text.startsWith(pattern);
  return [...pattern].every((letter) => text.includes(letter));
}

/** Whether a text is a pattern for `permissionsMatch`. */
export const isPermissionPattern = (text: string): boolean => /^(?:[rwxps]{1,2}|[r-][w-][x-][ps]?)$/.test(text);

/**
 * The address `offset` bytes after `base`, as hexadecimal digits. `base` is a multiple of 4096 and so exact as a
 * double, whatever its size; the address itself may exceed 2^53.
 */
export const addressText = (base: number, offset = 0): string =>
  base + offset <= Number.MAX_SAFE_INTEGER
    ? (base + offset).toString(16)
    : (BigInt(base) + BigInt(offset)).toString(16);
