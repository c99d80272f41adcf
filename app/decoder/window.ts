// Reads a source in blocks. Most reads find their bytes in the current block; only a new block has to be awaited.

import type { Source } from "./source.ts";

const FIRST_BLOCK = 64 * 1024;
/** Bytes of the first block after a jump: often only one record is read before the next, perhaps over a network. */
const JUMP_BLOCK = 16 * 1024;
const LARGEST_BLOCK = 4 * 1024 * 1024;
/** A block that is read ahead begins this far before the end of the current one, as a record may lie across it. */
const OVERLAP = 4 * 1024;

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
   * fetched. During sequential reading of a source that may be read ahead, the next block is fetched as well.
   *
   * @param isJump Whether it counts as a jump although the bytes are near.
   */
  fill(offset: number, need: number, isJump?: boolean): Promise<void>;
}

/** A block that is being read before it is needed. Offsets as in Window. */
interface Ahead {
  readonly bytes: Promise<Uint8Array>;
  readonly start: number;
  readonly end: number;
}

/** A window on `source`, empty at first. */
export function openWindow(source: Source): Window {
  let block = FIRST_BLOCK;
  let ahead: Ahead | null = null;
  const nextBlock = (): number => Math.min(block * 2, LARGEST_BLOCK);
  const window: Window = {
    bytes: new Uint8Array(0),
    view: new DataView(new ArrayBuffer(0)),
    start: 0,
    end: 0,
    async fill(offset, need, isJump = false) {
      const sequential = !isJump && offset >= window.start && offset <= window.end + FIRST_BLOCK;
      const isFirst = window.end === 0;
      block = sequential ? nextBlock() : JUMP_BLOCK;
      const length = Math.min(Math.max(block, need), Math.max(0, source.size - offset));
      const known = ahead;
      ahead = null;
      const bytes =
        known !== null && offset >= known.start && Math.min(offset + need, source.size) <= known.end
          ? (await known.bytes).subarray(offset - known.start)
          : await source.read(offset, length);
      window.bytes = bytes;
      window.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      window.start = offset;
      window.end = offset + bytes.length;
      if (source.mayReadAhead && sequential && !isFirst && window.end < source.size) {
        ahead = readAhead(source, Math.max(offset, window.end - OVERLAP), nextBlock());
      }
    },
  };
  return window;
}

function readAhead(source: Source, start: number, length: number): Ahead {
  const end = Math.min(start + length, source.size);
  const bytes = Promise.resolve(source.read(start, end - start));
  // Reported when the bytes are needed.
  bytes.catch(() => {});
  return { bytes, start, end };
}
