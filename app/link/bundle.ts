// One packed image, or two to compare, as one compressed piece: of a link as text, of a report as base64.

import { crc32 } from "../decoder/archive/compression/checksums.ts";
import { sameBytes } from "../model/text/text.ts";
import { type ByteReader, byteReader, byteWriter } from "./bytes.ts";

/** The longest text that a link may carry, in characters. */
export const LINK_LIMIT = 64 * 1024;

/** The largest size that a link's or a report's piece may unpack to, in bytes. */
export const LINK_UNPACKED = 16 * 2 ** 20;
export const REPORT_UNPACKED = 1024 * 2 ** 20;

/** The first number of a piece is how many images it has: this many more if a checksum follows them. */
const WITH_CHECKSUM = 2;
/** Bytes of the checksum. */
const CHECKSUM = 4;

/** Packed images, before and after, as one compressed piece with a checksum. */
export function bundle(packs: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const writer = byteWriter();
  writer.number(packs.length + WITH_CHECKSUM);
  for (const each of packs) writer.block(each);
  writer.raw(checksumOf(writer.take()));
  const stream = new Blob([writer.take()]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Response(stream).arrayBuffer().then((buffer) => new Uint8Array(buffer));
}

/** CRC-32, little-endian. */
function checksumOf(bytes: Uint8Array): Uint8Array {
  const sum = new Uint8Array(CHECKSUM);
  new DataView(sum.buffer).setUint32(0, crc32(bytes), true);
  return sum;
}

/** The packed images of a piece; a sentence if it is not a valid piece, or unpacks to more than `limit` bytes. */
export async function unbundle(
  piece: Uint8Array<ArrayBuffer>,
  limit: number,
): Promise<readonly Uint8Array<ArrayBuffer>[] | { readonly refused: string }> {
  const bytes = await inflate(piece, limit);
  if (bytes === "too large") {
    return {
      refused: `The contents of this link or report unpack to more than ${limit / 2 ** 20} MiB; it is not opened.`,
    };
  }
  const damaged = { refused: "The image in this link or report is damaged: part of it is missing or was changed." };
  if (bytes === "damaged") return damaged;
  return packsOf(byteReader(bytes), bytes) ?? damaged;
}

/**
 * The packed images; `null` if any byte is missing, changed or left over. Links of earlier versions have no checksum.
 */
function packsOf(reader: ByteReader, bytes: Uint8Array): readonly Uint8Array<ArrayBuffer>[] | null {
  const first = reader.number();
  const hasChecksum = first > WITH_CHECKSUM;
  const count = hasChecksum ? first - WITH_CHECKSUM : first;
  if (count !== 1 && count !== 2) return null;
  const packs = Array.from({ length: count }, () => new Uint8Array(reader.block()));
  if (hasChecksum && !sameBytes(reader.raw(CHECKSUM), checksumOf(bytes.subarray(0, -CHECKSUM)))) return null;
  return reader.failed || reader.left > 0 ? null : packs;
}

/** Stops as soon as there is more than `limit`: a few bytes may expand to very many. */
async function inflate(piece: Uint8Array<ArrayBuffer>, limit: number): Promise<Uint8Array | "too large" | "damaged"> {
  const reader = new Blob([piece]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      length += part.value.length;
      if (length > limit) {
        void reader.cancel().catch(() => {});
        return "too large";
      }
      parts.push(part.value);
    }
  } catch {
    return "damaged";
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A piece as text for a link: base64 with the characters that need no escape, without padding. */
export function toLinkText(piece: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < piece.length; at += 0x8000) binary += String.fromCharCode(...piece.subarray(at, at + 0x8000));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** A link's text as a piece; a sentence if it is longer than LINK_LIMIT or not valid. */
export function fromLinkText(text: string): Uint8Array<ArrayBuffer> | { readonly refused: string } {
  if (text.length > LINK_LIMIT) {
    return { refused: `The image in this link is longer than the ${LINK_LIMIT} characters that are allowed.` };
  }
  return (
    fromBase64(text.replaceAll("-", "+").replaceAll("_", "/")) ?? {
      refused: "The image in this link is damaged: part of it is missing or was changed.",
    }
  );
}

/** Base64, with or without padding; `null` for anything else. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
