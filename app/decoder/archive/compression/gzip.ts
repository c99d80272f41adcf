// gzip (RFC 1952): members one after the other, each with a checksum and its length.

import { crc32 } from "./checksums.ts";
import { inflate } from "./inflate.ts";
import {
  badChecksum,
  bytesAfterEnd,
  damaged,
  isAtEnd,
  littleEndian,
  offsetOf,
  type PackedInput,
  skipZeros,
  take,
  type UnpackSink,
} from "./packed-input.ts";

/** Bytes of a file that `modifiedOf` needs. */
export const TIME_END = 8;

/**
 * When the first member's file was modified, in seconds since 1970; `null` if unknown. `head`: the file's first bytes.
 */
export function modifiedOf(head: Uint8Array): number | null {
  const time = head.length < TIME_END ? 0 : littleEndian(head, 4);
  return time === 0 ? null : time;
}

const HAS_CRC = 2;
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;

/**
 * Unpacks all members.
 *
 * @throws UnpackError if the data is damaged: what came before has been written.
 */
export async function unpackGzip(input: PackedInput, size: number, sink: UnpackSink): Promise<void> {
  for (let member = 1; ; member++) {
    await skipHeader(input);
    let crc = 0;
    let length = 0;
    const going = await inflate(input, (bytes) => {
      crc = crc32(bytes, crc);
      length += bytes.length;
      return sink.write(bytes);
    });
    if (!going) return;
    const at = offsetOf(input);
    const trailer = await take(input, 8);
    const which = member === 1 ? "the compressed data" : `member ${member} of the compressed data`;
    if (littleEndian(trailer) !== crc) sink.problem(badChecksum(which, "checksum (CRC-32)", at));
    else if (littleEndian(trailer, 4) !== length % 2 ** 32) sink.problem(badChecksum(which, "length", at + 4));
    if (!(await isNextMember(input, size, sink))) return;
  }
}

/** Whether another member follows. Bytes that are not one are a note; zeros are padding. */
async function isNextMember(input: PackedInput, size: number, sink: UnpackSink): Promise<boolean> {
  await skipZeros(input);
  if (await isAtEnd(input)) return false;
  await input.fill(3);
  const [a, b, c] = input.bytes.subarray(input.at, input.end);
  if (a === 0x1f && b === 0x8b && c === 8) return true;
  sink.problem(bytesAfterEnd(size - offsetOf(input), offsetOf(input)));
  return false;
}

async function skipHeader(input: PackedInput): Promise<void> {
  const header = await take(input, 10);
  if (header[0] !== 0x1f || header[1] !== 0x8b) throw damaged(input, "a gzip header was expected");
  if (header[2] !== 8) throw damaged(input, `unknown compression method ${header[2]}`);
  const flags = header[3] as number;
  if (flags & HAS_EXTRA) {
    const length = await take(input, 2);
    await take(input, (length[0] as number) | ((length[1] as number) << 8));
  }
  for (const flag of [HAS_NAME, HAS_COMMENT]) {
    if (flags & flag) while ((await take(input, 1))[0] !== 0);
  }
  if (flags & HAS_CRC) await take(input, 2);
}
