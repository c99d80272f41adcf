// Compiled to app/checks/criu/kernel/checks-module.ts.
//
// Checks that entries of CRIU's members are as a restore accepts them, whatever else the set has, and notes what
// further checks read of them. Each entry is a length (32 bits, little-endian) and a protobuf message. It knows no
// message by itself: app/checks/criu/kernel/nodes.ts makes its tables from what app/checks/criu/entries/shapes.ts
// declares. An entry that might be refused, or is unusual, ends a run, and is left to the caller.
//
// There is no note of an open file that has only its type to note, of a descriptor that has the type of its open file, or
// of a message in which the handler would find nothing, as in an earlier one with the same values where it reads them.
// What has to be kept of every message goes into lists, column by column.
//
// Bounds: reading stays within `input`, as an entry lies within the bytes that were given, a varint takes at most ten
// bytes, and `input` has as many after its last. Writing stays within `notes` and `fileTypes`, which is checked for
// each message. The tables come from the caller and are trusted; messages nest no deeper than their nodes.

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

#define WINDOW (256 << 10)
#define NODES 96
#define TAGS 512
#define LIMITS 32
#define ORDERS 8
#define NOTES (128 << 10)
#define MEMBERS 64
#define ENTRIES 4096
#define TYPES 256
#define IDS (1 << 20)
#define SLOTS 16
#define LISTS 16
#define COLUMNS 8
// All columns of all lists.
#define POOL 64
#define QUIET 256

// What is done with a field. Fields that no message has are skipped.
enum { UNKNOWN, KNOWN, LIMITED, NESTED, JOINED, REFUSED, COUNTED, KEYED, GATHERED, FLAT };

// By node and tag.
static struct action {
  u8 what;
  // Where its value goes in the note of the message; 0: nowhere.
  u8 slot;
  // One more than the number of its bit among the required fields; 0: it is not required.
  u8 bit;
  // The limit, or the node of the nested message. The fields of a joined message go to the note of the one around it.
  // COUNTED: instead of its value, the slot has how often the field occurs. KEYED: the field's values are keys and values
  // in turn; the slot has the value of the last key that is `which`. GATHERED: the slot has the low halves of its first
  // and second value, and the next slot how many there are, two at most. FLAT: as JOINED, but a message may have several.
  u8 which;
} actions[NODES][TAGS];

static struct node {
  // The bits of the required fields.
  u32 required;
  // How many slots its note has, slot 0 included; 0: it has none.
  u32 slots;
  // Its note is only for its orders.
  u32 isDropped;
  u32 orders;
  // Of a message that is joined: the slot of its id, and the bits of those slots that have to be noted.
  u32 idSlot;
  u32 loud;
  u32 mode;
  // Its lists: lists[firstList … endList - 1].
  u32 firstList;
  u32 endList;
} nodes[NODES];

// Whether a message has a note. NOTED: it has. COMPARED: unless it is like a quiet one (`alike`). SILENT: it has none.
enum { NOTED, COMPARED, SILENT };

// By node and slot: how a value is compared with that of a quiet message.
enum { IGNORED, SAME, BOTH_ZERO, SAME_LENGTH };
static u8 alike[NODES][SLOTS];

// A list has a row for each message with one of the slots in `needed`, or for each if that is 0: the record, the open
// file, which slots the message has, and the low halves of some of them, 0 for those that it lacks.
static struct list {
  u32 needed;
  // How many columns there are, and which is the first.
  u32 columns;
  u32 first;
  u8 slots[COLUMNS];
} lists[LISTS];
enum { RECORD_COLUMN, FILE_COLUMN, SEEN_COLUMN, SLOT_COLUMNS };
static u32 pool[POOL][ENTRIES];
// By list: how many rows there are.
static u32 rows[LISTS];

// The last messages whose handler was called, by a hash of their values.
static struct known {
  u32 node;
  u32 seen;
  u32 values[SLOTS];
} knowns[QUIET];
// Whether the handler found nothing to report or keep in such a message; the caller sets it.
static u8 isQuiet[QUIET];

