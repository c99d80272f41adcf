// Reads a source in blocks. Most reads find their bytes in the current block; only a new block has to be awaited.

import type { Source } from "./source.ts";

const FIRST_BLOCK = 64 * 1024;
/** Bytes of the first block after a jump: often only one record is read before the next, perhaps over a network. */
const JUMP_BLOCK = 16 * 1024;
const LARGEST_BLOCK = 4 * 1024 * 1024;

/** The current block. Offsets are bytes from the start of the source. */
export interface Window {
  /** Bytes start … end - 1 of the source. */
  bytes: Uint8Array;
  view: DataView;
  start: number;
  end: number;
  /**
   * Fetches a block with the `need` bytes from `offset`, or those up to the end of the source. Blocks double in size
   * during sequential reading, small gaps aside, and start small again after a jump, so that skipped bytes are not
   * fetched.
   */
  fill(offset: number, need: number): Promise<void>;
}

/** A window on `source`, empty at first. */
export function openWindow(source: Source): Window {
  let block = FIRST_BLOCK;
  const window: Window = {
    bytes: new Uint8Array(0),
    view: new DataView(new ArrayBuffer(0)),
    start: 0,
    end: 0,
    async fill(offset, need) {
      const sequential = offset >= window.start && offset <= window.end + FIRST_BLOCK;
      block = sequential ? Math.min(block * 2, LARGEST_BLOCK) : JUMP_BLOCK;
      const length = Math.min(Math.max(block, need), Math.max(0, source.size - offset));
      const bytes = await source.read(offset, length);
      window.bytes = bytes;
      window.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      window.start = offset;
      window.end = offset + bytes.length;
    },
  };
  return window;
}
