// Compiled to app/decoder/criu/details/alike-module.ts.
//
// Finds open files that differ from ones before them in nothing but fields that are expected to differ, and adds their
// details and links by the steps of those: see app/decoder/criu/details/alike.ts, which does the same, and
// alike-runs.ts, which calls this. Reads stay between an entry's start and end, which are within the block.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define EXPORT(name) __attribute__((export_name(#name))) name

// As in alike-runs.ts.
enum { BLOCK = 128 << 10, FILES = 4096, DETAILS = 4096, LINKS = 4096, MOST_STEPS = 64, STEPS = 16384, TYPES = 64 };
// Files that others are compared with, the bytes by which they are, and the slots of their table.
enum { KNOWN = 4096, POOL = 512 << 10, COMPARED = 512, SLOTS = 16384, TRIED = 32 };
// A part takes at least two bytes of a message.
enum { PARTS = COMPARED / 2 };
// Room for what values are written with, and numbers that have a piece of it.
enum { PIECES = 16 << 10, PIECE_COUNT = 16, NAMED = 128 };
// Most bytes that a file can need without being unusual.
enum { MOST_WRITTEN = 32 << 10 };
// Most ends of a pipe that are visited, as in rows.ts.
enum { MOST_ENDS = 64 };

enum { VARINT = 0, BYTES = 2 };
static const u32 NONE = 0xffffffff;

// What is done about a file: its details are read; they may be those of a file that it is like; its
// record follows that of the file before it. The bits above these are the number of what other records
// say of it: files that are alike have equal ones.
enum { WANTED = 1, ALONE = 2, FOLLOWS = 4, RELATED_SHIFT = 3 };

// Why a run ended: it is left to the caller to read the file; the same, and others may be like it; the same, and it is
// like a known one; there is no room for more; there are no more files.
enum { LEFT, NEW, APART, FULL, OVER };

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

// How a value is written. PLAIN: by the caller. CONSTANT: it is known. INTEGER: a number of 32 bits; EXACT: one of 64
// bits, as a string; TEXT; ENDPOINT: an IPv4 address in the order of the network, and a port; TIME: seconds and
// nanoseconds; ANY: whether one of two numbers is not 0; PEER: the id of the socket with an inode, which is linked;
// ENDS: those of the other ends of a pipe; TARGETS: what an epoll watches, which is linked.
enum { PLAIN, INTEGER, EXACT, TEXT, ENDPOINT, TIME, ANY, PEER, ENDS, TARGETS, CONSTANT };
// Added to these: the ids of other files are written.
enum { WITH_IDS = 16 };

// Adds a detail. Without a key there is none, but its links are added.
struct step {
  u32 key;
  u32 value;
  u32 form;
  // The fields that decide the value, 0 for none; afterwards their parts, NONE for none. That
  // of TARGETS stays the field.
  u32 reads[2];
  // Whether `value` is that for `low`; NONE: it never is.
  u32 has;
  u32 low[2];
};

// A number that has a piece: the names of events.
struct named {
  u32 number;
  u32 start;
  u32 end;
};

// Copies of bytes end up to 7 bytes later.
static u8 block[BLOCK + 8];
static u8 flags[FILES];
static struct type types[TYPES];
// By fd_types number: the number of the message in file_entry, 0 if there is none.
static u8 type_of[128];
static u32 rows[DETAILS];
static u16 keys[DETAILS];
static u32 values[DETAILS];
static u32 link_from[LINKS];
static u32 link_to[LINKS];
static u32 link_data[LINKS];
static u8 link_roles[LINKS];
static struct part parts[PARTS];
static struct step steps[STEPS];
static u8 pieces[PIECES];
// Where the pieces of a target begin and end: those before its values, and the last.
static u32 piece_ends[PIECE_COUNT][2];
static struct named events[NAMED];
// By field of a target: the number of the value that it is, 0 for others.
static u8 target_fields[32];

// Where the last run ended: the file, its entry and the end of that, its number among the known ones, and how
// many details, links, parts and steps there are.
static struct {
  u32 index;
  u32 start;
  u32 end;
  u32 known;
  u32 details;
  u32 links;
  u32 parts;
  u32 steps;
} state;

// What the caller has given: columns of open files; the numbers of pipes and the inodes of unix sockets with their
// files, which are sorted; the descriptors that epolls watch in the order of the epolls, and the files behind them;
// roles of links; how many `events` there are, and the bit of `has` by which the flags of a file are known.
static struct {
  const u32 *ids;
  const u32 *flags;
  const u8 *has;
  u32 *pipes;
  u32 *pipe_files;
  u32 pipe_count;
  u32 *sockets;
  u32 *socket_files;
  u32 socket_count;
  const u32 *epolls;
  const u32 *watched_fds;
  const u32 *watched_files;
  u32 epoll_count;
  u32 peer_role;
  u32 watches_role;
  u32 events;
  u32 has_flags;
} given;