// The nodes of open files and descriptors, and the slots of file_entry and fdinfo_entry, as in noted-files.ts.
static u32 fileNode;
static u32 descriptorNode;
enum { FILE_TYPE = 1, FILE_ID = 2, FILE_MESSAGE = 3 };
enum { DESCRIPTOR_ID = 1, DESCRIPTOR_FLAGS = 2, DESCRIPTOR_TYPE = 3 };
// By type: whether an open file can have it.
static u8 knownTypes[TYPES];
// By id: the type of the first open file that has it; 0: it is not known.
static u8 typeOfId[IDS];
// By id: one more than the row of that open file; 0: it is not known.
static u32 rowOfId[IDS];

// A number from least to most; or one less than 64 whose bit is set in `values`, if that is not 0.
static struct limit {
  i64 least;
  i64 most;
  u64 values;
  u32 isZigzag;
  u32 unused;
} limits[LIMITS];

// By node: a slot, another that must not be less, and whether they may be equal; or, if that is SUBSET, that must have all
// of its bits.
enum { SUBSET = 2 };
static u8 orders[NODES][ORDERS][4];

static u8 input[WINDOW + 16];
// A note: a header, and two words for each slot but slot 0: the halves of a number, or where bytes begin and end.
static u32 notes[NOTES];
// LIKE: one more than the place in `knowns` of messages like this one; 0: none.
enum { SEEN, ENTRY, NODE, JOINED_NODE, START, END, LIKE, HEADER };
// By entry of a run of open files: its type.
static u8 fileTypes[ENTRIES];
// By member: where it ends in the input; and how many records it and those before it have.
static u32 memberEnds[MEMBERS];
static u32 memberRecords[MEMBERS];

// What a run did: records, where it stopped in the input or after how many members, words of notes.
static u32 result[5];

static u32 entry;
static u32 noted;
// The record and the open file of the first entry.
static u32 firstRecord;
static u32 firstFile;
// What is added to places in the input.
static u32 base;

#include "input.h"

static int isAllowed(const struct limit *limit, u64 value) {
  if (limit->values != 0) return value < 64 && (limit->values >> value & 1);
  if (limit->isZigzag) {
    if (value >> 32) return 0;
    u32 low = value;
    int number = (int)(low >> 1 ^ -(low & 1));
    return number >= limit->least && number <= limit->most;
  }
  return (i64)value >= limit->least && (i64)value <= limit->most;
}

static u64 numberIn(const u32 *note, u32 slot) {
  const u32 *words = note + HEADER + 2 * slot - 2;
  return (u64)words[1] << 32 | words[0];
}

static u64 bitsIn(const u32 *note, u32 slot) { return note[SEEN] >> slot & 1 ? numberIn(note, slot) : 0; }

static int isInOrder(u32 node, const u32 *note) {
  for (u32 at = 0; at < nodes[node].orders; at++) {
    const u8 *order = orders[node][at];
    if (order[2] == SUBSET) {
      if (bitsIn(note, order[0]) & ~bitsIn(note, order[1])) return 0;
      continue;
    }
    if (!(note[SEEN] >> order[0] & 1) || !(note[SEEN] >> order[1] & 1)) continue;
    u64 first = numberIn(note, order[0]);
    u64 second = numberIn(note, order[1]);
    if (first > second || (first == second && !order[2])) return 0;
  }
  return 1;
}

// Takes the type of an open file; returns whether it has the id that is in its message, and a type that is known.
static int takeType(const u32 *note) {
  u32 all = 1 << FILE_TYPE | 1 << FILE_ID | 1 << FILE_MESSAGE;
  u32 idSlot = nodes[note[JOINED_NODE]].idSlot;
  if ((note[SEEN] & all) != all || !(note[SEEN] >> idSlot & 1)) return 0;
  // As the handler of open files reads them: the low halves.
  u32 type = numberIn(note, FILE_TYPE);
  u32 id = numberIn(note, FILE_ID);
  if (type >= TYPES || !knownTypes[type] || (u32)numberIn(note, idSlot) != id) return 0;
  fileTypes[entry] = type;
  if (id < IDS && rowOfId[id] == 0) {
    rowOfId[id] = firstFile + entry + 1;
    typeOfId[id] = type;
  }
  return 1;
}

