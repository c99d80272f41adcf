// The platform's own comparison of bytes, where there is one: Node's is memcmp(3), which takes a thousandth of what a
// loop costs that V8 has not optimized.

/** The order of two byte strings: below 0, 0, or above 0. */
type CompareBytes = (left: Uint8Array, right: Uint8Array) => number;

/** `null`: there is none, as in browsers. */
export const nativeCompare: CompareBytes | null =
  (globalThis as unknown as { Buffer?: { compare?: CompareBytes } }).Buffer?.compare ?? null;

/** Calling it for fewer bytes costs more than a loop. */
export const NATIVE_BYTES = 32;
