// Facts about an open file, as app/export/fact-words.ts writes them. All of this returns null, or 0, for what is left to
// the caller. Included in rows.c.

static inline int isWordByte(u8 byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '_';
}

// Where the text in the brackets of a made-up name begins, such as `socket:[tcp]`; 0 for another name.
static u32 insideOf(const u8 *name, u32 length) {
  u32 at = 0;
  while (at < length && isWordByte(name[at])) at++;
  return at == 0 || at + 1 >= length || name[at] != ':' || name[at + 1] != '[' ? 0 : at + 2;
}

// Whether JSON is a string that is a word, and shown as it is.
static int isPlainWord(const u8 *value, u32 length) {
  if (length <= 2 || value[0] != '"') return 0;
  for (u32 at = 1; at < length - 1; at++) {
    u8 byte = value[at];
    if (byte <= ' ' || byte >= 0x7f || byte == '\\' || (byte == '>' && value[at - 1] == '-')) return 0;
  }
  return 1;
}

// Whether all of a name is shown as it is.
static int isShownAsItIs(const u8 *name, u32 length) {
  for (u32 at = 0; at < length; at++) if (name[at] < 0x20 || name[at] >= 0x7f || name[at] == '\\') return 0;
  return 1;
}

// A fact that is known. If it is not, sets the status and where it belongs.
static const struct fact *factOf(u32 key, u32 value) {
  u32 hash = (value ^ key * 0x9e3779b1) * 0x85ebca6b;
  for (u32 tried = 0; tried < MOST_TRIED; tried++) {
    u32 at = ((hash >> 16) + tried) % FACT_COUNT;
    if (facts[at].key == key && facts[at].value == value) return &facts[at];
    if (facts[at].key != 0) continue;
    report.fact = at;
    report.factValue = value;
    report.status = UNKNOWN;
    return 0;
  }
  return 0;
}

// The file that facts are written about, the words of its name, and where facts begin and have to end.
static struct {
  const u8 *name, *limit, *start;
  u32 nameLength, table;
  u32 isSplit, words;
  u16 wordAt[MOST_PLAIN + 1], wordLength[MOST_PLAIN + 1];
} about;

static void addWord(u32 from, u32 to) {
  about.wordAt[about.words] = from;
  about.wordLength[about.words++] = to - from;
}

// Splits the text in the brackets of a made-up name at spaces and arrows. The last byte is a bracket.
static void splitName(void) {
  const u8 *name = about.name;
  u32 from = insideOf(name, about.nameLength), end = about.nameLength - 1;
  about.isSplit = 1;
  about.words = 0;
  if (from == 0) return;
  for (u32 at = from; at < end; at++) {
    u32 isArrow = name[at] == '-' && at + 1 < end && name[at + 1] == '>';
    if (name[at] != ' ' && !isArrow) continue;
    addWord(from, at);
    at += isArrow;
    from = at + 1;
  }
  addWord(from, end);
}

// Whether a made-up name has a word.
static int hasWord(const u8 *word, u32 length) {
  if (!about.isSplit) splitName();
  for (u32 nth = 0; nth < about.words; nth++) {
    if (about.wordLength[nth] != length) continue;
    const u8 *own = about.name + about.wordAt[nth];
    u32 same = 0;
    while (same < length && own[same] == word[same]) same++;
    if (same == length) return 1;
  }
  return 0;
}

static u8 *writeWord(u8 *to, u32 word) { return to ? writePiece(to, about.limit, set.words + word) : 0; }

static u8 *beginFact(u8 *to) { return to > about.start ? writeWord(to, SEPARATOR) : to; }

// Where the first of `count` ascending numbers is that is not below a number: at `likely`, or anywhere else.
static u32 firstNotBelow(const u32 *numbers, u32 count, u32 likely, u32 number) {
  u32 low = likely;
  if (low > count || (low > 0 && numbers[low - 1] >= number) || (low < count && numbers[low] < number)) {
    low = 0;
    for (u32 high = count; low < high;) {
      u32 middle = (low + high) / 2;
      if (numbers[middle] < number) low = middle + 1;
      else high = middle;
    }
  }
  return low;
}

// Finds the entries of a file, `*first` to before `*end`. Returns 0 if not all of them are in the window.
static int findEntries(u32 file, u32 *first, u32 *end) {
  u32 low = *first = firstNotBelow(entryRow, set.entries, set.next, file);
  while (low < set.entries && entryRow[low] == file) low++;
  *end = set.next = low;
  return low < set.entries || !set.hasMore;
}

