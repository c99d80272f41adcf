// Compiled to app/decoder/criu/alike-module.ts.
//
// Finds open files that differ from ones before them in nothing but fields that are expected to differ, and adds their
// details by the steps of those: see app/decoder/criu/alike.ts, which does the same, and alike-runs.ts, which calls this.
// Reads stay between an entry's start and end, which are within the block.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

#define EXPORT(name) __attribute__((export_name(#name))) name

// As in alike-runs.ts.
enum { BLOCK = 128 << 10, FILES = 4096, DETAILS = 4096, CALLS = 2048, MOST_STEPS = 64, STEPS = 16384, TYPES = 64 };
// Files that others are compared with, the bytes by which they are, and the slots of their table.
enum { KNOWN = 4096, POOL = 512 << 10, COMPARED = 512, SLOTS = 16384, TRIED = 32 };
// A part takes at least two bytes of a message.
enum { PARTS = 4096, MOST_PARTS = COMPARED / 2 };
// Room for the texts of values, and the most that one takes.
enum { TEXTS = 64 << 10, MOST_TEXT = 32 };

enum { VARINT = 0, BYTES = 2 };
static const u32 NONE = 0xffffffff;

// What is done about a file: its details are read; they may be those of a file that it is like; its record follows that of
// the file before it.
enum { WANTED = 1, ALONE = 2, FOLLOWS = 4 };

// Why a run ended: it is left to the caller to read the file; the same, and others may be like it; there is no room for
// more details; there are no more files.
enum { LEFT, NEW, FULL, OVER };

// How the files of one type are compared: bit n is about field n.
struct type {
  u32 varying;
  u32 kept;
  u8 wire[32];
};

// An occurrence of a field, as in parts.ts.
struct part {
  u32 number;
  u32 wire;
  u32 low;
  u32 high;
};

// How a value is written whose row has a form that the kernel knows: a number, which is left to the caller; a number of 64 bits
// as a string; an IPv4 address in the order of the network and a port; seconds and nanoseconds.
enum { PLAIN, INTEGER, EXACT, ENDPOINT, TIME };

// Adds a detail. If `row` is not NONE, its value is left to the caller, which has a function for it. Without a key there is
// no detail, but the function must still be called.
struct step {
  u32 key;
  u32 value;
  u32 row;
  // If not PLAIN, the function is only needed for numbers that are large.
  u32 form;
  // The fields that decide the value, 0 for none; afterwards their parts, NONE for none.
  u32 reads[2];
  // Whether a value that is known or has been left to the caller is for `low`; if so, its detail, or NONE once it is known.
  u32 has;
  u32 low[2];
  u32 detail;
};

// A value that is left to the caller. If its form is INTEGER, `start` is the number. If it is another one that is not PLAIN,
// bytes start … end - 1 of `texts` are the value, and `parts` is their hash.
struct call {
  u32 file;
  u32 known;
  u32 row;
  u32 detail;
  u32 parts;
  u32 parts_end;
  u32 start;
  u32 end;
  u32 step;
  u32 form;
};

// A detail with the same value as another.
struct copy {
  u32 detail;
  u32 from;
};

static u8 block[BLOCK];
static u8 flags[FILES];
static struct type types[TYPES];
// By fd_types number: the number of the message in file_entry, 0 if there is none.
static u8 type_of[128];
static u32 rows[DETAILS];
static u16 keys[DETAILS];
static u32 values[DETAILS];
static struct call calls[CALLS];
static struct copy copies[DETAILS];
static struct part parts[PARTS];
static u8 texts[TEXTS];
static struct step steps[STEPS];
// Where the last run ended: the file, its entry and the end of that, and how many details, calls and parts there are.
static struct {
  u32 index;
  u32 start;
  u32 end;
  u32 details;
  u32 calls;
  u32 parts;
  u32 copies;
  u32 steps;
  u32 texts;
} state;

