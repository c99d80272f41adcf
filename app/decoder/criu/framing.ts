// Detects a file's framing and kind from its first bytes.
//
//   v1.1   common magic, type magic, entries    since CRIU 1.6
//   v1     type magic, entries                  before, and inventory.img to this day

import type { Framing } from "./dialect-names.ts";
import { MEMBER_KINDS, type MemberKind } from "./member-kinds.ts";
import { MAGICS } from "./messages.ts";

/** The little-endian 32-bit word at `at`. */
export function word(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
  return (low | ((bytes[at + 3] as number) << 24)) >>> 0;
}

// Where kinds share a magic, the first one counts: hence reverse().
const KIND_OF_MAGIC: ReadonlyMap<number, number> = new Map(
  MEMBER_KINDS.flatMap(({ magic }, index) => (magic === null ? [] : [[MAGICS[magic], index] as const])).reverse(),
);

/** The framing and kind of a file that begins with `head` (8 bytes are enough); `null` if it is not a CRIU image. */
export function memberOfBytes(head: Uint8Array): { readonly framing: Framing; readonly kind: number } | null {
  if (head.length < 4) return null;
  const first = word(head, 0);
  const common = isCommonMagic(first);
  if (common && head.length < 8) return null;
  const kind = KIND_OF_MAGIC.get(common ? word(head, 4) : first);
  return kind === undefined ? null : { framing: common ? "v1.1" : "v1", kind };
}

/** The framing of a file and the bytes that its magic takes; `null` if `head` does not begin like its kind. */
export function framingOf(kind: MemberKind, head: Uint8Array): { framing: Framing; length: number } | null {
  if (head.length < 4 || kind.magic === null) return null;
  const magic = MAGICS[kind.magic];
  const first = word(head, 0);
  if (first === magic) return { framing: "v1", length: 4 };
  return isCommonMagic(first) && head.length >= 8 && word(head, 4) === magic ? { framing: "v1.1", length: 8 } : null;
}

const isCommonMagic = (magic: number): boolean => magic === MAGICS.IMG_COMMON || magic === MAGICS.IMG_SERVICE;
