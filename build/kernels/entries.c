// Compiled to app/decoder/criu/kernel/entries-module.ts.
//
// Reads entries of members in their usual form into columns and rows: each is a length (32 bits, little-endian) and a
// protobuf message. It knows no message by itself. app/decoder/criu/kernel/forms.ts makes its tables: for each message
// a node, with an action for each tag and a program that runs once the message has been read. An entry in any other
// form ends a run, and is left to the caller.
//
// Bounds: reading stays within `input`, as an entry lies within the bytes that were given, a varint takes at
// most ten bytes, and `input` has as many after its last. Writing stays within the columns, the rows of
// values, the text, the lengths and the links, each of which is checked against its size. Programs and
// actions come from the caller and are trusted.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define WINDOW (256 << 10)
#define ROWS 2048
#define TEXT (256 << 10)
#define LINKS (4 * ROWS)
#define LISTS 6
#define FILES (256 << 10)
#define LENGTH_BYTES 5
#define MEMBERS 256
#define STORED (96 << 10)

#define NODES 32
#define TAGS 256
#define WORDS 4096
#define PIECES 8192
#define SLOTS 32

static const u32 NONE = 0xffffffff;

#define COLUMNS8 2
#define COLUMNS32 8
#define COLUMNS64 2

// What is done with a field, in the high byte of its action; the slot or node is in the low byte.
enum { SKIP, STORE, BODY, EACH, REFUSE, INSIDE };

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
  SKIP_UNLESS_ANY,  // slot, bits, words: skips them if it has none of the bits
  LINK,       // list, slot
  FILE_OF,    // column, slots of an id and a type: the row of that file, NONE if the caller must look for it
  RECORD,     // column: the record of the row
  PIECE,      // piece, length
  BYTES,      // slot
  DECIMAL,    // slot
  ADDRESS,    // slot: an IPv4 address
  CHOOSE,     // slot, words, count: the piece for its number; each has a number, a piece and a length
  STABLE,     // what follows of the name differs from dump to dump
  CLEAR,      // counts of columns of 32, of 8 and of 64 bits: all of these are 0
  ROW,        // count of slots, bits of those with bytes: stores all values; slot 0 has the bits of those that are set
  NAME,       // column of the offset of what was written, then those of the length and the length of what differs
};

static u8 input[WINDOW + 16];
static u16 actions[NODES * TAGS];
static u32 programs[NODES];
// By node that is read INSIDE another: the slot of where it is.
static u32 insideSlots[NODES];
static u32 words[WORDS];
static u8 pieces[PIECES + 8];

static u8 columns8[COLUMNS8][ROWS];
static u32 columns32[COLUMNS32][ROWS];
static u64 columns64[COLUMNS64][ROWS];
// Copies of bytes end up to 7 bytes later.
static u8 text[TEXT + 8];
static u8 lengths[LENGTH_BYTES * ROWS];
// By row: where its entry begins, and where its length is in `lengths`.
static u32 offsets[ROWS];
static u32 lengthsAt[ROWS];
// A list, a number and a row each.
static u32 links[LINKS][3];
// By list: the numbers and rows of its links, and how many there are.
static u32 linkKeys[LISTS][LINKS];
static u32 linkRows[LISTS][LINKS];
static u32 linkCounts[LISTS];
// The types of open files, whose ids follow one another from `firstFile` on.
static u32 types[FILES];
static u32 firstFile;
static u32 fileCount;
// The values of each row, two words a slot: the halves of a number, or where bytes begin and end in their member.
static u32 stored[STORED];
// By member: where it ends in the input; and how many rows it and those before it have.
static u32 memberEnds[MEMBERS];
static u32 memberRows[MEMBERS];

// What a run did: rows, where it stopped in the input or after how many members, bytes of text,
// bytes of lengths, descriptors whose file the caller must look for.
static u32 result[5];

// What was there before stays in slots that are not set.
static u64 values[SLOTS];
static u32 seen;
static u32 body;
static u32 row;
static u32 memberStart;
static u32 textAt, textRoom, textBase, nameStart, stableEnd;
static u32 linkCount;
// The record of row 0, the file of row 0, and how many rows have no file.
static u32 recordBase, fileBase, unknownFiles;

#include "input.h"

static int run(u32 program);

// The number in a slot; 0 if it is not set.
static u64 number(u32 slot) {
  return seen >> slot & 1 ? values[slot] : 0;
}

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
      case INSIDE: {
        u32 slot = insideSlots[which];
        if (seen >> slot & 1) return 0;
        seen |= 1u << slot;
        values[slot] = value;
        if (!scan(which, value >> 32, at)) return 0;
        break;
      }
      default:
        return 0;
    }
  }
  return at == end;
}