static u32 known_count;
static u32 key_start[KNOWN + 1];
static u32 key_length[KNOWN];
static u32 first_step[KNOWN + 1];
static u8 key_pool[POOL];
static u16 table[SLOTS];

// The file that was looked for last.
static u8 looked[COMPARED + 2 + 16];
static u32 looked_length;
static u32 looked_place;

#include "heap.h"
#include "sort.h"
#include "values.h"
#include "connections.h"
#include "links.h"

static const void *const PLACES[] = {&state, block, flags, types, type_of, rows, keys, values, link_from, link_to, link_data,
                                     link_roles, parts, steps, pieces, piece_ends, events, target_fields, &given, &connections, &groups, &links};

// Where in memory an array is.
u32 EXPORT(place)(u32 which) { return (u32)PLACES[which]; }

// Room for a column of files or a list; 0 if there is none.
u32 EXPORT(reserve)(u32 bytes) { return (u32)allocate(bytes); }

// Must be called when everything has been given. Returns 0 if there is no room to sort it.
u32 EXPORT(settle)(void) {
  if (!ascends(given.epolls, given.epoll_count)) given.epoll_count = 0;
  return sort_pairs(given.pipes, given.pipe_files, given.pipe_count) &&
         sort_pairs(given.sockets, given.socket_files, given.socket_count);
}

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

// Finds the message in an entry that has nothing but type, id and message. Its end is the entry's. Returns its number,
// 0 for any other entry.
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

// The word of eight bytes at an address.
static u64 load64(const u8 *at) {
  u64 word;
  __builtin_memcpy(&word, at, 8);
  return word;
}

// Copies bytes, eight at a time. There are 7 more that can be read and written.
static void copy(u8 *to, const u8 *from, u32 length) {
  for (u32 at = 0; at < length; at += 8) {
    const u64 word = load64(from + at);
    __builtin_memcpy(to + at, &word, 8);
  }
}

// Reads what a message is compared by, and its kept fields. Returns false if it is long, damaged or unusual.
static u32 read_key(u32 number, u32 related, u32 start, u32 end) {
  const struct type *type = &types[number];
  if (end - start > COMPARED) return 0;
  u32 count = 2;
  // Bytes from here on have not been copied.
  u32 copied = start;
  looked[0] = number;
  looked[1] = related;
  state.parts = 0;
  for (u32 at = start; at < end;) {
    const u32 tag = block[at++];
    const u32 more = tag > 127 && at < end ? block[at++] : 0;
    const u32 field = (tag & 127) >> 3 | more << 4;
    const u32 wire = tag & 7;
    const u32 bit = field < 32 ? 1u << field : 0;
    const u32 tag_end = at;
    u32 low, high = 0;
    if (more > 127 || (wire != VARINT && wire != BYTES)) return 0;
    if (at < end && block[at] < 128) low = block[at++];
    else at = read_varint(at, end, &low, &high);
    if (at == 0) return 0;
    if (wire == BYTES) {
      if (high != 0 || low > end - at) return 0;
      high = at + low;
      low = at;
      at = high;
    }
    if (type->kept & bit) {
      if (type->wire[field] != wire) return 0;
      parts[state.parts++] = (struct part){field, wire, low, high};
    }
    if (type->varying & bit) {
      copy(looked + count, block + copied, tag_end - copied);
      count += tag_end - copied;
      copied = at;
    }
  }
  copy(looked + count, block + copied, end - copied);
  looked_length = count + end - copied;
  const u64 none = 0;
  __builtin_memcpy(looked + looked_length, &none, 8);
  return 1;
}

