// How the values of details are written from the parts of a message, in each form that a step
// can have. Included in alike.c.

static void write_piece(u32 piece) {
  write_bytes(pieces + piece_ends[piece][0], piece_ends[piece][1] - piece_ends[piece][0]);
}

static void write_null(void) { write_bytes((const u8 *)"null", 4); }

// Writes the id of a file; null if it is missing.
static void write_id(u32 file) {
  if (file == NONE) write_null();
  else write_number(given.ids[file], 1);
}

// The first of `count` ascending keys that is not less than a key.
static u32 first_of(const u32 *sorted, u32 count, u32 key) {
  u32 first = 0;
  while (first < count) {
    const u32 middle = first + (count - first) / 2;
    if (sorted[middle] < key) first = middle + 1;
    else count = middle;
  }
  return first;
}

static void add_link(u32 file, u32 role, u32 to, u32 data) {
  const u32 at = state.links++;
  link_from[at] = file;
  link_roles[at] = role;
  link_to[at] = to;
  link_data[at] = data;
}

__attribute__((noinline)) static u32 write_text(const struct part *part) {
  write_byte('"');
  for (u32 at = part->low; at < part->high; at++) {
    const u8 byte = block[at];
    if (byte < 0x20 || byte > 0x7e || byte == '"' || byte == '\\') return 0;
    write_byte(byte);
  }
  write_byte('"');
  return 1;
}

// The socket with an inode that is not 0.
__attribute__((noinline)) static void write_peer(u32 file, u32 inode, u32 with_ids) {
  u32 peer = NONE;
  if (inode != 0) {
    const u32 at = first_of(given.sockets, given.socket_count, inode);
    if (at < given.socket_count && given.sockets[at] == inode) peer = given.socket_files[at];
    add_link(file, given.peer_role, peer, 0);
  }
  if (with_ids || peer == NONE) write_id(peer);
  else write_byte('0');
}

// Which ends of a pipe a file is, as endOfPipe in model/links.ts.
static u32 end_of_pipe(u32 file) {
  const u32 access = given.flags[file] & 3;
  return (given.has[file] & given.has_flags) && access < 2 ? access : 2;
}

__attribute__((noinline)) static void write_ends(u32 file, u32 pipe, u32 with_ids) {
  const u32 end = end_of_pipe(file);
  u32 count = 0;
  write_byte('[');
  const u32 first = with_ids ? first_of(given.pipes, given.pipe_count, pipe) : given.pipe_count;
  for (u32 at = first; at < given.pipe_count && at - first < MOST_ENDS && given.pipes[at] == pipe; at++) {
    const u32 other = given.pipe_files[at];
    if (other == file || (end != 2 && end == end_of_pipe(other))) continue;
    if (count++ > 0) write_byte(',');
    write_id(other);
  }
  write_byte(']');
}

// The values of a target, from 1 on, in the order of their pieces.
enum { FD = 1, FILE, EVENTS, DATA, INODE, DEVICE, TARGET_VALUES };

// Reads the numbers of a target. Returns the bits of those that it has; 0 if it is unusual.
static u32 read_target(const struct part *part, u64 *numbers) {
  u32 seen = 0;
  for (u32 at = part->low; at < part->high;) {
    const u32 tag = block[at++];
    u32 low, high;
    if (tag < 8 || tag > 127 || (tag & 7) != VARINT) return 0;
    at = read_varint(at, part->high, &low, &high);
    if (at == 0) return 0;
    const u32 which = target_fields[tag >> 3];
    if (which == 0) continue;
    if (seen >> which & 1) return 0;
    seen |= 1u << which;
    numbers[which] = low | (u64)high << 32;
  }
  return seen;
}

static u32 write_events(u32 number) {
  for (u32 at = 0; at < given.events; at++) {
    if (events[at].number != number) continue;
    write_bytes(pieces + events[at].start, events[at].end - events[at].start);
    return 1;
  }
  return 0;
}