static u32 known_count;
static u32 key_start[KNOWN + 1];
static u32 first_step[KNOWN + 1];
static u8 pool[POOL];
static u16 table[SLOTS];

// The file that was looked for last.
static u8 looked[COMPARED + 1];
static u32 looked_length;
static u32 looked_place;
// Its parts.
static u32 looked_from;
static u32 looked_to;

static const void *const PLACES[] = {&state, block, flags, types, type_of, rows, keys, values, calls, parts, steps, texts};

// Where in memory an array is.
u32 EXPORT(place)(u32 which) { return (u32)PLACES[which]; }

// Reads a varint of at most ten bytes. Returns where it ends, 0 if it does not.
__attribute__((noinline)) static u32 read_varint(u32 at, u32 end, u32 *low, u32 *high) {
  u32 l = 0, h = 0;
  for (u32 shift = 0; shift < 70; shift += 7) {
    if (at >= end) return 0;
    const u32 byte = block[at++];
    if (shift < 28) l |= (byte & 127) << shift;
    else if (shift == 28) {
      l |= byte << 28;
      h = (byte & 127) >> 4;
    } else h |= (byte & 127) << (shift - 32);
    if (byte < 128) {
      *low = l;
      *high = h;
      return at;
    }
  }
  return 0;
}

// Finds the message in an entry that has nothing but type, id and message. Its end is the entry's. Returns its number, 0 for
// any other entry.
static u32 find_body(u32 start, u32 end, u32 *body) {
  u32 at = start + 3;
  if (at > end || block[start] != 8 || block[start + 1] > 127 || block[start + 2] != 16) return 0;
  while (at < end && block[at++] > 127) {}
  const u32 number = type_of[block[start + 1]];
  const u32 tag = number * 8 + BYTES;
  if (number == 0 || end - at < 4) return 0;
  if (tag > 127) {
    if (block[at++] != ((tag & 127) | 128)) return 0;
    if (block[at++] != tag >> 7) return 0;
  } else if (block[at++] != tag) return 0;
  u32 size = block[at++];
  if (size > 127) {
    if (at == end || block[at] > 127) return 0;
    size = (size & 127) | (u32)block[at++] << 7;
  }
  *body = at;
  return size == end - at ? number : 0;
}

// Reads what a message is compared by, and its kept fields. Returns its hash, or NONE if it is long, damaged or unusual.
static u32 read_key(u32 number, u32 start, u32 end) {
  const struct type *type = &types[number];
  if (end - start > COMPARED) return NONE;
  u32 hash = number, count = 1;
  looked[0] = number;
  looked_from = looked_to = state.parts;
  for (u32 at = start; at < end;) {
    u32 copied = at;
    const u32 tag = block[at++];
    const u32 more = tag > 127 && at < end ? block[at++] : 0;
    const u32 field = (tag & 127) >> 3 | more << 4;
    const u32 wire = tag & 7;
    const u32 bit = field < 32 ? 1u << field : 0;
    const u32 tag_end = at;
    u32 low, high;
    if (more > 127 || (wire != VARINT && wire != BYTES)) return NONE;
    at = read_varint(at, end, &low, &high);
    if (at == 0) return NONE;
    if (wire == BYTES) {
      if (high != 0 || low > end - at) return NONE;
      high = at + low;
      low = at;
      at = high;
    }
    if (type->kept & bit) {
      if (type->wire[field] != wire) return NONE;
      parts[looked_to++] = (struct part){field, wire, low, high};
    }
    for (const u32 until = type->varying & bit ? tag_end : at; copied < until; copied++) {
      looked[count++] = block[copied];
      hash = (hash ^ block[copied]) * 0x01000193;
    }
  }
  looked_length = count;
  hash ^= hash >> 15;
  return hash & (SLOTS - 1);
}

static u32 is_like(u32 known) {
  const u32 from = key_start[known];
  if (key_start[known + 1] - from != looked_length) return 0;
  for (u32 at = 0; at < looked_length; at++) if (pool[from + at] != looked[at]) return 0;
  return 1;
}

