// The text of an image: every name and path, concatenated, as bytes.

import { encodeText } from "../../model/text/text.ts";
import { type Growth, grown, nextCapacity } from "./growing.ts";

/**
 * Bytes appended so far. Offsets are from the start of the pool.
 *
 * Without getters, as the builder: V8 gives each object with a getter of its own a hidden class of its own, and from
 * the fifth image on calls are no longer inlined.
 */
export interface TextPool {
  /** Appends bytes[start … end - 1]; returns where they begin. */
  add(bytes: Uint8Array, start: number, end: number): number;
  /**
   * Appends bytes from `start` up to a NUL or `end`; returns the index in `bytes` of the first that was not appended.
   */
  addToNul(bytes: Uint8Array, start: number, end: number): number;
  /** Appends the first `count` of bytes that are in use for one short text after another. */
  addShort(bytes: Uint8Array, count: number): void;
  /** Appends a string as UTF-8. */
  addString(text: string): void;
  /** Appends the first `count` of bytes, for which there is room. */
  addMany(bytes: Uint8Array, count: number): void;
  /** How many bytes can be added without growing. */
  room(): number;
  /** Reserves capacity for more bytes. */
  reserve(length: number): void;
  length(): number;
  /** A view of all bytes. */
  bytes(): Uint8Array<ArrayBuffer>;
}

/** Shorter texts are copied faster here than by a call of `set`, which needs a view of them. */
const SHORT = 256;

/** An empty pool. Its functions throw LimitReached when the budget is used up. */
export function createTextPool({ decoded, budget }: Growth): TextPool {
  let text = new Uint8Array(1024);
  let pool = new DataView(text.buffer);
  // The source of the last text and a view of it: thousands of names come from one block.
  let seen: Uint8Array = text;
  let view: DataView = pool;
  const see = (bytes: Uint8Array): void => {
    seen = bytes;
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
  let length = 0;
  const growBy = (more: number): void => {
    text = grown(text, text.length + more);
    pool = new DataView(text.buffer);
  };
  const ensure = (more: number): void => {
    if (length + more <= text.length) return;
    const wanted = Math.max(nextCapacity(text.length, decoded()), length + more);
    growBy(budget.takeBytes(wanted - text.length, length + more - text.length));
  };
  return {
    add(bytes, start, end) {
      ensure(end - start);
      const at = length;
      if (end - start > SHORT) text.set(bytes.subarray(start, end), at);
      else {
        if (bytes !== seen) see(bytes);
        let to = at;
        let from = start;
        for (; from + 4 <= end; from += 4, to += 4) pool.setUint32(to, view.getUint32(from, true), true);
        while (from < end) text[to++] = bytes[from++] as number;
      }
      length = at + end - start;
      return at;
    },
    addToNul(bytes, start, end) {
      ensure(end - start);
      if (bytes !== seen) see(bytes);
      let to = length;
      let from = start;
      // Four bytes at a time as long as none of them is NUL.
      for (; from + 4 <= end; from += 4, to += 4) {
        const word = view.getUint32(from, true);
        if (((word - 0x01010101) & ~word & 0x80808080) !== 0) break;
        pool.setUint32(to, word, true);
      }
      while (from < end) {
        const byte = bytes[from] as number;
        if (byte === 0) break;
        text[to++] = byte;
        from++;
      }
      length = to;
      return from;
    },
    addShort(bytes, count) {
      ensure(count);
      for (let at = 0; at < count; at++) text[length + at] = bytes[at] as number;
      length += count;
    },
    addString(string) {
      ensure(string.length);
      let to = length;
      for (let at = 0; at < string.length; at++) {
        const code = string.charCodeAt(at);
        if (code > 0x7f) {
          const bytes = encodeText(string);
          ensure(bytes.length);
          text.set(bytes, length);
          length += bytes.length;
          return;
        }
        text[to++] = code;
      }
      length = to;
    },
    addMany(bytes, count) {
      text.set(bytes.subarray(0, count), length);
      length += count;
    },
    room() {
      return text.length - length;
    },
    reserve(more) {
      if (length + more > text.length) {
        growBy(budget.takeBytes(length + more - text.length, 0));
      }
    },
    length() {
      return length;
    },
    bytes() {
      return text.subarray(0, length);
    },
  };
}
