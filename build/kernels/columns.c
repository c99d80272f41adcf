// Compiled to app/decoder/builder/columns-module.ts.
//
// Loops over whole columns: their order, and what follows from it. Each runs once or twice for an image, so that V8
// would interpret most of it. See app/decoder/builder/column-kernel.ts, which gives it columns, and takes the results.
//
// Bounds: the caller reserves every array. Keys beyond the buckets are left out.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

#define EXPORT(name) __attribute__((export_name(#name))) name

#include "heap.h"

// Frees all arrays.
void EXPORT(begin)(void) { heap_end = 0; }

// Room for an array; 0 if there is none.
void *EXPORT(reserve)(u32 bytes) { return allocate(bytes); }

// Sorts rows by their keys; equal keys keep their order. `first`, of buckets + 2 words, then has where the rows of each
// key begin. Returns how many rows there are; those with a negative key are left out.
u32 EXPORT(sort)(const u32 *keys, u32 count, u32 buckets, u32 *first, u32 *rows) {
  __builtin_memset(first, 0, 4 * (buckets + 2));
  for (u32 row = 0; row < count; row++) if (keys[row] < buckets) first[keys[row] + 2]++;
  for (u32 at = 2; at < buckets + 2; at++) first[at] += first[at - 1];
  // The rows of a key end where those of the next one begin.
  for (u32 row = 0; row < count; row++) if (keys[row] < buckets) rows[first[keys[row] + 1]++] = row;
  return first[buckets];
}

// Whether rows are in the order of their tables, then of their numbers. `first`, of buckets + 1 words, then has where
// the rows of each table begin.
u32 EXPORT(ascend)(const u32 *tables, const int *numbers, u32 count, u32 buckets, u32 *first) {
  u32 table = 0;
  int last = -1;
  first[0] = 0;
  for (u32 row = 0; row < count; row++) {
    const u32 own = tables[row];
    if (own >= buckets || own < table || (own == table && numbers[row] < last)) return 0;
    while (table < own) first[++table] = row;
    last = numbers[row];
  }
  while (table < buckets) first[++table] = count;
  return 1;
}

// A column in the order of rows.
void EXPORT(take32)(const u32 *column, const u32 *rows, u32 count, u32 *to) {
  for (u32 at = 0; at < count; at++) to[at] = column[rows[at]];
}

void EXPORT(take16)(const u16 *column, const u32 *rows, u32 count, u16 *to) {
  for (u32 at = 0; at < count; at++) to[at] = column[rows[at]];
}

// What is done about each file, as readingFlags in app/decoder/criu/details/reading-flags.ts. `first` and `contents` may
// be 0: no file has further records, or contents.
void EXPORT(flag)(u8 *flags, const u8 *has, const u32 *record, const u32 *first, const u8 *contents, u32 count,
                  u32 inode, u32 deleted) {
  enum { WANTED = 1, ALONE = 2, FOLLOWS = 4, RELATED_SHIFT = 3 };
  for (u32 file = 0; file < count; file++) {
    const u32 related = first == 0 ? 0 : first[file + 1] - first[file];
    u32 flag = flags[file];
    if (!(has[file] & inode) || related > 0) flag |= WANTED;
    if (!(has[file] & deleted)) {
      if (related == 0) flag |= ALONE;
      else if (related == 1 && contents != 0 && contents[file] > 0) flag |= ALONE | contents[file] << RELATED_SHIFT;
    }
    if (file > 0 && record[file] == record[file - 1] + 1) flag |= FOLLOWS;
    flags[file] = flag;
  }
}
