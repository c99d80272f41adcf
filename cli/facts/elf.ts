// The build id of an ELF file, from its note, without loading the file.

import { readSync } from "node:fs";

const MAGIC = 0x7f454c46;
const PT_NOTE = 4;
const NT_GNU_BUILD_ID = 3;
/**
 * At most so many bytes of notes, and program headers, are read: linkers write a few hundred bytes, and a dozen
 * headers.
 */
const MOST_NOTES = 1 << 16;
const MOST_HEADERS = 128;

/** Where one layout of ELF (32 or 64 bits) keeps what is read here: offsets and widths in bytes. */
interface Layout {
  readonly headers: number;
  readonly entrySize: number;
  readonly entries: number;
  readonly offset: number;
  readonly size: number;
  readonly wide: boolean;
}

const ELF64: Layout = { headers: 0x20, entrySize: 0x36, entries: 0x38, offset: 8, size: 0x20, wide: true };
const ELF32: Layout = { headers: 0x1c, entrySize: 0x2a, entries: 0x2c, offset: 4, size: 0x10, wide: false };

/** The build id of an open file in hexadecimal; `null`: it is not an ELF file, or has none. @throws system errors */
export function buildIdOf(fd: number): string | null {
  const head = readAt(fd, 0, 64);
  if (head.byteLength < 52 || head.getUint32(0) !== MAGIC) return null;
  const layout = head.getUint8(4) === 2 ? ELF64 : ELF32;
  const little = head.getUint8(5) !== 2;
  if (layout.wide && head.byteLength < 64) return null;
  const wordAt = (view: DataView, at: number): number =>
    layout.wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  const entrySize = head.getUint16(layout.entrySize, little);
  const entries = Math.min(MOST_HEADERS, head.getUint16(layout.entries, little));
  if (entrySize < layout.size + 8) return null;
  const table = readAt(fd, wordAt(head, layout.headers), entrySize * entries);
  for (let at = 0; at + entrySize <= table.byteLength; at += entrySize) {
    if (table.getUint32(at, little) !== PT_NOTE) continue;
    const size = Math.min(MOST_NOTES, wordAt(table, at + layout.size));
    const found = buildIdIn(readAt(fd, wordAt(table, at + layout.offset), size), little);
    if (found !== null) return found;
  }
  return null;
}

/** The build id in notes: name size, description size, type, then both, each filled up to four bytes. */
function buildIdIn(notes: DataView, little: boolean): string | null {
  for (let at = 0; at + 12 <= notes.byteLength; ) {
    const nameSize = notes.getUint32(at, little);
    const size = notes.getUint32(at + 4, little);
    const type = notes.getUint32(at + 8, little);
    const start = at + 12 + Math.ceil(nameSize / 4) * 4;
    if (start + size > notes.byteLength) return null;
    const isGnu = nameSize === 4 && notes.getUint32(at + 12) === GNU;
    if (isGnu && type === NT_GNU_BUILD_ID) {
      return Buffer.from(notes.buffer, notes.byteOffset + start, size).toString("hex");
    }
    at = start + Math.ceil(size / 4) * 4;
  }
  return null;
}

/** `GNU` and a NUL. */
const GNU = 0x474e5500;

/** Up to `size` bytes from `offset` on. */
function readAt(fd: number, offset: number, size: number): DataView {
  const bytes = new Uint8Array(size);
  if (!Number.isSafeInteger(offset)) return new DataView(bytes.buffer, 0, 0);
  const count = readSync(fd, bytes, 0, size, offset);
  return new DataView(bytes.buffer, 0, count);
}
