// Messages of rtnetlink(7), as `ip addr save`, `ip route save` and `ip rule save` write them: a magic number, then the
// kernel's answers. Numbers are in the byte order of the machine, addresses in that of the network.

import { bytesView } from "../../model/text/text.ts";

/** An attribute of a message. */
export interface Attribute {
  readonly type: number;
  readonly bytes: Uint8Array;
}

export interface NetlinkMessage {
  readonly type: number;
  /** The fixed part, from its first byte on. */
  readonly head: Uint8Array;
  readonly attributes: readonly Attribute[];
}

const MAGIC_BYTES = 4;
/** struct nlmsghdr. */
const HEADER_BYTES = 16;
const DONE = 3;
/** struct rtattr. */
const ATTRIBUTE_BYTES = 4;
/** Bits of a type that are flags: NLA_F_NESTED, NLA_F_NET_BYTEORDER. */
const TYPE_BITS = 0x3fff;

const aligned = (length: number): number => Math.ceil(length / 4) * 4;

/** The form of a dump. */
export interface DumpForm {
  readonly magic: number;
  /** Length of the fixed part of each message. */
  readonly headBytes: number;
  readonly littleEndian: boolean;
}

/**
 * Calls `visit` for each message of a dump.
 *
 * @param visit Returns whether to go on.
 * @returns the bytes from the first message on that is cut or malformed; empty if there is none
 */
export function walkDump(
  bytes: Uint8Array,
  { magic, headBytes, littleEndian }: DumpForm,
  visit: (message: NetlinkMessage) => boolean,
): Uint8Array {
  const view = bytesView(bytes);
  if (bytes.length < MAGIC_BYTES || view.getUint32(0, littleEndian) !== magic) return bytes;
  let at = MAGIC_BYTES;
  while (at + HEADER_BYTES <= bytes.length) {
    const length = view.getUint32(at, littleEndian);
    const type = view.getUint16(at + 4, littleEndian);
    const end = at + length;
    if (length < HEADER_BYTES || end > bytes.length) break;
    if (type !== DONE) {
      const attributesAt = at + HEADER_BYTES + aligned(headBytes);
      if (attributesAt > end) break;
      const attributes = readAttributes(bytes.subarray(attributesAt, end), littleEndian);
      if (attributes === null) break;
      const head = bytes.subarray(at + HEADER_BYTES, attributesAt);
      if (!visit({ type, head, attributes })) return bytes.subarray(bytes.length);
    }
    at += aligned(length);
  }
  return bytes.subarray(at);
}

/** The attributes in a piece of a message; `null` if they do not fill it. */
export function readAttributes(bytes: Uint8Array, littleEndian: boolean): Attribute[] | null {
  const attributes: Attribute[] = [];
  const view = bytesView(bytes);
  for (let at = 0; at < bytes.length; ) {
    if (at + ATTRIBUTE_BYTES > bytes.length) return null;
    const length = view.getUint16(at, littleEndian);
    if (length < ATTRIBUTE_BYTES || at + length > bytes.length) return null;
    const type = view.getUint16(at + 2, littleEndian) & TYPE_BITS;
    attributes.push({ type, bytes: bytes.subarray(at + ATTRIBUTE_BYTES, at + length) });
    at += aligned(length);
  }
  return attributes;
}

/** A number of 1, 2, 4 or 8 bytes; `null` for other lengths. */
export function numberIn(bytes: Uint8Array, littleEndian: boolean): number | bigint | null {
  const view = bytesView(bytes);
  if (bytes.length === 1) return view.getUint8(0);
  if (bytes.length === 2) return view.getUint16(0, littleEndian);
  if (bytes.length === 4) return view.getUint32(0, littleEndian);
  return bytes.length === 8 ? view.getBigUint64(0, littleEndian) : null;
}
