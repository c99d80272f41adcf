// Sorts pairs of a key and a file. Included after heap.h.

// Whether keys ascend.
static u32 ascends(const u32 *list, u32 count) {
  for (u32 at = 1; at < count; at++) if (list[at] < list[at - 1]) return 0;
  return 1;
}

// Sorts keys in ascending order, with their files; equal keys keep their order. Returns 0 if there is no room for it.
static u32 sort_pairs(u32 *list, u32 *files, u32 count) {
  if (ascends(list, count)) return 1;
  u32 *from = list, *from_files = files;
  u32 *to = allocate(4 * count), *to_files = allocate(4 * count);
  if (to == 0 || to_files == 0) return 0;
  // Four passes, so that the last one ends in the arrays given.
  for (u32 shift = 0; shift < 32; shift += 8) {
    u32 next[256] = {0};
    for (u32 at = 0; at < count; at++) next[from[at] >> shift & 255]++;
    for (u32 byte = 0, sum = 0; byte < 256; byte++) {
      const u32 own = next[byte];
      next[byte] = sum;
      sum += own;
    }
    for (u32 at = 0; at < count; at++) {
      const u32 place = next[from[at] >> shift & 255]++;
      to[place] = from[at];
      to_files[place] = from_files[at];
    }
    u32 *const other = from, *const other_files = from_files;
    from = to;
    from_files = to_files;
    to = other;
    to_files = other_files;
  }
  return 1;
}