// Writes bytes, eight at a time: calling memory.copy for a name takes longer. There are 7 more that can be read.
static int write(const u8 *from, u32 length) {
  if (length > textRoom - textAt) return 0;
  u8 *to = text + textAt;
  for (u32 at = 0; at < length; at += 8) {
    u64 eight;
    __builtin_memcpy(&eight, from + at, 8);
    __builtin_memcpy(to + at, &eight, 8);
  }
  textAt += length;
  return 1;
}

static int writeDecimal(u32 value) {
  u8 digits[10 + 8];
  u32 at = 10;
  do digits[--at] = '0' + value % 10;
  while (value /= 10);
  return write(digits + at, 10 - at);
}

static int writeAddress(u32 value) {
  for (u32 octet = 0; octet < 4; octet++) {
    if (octet > 0 && !write((const u8 *)".       ", 1)) return 0;
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

static int storeRow(u32 count, u32 areBytes) {
  if ((row + 1) * 2 * count > STORED) return 0;
  u32 *to = stored + row * 2 * count;
  *to++ = seen;
  *to++ = 0;
  for (u32 slot = 1; slot < count; slot++) {
    u64 value = values[slot];
    if (areBytes >> slot & 1) {
      u32 start = (u32)(value >> 32) - memberStart;
      value = (u64)(start + (u32)value) << 32 | start;
    }
    *to++ = value;
    *to++ = value >> 32;
  }
  return 1;
}

static void clear(u32 count32, u32 count8, u32 count64) {
  for (u32 column = 0; column < count32; column++) columns32[column][row] = 0;
  for (u32 column = 0; column < count8; column++) columns8[column][row] = 0;
  for (u32 column = 0; column < count64; column++) columns64[column][row] = 0;
}

// Runs a program for the row. Returns whether the message has the usual form, and what it says fits.
static int run(u32 program) {
  for (const u32 *step = words + program;; step += 4) {
    u32 a = step[1], b = step[2], c = step[3];
    switch (step[0]) {
      case NEED: if ((seen & a) != a) return 0; break;
      case EQUAL: if (number(a) != b) return 0; break;
      case DIFFER: if (number(a) == b) return 0; break;
      case MOST: if (number(a) > b) return 0; break;
      case SAME: if (!hasBytes(number(a), pieces + b, c)) return 0; break;
      case INTO_BODY:
        if (body == 0 || number(a) >= NODES || words[b + (u32)number(a)] != body) return 0;
        step = words + programs[body] - 4;
        break;
      case SET8: columns8[a][row] = b; break;
      case LOOK_UP8: columns8[a][row] = pieces[c + ((u32)number(b) & 15)]; break;
      case LOOK_UP_FORMAT8: columns8[a][row] = pieces[c + ((u32)number(b) >> 12 & 15)]; break;
      case SET32: columns32[a][row] = number(b); break;
      case SIGNED32: {
        u32 value = values[b];
        columns32[a][row] = seen >> b & 1 ? (value >> 1) ^ -(value & 1) : c;
        break;
      }
      case SET64: columns64[a][row] = seen >> b & 1 ? values[b] : ~0ull; break;
      case SKIP_IF: if ((u32)number(a) == b) step += c; break;
      case SKIP_UNLESS: if ((u32)number(a) != b) step += c; break;
      case SKIP_UNLESS_ANY: if (((u32)number(a) & b) == 0) step += c; break;
      case LINK:
        if (linkCount == LINKS) return 0;
        links[linkCount][0] = a;
        links[linkCount][1] = number(b);
        links[linkCount++][2] = row;
        break;
      case FILE_OF: {
        u32 file = (u32)number(b) - firstFile;
        u32 found = file < fileCount && types[file] == (u32)number(c);
        columns32[a][row] = found ? file : NONE;
        unknownFiles += !found;
        break;
      }
      case RECORD: columns32[a][row] = recordBase + row; break;
      case PIECE: if (!write(pieces + a, b)) return 0; break;
      case BYTES: if (!write(input + (number(a) >> 32), number(a))) return 0; break;
      case DECIMAL: if (!writeDecimal(number(a))) return 0; break;
      case ADDRESS: if (!writeAddress(number(a))) return 0; break;
      case CHOOSE: if (!writeChosen(number(a), words + b, c)) return 0; break;
      case CLEAR: clear(a, b, c); break;
      case ROW: if (!storeRow(a, b)) return 0; break;
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
  return scan(node, start, end) && run(programs[node]);
}

static u32 lengthBytes;

static void addLength(u32 offset, u32 length) {
  offsets[row] = offset;
  lengthsAt[row] = lengthBytes;
  for (; length > 127; length >>= 7) lengths[lengthBytes++] = length | 128;
  lengths[lengthBytes++] = length;
}

static void begin(u32 room, u32 base, u32 record, u32 file) {
  recordBase = record;
  fileBase = file;
  unknownFiles = 0;
  textRoom = room > TEXT ? TEXT : room;
  textBase = base;
  textAt = 0;
  linkCount = 0;
  lengthBytes = 0;
  row = 0;
}

static void end(u32 reached) {
  result[0] = row;
  result[1] = reached;
  result[2] = textAt;
  result[3] = lengthBytes;
  result[4] = unknownFiles;
  for (u32 list = 0; list < LISTS; list++) linkCounts[list] = 0;
  for (u32 at = 0; at < linkCount; at++) {
    const u32 list = links[at][0];
    const u32 to = linkCounts[list]++;
    linkKeys[list][to] = links[at][1];
    linkRows[list][to] = fileBase + links[at][2];
  }
}

// Reads whole entries from input[from … length - 1], until one has no usual form, or there is no room for it.
__attribute__((export_name("read"))) void read(
    u32 node, u32 from, u32 length, u32 rows, u32 room, u32 base, u32 record, u32 file) {
  if (length > WINDOW) length = WINDOW;
  if (rows > ROWS) rows = ROWS;
  begin(room, base, record, file);
  memberStart = 0;
  u32 at = from;
  for (; row < rows && at < length && length - at >= 4; row++) {
    u32 size = load32(at);
    if (size > length - at - 4) break;
    u32 textBefore = textAt;
    u32 linksBefore = linkCount;
    u32 unknownBefore = unknownFiles;
    if (!readEntry(node, at + 4, at + 4 + size)) {
      unknownFiles = unknownBefore;
      textAt = textBefore;
      linkCount = linksBefore;
      break;
    }
    addLength(at, 4 + size);
    at += 4 + size;
  }
  end(at);
}

// Reads the member input[memberStart … end - 1]: its magics, which are a row as well, and at most `most` entries.
// Returns whether all of it has the usual form.
static int readMember(u32 firstNode, u32 node, u32 common, u32 magic, u32 last, u32 most, u32 rows) {
  u32 at = memberStart;
  if (last - at < 12 || row >= rows || load32(at) != common || load32(at + 4) != magic) return 0;
  addLength(0, 8);
  row++;
  at += 8;
  for (u32 nth = 0; at < last; nth++) {
    if (nth == most || row >= rows || last - at < 4) return 0;
    u32 size = load32(at);
    if (size > last - at - 4) return 0;
    if (!readEntry(nth == 0 ? firstNode : node, at + 4, at + 4 + size)) return 0;
    addLength(at - memberStart, 4 + size);
    row++;
    at += 4 + size;
  }
  return 1;
}

// Reads whole members, one after the other in the input, until one has no usual form, or there is no room for it. Those
// read by this have no text.
__attribute__((export_name("readMembers"))) void readMembers(
    u32 firstNode, u32 node, u32 common, u32 magic, u32 count, u32 most, u32 rows, u32 record) {
  if (count > MEMBERS) count = MEMBERS;
  if (rows > ROWS) rows = ROWS;
  begin(0, 0, record, 0);
  memberStart = 0;
  u32 member = 0;
  for (; member < count; member++) {
    u32 last = memberEnds[member];
    if (last > WINDOW || last < memberStart) break;
    u32 rowsBefore = row;
    u32 lengthsBefore = lengthBytes;
    u32 linksBefore = linkCount;
    u32 unknownBefore = unknownFiles;
    if (!readMember(firstNode, node, common, magic, last, most, rows)) {
      row = rowsBefore;
      lengthBytes = lengthsBefore;
      linkCount = linksBefore;
      unknownFiles = unknownBefore;
      break;
    }
    memberRows[member] = row;
    memberStart = last;
  }
  end(member);
}

// Must be called once `types` has those of `count` open files, whose ids follow one another from `first` on.
__attribute__((export_name("giveFiles"))) void giveFiles(u32 first, u32 count) {
  firstFile = first;
  fileCount = count > FILES ? 0 : count;
}

// Where the parts of the memory are.
__attribute__((export_name("places"))) const u32 *places(void) {
  static u32 list[21];
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
  *next++ = (u32)result;
  *next++ = (u32)insideSlots;
  *next++ = (u32)stored;
  *next++ = (u32)memberEnds;
  *next++ = (u32)memberRows;
  *next++ = (u32)linkKeys;
  *next++ = (u32)linkRows;
  *next++ = (u32)linkCounts;
  *next++ = (u32)types;
  return list;
}
