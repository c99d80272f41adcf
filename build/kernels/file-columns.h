// Finds rows of columns that further checks have to look at, and numbers the paths of open files. A part of checks.c,
// whose lists are free when this runs: what it is given and what it finds are in columns of the pool.
//
// Bounds: a column has room for ENTRIES words. Names are read only where they lie in the text that was given. Paths are
// kept for comparing; if there is no room for another, or too many have the same hash, the run stops.

// Columns of `checkFiles`: what it is given, and what it finds.
enum { HOLDERS, FLAGS, POSITIONS, NAME_STARTS, NAME_LENGTHS, FILE_TYPES, HAVE, USES, KINDS, ODD, USED, NUMBERS, LISTED };
// Half of the rows that a column of words has room for: positions take two words.
#define ROWS (ENTRIES / 2)
#define PATHS (1 << 18)
#define PATH_BYTES (16 << 20)
#define PATH_SLOTS (1 << 19)
#define MOST_TRIED 32

// HAS, as in app/model/checkpoint.ts, and the type of open files with a path.
enum { HAS_PATH = 1, HAS_POSITION = 2, HAS_FLAGS = 4, IS_DELETED = 32, REG = 1 };

// What `checkFiles` looks for: masks of flags (see app/checks/open-flags.ts), and the beginnings of paths that are not
// numbered.
static struct settings {
  u32 leftOver;
  u32 directory;
  u32 temporary;
  u32 prefixLengths[2];
  u8 prefixes[2][16];
  // By kind: whether its flags are those of an open path.
  u8 pathKinds[256];
} settings;

// Different paths, one after the other, and where each begins.
static u8 pathBytes[PATH_BYTES] __attribute__((aligned(4)));
static u32 pathStarts[PATHS + 1];
static u32 paths;
// By hash: the number of a path, plus one.
static u32 pathSlots[PATH_SLOTS];
// By path: whether it has been listed.
static u8 isListed[PATHS];

static int sameBytes(const u8 *a, const u8 *b, u32 length) {
  for (u32 at = 0; at < length; at++)
    if (a[at] != b[at]) return 0;
  return 1;
}

static u32 hashOf(const u8 *bytes, u32 length) {
  u32 hash = length;
  for (; length >= 4; bytes += 4, length -= 4) {
    u32 word;
    __builtin_memcpy(&word, bytes, 4);
    hash = (hash ^ word) * 0x9e3779b1;
    hash ^= hash >> 15;
  }
  for (; length > 0; bytes++, length--) hash = (hash ^ *bytes) * 0x01000193;
  return (hash ^ hash >> 16) & (PATH_SLOTS - 1);
}

// The number of a path, which is new if no other is equal; -1 if there is no room.
static int numberOfPath(const u8 *path, u32 length) {
  u32 slot = hashOf(path, length);
  for (u32 tried = 0; tried < MOST_TRIED; tried++, slot = (slot + 1) & (PATH_SLOTS - 1)) {
    u32 number = pathSlots[slot];
    if (number == 0) {
      u32 start = pathStarts[paths];
      if (paths == PATHS || length > PATH_BYTES - start) return -1;
      __builtin_memcpy(pathBytes + start, path, length);
      pathStarts[paths + 1] = start + length;
      pathSlots[slot] = paths + 1;
      return paths++;
    }
    u32 start = pathStarts[number - 1];
    if (pathStarts[number] - start == length && sameBytes(pathBytes + start, path, length)) return number - 1;
  }
  return -1;
}

static int isLeftOut(const u8 *path, u32 length) {
  for (u32 at = 0; at < 2; at++) {
    u32 size = settings.prefixLengths[at];
    if (length >= size && sameBytes(path, settings.prefixes[at], size)) return 1;
  }
  return 0;
}

static int areFlagsOdd(u32 flags) {
  if (flags & settings.leftOver) return 1;
  return (flags & settings.directory) && !(flags & settings.temporary) && (flags & 3);
}

