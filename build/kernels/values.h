// The different values of details, as JSON in one pool, as in app/decoder/builder/json-values.ts. A value is written
// behind the others first and looked up by its bytes.

// Slots that are tried for a value.
enum { SLOTS_TRIED = 32 };
// Instead of the number of a value: only its caller can tell it; it has been written in part.
static const u32 CROWDED = 0xfffffffe;

static u32 *value_starts;
static u32 *value_hashes;
static u32 value_count, value_room;
// By the low bits of their hash: the numbers of values, from 1 on.
static u32 *value_slots;
static u32 value_slot_count;
static u8 *pool;
static u32 pool_length, pool_room;
// Where what is being written ends, which is beyond the room if it does not fit.
static u32 written;

// The bytes from `at` on, at most eight; there are 7 more that can be read.
static u64 word_of(const u8 *bytes, u32 at, u32 length) {
  u64 word;
  __builtin_memcpy(&word, bytes + at, 8);
  return length - at < 8 ? word & ~(~0ull << 8 * (length - at)) : word;
}

static u32 hash_of(const u8 *bytes, u32 length) {
  u64 hash = length;
  for (u32 at = 0; at < length; at += 8) {
    hash = (hash ^ word_of(bytes, at, length)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
  }
  return hash;
}

static u32 is_value(u32 value, const u8 *bytes, u32 length) {
  const u32 from = value_starts[value];
  if (value_starts[value + 1] - from != length) return 0;
  for (u32 at = 0; at < length; at += 8) {
    if (word_of(pool + from, at, length) != word_of(bytes, at, length)) return 0;
  }
  return 1;
}

// Adds what has been written as a value. There must be room.
static u32 append(u32 hash) {
  value_hashes[value_count] = hash;
  pool_length = written;
  value_starts[++value_count] = pool_length;
  return value_count - 1;
}

// The slot of what has been written, or that in which it belongs; 0 if all that are tried are taken.
static u32 *slot_of(u32 hash, u32 length) {
  for (u32 tried = 0; tried < SLOTS_TRIED; tried++) {
    u32 *slot = &value_slots[(hash + tried) & (value_slot_count - 1)];
    if (*slot == 0) return slot;
    if (value_hashes[*slot - 1] == hash && is_value(*slot - 1, pool + pool_length, length)) return slot;
  }
  return 0;
}

// The number of what has been written, which is added if it is new.
__attribute__((noinline)) static u32 enter(void) {
  const u32 length = written - pool_length;
  if (written > pool_room || value_count == value_room) return CROWDED;
  const u32 hash = hash_of(pool + pool_length, length);
  u32 *slot = slot_of(hash, length);
  if (slot == 0) return CROWDED;
  if (*slot == 0) *slot = append(hash) + 1;
  return *slot - 1;
}

static void write_byte(u8 byte) {
  if (written < pool_room) pool[written] = byte;
  written++;
}

__attribute__((noinline)) static void write_bytes(const u8 *bytes, u32 length) {
  for (u32 at = 0; at < length; at++) write_byte(bytes[at]);
}

// Writes a number of at least `width` digits.
__attribute__((noinline)) static void write_number(u64 number, u32 width) {
  u8 digits[20];
  u32 count = 0;
  for (; number > 0xffffffff; number /= 10) digits[count++] = '0' + number % 10;
  u32 low = number;
  do digits[count++] = '0' + low % 10;
  while ((low /= 10) > 0 || count < width);
  while (count > 0) write_byte(digits[--count]);
}

// Where the pool is, where the values in it end, and how many they are.
u32 EXPORT(poolAt)(void) { return (u32)pool; }
u32 EXPORT(startsAt)(void) { return (u32)value_starts; }
u32 EXPORT(valueLength)(void) { return pool_length; }
u32 EXPORT(valueCount)(void) { return value_count; }

// Makes room for `values` values with `bytes` bytes in all. Returns 0 if there is none.
u32 EXPORT(makeRoom)(u32 values, u32 bytes) {
  if (bytes > pool_room) {
    pool = enlarged(pool, pool_length, bytes + 8);
    if (pool == 0) return 0;
    pool_room = bytes;
  }
  if (values > value_room) {
    value_starts = enlarged(value_starts, 4 * (value_count + 1), 4 * (values + 1));
    if (value_starts == 0) return 0;
    value_hashes = enlarged(value_hashes, 4 * value_count, 4 * values);
    if (value_hashes == 0) return 0;
    value_starts[0] = 0;
    value_room = values;
  }
  return 1;
}

// Enters all values anew into `slots` slots, a power of two, twice as many as there may be
// values. Returns 0 if there is no room.
u32 EXPORT(makeSlots)(u32 slots) {
  value_slots = allocate(4 * slots);
  if (value_slots == 0) return 0;
  value_slot_count = slots;
  return 1;
}

// Enters the values from `value` on; returns the first for which all slots that are tried are
// taken, or how many there are.
u32 EXPORT(enterAgain)(u32 value) {
  for (; value < value_count; value++) {
    u32 tried = 0, slot = value_hashes[value] & (value_slot_count - 1);
    while (tried < SLOTS_TRIED && value_slots[slot] != 0) slot = (value_hashes[value] + ++tried) & (value_slot_count - 1);
    if (tried == SLOTS_TRIED) return value;
    value_slots[slot] = value + 1;
  }
  return value;
}

// The number of a value, the `length` bytes that the caller has put behind the others; CROWDED
// if the caller must look it up.
u32 EXPORT(numberOf)(u32 length) {
  written = pool_length + length;
  return enter();
}

// The same for a value that is not added: NONE if there is none.
u32 EXPORT(find)(u32 length) {
  const u32 *slot = slot_of(hash_of(pool + pool_length, length), length);
  return slot == 0 ? CROWDED : *slot - 1;
}

// Adds it without entering it; returns its number.
u32 EXPORT(addCrowded)(u32 length) {
  written = pool_length + length;
  return append(hash_of(pool + pool_length, length));
}
