// Mappings of a task's memory: their kinds, permissions and addresses, in the words of proc(5).

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
 * Whether permissions have what a pattern asks for: `rwx`, `w`, `r-x`, `rw-p`. A letter must be set; `-` in a pattern of
 * three or four characters must not be.
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
 * The address `offset` bytes after `base`, as hexadecimal digits. `base` is a multiple of 4096 and so exact as a double,
 * whatever its size; the address itself may exceed 2^53.
 */
export const addressText = (base: number, offset = 0): string =>
  base + offset <= Number.MAX_SAFE_INTEGER
    ? (base + offset).toString(16)
    : (BigInt(base) + BigInt(offset)).toString(16);
