// Attributes of inodes that prevent opening a file for writing (chattr +i, +a), by statx(2).

import { endianness } from "node:os";

/** The attributes of a path; empty if they are not known. */
export type Attributes = (path: Buffer) => { readonly immutable?: boolean; readonly appendOnly?: boolean };

// Linux include/uapi/linux/stat.h and fcntl.h; struct statx.
const AT_FDCWD = -100;
const STATX_ATTR_IMMUTABLE = 0x10;
const STATX_ATTR_APPEND = 0x20;
const ATTRIBUTES = 8;
const ATTRIBUTES_MASK = 56;
const SIZE = 256;

/** `null`: koffi, which calls statx(2), is not available. */
export async function openAttributes(): Promise<Attributes | null> {
  if (process.platform !== "linux") return null;
  try {
    const { default: koffi } = await import("koffi");
    const statx = koffi.load(null).func("int statx(int, const char *, int, unsigned int, void *)");
    const result = Buffer.alloc(SIZE);
    return (path) => {
      if (statx(AT_FDCWD, Buffer.concat([path, Buffer.alloc(1)]), 0, 0, result) !== 0) return {};
      const [value, mask] = [wordAt(result, ATTRIBUTES), wordAt(result, ATTRIBUTES_MASK)];
      const has = (bit: number): boolean => (value & mask & bit) !== 0;
      return {
        ...(has(STATX_ATTR_IMMUTABLE) ? { immutable: true } : {}),
        ...(has(STATX_ATTR_APPEND) ? { appendOnly: true } : {}),
      };
    };
  } catch {
    return null;
  }
}

/** The low half of a 64-bit word in this machine's byte order. */
const wordAt = (bytes: Buffer, at: number): number =>
  endianness() === "LE" ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at + 4);
