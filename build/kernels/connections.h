// Finds both ends of connections among all details, as app/decoder/connections.ts does, and
// marks the files that have any.

enum { PROTOCOL, STATE, LOCAL, REMOTE, CONNECTION_KEYS };
enum { MOST_STATES = 8 };
// What the value of an address is: the local address of a connection, the remote one.
enum { IS_LOCAL = 1, IS_REMOTE = 2 };

// What the caller has given: columns of open files; the numbers of the keys, of the values that a connection has, and
// of the kind of its files; the bit of `has` that marks a file; room for a byte for each value, and for three words for
// each file. Then: the connections found, a file, its local and its remote address each.
static struct {
  u8 *has;
  const u8 *kinds;
  u8 *ends;
  u32 *found;
  u32 count;
  u32 mark;
  u32 kind;
  u32 keys[CONNECTION_KEYS];
  u32 protocol;
  u32 states[MOST_STATES];
} connections;

static u32 looked_at = 0xffffffff;
static u32 values_of[CONNECTION_KEYS];

// Whether a value is a text that is not empty.
static u32 is_text(u32 value) { return value_starts[value + 1] - value_starts[value] > 2 && pool[value_starts[value]] == '"'; }

static u32 is_connected(u32 file) {
  const u32 state = values_of[STATE];
  if (connections.kinds[file] != connections.kind || values_of[PROTOCOL] != connections.protocol) return 0;
  for (u32 at = 0; at < MOST_STATES; at++) if (connections.states[at] == state) return 1;
  return 0;
}

// Must be called when all details of a file have been seen.
static void close_file(void) {
  for (u32 key = 0; key < CONNECTION_KEYS; key++) if (values_of[key] == NONE) return;
  const u32 local = values_of[LOCAL], remote = values_of[REMOTE];
  if (!is_connected(looked_at) || !is_text(local) || !is_text(remote)) return;
  u32 *found = connections.found + 3 * connections.count++;
  found[0] = looked_at;
  found[1] = local;
  found[2] = remote;
  connections.ends[local] |= IS_LOCAL;
  connections.ends[remote] |= IS_REMOTE;
}

// Looks at the first `count` details in the arrays, which follow those that it has seen, in the order of their files.
void EXPORT(look)(u32 count) {
  for (u32 at = 0; at < count; at++) {
    if (rows[at] != looked_at) {
      if (looked_at != NONE) close_file();
      looked_at = rows[at];
      connections.has[looked_at] |= connections.mark;
      for (u32 key = 0; key < CONNECTION_KEYS; key++) values_of[key] = NONE;
    }
    for (u32 key = 0; key < CONNECTION_KEYS; key++) {
      if (keys[at] == connections.keys[key]) values_of[key] = values[at];
    }
  }
}

// Leaves those of which both addresses are local and remote ones: others lead out of the image.
void EXPORT(connect)(void) {
  if (looked_at != NONE) close_file();
  const u32 *found = connections.found;
  u32 count = 0;
  for (u32 at = 0; at < connections.count; at++, found += 3) {
    if ((connections.ends[found[1]] & connections.ends[found[2]]) != (IS_LOCAL | IS_REMOTE)) continue;
    u32 *kept = connections.found + 3 * count++;
    for (u32 word = 0; word < 3; word++) kept[word] = found[word];
  }
  connections.count = count;
}
