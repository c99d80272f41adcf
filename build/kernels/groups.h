// Groups the ends of pipes. Included after the files that were given.

// Groups of at least two files: the files of each one after another, the number of the group of each, where the files of each
// group begin, and how many files and groups there are.
static struct {
  u32 *files;
  u32 *group_of;
  u32 *firsts;
  u32 file_count;
  u32 group_count;
} groups;

// Finds the files with the same pipe, in the order of the pipes. Must be called after `settle`; returns 0 if there is no room.
u32 EXPORT(group)(void) {
  const u32 room = 4 * given.pipe_count;
  groups.files = allocate(room);
  groups.group_of = allocate(room);
  groups.firsts = allocate(room);
  if (groups.files == 0 || groups.group_of == 0 || groups.firsts == 0) return 0;
  for (u32 first = 0, end; first < given.pipe_count; first = end) {
    for (end = first + 1; end < given.pipe_count && given.pipes[end] == given.pipes[first];) end++;
    if (end - first < 2) continue;
    groups.firsts[groups.group_count] = groups.file_count;
    for (u32 at = first; at < end; at++) {
      groups.files[groups.file_count] = given.pipe_files[at];
      groups.group_of[groups.file_count++] = groups.group_count;
    }
    groups.group_count++;
  }
  return 1;
}