// Whether a message is like one that is quiet. If not, remembers it, and notes where.
static int isLikeQuiet(u32 node, u32 *note, u32 before) {
  u32 values[SLOTS];
  u32 seen = note[SEEN] >> before;
  u32 hash = node * 31 + seen;
  for (u32 slot = 1; slot < SLOTS; slot++) {
    u32 how = alike[node][slot];
    values[slot] = 0;
    if (how == IGNORED || !(note[SEEN] >> (before + slot) & 1)) continue;
    u64 value = numberIn(note, before + slot);
    u32 mixed = value ^ value >> 32;
    if (how == BOTH_ZERO) mixed = value != 0;
    else if (how == SAME_LENGTH) mixed = (u32)(value >> 32) - (u32)value;
    else if (value >> 32) return 0;
    values[slot] = mixed;
    hash = (hash ^ mixed) * 0x9e3779b1;
  }
  u32 place = hash >> 24;
  struct known *known = knowns + place;
  int isSame = known->node == node && known->seen == seen;
  for (u32 slot = 1; slot < SLOTS; slot++) isSame &= known->values[slot] == values[slot];
  if (isSame && isQuiet[place]) return 1;
  note[LIKE] = place + 1;
  if (isSame) return 0;
  isQuiet[place] = 0;
  known->node = node;
  known->seen = seen;
  __builtin_memcpy(known->values, values, sizeof values);
  return 0;
}

// Whether a descriptor has the type of its open file, and no flag but FD_CLOEXEC.
static int isQuietDescriptor(const u32 *note) {
  u32 all = 1 << DESCRIPTOR_ID | 1 << DESCRIPTOR_FLAGS | 1 << DESCRIPTOR_TYPE;
  if ((note[SEEN] & all) != all || (u32)numberIn(note, DESCRIPTOR_FLAGS) > 1) return 0;
  u32 id = numberIn(note, DESCRIPTOR_ID);
  return id < IDS && typeOfId[id] != 0 && typeOfId[id] == (u32)numberIn(note, DESCRIPTOR_TYPE);
}

// Adds a message to its lists; returns whether there was room.
static int addToLists(u32 node, const u32 *note, u32 before) {
  for (u32 at = nodes[node].firstList; at < nodes[node].endList; at++) {
    const struct list *list = lists + at;
    if (list->needed != 0 && !(note[SEEN] >> before & list->needed)) continue;
    u32 row = rows[at];
    if (row >= ENTRIES) return 0;
    u32(*columns)[ENTRIES] = pool + list->first;
    columns[RECORD_COLUMN][row] = firstRecord + entry;
    columns[FILE_COLUMN][row] = firstFile + entry;
    columns[SEEN_COLUMN][row] = note[SEEN] >> before;
    for (u32 column = SLOT_COLUMNS; column < list->columns; column++) {
      u32 slot = before + list->slots[column];
      columns[column][row] = note[SEEN] >> slot & 1 ? numberIn(note, slot) : 0;
    }
    rows[at] = row + 1;
  }
  return 1;
}

// Removes the rows of the record and those after it.
static void dropRows(u32 record) {
  for (u32 at = 0; at < LISTS; at++)
    while (rows[at] > 0 && pool[lists[at].first][rows[at] - 1] >= record) rows[at]--;
}

// Adds the messages of an entry to lists, and leaves out the notes of those that are quiet. Returns whether it is usual.
static int settle(u32 from) {
  u32 to = from;
  for (u32 at = from; at < noted;) {
    u32 *note = notes + at;
    u32 words = HEADER + 2 * nodes[note[NODE]].slots - 2;
    u32 node = note[NODE] == fileNode ? note[JOINED_NODE] : note[NODE];
    u32 before = note[NODE] == fileNode ? FILE_MESSAGE : 0;
    if (note[NODE] == fileNode && (entry >= ENTRIES || !takeType(note))) return 0;
    if (!addToLists(node, note, before)) return 0;
    int isLoud = 1;
    if (node == descriptorNode) isLoud = !isQuietDescriptor(note);
    else if (note[NODE] == fileNode && !(note[SEEN] & nodes[node].loud)) isLoud = 0;
    else if (nodes[node].mode == SILENT) isLoud = 0;
    else if (nodes[node].mode == COMPARED) isLoud = !isLikeQuiet(node, note, before);
    if (isLoud) {
      if (to != at) __builtin_memmove(notes + to, note, words * 4);
      to += words;
    }
    at += words;
  }
  noted = to;
  return 1;
}

