// Numbers and texts as bytes, one after the other, and back. Numbers take seven bits to a byte, small ones one byte.

/** Collects bytes. */
export function byteWriter() {
  let bytes = new Uint8Array(1024);
  let length = 0;
  const reserve = (more: number): void => {
    if (length + more <= bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * bytes.length, length + more));
    larger.set(bytes);
    bytes = larger;
  };
  return {
    /** A number from 0 to 2^53 - 1. */
    number(value: number): void {
      reserve(8);
      let left = value;
      for (; left >= 128; left = Math.floor(left / 128)) bytes[length++] = (left % 128) | 128;
      bytes[length++] = left;
    },
    /** A whole number of either sign, below 2^52. */
    signed(value: number): void {
      this.number(value < 0 ? -2 * value - 1 : 2 * value);
    },
    /** Bytes without a length. */
    raw(more: Uint8Array): void {
      reserve(more.length);
      bytes.set(more, length);
      length += more.length;
    },
    /** Bytes preceded by their length. */
    block(more: Uint8Array): void {
      this.number(more.length);
      this.raw(more);
    },
    take: (): Uint8Array<ArrayBuffer> => bytes.slice(0, length),
    /** How many bytes there are. */
    length: (): number => length,
  };
}

export type ByteWriter = ReturnType<typeof byteWriter>;

/** Reads what a writer wrote. Missing values read as 0 or empty, and set `failed`. */
export function byteReader(bytes: Uint8Array) {
  let at = 0;
  let failed = false;
  return {
    get failed(): boolean {
      return failed;
    },
    get left(): number {
      return bytes.length - at;
    },
    number(): number {
      let value = 0;
      for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
        const byte = bytes[at++];
        if (byte === undefined) break;
        value += (byte & 127) * scale;
        if (byte < 128 && value <= Number.MAX_SAFE_INTEGER) return value;
      }
      failed = true;
      return 0;
    },
    signed(): number {
      const value = this.number();
      return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
    },
    /** A count of the items that follow. Each takes at least `size` bytes, so a count that cannot fit is rejected. */
    count(size = 1): number {
      const count = this.number();
      if (count * size <= bytes.length - at) return count;
      failed = true;
      return 0;
    },
    /** The given number of bytes, as a view. */
    raw(length: number): Uint8Array {
      if (length > bytes.length - at) {
        failed = true;
        return new Uint8Array(0);
      }
      at += length;
      return bytes.subarray(at - length, at);
    },
    block(): Uint8Array {
      return this.raw(this.number());
    },
  };
}

export type ByteReader = ReturnType<typeof byteReader>;
