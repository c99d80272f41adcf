// Groups the ends of pipes, and orders links. Included after what the caller gives, and after connections.h.

// Groups of at least two files: the files of each one after another, the number of the group of each, where the files
// of each group begin, and how many files and groups there are.
static struct {
  u32 *files;
  u32 *group_of;
  u32 *firsts;
  u32 file_count;
  u32 group_count;
} groups;

// Finds the files with the same pipe, in the order of the pipes. Must be called after `settle`;
// returns 0 if there is no room.
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

// Links in some order, and room for them in the order of their files: columns as in app/model/checkpoint.ts. `rows`:
// room for the place that each of the ordered links had.
static struct {
  u32 *from;
  u32 *to;
  u32 *data;
  u8 *roles;
  u32 *rows;
  u32 *ordered_to;
  u32 *ordered_data;
  u8 *ordered_roles;
} links;

// Orders the first `count` links by their files; those of one file keep their order. Marks the files as `look` does.
// Returns 0 if there is no room.
u32 EXPORT(order)(u32 count) {
  for (u32 at = 0; at < count; at++) {
    links.rows[at] = at;
    connections.has[links.from[at]] |= connections.mark;
  }
  if (!sort_pairs(links.from, links.rows, count)) return 0;
  for (u32 at = 0; at < count; at++) {
    const u32 row = links.rows[at];
    links.ordered_to[at] = links.to[row];
    links.ordered_data[at] = links.data[row];
    links.ordered_roles[at] = links.roles[row];
  }
  return 1;
}
