// Distinct byte strings, numbered in order of arrival, without an object for each, as there may be millions.

/** An empty pool. */
export function namePool() {
  let text = new Uint8Array(1024);
  let ends = new Uint32Array(64);
  let count = 0;
  /** Number + 1 by hash; 0: free. At least half of it stays free. */
  let slots = new Uint32Array(128);

  const startOf = (number: number): number => (number === 0 ? 0 : (ends[number - 1] as number));

  const isAt = (number: number, bytes: Uint8Array): boolean => {
    const start = startOf(number);
    if ((ends[number] as number) - start !== bytes.length) return false;
    for (let at = 0; at < bytes.length; at++) if (text[start + at] !== bytes[at]) return false;
    return true;
  };

  const place = (number: number, bytes: Uint8Array): void => {
    let slot = hash(bytes) & (slots.length - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
    slots[slot] = number + 1;
  };

  return {
    get count(): number {
      return count;
    },
    /** The bytes of all, one after the other. */
    get text(): Uint8Array {
      return text.subarray(0, startOf(count));
    },
    bytesOf: (number: number): Uint8Array => text.subarray(startOf(number), ends[number]),

    /** The number of a byte string, a new one if it was not seen yet. */
    number(bytes: Uint8Array): number {
      let slot = hash(bytes) & (slots.length - 1);
      for (; slots[slot] !== 0; slot = (slot + 1) & (slots.length - 1)) {
        const number = (slots[slot] as number) - 1;
        if (isAt(number, bytes)) return number;
      }
      const start = startOf(count);
      if (start + bytes.length > text.length) {
        const larger = new Uint8Array(Math.max(2 * text.length, start + bytes.length));
        larger.set(text);
        text = larger;
      }
      text.set(bytes, start);
      if (count === ends.length) {
        const more = new Uint32Array(2 * count);
        more.set(ends);
        ends = more;
      }
      ends[count] = start + bytes.length;
      slots[slot] = count + 1;
      count++;
      if (2 * count >= slots.length) {
        slots = new Uint32Array(2 * slots.length);
        for (let each = 0; each < count; each++) place(each, this.bytesOf(each));
      }
      return count - 1;
    },
  };
}

/** FNV-1a, 32 bits. */
function hash(bytes: Uint8Array): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at++) value = Math.imul(value ^ (bytes[at] as number), 0x01000193);
  return value >>> 0;
}
