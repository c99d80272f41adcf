// Streaming Zstandard. Frames and blocks are parsed here, so that headers are checked before memory is allocated, and
// each push unpacks at most one block.

import type { Source } from "../source.ts";

/** Frames with a larger window are refused, as by the zstd program's default. */
const WINDOW_LIMIT = 128 << 20;

/** The largest block that the format allows. */
const BLOCK_LIMIT = 128 << 10;

const READ_SIZE = 1 << 20;

/** Data that is not Zstandard, or needs too much memory. The message is a sentence for the user. */
export class ZstdError extends Error {
  override readonly name = "ZstdError";
}

const CUT = "The compressed data is cut off.";

/**
 * Unpacks all frames of `source`. `write` takes each block (to be copied) and returns false to stop.
 *
 * @throws ZstdError if the data is damaged; SourceError if bytes cannot be read.
 */
export async function unpackZstd(
  source: Source,
  write: (bytes: Uint8Array) => boolean,
  progress: (offset: number) => void,
): Promise<void> {
  const { Decompress } = await import("fzstd");
  let going = true;
  const decompress = new Decompress((bytes: Uint8Array) => {
    if (going) going = write(bytes);
  });
  const push = (bytes: Uint8Array): void => {
    try {
      decompress.push(bytes);
    } catch (error) {
      throw new ZstdError(`The compressed data is damaged (${error instanceof Error ? error.message : error}).`);
    }
  };

  let at = 0;
  let held = { base: 0, bytes: new Uint8Array(0) as Uint8Array };
  const need = async (length: number): Promise<Uint8Array> => {
    if (at + length > held.base + held.bytes.length) {
      held = { base: at, bytes: await source.read(at, Math.min(Math.max(length, READ_SIZE), source.size - at)) };
      progress(at);
    }
    const from = at - held.base;
    if (from + length > held.bytes.length) throw new ZstdError(CUT);
    return held.bytes.subarray(from, from + length);
  };

  while (going && at < source.size) {
    const magic = littleEndian(await need(4));
    if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
      at += 8 + littleEndian((await need(8)).subarray(4));
      continue;
    }
    if (magic !== 0xfd2fb528) throw new ZstdError("A Zstandard frame was expected.");
    const descriptor = (await need(5))[4] as number;
    const single = (descriptor & 0x20) !== 0;
    const idSize = [0, 1, 2, 4][descriptor & 3] as number;
    const contentSize = descriptor >> 6 === 0 ? (single ? 1 : 0) : 1 << (descriptor >> 6);
    const headerSize = 5 + (single ? 0 : 1) + idSize + contentSize;
    const header = await need(headerSize);
    const window = single ? contentBytes(header.subarray(headerSize - contentSize)) : windowBytes(header[5] as number);
    if (window > WINDOW_LIMIT) throw new ZstdError(`The compressed data needs a window of ${window} bytes.`);
    if (
      idSize > 0 &&
      header.subarray(headerSize - contentSize - idSize, headerSize - contentSize).some((b) => b !== 0)
    ) {
      throw new ZstdError("The data was compressed with a dictionary.");
    }
    push(header);
    at += headerSize;
    for (let last = false; !last && going; ) {
      const block = await need(3);
      const word = (block[0] as number) | ((block[1] as number) << 8) | ((block[2] as number) << 16);
      last = (word & 1) === 1;
      const type = (word >> 1) & 3;
      const size = word >> 3;
      if (type === 3 || size > BLOCK_LIMIT) throw new ZstdError("The compressed data is damaged (a bad block).");
      const length = 3 + (type === 1 ? 1 : size);
      push(await need(length));
      at += length;
    }
    if (!going) return;
    if (descriptor & 4) {
      push(await need(4));
      at += 4;
    }
  }
}

const littleEndian = (bytes: Uint8Array): number =>
  (((bytes[0] as number) | ((bytes[1] as number) << 8) | ((bytes[2] as number) << 16)) +
    (bytes[3] as number) * 2 ** 24) >>>
  0;

/** RFC 8878, 3.1.1.1.2. */
function windowBytes(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

/** RFC 8878, 3.1.1.1.4: the window of a single segment is its content. */
function contentBytes(bytes: Uint8Array): number {
  let value = 0;
  for (let at = bytes.length - 1; at >= 0; at--) value = value * 256 + (bytes[at] as number);
  return bytes.length === 2 ? value + 256 : value;
}