static int isMadeUp(void) {
  return about.nameLength <= MOST_PLAIN && about.nameLength > 0 && about.name[about.nameLength - 1] == ']';
}

enum { WITHOUT_WORD, WITH_WORD, UNCLEAR };

// Whether the name has a word, if it is made up. Names that are shown otherwise are left to the caller.
static u32 wordInName(const u8 *word, u32 length) {
  if (isMadeUp()) return hasWord(word, length) ? WITH_WORD : WITHOUT_WORD;
  if (about.nameLength > MOST_PLAIN || !isShownAsItIs(about.name, about.nameLength)) return UNCLEAR;
  return insideOf(about.name, about.nameLength) ? UNCLEAR : WITHOUT_WORD;
}

// Whether JSON is a number above 0 that is shown as it is.
static int isWholeNumber(const u8 *value, u32 length) {
  if (length == 0 || length > 15 || value[0] == '0') return 0;
  for (u32 at = 0; at < length; at++) if (value[at] < '0' || value[at] > '9') return 0;
  return 1;
}

static u8 *writeNumberFact(u8 *to, u32 title, const u8 *digits, u32 length) {
  u32 found = wordInName(digits, length);
  if (found != WITHOUT_WORD) return found == WITH_WORD ? to : 0;
  to = beginFact(to);
  if (to) to = writePiece(to, about.limit, title);
  return to && length <= (u32)(about.limit - to) ? copy(to, digits, length) : 0;
}

// A detail for whose value there is no fact yet, in which case the status says what is needed.
static u8 *writeUnknown(u8 *to, u32 kind, u32 key, u32 value, u32 said, u32 status) {
  report.factKind = kind;
  report.factKey = key;
  if (said != MAY_BE_WORD) return 0;
  u32 title = factTitles[kind * FACT_KEYS + key], length;
  if (!title && !isMadeUp()) return 0;
  const u8 *bytes = valueBytes(value, &length);
  if (!bytes) return 0;
  // Numbers of 64 bits are strings.
  u32 quote = length > 2 && bytes[0] == '"';
  if (title && isWholeNumber(bytes + quote, length - 2 * quote)) {
    report.status = status;
    return writeNumberFact(to, title - 1, bytes + quote, length - 2 * quote);
  }
  if (!isMadeUp() || !isPlainWord(bytes, length) || !hasWord(bytes + 1, length - 2)) return 0;
  report.status = status;
  return to;
}

static u8 *writeDetail(u8 *to, u32 kind, u32 at) {
  u32 key = entryKey[at], value = entryValue[at];
  if (kind >= FACT_KINDS || key >= set.keys) return 0;
  u32 said = factKeys[kind * FACT_KEYS + key];
  if (said == NEVER) return to;
  u32 status = report.status;
  const struct fact *fact = factOf(1 + kind * FACT_KEYS + key, value);
  if (!fact) return writeUnknown(to, kind, key, value, said, status);
  if (fact->piece == NO_PIECE) return to;
  if (fact->word != NO_PIECE) {
    const struct piece *word = &pieces[fact->word];
    u32 found = wordInName(pieceBytes + word->at, word->length);
    if (found != WITHOUT_WORD) return found == WITH_WORD ? to : 0;
  }
  to = beginFact(to);
  return to ? writePiece(to, about.limit, fact->piece) : 0;
}

// Writes a file by its holders: `fd 5`. Those of other tables are left to the caller.
static u8 *writeHolders(u8 *to, u32 file) {
  u32 nth = file - set.firstFile;
  if (nth >= set.files) return 0;
  u32 first = firstHolder[nth], end = firstHolder[nth + 1];
  if (first == end || end - first > MOST_HOLDERS) return 0;
  for (u32 at = first; at < end; at++) {
    u32 place = at - firstHolder[0];
    if (place >= set.holders) return 0;
    u32 row = holder[place] - set.firstRow;
    if (row >= set.rows || ((const u32 *)set.rowTable)[row] != about.table) return 0;
    if (at > first) to = writeWord(to, EQUALS);
    to = writeWord(to, FD);
    if (!to || about.limit - to < 24) return 0;
    to = writeNumber(to, (u64)(i64)((const i32 *)set.rowFd)[row], 1, 0);
  }
  return to;
}

// Links of one role.
static struct {
  u32 count, file[MOST_NAMED], data[MOST_NAMED];
} linked;