static u32 write_target(u32 seen, const u64 *numbers, u32 file, u32 with_ids) {
  write_piece(FD);
  write_number(numbers[FD], 1);
  if (with_ids) {
    write_piece(FILE);
    write_id(file);
  }
  write_piece(EVENTS);
  if (!write_events(numbers[EVENTS])) return 0;
  write_piece(DATA);
  write_byte('"');
  write_number(numbers[DATA], 1);
  write_byte('"');
  if (with_ids && seen >> INODE & 1) {
    const u32 device = seen >> DEVICE & 1 ? numbers[DEVICE] : 0;
    write_piece(INODE);
    write_byte('"');
    write_number(numbers[INODE], 1);
    write_byte('"');
    write_piece(DEVICE);
    write_byte('"');
    write_number(device >> 20, 1);
    write_byte(':');
    write_number(device & 0xfffff, 1);
    write_byte('"');
  }
  write_byte('}');
  return 1;
}

// What an epoll watches: each target is a part.
__attribute__((noinline)) static u32 write_targets(u32 file, const struct step *step) {
  u32 at = first_of(given.epolls, given.epoll_count, file);
  write_byte('[');
  for (u32 part = 0, count = 0; part < state.parts; part++) {
    if (parts[part].number != step->reads[0]) continue;
    if (parts[part].wire != BYTES) return 0;
    u64 numbers[TARGET_VALUES];
    const u32 seen = read_target(&parts[part], numbers);
    const u32 wanted = 1u << FD | 1u << EVENTS | 1u << DATA;
    if ((seen & wanted) != wanted || numbers[FD] >> 32 || numbers[EVENTS] >> 32) return 0;
    if (at >= given.epoll_count || given.epolls[at] != file || given.watched_fds[at] != (u32)numbers[FD]) return 0;
    const u32 watched = given.watched_files[at++];
    if (watched != NONE) add_link(file, given.watches_role, watched, numbers[EVENTS]);
    if (step->key == NONE) continue;
    if (count++ > 0) write_byte(',');
    if (!write_target(seen, numbers, watched, step->form & WITH_IDS)) return 0;
  }
  write_byte(']');
  return 1;
}

__attribute__((noinline)) static void write_endpoint(u32 address, u32 port) {
  write_byte('"');
  for (u32 shift = 0; shift < 32; shift += 8) {
    if (shift > 0) write_byte('.');
    write_number(address >> shift & 255, 1);
  }
  write_byte(':');
  write_number(port, 1);
  write_byte('"');
}

static u32 is_set(u32 part) { return part != NONE && (parts[part].low != 0 || parts[part].high != 0); }

// Writes the value of a step in its form, and adds its links. Returns 0 if it is unusual.
static u32 write_value(const struct step *step, u32 file) {
  const u32 form = step->form & (WITH_IDS - 1);
  const u32 with_ids = step->form & WITH_IDS;
  if (form == TARGETS) return write_targets(file, step);
  if (form == ANY) {
    if (is_set(step->reads[0]) || is_set(step->reads[1])) write_bytes((const u8 *)"true", 4);
    else write_bytes((const u8 *)"false", 5);
    return 1;
  }
  const struct part *one = &parts[step->reads[0]];
  if (form == TEXT) return one->wire == BYTES && write_text(one);
  const struct part *other = form == ENDPOINT || form == TIME ? &parts[step->reads[1]] : one;
  if (one->wire != VARINT || other->wire != VARINT || other->high != 0 || (one->high != 0 && form != EXACT)) return 0;
  switch (form) {
    case INTEGER: write_number(one->low, 1); break;
    case PEER: write_peer(file, one->low, with_ids); break;
    case ENDS: write_ends(file, one->low, with_ids); break;
    case ENDPOINT: write_endpoint(one->low, other->low); break;
    default:
      write_byte('"');
      write_number(one->low | (u64)one->high << 32, 1);
      if (form == TIME) {
        write_byte('.');
        write_number(other->low, 9);
      }
      write_byte('"');
  }
  return 1;
}