// Whether the parts that decide a value are easy to compare. If so, `low` has them.
static u32 comparable(const struct step *step, u32 *low) {
  for (u32 at = 0; at < 2; at++) {
    low[at] = 0;
    if (step->reads[at] == NONE) continue;
    const struct part *part = &parts[state.parts + step->reads[at]];
    if (part->wire == VARINT && part->high == 0) low[at] = part->low;
    else if (part->wire != BYTES || part->low != part->high) return 0;
  }
  return 1;
}

// Whether a step has the value for the same parts. If not, it will have it once the caller has found it.
static u32 is_same(struct step *step, u32 detail) {
  u32 low[2];
  if (step->has == NONE || !comparable(step, low)) return 0;
  if (step->has && step->low[0] == low[0] && step->low[1] == low[1]) return 1;
  step->has = 1;
  step->low[0] = low[0];
  step->low[1] = low[1];
  step->detail = detail;
  return 0;
}

static void write_byte(u8 byte) { texts[state.texts++] = byte; }

// Writes a number of at least `width` digits.
__attribute__((noinline)) static void write_number(u32 number, u32 width) {
  u8 digits[10];
  u32 count = 0;
  do digits[count++] = '0' + number % 10;
  while ((number /= 10) > 0 || count < width);
  while (count > 0) write_byte(digits[--count]);
}

// Writes the value of a step in its form, if the numbers are not large. Returns 0 if they are.
static u32 write_value(const struct step *step, struct call *call) {
  const struct part *one = &parts[state.parts + step->reads[0]];
  const struct part *other = step->form < ENDPOINT ? one : &parts[state.parts + step->reads[1]];
  if (one->wire != VARINT || other->wire != VARINT || one->high != 0 || other->high != 0) return 0;
  call->form = step->form;
  if (step->form == INTEGER) {
    call->start = one->low;
    return 1;
  }
  call->start = state.texts;
  write_byte('"');
  if (step->form == ENDPOINT) {
    for (u32 shift = 0; shift < 32; shift += 8) {
      if (shift > 0) write_byte('.');
      write_number(one->low >> shift & 255, 1);
    }
    write_byte(':');
    write_number(other->low, 1);
  } else {
    write_number(one->low, 1);
    if (step->form == TIME) {
      write_byte('.');
      write_number(other->low, 9);
    }
  }
  write_byte('"');
  call->end = state.texts;
  u32 hash = 0x811c9dc5;
  for (u32 at = call->start; at < call->end; at++) hash = (hash ^ texts[at]) * 0x01000193;
  call->parts = hash ^ hash >> 15;
  return 1;
}

// Adds the details of a file that is like a known one.
static void add(u32 file, u32 known) {
  const u32 end = first_step[known + 1];
  u32 has_plain = 0;
  for (u32 at = first_step[known]; at < end; at++) {
    struct step *step = &steps[at];
    const u32 detail = step->key == NONE ? NONE : state.details++;
    if (detail != NONE) {
      rows[detail] = file;
      keys[detail] = step->key;
      values[detail] = step->value;
    }
    if (step->row == NONE) continue;
    if (is_same(step, detail)) {
      if (step->detail != NONE) copies[state.copies++] = (struct copy){detail, step->detail};
      continue;
    }
    struct call *call = &calls[state.calls++];
    *call = (struct call){file, known, step->row, detail, state.parts, looked_to, state.start + 4, state.end, at, PLAIN};
    if (step->form == PLAIN || !write_value(step, call)) has_plain = 1;
  }
  if (has_plain) state.parts = looked_to;
}

// Adds the details of a file if it is like a known one.
static u32 add_file(u32 file, u32 own) {
  u32 body = state.start + 4;
  const u32 number = own != 0 ? own : find_body(body, state.end, &body);
  if (number == 0 || types[number].kept == 0) return LEFT;
  const u32 hash = read_key(number, body, state.end);
  if (hash == NONE) return LEFT;
  for (u32 tried = 0; tried < TRIED; tried++) {
    looked_place = (hash + tried) & (SLOTS - 1);
    const u32 known = table[looked_place];
    if (known == 0) return NEW;
    if (is_like(known - 1)) {
      add(file, known - 1);
      return OVER;
    }
  }
  return LEFT;
}

