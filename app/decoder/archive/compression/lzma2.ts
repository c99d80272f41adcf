// LZMA2, the one filter of nearly all xz files: chunks of LZMA, or of bytes as they are.

import { createLzma, type Dictionary, decodeLzma, openRange, put, resetState } from "./lzma.ts";
import { cutOff, damaged, type PackedInput, take } from "./packed-input.ts";

const FIRST_DICTIONARY = 64 << 10;

/**
 * Unpacks one LZMA2 stream. Returns false if `write` wants no more. What was unpacked before a fault is written before
 * the error is thrown.
 *
 * @throws UnpackError, and what reading the source throws.
 */
export async function unpackLzma2(
  input: PackedInput,
  dictionarySize: number,
  write: (bytes: Uint8Array) => boolean,
): Promise<boolean> {
  const limit = Math.max(dictionarySize, 4096);
  const first = new Uint8Array(Math.min(limit, FIRST_DICTIONARY));
  const dictionary: Dictionary = { bytes: first, limit, at: 0, filled: 0, unwritten: 0 };
  let going = true;
  const flush = (): void => {
    const { bytes, at, unwritten } = dictionary;
    dictionary.unwritten = at;
    if (going && at > unwritten) going = write(bytes.subarray(unwritten, at));
  };
  const lzma = createLzma(dictionary, flush);
  let total = 0;
  let needsDictionary = true;
  let needsState = true;
  let needsProperties = true;
  try {
    while (going) {
      const control = (await take(input, 1))[0] as number;
      if (control === 0) break;
      if (control === 1 || control >= 0xe0) {
        needsDictionary = false;
        total = 0;
        dictionary.filled = 0;
      }
      if (needsDictionary || (control > 2 && control < 0x80)) throw damaged(input, "a chunk of an unknown type");
      if (control < 0x80) {
        const size = bigEndian16(await take(input, 2)) + 1;
        for (const byte of await take(input, size)) put(lzma, byte);
        total += size;
        flush();
        continue;
      }
      const sizes = await take(input, 4);
      const size = ((control & 0x1f) << 16) + bigEndian16(sizes) + 1;
      const packed = bigEndian16(sizes.subarray(2)) + 1;
      if (control >= 0xc0) {
        setProperties((await take(input, 1))[0] as number);
        needsProperties = false;
      }
      if (needsProperties) throw damaged(input, "a chunk without properties");
      if (control >= 0xa0) {
        resetState(lzma);
        needsState = false;
      }
      if (needsState) throw damaged(input, "a chunk without a state");
      await input.fill(packed);
      if (packed < 5) throw damaged(input, "a chunk that is too short");
      // Decode the rest of a truncated chunk.
      const there = Math.min(packed, input.end - input.at);
      if (there < 5) throw cutOff(input);
      openRange(lzma, input.bytes, input.at, input.at + there);
      try {
        decodeLzma(lzma, input, size, total);
      } catch (error) {
        throw there < packed ? cutOff(input) : error;
      }
      input.at += packed;
      total += size;
      flush();
    }
  } catch (error) {
    flush();
    throw error;
  }
  return going;

  function setProperties(byte: number): void {
    lzma.lc = byte % 9;
    lzma.lp = Math.floor(byte / 9) % 5;
    lzma.pb = Math.floor(byte / 45);
    if (lzma.lc + lzma.lp > 4 || lzma.pb > 4) throw damaged(input, "impossible LZMA properties");
  }
}

const bigEndian16 = (bytes: Uint8Array): number => ((bytes[0] as number) << 8) | (bytes[1] as number);
