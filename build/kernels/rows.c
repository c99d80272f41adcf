// Compiled to app/export/rows/module.ts.
//
// Writes rows of columns as bytes, by a program that app/export/rows/program.ts makes of a template. Columns and
// entries are windows: the caller copies those of some thousand rows, and calls run(). It stops at a row that needs
// bytes that are not here, or more than is done here.

#include <stdint.h>

#define EXPORT(name) __attribute__((export_name(#name)))
// A function of its own: V8 optimizes a function of WebAssembly as a whole, and only if it runs.
#define APART __attribute__((noinline))
// Copies are of eight bytes at a time, and may read and write this far past their end.
#define OVERRUN 16

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef int32_t i32;
typedef uint64_t u64;
typedef int64_t i64;

// Sizes of the windows, in bytes unless they say otherwise.
enum { OUTPUT = 512 << 10, COLUMNS = 576 << 10, PIECES = 128 << 10 };
enum { PIECE_COUNT = 4096, PART_COUNT = 512, MEMO_COUNT = 16, KNOWN_COUNT = 64, KEY_COUNT = 3, RANGE_COUNT = 64 };
enum { ENTRY_COUNT = 16 << 10, MOST_ENTRIES = 64, PREFIX = 4096 };
// What facts about open files are made of.
enum { FILE_COUNT = 8 << 10, HOLDER_COUNT = 16 << 10, LINK_COUNT = 16 << 10, GROUP_COUNT = 8 << 10, MEMBER_COUNT = 16 << 10 };
enum { FACT_COUNT = 4096, MOST_TRIED = 16, FACT_KINDS = 32, FACT_KEYS = 128 };
// As in app/export/link-facts.ts.
enum { MOST_NAMED = 6, MOST_HOLDERS = 3 };
// As in app/model/text/text.ts and words.ts.
enum { MOST_SHOWN = 4096, MOST_PLAIN = 256 };

// Where bytes of any length come from: texts, where the values of entries begin, and these values. Pages of each are
// copied to slots when they are needed. A page goes on for some bytes that the next one has as well, so that what
// begins in it is whole unless it is very long.
enum { TEXTS, STARTS, VALUES, SOURCE_COUNT };
enum { PAGE_BITS = 15, PAGE = 1 << PAGE_BITS, OVERLAP = 4096, SLOT_COUNT = 16, PAGE_COUNT = 1 << (32 - PAGE_BITS) };

// What a part writes after its literal.
enum {
  END,    // nothing: the row is complete
  NUMBER, // a column in decimal, with spaces before it up to a width: a, or that of the rows if a is negative
  PICK,   // piece a + column, if the column is less than b
  STRING, // a text as a JSON string: the column has its length, another at address a its offset
  PLAIN,  // the same as it is, if it is printable ASCII without a backslash, has 1 to b bytes, and is a plain CELL
  WHEN,   // nothing; part c is next unless column & a is b
  GOTO,   // nothing; part c is next
  MEMO,   // the piece that the caller gave for the same values before, by memo a
  LIST,   // the entries of a row: each its key and its value
  CALL,   // what the caller writes
  BEGIN,  // the prefix
  FACTS,  // what is worth saying about the open file of a row: the column has its kind
};

// Of PLAIN, c: text that is written otherwise in a cell between tabs, or between commas, is not plain.
enum { NO_CELL, TAB_CELL, COMMA_CELL };

enum { U8, U16, U32, I32, U64 };

// Why run() stopped.
enum {
  DONE,    // at the end, or because there is enough
  REFUSED, // the row has another form
  OUTSIDE, // not all entries of the row are in the window
  FAULT,   // a page of a source is needed
  UNKNOWN, // the memo of a part has no piece for the row, or a fact is needed
  CALLED,  // the caller writes a part, and goes on after it
};

struct part {
  u32 op, literal, literalLength, column, kind;
  i32 a, b, c;
};

struct piece {
  u32 at, length;
};

struct memo {
  u32 count, last, keys;
  struct {
    u32 column, kind, mask;
  } key[KEY_COUNT];
  struct {
    u32 key[KEY_COUNT], piece;
  } known[KNOWN_COUNT];
};

// What is said about a file for a value of a detail, or for what an epoll waits for. The key is one more than that of
// the detail, after the keys of files of other kinds; EVENTS for an epoll; 0: not in use.
struct fact {
  u32 key, value;
  u32 piece; // NO_PIECE: nothing is said
  u32 word;  // the piece of the word that it is not said for if the file's name has it; NO_PIECE: there is none
};