// Adds the details of the files from number `index` of those in `flags` on, the first of which is in row `base`. The entry of
// the first file begins at `at`. `own` is the number of their message in file_entry if they have entries of their own, 0 if
// not.
u32 EXPORT(run)(u32 at, u32 length, u32 index, u32 count, u32 base, u32 own) {
  if (length > BLOCK || count > FILES || own >= TYPES) return LEFT;
  for (;; at = state.end, index++) {
    state.index = index;
    state.start = at;
    if (index >= count) return OVER;
    if (at > length || length - at < 4) return LEFT;
    const u32 size = block[at] | block[at + 1] << 8 | block[at + 2] << 16 | (u32)block[at + 3] << 24;
    if (size > length - at - 4) return LEFT;
    state.end = at + 4 + size;
    if (flags[index] & WANTED) {
      if (!(flags[index] & ALONE)) return LEFT;
      if (state.details + MOST_STEPS > DETAILS || state.calls + MOST_STEPS > CALLS) return FULL;
      if (state.parts + MOST_PARTS > PARTS || state.texts + MOST_STEPS * MOST_TEXT > TEXTS) return FULL;
      const u32 reason = add_file(base + index, own);
      if (reason != OVER) return reason;
    }
    if (index + 1 < count && !(flags[index + 1] & FOLLOWS)) {
      state.index++;
      return LEFT;
    }
  }
}

// Must be called when the caller has put all values that were left to it into `values`.
void EXPORT(settle)(void) {
  for (u32 at = 0; at < state.copies; at++) values[copies[at].detail] = values[copies[at].from];
  for (u32 at = 0; at < state.calls; at++) {
    struct step *step = &steps[calls[at].step];
    if (step->has != 1 || step->detail != calls[at].detail) continue;
    step->value = values[step->detail];
    step->detail = NONE;
  }
}

// Empties the arrays of what was found.
void EXPORT(empty)(void) { state.details = state.calls = state.parts = state.copies = state.texts = 0; }

// Where the only part with a field of the file that was looked for is, NONE if there is none. Returns 0 if there are more.
static u32 find_part(u32 field, u32 *part) {
  *part = NONE;
  if (field == 0) return 1;
  for (u32 at = looked_from; at < looked_to; at++) {
    if (parts[at].number != field) continue;
    if (*part != NONE) return 0;
    *part = at - looked_from;
  }
  return 1;
}

// Adds the file that was looked for last, and not found. Its `count` steps follow those that there are. Returns its number,
// NONE if there is no room.
u32 EXPORT(learn)(u32 count) {
  const u32 from = key_start[known_count];
  if (known_count == KNOWN || looked_length > POOL - from) return NONE;
  if (count > MOST_STEPS || count > STEPS - state.steps) return NONE;
  for (u32 at = state.steps; at < state.steps + count; at++) {
    struct step *step = &steps[at];
    const u32 fields[2] = {step->reads[0], step->reads[1]};
    const u32 has_both = find_part(fields[0], &step->reads[0]) & find_part(fields[1], &step->reads[1]);
    step->has = step->key == NONE || fields[0] == 0 || !has_both ? NONE : 0;
    const u32 is_whole = step->reads[0] != NONE && (step->form < ENDPOINT || step->reads[1] != NONE);
    if (step->has == NONE || !is_whole) step->form = PLAIN;
    step->detail = NONE;
  }
  for (u32 at = 0; at < looked_length; at++) pool[from + at] = looked[at];
  state.steps += count;
  key_start[known_count + 1] = from + looked_length;
  first_step[known_count + 1] = state.steps;
  table[looked_place] = ++known_count;
  return known_count - 1;
}
