// Size and checksum of contents that a set stores unchanged, for comparing them.

import { crc32 } from "../../decoder/archive/compression/checksums.ts";
import type { Source } from "../../decoder/source.ts";
import type { SetReader } from "./set-reader.ts";

/** Bytes that are read at once. */
const PIECE = 1 << 20;

export interface Digest {
  readonly size: number;
  readonly digest: string;
}

export const hex = (word: number): string => word.toString(16).padStart(8, "0");

/** Size and checksum of some bytes. */
export const digestOf = (bytes: Uint8Array): Digest => ({ size: bytes.length, digest: hex(crc32(bytes)) });

/** Size and checksum of a member from an offset on. */
export async function digestOfRest(set: SetReader, source: Source, from: number): Promise<Digest> {
  const crc = await crcOf(set, source, from, source.size, 0);
  return { size: Math.max(0, source.size - from), digest: hex(crc) };
}

/** The checksum of some bytes of a member after those of `before`. */
export async function crcOf(
  set: SetReader,
  source: Source,
  from: number,
  end: number,
  before: number,
): Promise<number> {
  let crc = before;
  for (let at = from; at < end; at += PIECE) {
    set.throwIfAborted();
    crc = crc32(await source.read(at, Math.min(PIECE, end - at)), crc);
  }
  return crc;
}
