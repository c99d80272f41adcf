// Packs LZ4 blocks, plainly: the longest match among the last positions with the same four bytes.

/** A block that unpacks to `bytes`. */
export function packLz4(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  const seen = new Map<number, number>();
  let anchor = 0;
  const word = (at: number): number =>
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0;
  const lengthBytes = (length: number): void => {
    let left = length - 15;
    for (; left >= 255; left -= 255) out.push(255);
    out.push(left);
  };
  const literals = (to: number, match: number): void => {
    const count = to - anchor;
    out.push((Math.min(count, 15) << 4) | match);
    if (count >= 15) lengthBytes(count);
    for (let i = anchor; i < to; i++) out.push(bytes[i] as number);
  };
  // The format wants the last five bytes to be literals, and no match to begin in the last twelve.
  for (let at = 0; at + 12 < bytes.length; ) {
    const key = word(at);
    const from = seen.get(key) ?? -1;
    seen.set(key, at);
    if (from < 0 || at - from > 65535 || word(from) !== key) {
      at++;
      continue;
    }
    let length = 4;
    while (at + length < bytes.length - 5 && bytes[at + length] === bytes[from + length]) length++;
    literals(at, Math.min(length - 4, 15));
    out.push((at - from) & 255, (at - from) >> 8);
    if (length - 4 >= 15) lengthBytes(length - 4);
    at += length;
    anchor = at;
  }
  literals(bytes.length, 0);
  return Uint8Array.from(out);
}
