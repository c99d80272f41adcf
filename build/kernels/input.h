// Reads numbers from `input`, an array of bytes with at least 16 more than are given. Included after it is declared.

static u32 load32(u32 at) {
  u32 value;
  __builtin_memcpy(&value, input + at, 4);
  return value;
}

// Reads a varint; returns where it ends, or 0 if it has more than ten bytes.
static inline __attribute__((always_inline)) u32 varint(u32 at, u64 *out) {
  u64 value = input[at] & 127;
  if (input[at] < 128) {
    *out = value;
    return at + 1;
  }
  for (u32 shift = 7; shift < 70; shift += 7) {
    u8 byte = input[++at];
    value |= (u64)(byte & 127) << shift;
    if (byte < 128) {
      *out = value;
      return at + 1;
    }
  }
  return 0;
}