static int check(u32 node, u32 at, u32 end);

// What the slot of a field has after another value of it: in the high half, what that value is.
static u64 keyed(const u32 *note, struct action action, u64 value) {
  enum { KEY, VALUE, WANTED };
  u64 before = note[SEEN] >> action.slot & 1 ? numberIn(note, action.slot) : 0;
  u32 what = before >> 32;
  if (what == KEY) return (u64)((u32)value == action.which ? WANTED : VALUE) << 32 | (u32)before;
  return what == WANTED ? (u32)value : (u32)before;
}

// Adds a value to those in the slot of a field; returns whether there is room.
static int gather(u32 *note, u32 slot, u32 value) {
  u32 count = bitsIn(note, slot + 1);
  if (count == 2) return 0;
  u32 *words = note + HEADER + 2 * slot - 2;
  words[count] = value;
  if (count == 0) words[1] = 0;
  words[2] = count + 1;
  words[3] = 0;
  note[SEEN] |= 3u << slot;
  return 1;
}

// Checks the message input[at … end - 1], and puts the values of its slots into a note. Returns whether it is accepted.
static int checkFields(u32 node, u32 at, u32 end, u32 *note) {
  const struct action *own = actions[node];
  u32 missing = nodes[node].required;
  while (at < end) {
    u32 tag = input[at++];
    if (tag > 127) {
      u32 second = input[at++];
      if (second > 3) return 0;
      tag = (tag & 127) | second << 7;
    }
    struct action action = own[tag];
    u64 value;
    u32 start = 0;
    if ((tag & 7) == 0) {
      at = varint(at, &value);
      if (at == 0 || at > end) return 0;
    } else if ((tag & 7) == 2) {
      start = varint(at, &value);
      if (start == 0 || start > end || value > end - start) return 0;
      at = start + (u32)value;
      value = (u64)(base + at) << 32 | (base + start);
    } else {
      return 0;
    }
    switch (action.what) {
      case UNKNOWN: continue;
      case KNOWN: break;
      case LIMITED:
        if (!isAllowed(limits + action.which, value)) return 0;
        break;
      case NESTED:
        if (!check(action.which, start, at)) return 0;
        break;
      case COUNTED:
        value = note[SEEN] >> action.slot & 1 ? numberIn(note, action.slot) + 1 : 1;
        break;
      case KEYED:
        value = keyed(note, action, value);
        break;
      case JOINED:
        if (note[JOINED_NODE] != 0) return 0;
        note[JOINED_NODE] = action.which;
        if (!checkFields(action.which, start, at, note)) return 0;
        break;
      case GATHERED:
        if (!gather(note, action.slot, value)) return 0;
        missing &= ~((1u << action.bit) >> 1);
        continue;
      case FLAT:
        if (note[SEEN] >> action.slot & 1) return 0;
        if (!checkFields(action.which, start, at, note)) return 0;
        break;
      default: return 0;
    }
    missing &= ~((1u << action.bit) >> 1);
    if (action.slot == 0) continue;
    note[SEEN] |= 1u << action.slot;
    u32 *words = note + HEADER + 2 * action.slot - 2;
    words[0] = value;
    words[1] = value >> 32;
  }
  return missing == 0;
}

// Checks a message as above, with a note of its own.
static int check(u32 node, u32 at, u32 end) {
  u32 slots = nodes[node].slots;
  if (slots == 0) return checkFields(node, at, end, 0);
  u32 *note = notes + noted;
  u32 words = HEADER + 2 * slots - 2;
  if (words > NOTES - noted) return 0;
  noted += words;
  note[SEEN] = 0;
  note[ENTRY] = entry;
  note[NODE] = node;
  note[JOINED_NODE] = 0;
  note[LIKE] = 0;
  note[START] = base + at;
  note[END] = base + end;
  if (!checkFields(node, at, end, note) || !isInOrder(node, note)) return 0;
  // Nothing in it has a note.
  if (nodes[node].isDropped) noted -= words;
  return 1;
}

