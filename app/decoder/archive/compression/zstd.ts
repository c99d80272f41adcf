// Zstandard (RFC 8878), streamed. Frames and blocks are parsed here, so that a header is checked before memory is
// allocated for it, what precedes a fault is kept, and checksums are verified, which fzstd does not do.

/*!
fzstd

MIT License

Copyright (c) 2020 Arjun Barrett

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
*/

import { limitMessage } from "../../limits.ts";
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
  UnpackError,
  type UnpackSink,
} from "./packed-input.ts";
import { createXxh64 } from "./xxh64.ts";

/** The largest block that the format allows. */
const BLOCK_LIMIT = 128 << 10;
const FRAME = 0xfd2fb528;
/** The most bytes that are copied without a pause. */
const TURN = 256 << 20;

const isSkippable = (magic: number): boolean => magic >= 0x184d2a50 && magic <= 0x184d2a5f;

/**
 * Unpacks all frames.
 *
 * @throws UnpackError if the data is damaged: the blocks before have been written.
 */
export async function unpackZstd(input: PackedInput, size: number, sink: UnpackSink): Promise<void> {
  const { Decompress } = await import("fzstd");
  for (let frame = 1; ; frame++) {
    await input.fill(4);
    const magic = input.end - input.at < 4 ? 0 : littleEndian(input.bytes, input.at);
    if (isSkippable(magic)) {
      await take(input, 4);
      await skip(input, littleEndian(await take(input, 4)));
    } else if (magic === FRAME) {
      if (!(await unpackFrame(input, Decompress, frame, sink))) return;
    } else {
      if (frame === 1) throw damaged(input, "a Zstandard frame was expected");
      if ((await skipZeros(input)) > 0 && (await isAtEnd(input))) return;
      sink.problem(bytesAfterEnd(size - offsetOf(input), offsetOf(input)));
      return;
    }
    if (await isAtEnd(input)) return;
  }
}

/** Whether the first frame with data needs neither a dictionary nor a window above the limit. */
export async function isUsual(input: PackedInput, windowLimit: number): Promise<boolean> {
  try {
    for (;;) {
      const magic = littleEndian(await take(input, 4));
      if (!isSkippable(magic)) {
        input.at -= 4;
        if (magic !== FRAME) return false;
        await readFrameHeader(input, windowLimit);
        return true;
      }
      await skip(input, littleEndian(await take(input, 4)));
    }
  } catch (error) {
    if (error instanceof UnpackError) return false;
    throw error;
  }
}

async function skip(input: PackedInput, length: number): Promise<void> {
  for (let left = length; left > 0; ) {
    await input.fill(1);
    const count = Math.min(left, input.end - input.at);
    await take(input, Math.max(1, count));
    left -= count;
  }
}

interface FrameHeader {
  readonly bytes: Uint8Array;
  /** Bytes of content; `null` if the header does not say. */
  readonly content: number | null;
  readonly hasChecksum: boolean;
  readonly window: number;
}

/** Unpacks one frame. Returns false if no more is wanted. */
async function unpackFrame(
  input: PackedInput,
  Decompress: typeof import("fzstd").Decompress,
  frame: number,
  sink: UnpackSink,
): Promise<boolean> {
  const header = await readFrameHeader(input, sink.windowLimit);
  const sum = header.hasChecksum ? createXxh64() : null;
  let going = true;
  let length = 0;
  let turn = 0;
  let unpacked: Uint8Array[] = [];
  const decompress = new Decompress((bytes: Uint8Array) => void unpacked.push(bytes));
  let start = offsetOf(input);
  const push = (packed: Uint8Array): void => {
    try {
      decompress.push(packed);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UnpackError(`The compressed data is damaged: ${reason}.`, start);
    }
    // Not while fzstd runs: what the sink throws is no fault of the data.
    for (const bytes of unpacked) {
      sum?.add(bytes);
      length += bytes.length;
      if (going && bytes.length > 0) going = sink.write(bytes);
    }
    unpacked = [];
  };
  push(withEmptyBlocks(header.bytes));
  for (let last = false; !last && going; ) {
    start = offsetOf(input);
    const head = await take(input, 3);
    const word = (head[0] as number) | ((head[1] as number) << 8) | ((head[2] as number) << 16);
    last = (word & 1) === 1;
    const type = (word >> 1) & 3;
    const size = word >> 3;
    if (type === 3 || size > BLOCK_LIMIT) throw damaged(input, "a block of an unknown type or size");
    const block = new Uint8Array(3 + (type === 1 ? 1 : size));
    block.set(head);
    block.set(await take(input, block.length - 3), 3);
    push(block);
    // fzstd moves its window for every block, however small.
    turn += header.window + BLOCK_LIMIT;
    if (turn < TURN) continue;
    turn = 0;
    await input.pause();
  }
  if (!going) return false;
  const which = frame === 1 ? "the compressed data" : `frame ${frame} of the compressed data`;
  const at = offsetOf(input);
  if (sum !== null) {
    const stored = await take(input, 4);
    const computed = sum.bytes();
    if (computed.some((byte, index) => byte !== stored[index])) {
      sink.problem(badChecksum(which, "checksum (XXH64)", at));
      return true;
    }
  }
  if (header.content !== null && header.content !== length) sink.problem(badChecksum(which, "length", at));
  return true;
}

/** fzstd reads no header before it has 18 bytes, which a small frame has not: empty blocks make up for them. */
function withEmptyBlocks(header: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(header.length + 3 * Math.ceil(Math.max(0, 18 - header.length) / 3));
  bytes.set(header);
  return bytes;
}

async function readFrameHeader(input: PackedInput, windowLimit: number): Promise<FrameHeader> {
  const at = offsetOf(input);
  await input.fill(18);
  const descriptor = input.bytes[input.at + 4] ?? 0;
  const single = (descriptor & 0x20) !== 0;
  const idSize = [0, 1, 2, 4][descriptor & 3] as number;
  const contentSize = descriptor >> 6 === 0 ? (single ? 1 : 0) : 1 << (descriptor >> 6);
  const bytes = (await take(input, 5 + (single ? 0 : 1) + idSize + contentSize)).slice();
  const content = contentSize === 0 ? null : contentBytes(bytes.subarray(bytes.length - contentSize));
  const window = single ? (content ?? 0) : windowBytes(bytes[5] as number);
  if (window > windowLimit) {
    const message = `The compressed data needs a window of ${window} bytes. ${limitMessage("window", windowLimit)}`;
    throw new UnpackError(message, at, "window");
  }
  const id = bytes.subarray(bytes.length - contentSize - idSize, bytes.length - contentSize);
  if (id.some((byte) => byte !== 0)) throw new UnpackError("The data was compressed with a dictionary.", at);
  const hasChecksum = (descriptor & 4) !== 0;
  // The decompressor must not wait for the checksum, which it does not verify.
  bytes[4] = descriptor & ~4;
  return { bytes, content, hasChecksum, window };
}

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
