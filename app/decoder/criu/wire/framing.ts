// Detects a file's framing and kind from its first bytes.
//
//   v1.1   common magic, type magic, entries    since CRIU 1.6
//   v1     type magic, entries                  before, and inventory.img to this day
//
// Magics and the sizes of entries are in the byte order of the host that dumped: big-endian on s390x and some MIPS.

import type { Framing } from "../format/dialect-names.ts";
import { MEMBER_KINDS, type MemberKind } from "../format/member-kinds.ts";
import { MAGICS } from "../format/messages.ts";

/** The 32-bit word at `at`. */
export function word(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  const first = bytes[at] as number;
  const second = bytes[at + 1] as number;
  const third = bytes[at + 2] as number;
  const fourth = bytes[at + 3] as number;
  return littleEndian
    ? (first | (second << 8) | (third << 16) | (fourth << 24)) >>> 0
    : ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0;
}

/** How a file begins. */
export interface Start {
  readonly framing: Framing;
  /** Bytes that the magics take. */
  readonly length: number;
  /** The byte order of the file's words. */
  readonly littleEndian: boolean;
}

// If kinds share a magic, the first one counts: hence reverse().
const KIND_OF_MAGIC: ReadonlyMap<number, number> = new Map(
  MEMBER_KINDS.flatMap(({ magic }, index) => (magic === null ? [] : [[MAGICS[magic], index] as const])).reverse(),
);

/** The framing and kind of a file that begins with `head` (8 bytes are enough); `null` if it is not a CRIU image. */
export function memberOfBytes(head: Uint8Array): (Start & { readonly kind: number }) | null {
  for (const littleEndian of [true, false]) {
    const start = startOf(head, littleEndian);
    const kind = start === null ? undefined : KIND_OF_MAGIC.get(start.magic);
    if (start !== null && kind !== undefined) return { ...start, kind };
  }
  return null;
}

/** Whether a file begins with the common magic and a type that is not known. */
export const isUnknownImage = (head: Uint8Array): boolean =>
  memberOfBytes(head) === null && [true, false].some((order) => startOf(head, order)?.framing === "v1.1");

/** How a file begins; `null` if `head` does not begin like its kind. */
export function framingOf(kind: MemberKind, head: Uint8Array): Start | null {
  if (kind.magic === null) return null;
  const magic = MAGICS[kind.magic];
  const start = startOf(head, true);
  if (start?.magic === magic) return start;
  const other = startOf(head, false);
  return other?.magic === magic ? other : null;
}

/** The type magic that `head` has if its words are in this byte order; `null` if it is too short. */
function startOf(head: Uint8Array, littleEndian: boolean): (Start & { readonly magic: number }) | null {
  if (head.length < 4) return null;
  const first = word(head, 0, littleEndian);
  if (!isCommonMagic(first)) return { framing: "v1", length: 4, littleEndian, magic: first };
  if (head.length < 8) return null;
  return { framing: "v1.1", length: 8, littleEndian, magic: word(head, 4, littleEndian) };
}

/** How many whole words of magic a file has that ends inside its magics. */
export const cutMagics = (head: Uint8Array): number =>
  head.length >= 4 && head.length < 8 && [true, false].some((order) => isCommonMagic(word(head, 0, order))) ? 1 : 0;

const isCommonMagic = (magic: number): boolean => magic === MAGICS.IMG_COMMON || magic === MAGICS.IMG_SERVICE;
