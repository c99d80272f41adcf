// Compiled to app/decoder/criu/kernel/entries-module.ts.
//
// Reads entries of a member in their usual form into columns: each is a length (32 bits, little-endian) and a protobuf
// message. It knows no message by itself. app/decoder/criu/kernel/forms.ts makes its tables: for each message a node, with
// an action for each tag and a program that runs once the message has been read. Whatever has no usual form ends a run, and
// is left to the caller.
//
// Bounds: reading stays within `input`, as an entry lies within the bytes that were given, a varint takes at most ten bytes,
// and `input` has as many after its last. Writing stays within the columns, the text, the lengths and the links, each of
// which is checked against its size. Programs and actions come from the caller, who is trusted with them.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define WINDOW (256 << 10)
#define ROWS 2048
#define TEXT (256 << 10)
#define LINKS (4 * ROWS)
#define LENGTH_BYTES 5

#define NODES 32
#define TAGS 256
#define WORDS 4096
#define PIECES 8192
#define SLOTS 32

#define COLUMNS8 2
#define COLUMNS32 8
#define COLUMNS64 2

// What is done with a field, in the high byte of its action; the slot or node is in the low byte.
enum { SKIP, STORE, BODY, EACH, REFUSE };

// Steps of programs: an operation and up to three arguments, a word each.
enum {
  END,
  NEED,       // bits of slots: all of them are set
  EQUAL,      // slot, number: it is that number
  DIFFER,     // slot, number: it is not
  MOST,       // slot, number: it is not greater
  SAME,       // slot, piece, length: its bytes are those of the piece
  INTO_BODY,  // slot, words: goes on with the program of the message that was read; the words have the node for each number
  SET8,       // column, number
  LOOK_UP8,   // column, slot, piece: the byte of 16 at the number modulo 16
  LOOK_UP_FORMAT8,  // the same with bits 12 to 15 of the number
  SET32,      // column, slot
  SIGNED32,   // column, slot, number: a sint32; that number if the slot is not set
  SET64,      // column, slot; all bits if the slot is not set
  SKIP_IF,    // slot, number, words: skips them if it is that number
  SKIP_UNLESS,
  LINK,       // list, slot
  PIECE,      // piece, length
  BYTES,      // slot
  DECIMAL,    // slot
  ADDRESS,    // slot: an IPv4 address
  CHOOSE,     // slot, words, count: the piece for its number; each has a number, a piece and a length
  STABLE,     // what follows of the name differs from dump to dump
  NAME,       // column of the offset of what was written, then those of the length and the length of what differs
};

static u8 input[WINDOW + 16];
static u16 actions[NODES * TAGS];
static u32 programs[NODES];
static u32 words[WORDS];
static u8 pieces[PIECES];

static u8 columns8[COLUMNS8][ROWS];
static u32 columns32[COLUMNS32][ROWS];
static u64 columns64[COLUMNS64][ROWS];
static u8 text[TEXT];
static u8 lengths[LENGTH_BYTES * ROWS];
// By row: where its entry begins, and where its length is in `lengths`.
static u32 offsets[ROWS];
static u32 lengthsAt[ROWS];
static u32 links[LINKS][3];

// What a run did: rows, where it stopped in the input, bytes of text, bytes of lengths, links, columns that have a value.
static u32 result[6];

static u64 values[SLOTS];
static u32 seen;
static u32 body;
static u32 row;
static u32 textAt, textRoom, textBase, nameStart, stableEnd;
static u32 linkCount;

static u32 load32(u32 at) {
  u32 value;
  __builtin_memcpy(&value, input + at, 4);
  return value;
}