static const u32 EVENTS = 0xffffffff, NO_PIECE = 0xffffffff;

// Whether a detail is said, by kind and key of the file; MAY_BE_WORD: also if its value is a word of the name.
enum { NEVER, SAID, MAY_BE_WORD };

// Places in pieces.
enum { GAP, SEPARATOR, COMMA, FD, EQUALS, TITLES };

// What the caller sets.
static struct {
  u32 width;                                      // of numbers
  u32 prefix;                                     // length of what BEGIN writes
  u32 ranges;                                     // how many are in `hidden`
  u32 firstRow;                                   // the row that the windows begin with
  u32 entries, next, hasMore;                     // entries in the window, the first not yet passed, whether others follow
  u32 firstKeys, nextKeys, empty, close;          // pieces: of the first key and of others, of no entries, after the last
  u32 rows;                                       // how many rows are in the windows
  u32 rowFile, rowTable, rowFd, nameStart, nameLength; // columns of rows: the open file, its table, its number, the name
  u32 firstFile, files, holders;                  // files in the window, and their holders
  u32 links, nextLink, hasMoreLinks;              // links in the window, and where those of the next file may begin
  u32 firstGroup, groups, members, groupRoles;    // groups in the window, and roles that have them, as bits
  u32 otherEnd, hasFlags;                         // the role of the ends of a pipe, and the bit of files with flags
  u32 words, roles, keys;                         // the first piece of facts, how many roles and keys there are
} set;

// What run() reports.
static struct {
  u32 status, length, rowStart, part, source, page;
  u32 fact; // the place in `facts` for the one that is needed, and for what
  u32 factKind, factKey, factValue;
} report;

static struct part program[PART_COUNT];
static struct piece pieces[PIECE_COUNT];
static struct memo memos[MEMO_COUNT];
static u32 hidden[2 * RANGE_COUNT];
static u32 entryRow[ENTRY_COUNT], entryValue[ENTRY_COUNT];
static u16 entryKey[ENTRY_COUNT];
static u32 firstHolder[FILE_COUNT + 1], holder[HOLDER_COUNT], fileFlags[FILE_COUNT];
static u8 fileHas[FILE_COUNT];
static u32 linkFrom[LINK_COUNT], linkTo[LINK_COUNT], linkData[LINK_COUNT];
static u8 linkRole[LINK_COUNT];
static u32 firstMember[GROUP_COUNT + 1], member[MEMBER_COUNT];
static struct fact facts[FACT_COUNT];
static u8 factKeys[FACT_KINDS * FACT_KEYS];
// What is written before a number, by kind and key of the file: one more than a piece; 0: the caller has not said it.
static u32 factTitles[FACT_KINDS * FACT_KEYS];
static u64 columns[COLUMNS / 8];
static u8 output[OUTPUT + OVERRUN], pieceBytes[PIECES + OVERRUN], prefix[PREFIX + OVERRUN];
static u8 slots[SOURCE_COUNT][SLOT_COUNT][PAGE + OVERLAP + OVERRUN];
// 0 for pages that are in no slot, else one more than the slot.
static u8 slotOf[SOURCE_COUNT][PAGE_COUNT];

// In the order of REGIONS in app/export/rows/kernel.ts.
EXPORT(regions) const u32 *regions(void) {
  static u32 all[2 * 32];
  u32 at = 0;
#define REGION(name, size) all[at++] = (u32)name, all[at++] = size
  REGION(&set, sizeof set);
  REGION(&report, sizeof report);
  REGION(program, sizeof program);
  REGION(pieces, sizeof pieces);
  REGION(memos, sizeof memos);
  REGION(hidden, sizeof hidden);
  REGION(entryRow, sizeof entryRow);
  REGION(entryKey, sizeof entryKey);
  REGION(entryValue, sizeof entryValue);
  REGION(firstHolder, sizeof firstHolder);
  REGION(holder, sizeof holder);
  REGION(fileFlags, sizeof fileFlags);
  REGION(fileHas, sizeof fileHas);
  REGION(linkFrom, sizeof linkFrom);
  REGION(linkTo, sizeof linkTo);
  REGION(linkData, sizeof linkData);
  REGION(linkRole, sizeof linkRole);
  REGION(firstMember, sizeof firstMember);
  REGION(member, sizeof member);
  REGION(facts, sizeof facts);
  REGION(factKeys, sizeof factKeys);
  REGION(factTitles, sizeof factTitles);
  REGION(columns, sizeof columns);
  REGION(output, OUTPUT);
  REGION(pieceBytes, PIECES);
  REGION(slots, sizeof slots);
  REGION(slotOf, sizeof slotOf);
  REGION(prefix, PREFIX);
  return all;
}

