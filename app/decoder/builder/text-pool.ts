// The text of an image: every name and path, concatenated, as bytes.

import { encodeText } from "../../model/text.ts";
import { type Growth, grown, nextCapacity } from "./growing.ts";

/** Bytes appended so far. Offsets are from the start of the pool. */
export interface TextPool {
  /** Appends bytes[start … end - 1]; returns where they begin. */
  add(bytes: Uint8Array, start: number, end: number): number;
  /**
   * Appends bytes from `start` up to a NUL or `end`; returns the index in `bytes` of the first that was not appended.
   *
   * @param view Of the same bytes.
   */
  addToNul(bytes: Uint8Array, view: DataView, start: number, end: number): number;
  /** Appends a string as UTF-8. */
  addString(text: string): void;
  /** Reserves capacity for more bytes. */
  reserve(length: number): void;
  readonly length: number;
  /** A view of all bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** An empty pool. Its functions throw LimitReached when the budget is used up. */
export function createTextPool({ decoded, budget }: Growth): TextPool {
  let text = new Uint8Array(1024);
  let pool = new DataView(text.buffer);
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
      text.set(bytes.subarray(start, end), at);
      length += end - start;
      return at;
    },
    addToNul(bytes, view, start, end) {
      ensure(end - start);
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
    reserve(more) {
      if (length + more > text.length) {
        growBy(budget.takeBytes(length + more - text.length, 0));
      }
    },
    get length() {
      return length;
    },
    get bytes() {
      return text.subarray(0, length);
    },
  };
}