// Looks at open files, the first of which has the row `first`. The text from `textStart` on, `length` bytes, is in the
// input. Stops at a path that is not in it. Results: how many were looked at; how many are odd, have a path that is
// used, and have one that is not deleted, and is listed for the first time; how many different paths there are so far.
__attribute__((export_name("checkFiles"))) void checkFiles(u32 count, u32 first, u32 textStart, u32 length) {
  const u8 *types = (u8 *)pool[FILE_TYPES], *have = (u8 *)pool[HAVE], *uses = (u8 *)pool[USES];
  const u8 *kinds = (u8 *)pool[KINDS];
  const u32 *holders = pool[HOLDERS], *flags = pool[FLAGS];
  u32 odd = 0, used = 0, listed = 0, row = 0;
  if (length > WINDOW) length = WINDOW;
  for (; row < count && row < ROWS; row++) {
    int isUnused = uses[row] == 0 && holders[row + 1] == holders[row];
    if (types[row] == REG && (have[row] & HAS_PATH) && !isUnused) {
      u32 at = pool[NAME_STARTS][row] - textStart, size = pool[NAME_LENGTHS][row];
      if (at > length || size > length - at) break;
      if (!isLeftOut(input + at, size)) {
        int number = numberOfPath(input + at, size);
        if (number < 0) break;
        pool[USED][used] = first + row;
        pool[NUMBERS][used++] = number;
        if (!(have[row] & IS_DELETED) && !isListed[number]) {
          isListed[number] = 1;
          pool[LISTED][listed++] = first + row;
        }
      }
    }
    int isNegative = (have[row] & HAS_POSITION) && pool[POSITIONS][2 * row + 1] >> 31;
    int isOdd = (have[row] & HAS_FLAGS) && settings.pathKinds[kinds[row]] && areFlagsOdd(flags[row]);
    if (isNegative || isOdd || isUnused) pool[ODD][odd++] = first + row;
  }
  u32 all[] = {row, odd, used, listed, paths};
  __builtin_memcpy(result, all, sizeof all);
}

// Finds descriptors, given by their tables and numbers, that are equal to the one before. The first row is `first`; the
// first descriptor is only compared with. Results: how many there are, their rows in the third column.
__attribute__((export_name("findRepeated"))) void findRepeated(u32 count, u32 first) {
  u32 found = 0;
  for (u32 row = 1; row < count && row < ENTRIES; row++)
    if (pool[0][row] == pool[0][row - 1] && pool[1][row] == pool[1][row - 1]) pool[2][found++] = first + row;
  result[0] = found;
}

static u32 slotOfNumber(u32 number, u32 mask) {
  u32 hash = number * 0x9e3779b1;
  return (hash ^ hash >> 15) & mask;
}

// The slot of a number among `numbers`, or the free one where it would be; -1 if too many are in the way.
static int findNumber(const u32 *numbers, u32 number, u32 mask) {
  u32 slot = slotOfNumber(number, mask);
  for (u32 tried = 0; tried < MOST_TRIED; tried++, slot = (slot + 1) & mask)
    if (pathSlots[slot] == 0 || numbers[pathSlots[slot] - 1] == number) return slot;
  return -1;
}

static int findIn(u32 *numbers, u32 keys, u32 others, u32 isPaired, u32 mask) {
  const u32 *wanted = numbers + keys;
  u32 *missing = numbers + keys + others;
  u32 found = 0;
  for (u32 row = 0; row < keys; row++) {
    int slot = findNumber(numbers, numbers[row], mask);
    if (slot < 0) return 0;
    pathSlots[slot] = row + 1;
  }
  for (u32 row = 0; row < others; row++) {
    if (isPaired && wanted[row] == 0) continue;
    int slot = findNumber(numbers, wanted[row], mask);
    if (slot < 0) return 0;
    u32 key = pathSlots[slot];
    if (key == 0 || (isPaired && wanted[key - 1] != numbers[row])) missing[found++] = row;
  }
  result[0] = found;
  return 1;
}

// Finds numbers that are not among the keys. pathBytes begins with the keys, then the numbers; the rows of the numbers
// that were found follow them. If paired, there are as many numbers as keys: row by row a key, and the key of its peer or
// 0. Then those rows are found whose peer is missing or has another peer. If rows have the same key, the last counts.
// Returns whether there was room. Paths that were numbered before are lost.
__attribute__((export_name("findMissing"))) u32 findMissing(u32 keys, u32 others, u32 isPaired) {
  if (keys > PATH_SLOTS / 2 || others > PATH_BYTES / 8 - keys) return 0;
  u32 size = 64;
  while (size < 2 * keys) size *= 2;
  __builtin_memset(pathSlots, 0, size * 4);
  u32 isDone = findIn((u32 *)pathBytes, keys, others, isPaired, size - 1);
  __builtin_memset(pathSlots, 0, size * 4);
  return isDone;
}