static inline u64 load8(const u8 *from) {
  u64 value;
  __builtin_memcpy(&value, from, 8);
  return value;
}

static inline void store8(u8 *to, u64 value) { __builtin_memcpy(to, &value, 8); }

static inline u8 *copy(u8 *to, const u8 *from, u32 length) {
  for (u32 at = 0; at < length; at += 8) store8(to + at, load8(from + at));
  return to + length;
}

// The value of a row; I32 is extended by its sign. Without a branch for each kind: all read eight bytes, which the
// memory has, and drop those of other rows.
static inline u64 load(u32 column, u32 kind, u32 row) {
  static const u8 bits[] = {0, 1, 2, 2, 3}, others[] = {56, 48, 32, 32, 0};
  u64 raw = load8((const u8 *)column + (row << bits[kind])) << others[kind];
  return kind == I32 ? (u64)((i64)raw >> others[kind]) : raw >> others[kind];
}

APART static u8 *writeNumber(u8 *to, u64 value, int isSigned, u32 width) {
  int isNegative = isSigned && (i64)value < 0;
  u64 left = isNegative ? 0 - value : value;
  u32 digits = 1;
  for (u64 limit = 10; left >= limit && digits < 20; limit *= 10) digits++;
  for (u32 length = digits + isNegative; length < width; length++) *to++ = ' ';
  if (isNegative) *to++ = '-';
  u8 *end = to + digits, *at = end;
  for (; left >> 32; left /= 10) *--at = '0' + left % 10;
  for (u32 small = (u32)left; at > to; small /= 10) *--at = '0' + small % 10;
  return end;
}

#define EACH(byte) (0x0101010101010101ull * (byte))
#define HIGH_BITS EACH(0x80)

// The high bit of each byte that is zero, and perhaps of bytes after such a one.
static inline u64 zeros(u64 word) { return (word - EACH(1)) & ~word & HIGH_BITS; }

// Whether all eight bytes are printable ASCII.
static inline int isPrintable(u64 word) {
  return !(((word - EACH(0x20)) | (word + EACH(1)) | word) & HIGH_BITS);
}

static inline int has(u64 word, u8 byte) { return zeros(word ^ EACH(byte)) != 0; }

// 16 bits as \u0000.
static u8 *writeUnit(u8 *to, u32 unit) {
  *to++ = '\\';
  *to++ = 'u';
  for (int shift = 12; shift >= 0; shift -= 4) *to++ = "0123456789abcdef"[unit >> shift & 15];
  return to;
}

static int isHidden(u32 code) {
  for (u32 at = 0; at < 2 * set.ranges; at += 2)
    if (code <= hidden[at + 1]) return code >= hidden[at];
  return 0;
}