static int addLink(u32 file, u32 data) {
  if (linked.count == MOST_NAMED) return 0;
  linked.file[linked.count] = file;
  linked.data[linked.count++] = data;
  return 1;
}

// Which end of a pipe a file in the window is, as in app/model/links.ts.
static u32 endOfPipe(u32 nth) {
  u32 access = fileFlags[nth] & 3;
  return !(fileHas[nth] & set.hasFlags) || access > 1 ? 2 : access;
}

// Whether a member of a group is linked to a file that is another of its members. Both are in the window.
static int isLinked(u32 role, u32 file, u32 other) {
  if (other == file) return 0;
  u32 end = role == set.otherEnd ? endOfPipe(file - set.firstFile) : 2;
  return end == 2 || end != endOfPipe(other - set.firstFile);
}

// Finds the links of a file, first … end - 1, that have a role. Returns 0 if they are too many, or not in the windows.
static int findLinks(u32 file, u32 role, u32 first, u32 end) {
  linked.count = 0;
  for (u32 at = first; at < end; at++) {
    if (linkRole[at] != role) continue;
    if (!(set.groupRoles >> role & 1)) {
      if (!addLink(linkTo[at], linkData[at])) return 0;
      continue;
    }
    u32 group = linkTo[at] - set.firstGroup;
    if (group >= set.groups) return 0;
    for (u32 nth = firstMember[group]; nth < firstMember[group + 1]; nth++) {
      u32 place = nth - firstMember[0];
      if (place >= set.members) return 0;
      if (member[place] - set.firstFile >= set.files) return 0;
      if (isLinked(role, file, member[place]) && !addLink(member[place], 0)) return 0;
    }
  }
  return 1;
}

// Writes the links that were found, those with the same events together.
static u8 *writeLinked(u8 *to) {
  for (u32 first = 0; first < linked.count; first++) {
    u32 data = linked.data[first], before = 0;
    while (linked.data[before] != data) before++;
    if (before < first) continue;
    if (first > 0) to = writeWord(to, COMMA);
    for (u32 at = first; at < linked.count; at++) {
      if (linked.data[at] != data) continue;
      if (at > first) to = writeWord(to, COMMA);
      if (to) to = writeHolders(to, linked.file[at]);
      if (!to) return 0;
    }
    if (data == 0) continue;
    const struct fact *fact = factOf(EVENTS, data);
    if (!fact) {
      report.factKind = EVENTS;
      return 0;
    }
    to = writePiece(to, about.limit, fact->piece);
  }
  return to;
}

static u8 *writeLinks(u8 *to, u32 file) {
  u32 low = firstNotBelow(linkFrom, set.links, set.nextLink, file), end;
  for (end = low; end < set.links && linkFrom[end] == file; end++) if (linkRole[end] >= set.roles) return 0;
  if (end == set.links && set.hasMoreLinks) return 0;
  set.nextLink = end;
  for (u32 role = 0; low < end && to && role < set.roles; role++) {
    if (!findLinks(file, role, low, end)) return 0;
    if (linked.count == 0) continue;
    to = beginFact(to);
    to = writeWord(to, TITLES + role);
    if (to) to = writeLinked(to);
  }
  return to;
}

// Writes what is worth saying about the file of a row after a gap; nothing if there is nothing to say. Apart from
// run(), which V8 optimizes as a whole also where there are no facts.
APART static u8 *writeFacts(u8 *to, const u8 *limit, u32 kind, u32 row) {
  u8 *before = to;
  u32 file = ((const u32 *)set.rowFile)[row], first, end;
  report.status = CALLED;
  if (file - set.firstFile >= set.files) return 0;
  about.table = ((const u32 *)set.rowTable)[row];
  about.limit = limit;
  about.nameLength = ((const u32 *)set.nameLength)[row];
  about.name = bytesOf(TEXTS, ((const u32 *)set.nameStart)[row], about.nameLength);
  about.isSplit = 0;
  if (!about.name) return 0;
  if (!findEntries(file, &first, &end) || end - first > MOST_ENTRIES || hasTwice(first, end)) return 0;
  to = writeWord(to, GAP);
  about.start = to;
  for (u32 at = first; to && at < end; at++) to = writeDetail(to, kind, at);
  if (to) to = writeLinks(to, file);
  if (!to || to - about.start > MOST_SHOWN) return 0;
  return to == about.start ? before : to;
}