// Reads a varint; returns where it ends, or 0 if it has more than ten bytes.
static u32 varint(u32 at, u64 *out) {
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

static int run(u32 program);

// Reads the message input[at … end - 1]. Returns whether it has the usual form.
static int scan(u32 node, u32 at, u32 end) {
  const u16 *own = actions + node * TAGS;
  while (at < end) {
    u32 tag = input[at++];
    if (tag > 127) {
      u32 second = input[at++];
      if (second > 1) return 0;
      tag = (tag & 127) | second << 7;
    }
    u32 action = own[tag];
    u32 which = action & 255;
    u64 value;
    switch (tag & 7) {
      case 0:
        at = varint(at, &value);
        if (at == 0 || at > end) return 0;
        break;
      case 1:
        at += 8;
        value = 0;
        break;
      case 2:
        at = varint(at, &value);
        if (at == 0 || at > end || value > end - at) return 0;
        value |= (u64)at << 32;
        at += (u32)value;
        break;
      case 5:
        at += 4;
        value = 0;
        break;
      default:
        return 0;
    }
    if (action == SKIP) continue;
    switch (action >> 8) {
      case STORE:
        if (seen >> which & 1) return 0;
        seen |= 1u << which;
        values[which] = value;
        break;
      case BODY:
        if (body != 0) return 0;
        body = which;
        if (!scan(which, value >> 32, at)) return 0;
        break;
      case EACH: {
        u32 before = seen;
        if (!scan(which, value >> 32, at) || !run(programs[which])) return 0;
        seen = before;
        break;
      }
      default:
        return 0;
    }
  }
  return at == end;
}

static int write(const u8 *from, u32 length) {
  if (length > textRoom - textAt) return 0;
  __builtin_memcpy(text + textAt, from, length);
  textAt += length;
  return 1;
}

static int writeDecimal(u32 value) {
  u8 digits[10];
  u32 at = 10;
  do digits[--at] = '0' + value % 10;
  while (value /= 10);
  return write(digits + at, 10 - at);
}

static int writeAddress(u32 value) {
  for (u32 octet = 0; octet < 4; octet++) {
    if (octet > 0 && !write((const u8 *)".", 1)) return 0;
    if (!writeDecimal(value >> 8 * octet & 255)) return 0;
  }
  return 1;
}

static int writeChosen(u32 number, const u32 *list, u32 count) {
  for (; count > 0; count--, list += 3) {
    if (list[0] == number) return write(pieces + list[1], list[2]);
  }
  return 0;
}

static int hasBytes(u64 value, const u8 *other, u32 length) {
  if ((u32)value != length) return 0;
  const u8 *own = input + (value >> 32);
  for (u32 at = 0; at < length; at++) if (own[at] != other[at]) return 0;
  return 1;
}

// Runs a program for the row. Returns whether the message has the usual form, and what it says fits.
static int run(u32 program) {
  for (const u32 *step = words + program;; step += 4) {
    u32 a = step[1], b = step[2], c = step[3];
    switch (step[0]) {
      case NEED: if ((seen & a) != a) return 0; break;
      case EQUAL: if (values[a] != b) return 0; break;
      case DIFFER: if (values[a] == b) return 0; break;
      case MOST: if (values[a] > b) return 0; break;
      case SAME: if (!hasBytes(values[a], pieces + b, c)) return 0; break;
      case INTO_BODY:
        if (body == 0 || values[a] >= NODES || words[b + (u32)values[a]] != body) return 0;
        step = words + programs[body] - 4;
        break;
      case SET8: columns8[a][row] = b; break;
      case LOOK_UP8: columns8[a][row] = pieces[c + ((u32)values[b] & 15)]; break;
      case LOOK_UP_FORMAT8: columns8[a][row] = pieces[c + ((u32)values[b] >> 12 & 15)]; break;
      case SET32: columns32[a][row] = values[b]; break;
      case SIGNED32: {
        u32 value = values[b];
        columns32[a][row] = seen >> b & 1 ? (value >> 1) ^ -(value & 1) : c;
        break;
      }
      case SET64: columns64[a][row] = seen >> b & 1 ? values[b] : ~0ull; break;
      case SKIP_IF: if ((u32)values[a] == b) step += c; break;
      case SKIP_UNLESS: if ((u32)values[a] != b) step += c; break;
      case LINK:
        if (linkCount == LINKS) return 0;
        links[linkCount][0] = a;
        links[linkCount][1] = values[b];
        links[linkCount++][2] = row;
        break;
      case PIECE: if (!write(pieces + a, b)) return 0; break;
      case BYTES: if (!write(input + (values[a] >> 32), values[a])) return 0; break;
      case DECIMAL: if (!writeDecimal(values[a])) return 0; break;
      case ADDRESS: if (!writeAddress(values[a])) return 0; break;
      case CHOOSE: if (!writeChosen(values[a], words + b, c)) return 0; break;
      case STABLE: stableEnd = textAt; break;
      case NAME:
        columns32[a][row] = textBase + nameStart;
        columns32[a + 1][row] = textAt - nameStart;
        columns32[a + 2][row] = textAt - stableEnd;
        break;
      default: return 1;
    }
  }
}

static int readEntry(u32 node, u32 start, u32 end) {
  seen = 0;
  body = 0;
  nameStart = textAt;
  __builtin_memset(values, 0, sizeof values);
  for (u32 column = 0; column < COLUMNS8; column++) columns8[column][row] = 0;
  for (u32 column = 0; column < COLUMNS32; column++) columns32[column][row] = 0;
  for (u32 column = 0; column < COLUMNS64; column++) columns64[column][row] = 0;
  return scan(node, start, end) && run(programs[node]);
}

// Reads whole entries from input[from … length - 1], until one has no usual form, or there is no room for it.
__attribute__((export_name("read"))) void read(u32 node, u32 from, u32 length, u32 rows, u32 room, u32 base) {
  if (length > WINDOW) length = WINDOW;
  if (rows > ROWS) rows = ROWS;
  textRoom = room > TEXT ? TEXT : room;
  textBase = base;
  textAt = 0;
  linkCount = 0;
  u32 lengthBytes = 0;
  u32 at = from;
  for (row = 0; row < rows && at < length && length - at >= 4; row++) {
    u32 size = load32(at);
    if (size > length - at - 4) break;
    u32 textBefore = textAt;
    u32 linksBefore = linkCount;
    if (!readEntry(node, at + 4, at + 4 + size)) {
      textAt = textBefore;
      linkCount = linksBefore;
      break;
    }
    offsets[row] = at;
    lengthsAt[row] = lengthBytes;
    at += 4 + size;
    u32 left = 4 + size;
    for (; left > 127; left >>= 7) lengths[lengthBytes++] = left | 128;
    lengths[lengthBytes++] = left;
  }
  result[0] = row;
  result[1] = at;
  result[2] = textAt;
  result[3] = lengthBytes;
  result[4] = linkCount;
}

// Where the parts of the memory are.
__attribute__((export_name("places"))) const u32 *places(void) {
  static u32 list[14];
  u32 *next = list;
  *next++ = (u32)input;
  *next++ = (u32)actions;
  *next++ = (u32)programs;
  *next++ = (u32)words;
  *next++ = (u32)pieces;
  *next++ = (u32)columns8;
  *next++ = (u32)columns32;
  *next++ = (u32)columns64;
  *next++ = (u32)text;
  *next++ = (u32)lengths;
  *next++ = (u32)offsets;
  *next++ = (u32)lengthsAt;
  *next++ = (u32)links;
  *next++ = (u32)result;
  return list;
}
