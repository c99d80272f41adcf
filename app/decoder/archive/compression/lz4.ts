// LZ4 blocks: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md. No frame, no checksum, no dictionary.
//
// Casts `as number` read typed arrays within bounds that the loop checks.

/** Matches are at least this long. */
const LEAST_MATCH = 4;

/**
 * Unpacks the block `bytes` into `out`. Returns whether the block is sound and fills `out` exactly; if not, the
 * contents of `out` mean nothing.
 */
export function unpackLz4(bytes: Uint8Array, out: Uint8Array): boolean {
  let at = 0;
  let filled = 0;
  while (at < bytes.length) {
    const token = bytes[at++] as number;
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) {
        if (at >= bytes.length) return false;
        more = bytes[at++] as number;
        literals += more;
      }
    }
    if (literals > bytes.length - at || literals > out.length - filled) return false;
    if (literals > 32) out.set(bytes.subarray(at, at + literals), filled);
    else for (let i = 0; i < literals; i++) out[filled + i] = bytes[at + i] as number;
    at += literals;
    filled += literals;
    // The last sequence has literals only.
    if (at === bytes.length) return (token & 15) === 0 && filled === out.length;
    if (at + 2 > bytes.length) return false;
    const distance = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    at += 2;
    if (distance === 0 || distance > filled) return false;
    let length = (token & 15) + LEAST_MATCH;
    if (length === 15 + LEAST_MATCH) {
      let more = 255;
      while (more === 255) {
        if (at >= bytes.length) return false;
        more = bytes[at++] as number;
        length += more;
      }
    }
    if (length > out.length - filled) return false;
    const from = filled - distance;
    // A match may overlap what it makes: then it repeats the last `distance` bytes.
    if (distance >= length && length > 32) out.copyWithin(filled, from, from + length);
    else if (distance === 1) out.fill(out[from] as number, filled, filled + length);
    else for (let i = 0; i < length; i++) out[filled + i] = out[from + i] as number;
    filled += length;
  }
  return false;
}