// The hash of what a message is compared by, which is followed by zeros.
static u32 hash_key(void) {
  u64 hash = looked_length;
  for (u32 at = 0; at < looked_length; at += 8) {
    hash = (hash ^ load64(looked + at)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
  }
  return hash & (SLOTS - 1);
}

static u32 is_like(u32 known) {
  if (key_length[known] != looked_length) return 0;
  const u8 *key = key_pool + key_start[known];
  for (u32 at = 0; at < looked_length; at += 8) if (load64(key + at) != load64(looked + at)) return 0;
  return 1;
}

// Whether the parts that decide a value are easy to compare. If so, `low` has them.
static u32 comparable(const struct step *step, u32 *low) {
  for (u32 at = 0; at < 2; at++) {
    low[at] = 0;
    if (step->reads[at] == NONE) continue;
    const struct part *part = &parts[step->reads[at]];
    if (part->wire == VARINT && part->high == 0) low[at] = part->low;
    else if (part->wire != BYTES || part->low != part->high) return 0;
  }
  return 1;
}

#include "forms.h"

// The number of the value of a step, whose links are added; CROWDED if it is left to the caller.
static u32 value_of(struct step *step, u32 file) {
  if (step->form == CONSTANT) return step->value;
  u32 low[2];
  const u32 may_keep = step->has != NONE && comparable(step, low);
  if (may_keep && step->has && step->low[0] == low[0] && step->low[1] == low[1]) return step->value;
  written = pool_length;
  if (step->form == PLAIN || !write_value(step, file)) return CROWDED;
  if (step->key == NONE) return NONE;
  const u32 value = enter();
  if (may_keep && value != CROWDED) {
    step->has = 1;
    step->low[0] = low[0];
    step->low[1] = low[1];
    step->value = value;
  }
  return value;
}

// Adds the details and links of a file that is like a known one. Returns 0, having added nothing, if one of its values
// is left to the caller.
static u32 add(u32 file, u32 known) {
  const u32 end = first_step[known + 1];
  u32 detail = state.details;
  const u32 links = state.links;
  for (u32 at = first_step[known]; at < end; at++) {
    struct step *step = &steps[at];
    const u32 value = value_of(step, file);
    if (value == CROWDED) {
      state.links = links;
      return 0;
    }
    if (step->key == NONE) continue;
    rows[detail] = file;
    keys[detail] = step->key;
    values[detail++] = value;
  }
  state.details = detail;
  return 1;
}

// Adds the details of a file if it is like a known one.
static u32 add_file(u32 file, u32 own, u32 related) {
  u32 body = state.start + 4;
  const u32 number = own != 0 ? own : find_body(body, state.end, &body);
  if (number == 0 || types[number].kept == 0) return LEFT;
  if (!read_key(number, related, body, state.end)) return LEFT;
  const u32 hash = hash_key();
  for (u32 tried = 0; tried < TRIED; tried++) {
    looked_place = (hash + tried) & (SLOTS - 1);
    const u32 known = table[looked_place];
    if (known == 0) return NEW;
    if (is_like(known - 1)) {
      state.known = known - 1;
      return add(file, known - 1) ? OVER : APART;
    }
  }
  return LEFT;
}

// Adds the details of the files from number `index` of those in `flags` on, the first of which is in row `base`. The
// entry of the first file begins at `at`. `own` is the number of their message in file_entry if they have entries of
// their own, 0 if not.
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
      if (state.details + MOST_STEPS > DETAILS || state.links + MOST_STEPS + PARTS > LINKS) return FULL;
      if (value_count + MOST_STEPS > value_room || pool_length + MOST_WRITTEN > pool_room) return FULL;
      const u32 reason = add_file(base + index, own, flags[index] >> RELATED_SHIFT);
      if (reason != OVER) return reason;
    }
    if (index + 1 < count && !(flags[index + 1] & FOLLOWS)) {
      state.index++;
      return LEFT;
    }
  }
}

// Empties the arrays of what was found.
void EXPORT(empty)(void) { state.details = state.links = 0; }

// Where the only part with a field of the file that was looked for is, NONE if there is none.
// Returns 0 if there are more.
static u32 find_part(u32 field, u32 *part) {
  *part = NONE;
  if (field == 0) return 1;
  for (u32 at = 0; at < state.parts; at++) {
    if (parts[at].number != field) continue;
    if (*part != NONE) return 0;
    *part = at;
  }
  return 1;
}

// Finds the parts that a step reads in the file that was looked for.
static void prepare(struct step *step) {
  const u32 form = step->form & (WITH_IDS - 1);
  const u32 fields[2] = {step->reads[0], step->reads[1]};
  const u32 needed = form == ENDPOINT || form == TIME ? 2 : form == ANY ? 0 : 1;
  step->has = NONE;
  if (form == TARGETS || form == CONSTANT || form == PLAIN) return;
  if (!find_part(fields[0], &step->reads[0]) || !find_part(fields[1], &step->reads[1])) step->form = PLAIN;
  else if ((needed > 0 && step->reads[0] == NONE) || (needed > 1 && step->reads[1] == NONE)) step->form = PLAIN;
  else if (form < PEER) step->has = 0;
}

// Adds the file that was looked for last, and not found. Its `count` steps follow those that there are. Returns its
// number, NONE if there is no room.
u32 EXPORT(learn)(u32 count) {
  const u32 from = key_start[known_count];
  // With the zeros after it.
  const u32 room = (looked_length + 7) & ~7u;
  if (known_count == KNOWN || room > POOL - from) return NONE;
  if (count > MOST_STEPS || count > STEPS - state.steps) return NONE;
  for (u32 at = state.steps; at < state.steps + count; at++) prepare(&steps[at]);
  copy(key_pool + from, looked, looked_length);
  state.steps += count;
  key_length[known_count] = looked_length;
  key_start[known_count + 1] = from + room;
  first_step[known_count + 1] = state.steps;
  table[looked_place] = ++known_count;
  return known_count - 1;
}
