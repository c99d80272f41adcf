// The first lines of /proc/PID/fdinfo/FD, which all kinds of file have: position, flags, mount
// and, since Linux 5.14, inode.

/** Values of the first lines. */
export interface FdinfoHead {
  readonly pos: string;
  /** With the descriptor's close-on-exec bit. */
  readonly flags: number;
  readonly mount: string;
  /** Empty: not shown. */
  readonly inode: string;
  /** Where the next line begins. */
  readonly end: number;
}

const HEAD = /^pos:\t(-?\d+)\nflags:\t(\d+)\nmnt_id:\t(\d+)\n(?:ino:\t(\d+)\n)?/;

/** Reads the first lines, of any length; `null`: they are not there. @param text A character for each byte. */
export function parseHead(text: string): FdinfoHead | null {
  const match = HEAD.exec(text);
  if (match === null) return null;
  const [{ length }, pos = "0", octal = "0", mount = "", inode = ""] = match;
  return { pos, flags: Number.parseInt(octal, 8), mount, inode, end: length };
}

/** Values of the first lines as numbers. An object that is filled again for each descriptor. */
export interface HeadNumbers {
  pos: number;
  flags: number;
  mount: number;
  inode: number;
  end: number;
}

export const createHeadNumbers = (): HeadNumbers => ({ pos: 0, flags: 0, mount: 0, inode: 0, end: 0 });

const lettersOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const [POS, FLAGS, MOUNT, INODE] = ["pos:\t", "flags:\t", "mnt_id:\t", "ino:\t"].map(lettersOf) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

/**
 * Reads the first lines from bytes, if they have the usual form: all four lines, and no number too large for a double.
 * Makes nothing, and is several times as fast as parseHead.
 */
export function readHead(bytes: Uint8Array, length: number, head: HeadNumbers): boolean {
  head.end = 0;
  head.pos = numberAfter(POS, 10, bytes, length, head);
  head.flags = numberAfter(FLAGS, 8, bytes, length, head);
  head.mount = numberAfter(MOUNT, 10, bytes, length, head);
  head.inode = numberAfter(INODE, 10, bytes, length, head);
  return head.end > 0;
}

/** Digits that a double holds exactly, of any base up to 10. */
const EXACT_DIGITS = 15;

/** The number on the line at `head.end`, which moves to the next line; or to -1, if the line is a different one. */
function numberAfter(name: Uint8Array, base: number, bytes: Uint8Array, length: number, head: HeadNumbers): number {
  const start = head.end;
  head.end = -1;
  if (start < 0) return 0;
  for (let index = 0; index < name.length; index++) if (bytes[start + index] !== name[index]) return 0;
  const first = start + name.length;
  const last = Math.min(length, first + EXACT_DIGITS + 1);
  let value = 0;
  for (let at = first; at < last; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit === -0x26 && at > first) {
      head.end = at + 1;
      return value;
    }
    if (!(digit >= 0 && digit < base)) return 0;
    value = value * base + digit;
  }
  return 0;
}