// Checks an entry; leaves nothing of one that is not accepted.
static int checkEntry(u32 node, u32 at, u32 end) {
  u32 before = noted;
  if (check(node, at, end) && settle(before)) return 1;
  noted = before;
  dropRows(firstRecord + entry);
  return 0;
}

static void start(u32 record, u32 file) {
  entry = 0;
  noted = 0;
  firstRecord = record;
  firstFile = file;
  __builtin_memset(rows, 0, sizeof rows);
}

static void finish(u32 reached) {
  result[0] = entry;
  result[1] = reached;
  result[2] = noted;
}

// Checks at most `most` whole entries in input[from … length - 1], until one is not accepted,
// or there is no room for its notes.
__attribute__((export_name("read"))) void read(
    u32 node, u32 from, u32 length, u32 most, u32 offset, u32 record, u32 file) {
  start(record, file);
  base = offset;
  u32 at = from;
  for (; entry < most && length <= WINDOW && at < length && length - at >= 4; entry++) {
    u32 size = load32(at);
    if (size > length - at - 4 || !checkEntry(node, at + 4, at + 4 + size)) break;
    at += 4 + size;
  }
  finish(at);
}

// Checks a member, the input from `at` on: its magics, which are a record as well, and its entries.
static int checkMember(u32 firstNode, u32 node, u32 common, u32 magic, u32 at, u32 last) {
  if (last - at < 12 || load32(at) != common || load32(at + 4) != magic) return 0;
  entry++;
  at += 8;
  for (u32 nth = 0; at < last; nth++) {
    if (last - at < 4) return 0;
    u32 size = load32(at);
    if (size > last - at - 4 || !checkEntry(nth == 0 ? firstNode : node, at + 4, at + 4 + size)) return 0;
    at += 4 + size;
    entry++;
  }
  return 1;
}

// Checks whole members, one after the other in the input, until an entry is not accepted, or there is no room for its
// notes. Places are those in the member.
__attribute__((export_name("readMembers"))) void readMembers(
    u32 firstNode, u32 node, u32 common, u32 magic, u32 count, u32 record) {
  if (count > MEMBERS) count = MEMBERS;
  start(record, 0);
  u32 member = 0;
  u32 from = 0;
  for (; member < count; member++) {
    u32 last = memberEnds[member];
    if (last > WINDOW || last < from) break;
    u32 entriesBefore = entry;
    u32 notedBefore = noted;
    base = -from;
    if (!checkMember(firstNode, node, common, magic, from, last)) {
      entry = entriesBefore;
      noted = notedBefore;
      dropRows(record + entry);
      break;
    }
    memberRecords[member] = entry;
    from = last;
  }
  finish(member);
}

#include "file-columns.h"

// Where the parts of the memory are.
__attribute__((export_name("places"))) const u32 *places(void) {
  static u32 list[22];
  u32 *next = list;
  *next++ = (u32)input;
  *next++ = (u32)actions;
  *next++ = (u32)nodes;
  *next++ = (u32)limits;
  *next++ = (u32)orders;
  *next++ = (u32)notes;
  *next++ = (u32)memberEnds;
  *next++ = (u32)memberRecords;
  *next++ = (u32)result;
  *next++ = (u32)&descriptorNode;
  *next++ = (u32)knownTypes;
  *next++ = (u32)typeOfId;
  *next++ = (u32)fileTypes;
  *next++ = (u32)&fileNode;
  *next++ = (u32)alike;
  *next++ = (u32)lists;
  *next++ = (u32)pool;
  *next++ = (u32)rows;
  *next++ = (u32)isQuiet;
  *next++ = (u32)&settings;
  *next++ = (u32)rowOfId;
  *next++ = (u32)pathBytes;
  return list;
}