// The code point whose UTF-8 begins at `from`, and its length; a length of 0 if it is not valid.
static u32 codePoint(const u8 *from, const u8 *end, u32 *length) {
  static const u32 least[] = {0, 0, 0x80, 0x800, 0x10000};
  u32 lead = *from, count = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  *length = 0;
  if (count == 0 || (u32)(end - from) < count) return 0;
  u32 code = lead & (0x7f >> count);
  for (u32 at = 1; at < count; at++) {
    if ((from[at] & 0xc0) != 0x80) return 0;
    code = code << 6 | (from[at] & 0x3f);
  }
  if (code < least[count] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return 0;
  *length = count;
  return code;
}

// A character that is not printable ASCII, or that JSON escapes. Returns where the next begins;
// null if it is not UTF-8.
static const u8 *writeCharacter(u8 **to, const u8 *from, const u8 *end) {
  u32 byte = *from, length;
  u8 letter = byte == '\n' ? 'n' : byte == '\t' ? 't' : byte == '\r' ? 'r' : byte == '\b' ? 'b' : byte == '\f' ? 'f' : 0;
  if (byte == '"' || byte == '\\') letter = byte;
  if (letter) {
    *(*to)++ = '\\';
    *(*to)++ = letter;
    return from + 1;
  }
  if (byte < 0x80) {
    if (byte < 0x20 || byte == 0x7f) *to = writeUnit(*to, byte);
    else *(*to)++ = byte;
    return from + 1;
  }
  u32 code = codePoint(from, end, &length);
  if (length == 0) return 0;
  if (!isHidden(code)) {
    for (u32 at = 0; at < length; at++) *(*to)++ = from[at];
  } else if (code < 0x10000) {
    *to = writeUnit(*to, code);
  } else {
    *to = writeUnit(*to, 0xd800 + ((code - 0x10000) >> 10));
    *to = writeUnit(*to, 0xdc00 + (code & 0x3ff));
  }
  return from + length;
}

// There is room for six times the length, and two.
APART static u8 *writeString(u8 *to, const u8 *from, u32 length) {
  const u8 *end = from + length;
  *to++ = '"';
  while (from < end) {
    u64 word = load8(from);
    u32 left = end - from;
    if (left >= 8 && isPrintable(word) && !has(word, '"') && !has(word, '\\')) {
      store8(to, word);
      to += 8, from += 8;
      continue;
    }
    for (const u8 *stop = left < 8 ? end : from + 8; from < stop;) {
      u8 byte = *from;
      if (byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\') {
        *to++ = byte;
        from++;
      } else {
        from = writeCharacter(&to, from, end);
        if (!from) return 0;
      }
    }
  }
  *to++ = '"';
  return to;
}

APART static u8 *writePlain(u8 *to, const u8 *from, u32 length, i32 cell) {
  u32 at = 0;
  for (; at + 8 <= length; at += 8) {
    u64 word = load8(from + at);
    if (!isPrintable(word) || has(word, '\\')) return 0;
    if (cell == COMMA_CELL && (has(word, ',') || has(word, ';') || has(word, '"'))) return 0;
    store8(to + at, word);
  }
  for (; at < length; at++) {
    u8 byte = from[at];
    if (byte < 0x20 || byte >= 0x7f || byte == '\\') return 0;
    if (cell == COMMA_CELL && (byte == ',' || byte == ';' || byte == '"')) return 0;
    to[at] = byte;
  }
  return to + length;
}

// Whether a spreadsheet may take a cell that begins with a byte for a formula, or for several cells.
static inline int isRiskyStart(u8 byte) { return byte == '=' || byte == '+' || byte == '-' || byte == '@' || byte == '"'; }

// JSON as it is, if it is ASCII without DEL.
static u8 *writeWritten(u8 *to, const u8 *from, u32 length) {
  u32 at = 0;
  for (; at + 8 <= length; at += 8) {
    u64 word = load8(from + at);
    if ((word | (word + EACH(1))) & HIGH_BITS) return 0;
    store8(to + at, word);
  }
  for (; at < length; at++) {
    if (from[at] >= 0x7f) return 0;
    to[at] = from[at];
  }
  return to + length;
}

static inline u8 *writePiece(u8 *to, const u8 *limit, u32 number) {
  const struct piece *piece = &pieces[number];
  return piece->length > (u32)(limit - to) ? 0 : copy(to, pieceBytes + piece->at, piece->length);
}

// Bytes of a source; null, and the status, if they are in no slot, or too long.
APART static const u8 *bytesOf(u32 source, u32 start, u32 length) {
  u32 page = start >> PAGE_BITS, within = start & (PAGE - 1), slot = slotOf[source][page];
  if (length > PAGE + OVERLAP - within) return 0;
  if (slot) return slots[source][slot - 1] + within;
  report.status = FAULT;
  report.source = source;
  report.page = page;
  return 0;
}

// The bytes of a value.
static const u8 *valueBytes(u32 value, u32 *length) {
  if (value >> 30) return 0;
  const u32 *start = (const u32 *)bytesOf(STARTS, value * 4, 8);
  if (!start) return 0;
  *length = start[1] - start[0];
  return bytesOf(VALUES, start[0], *length);
}

// Whether two entries have the same key. Most have keys that differ in the low bits.
static int hasTwice(u32 first, u32 end) {
  u64 seen = 0;
  for (u32 at = first; at < end; at++) {
    u64 bit = 1ull << (entryKey[at] & 63);
    for (u32 other = seen & bit ? first : at; other < at; other++)
      if (entryKey[other] == entryKey[at]) return 1;
    seen |= bit;
  }
  return 0;
}

// Writes the entries of a row. Sets the status and returns null if it cannot.
APART static u8 *writeList(u8 *to, const u8 *limit, u32 row) {
  u32 first = set.next;
  while (first < set.entries && entryRow[first] < row) first++;
  set.next = first;
  u32 end = first;
  while (end < set.entries && entryRow[end] == row) end++;
  if (end == set.entries && set.hasMore) {
    report.status = OUTSIDE;
    return 0;
  }
  if (end == first) return writePiece(to, limit, set.empty);
  if (end - first > MOST_ENTRIES || hasTwice(first, end)) return 0;
  for (u32 at = first; at < end; at++) {
    u32 length;
    to = writePiece(to, limit, (at == first ? set.firstKeys : set.nextKeys) + entryKey[at]);
    if (!to) return 0;
    const u8 *value = valueBytes(entryValue[at], &length);
    if (!value || length > (u32)(limit - to)) return 0;
    to = writeWritten(to, value, length);
    if (!to) return 0;
  }
  return writePiece(to, limit, set.close);
}

#include "facts.h"

// The number of a memo's piece for a row. Sets the status and returns a number that no piece has if it has none.
APART static u32 remembered(struct memo *memo, u32 row) {
  u32 key[KEY_COUNT] = {0, 0, 0};
  for (u32 at = 0; at < memo->keys; at++)
    key[at] = (u32)load(memo->key[at].column, memo->key[at].kind, row) & memo->key[at].mask;
#define IS_KNOWN(at) \
  (memo->known[at].key[0] == key[0] && memo->known[at].key[1] == key[1] && memo->known[at].key[2] == key[2])
  if (memo->last < memo->count && IS_KNOWN(memo->last)) return memo->known[memo->last].piece;
  for (u32 at = 0; at < memo->count; at++) {
    if (!IS_KNOWN(at)) continue;
    memo->last = at;
    return memo->known[at].piece;
  }
  if (memo->count < KNOWN_COUNT) {
    report.status = UNKNOWN;
    for (u32 at = 0; at < KEY_COUNT; at++) memo->known[memo->count].key[at] = key[at];
  }
  return PIECE_COUNT;
}

// Writes what a part writes after its literal; null if it cannot. Only parts that write anything.
static u8 *writePart(const struct part *part, u8 *to, const u8 *limit, u32 row) {
  u64 value = load(part->column, part->kind, row);
  switch (part->op) {
    case NUMBER: {
      u32 width = part->a < 0 ? set.width : (u32)part->a;
      return (u32)(limit - to) < 24 + width ? 0 : writeNumber(to, value, part->kind == I32, width);
    }
    case PICK: return value >= (u64)part->b ? 0 : writePiece(to, limit, part->a + (u32)value);
    case MEMO: {
      u32 piece = remembered(&memos[part->a], row);
      return piece == PIECE_COUNT ? 0 : writePiece(to, limit, piece);
    }
    case LIST: return writeList(to, limit, set.firstRow + row);
    case BEGIN: return set.prefix > PREFIX || set.prefix > (u32)(limit - to) ? 0 : copy(to, prefix, set.prefix);
    case FACTS: return writeFacts(to, limit, (u32)value, row);
  }
  u32 length = (u32)value;
  const u8 *from = bytesOf(TEXTS, ((const u32 *)part->a)[row], length);
  if (!from || length > (u32)(limit - to - 2) / 6) return 0;
  if (part->op == STRING) return writeString(to, from, length);
  if (length == 0 || length > (u32)part->b || (part->c != NO_CELL && isRiskyStart(*from))) return 0;
  return writePlain(to, from, length, part->c);
}

// Writes rows from `row` to before `end`, numbered within the window, after the `length` bytes that are in the output,
// until these are at least `enough`. `from`: the part to begin the first row with, if the caller wrote those before it.
EXPORT(run) u32 run(u32 row, u32 end, u32 length, u32 enough, u32 from, u32 rowStart) {
  u8 *to = output + length;
  const u8 *limit = output + OUTPUT;
  const struct part *part = program + from;
  for (; row < end && (from || to < output + enough); row++) {
    u8 *start = from == 0 ? to : output + rowStart;
    from = 0;
    for (;; part++) {
      report.status = REFUSED;
      if (part->literalLength > (u32)(limit - to)) goto stop;
      to = copy(to, (const u8 *)part->literal, part->literalLength);
      if (part->op == END) break;
      if (part->op == GOTO) {
        part = program + part->c - 1;
      } else if (part->op == WHEN) {
        if ((load(part->column, part->kind, row) & (u64)(i64)part->a) != (u64)(i64)part->b) part = program + part->c - 1;
      } else {
        u8 *written = 0;
        if (part->op == CALL) report.status = CALLED;
        else written = writePart(part, to, limit, row);
        if (!written) goto stop;
        to = written;
      }
    }
    part = program;
    continue;
  stop:
    report.rowStart = start - output;
    if (report.status == CALLED) start = to;
    report.length = start - output;
    report.part = part - program;
    return row;
  }
  report.status = DONE;
  report.length = to - output;
  return row;
}
