// The text of an image: every name and path, concatenated, as bytes.

import { grown, nextCapacity } from "./growing.ts";

/** Bytes appended so far. Offsets are from the start of the pool. */
export interface TextPool {
  /** Appends bytes[start … end - 1]; returns where they begin. */
  add(bytes: Uint8Array, start: number, end: number): number;
  /** Appends bytes from `start` up to a NUL or `end`; returns the index in `bytes` of the first that was not appended. */
  addToNul(bytes: Uint8Array, start: number, end: number): number;
  /** Reserves capacity for more bytes. */
  reserve(length: number): void;
  readonly length: number;
  /** A view of all bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** @param decoded Returns the fraction of the image decoded so far, 0 … 1. */
export function createTextPool(decoded: () => number): TextPool {
  let text = new Uint8Array(1024);
  let length = 0;
  const ensure = (more: number): void => {
    if (length + more <= text.length) return;
    text = grown(text, Math.max(nextCapacity(text.length, decoded()), length + more));
  };
  return {
    add(bytes, start, end) {
      ensure(end - start);
      const at = length;
      text.set(bytes.subarray(start, end), at);
      length += end - start;
      return at;
    },
    addToNul(bytes, start, end) {
      ensure(end - start);
      let to = length;
      let from = start;
      while (from < end) {
        const byte = bytes[from] as number;
        if (byte === 0) break;
        text[to++] = byte;
        from++;
      }
      length = to;
      return from;
    },
    reserve(more) {
      if (length + more > text.length) text = grown(text, length + more);
    },
    get length() {
      return length;
    },
    get bytes() {
      return text.subarray(0, length);
    },
  };
}
