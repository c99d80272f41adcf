// Compiled to app/decoder/linux-cr/kernel/records-module.ts.
//
// Reads records of Linux-CR images in their usual form into columns: open files with a path, pipes, the descriptors
// that refer to them, and records that are only listed. It knows no record by itself.
// app/decoder/linux-cr/kernel/record-forms.ts makes its tables from a dialect: what is done with each type of record,
// how long it is, and where its fields are. A record in any other form ends a run, and is left to the caller.
//
// Bounds: a record is read only if it lies within the bytes that were given, and a field only if the record has it;
// `input` has 8 more bytes after its last. Writing stays within the columns: a run has at most ROWS records, an open
// file takes two of them at least, a descriptor one; the text is that of the input, but for the names of pipes, which
// are shorter than their records. The tables come from the caller and are trusted.

typedef unsigned char u8;
typedef unsigned int u32;
typedef int s32;
typedef unsigned long long u64;

#define INPUT (256 << 10)
#define ROWS 8192
#define FILES (ROWS / 2)
// Columns whose sizes are multiples of 4 KiB would all use the same places of the processor's cache.
#define APART 16
#define TYPES 10000
#define FILE_TYPES 16
#define LENGTH_BYTES 3
#define LONGEST_PATH 4096
#define KNOWN 8192
#define BEGINNINGS 32
#define BEGINNING 32

// What is done with a record, in the lowest bits of its form. Its kind and its length, 0 for any, are above.
enum { LEAVE, LIST, ANNOUNCE, DESCRIBE, NAME, DESCRIPTOR };

// What is done with an open file by its type.
enum { NO_FILE, PATH, PATH_WITH_KIND, PIPE };

// Where fields are in their records, and other properties of the dialect.
enum {
  BIG_ENDIAN,
  OBJECT_TYPE, OBJREF, TYPE_OF_FILE,
  FILE_TYPE, MODE, FLAGS, POS, VERSION,
  HOLDER_OBJREF, FD, CLOSE_ON_EXEC,
  HAS_OF_PATH, HAS_OF_PIPE,
  // 0: open files have none.
  CREDENTIALS, SECURITY,
  PROPERTIES
};

typedef struct {
  u32 rule, kind, recordKind, size;
  // Of a pipe: where its objref is.
  u32 objref;
} FileForm;

// The next one with the same first byte is at `next` - 1; 0: there is none.
typedef struct {
  u32 length, kind, next;
  u8 text[BEGINNING];
} Beginning;

// What a run starts from: room for rows and bytes, rows that there are already, the current table or -1, its last
// descriptor or -1, and whether columns exist that most images do not need.
typedef struct {
  u32 rows, files, descriptors, text;
  u32 record, file, textAt;
  s32 table, fd;
  u32 versions, varying;
} Request;

// What it did: records, where it stopped, open files, descriptors, bytes of text, bytes of lengths,
// descriptors whose open file is not known here, whether the objrefs of the open files follow one
// another, and how often their owners changed.
typedef struct {
  u32 rows, end, files, descriptors, text, lengthBytes, missing, inOrder, owners;
} Result;

// A run: what it starts from, and what it did so far. Kept in locals, as bytes that are written
// might be parts of any global.
typedef struct {
  Request from;
  Result did;
} Run;

#define INLINE static inline __attribute__((always_inline))

static u8 input[INPUT + 8];
static u32 properties[PROPERTIES];
static u32 forms[TYPES];
static FileForm fileForms[FILE_TYPES];
static Beginning beginnings[BEGINNINGS];
// By first byte: the number of the first beginning, counted from 1.
static u32 firstBeginnings[256];
static Request request;
static Result result;

static u8 kinds[ROWS + APART];
static u8 lengths[LENGTH_BYTES * ROWS];
// By record: where it begins, and where its length is in `lengths`.
static u32 offsets[ROWS + APART];
static u32 lengthsAt[ROWS + APART];

static u32 fileIds[FILES + APART];
static u8 fileKinds[FILES + APART];
static u8 fileHas[FILES + APART];
static u32 nameOffsets[FILES + APART];
static u32 nameLengths[FILES + APART];
static u32 nameVarying[FILES + APART];
static u64 filePos[FILES + APART];
static u64 fileVersions[FILES + APART];
static u32 fileFlags[FILES + APART];
static u32 fileModes[FILES + APART];
static u32 fileRecords[FILES + APART];

// Owners of open files: from which record on, and their credentials and security labels, as objrefs.
static u32 ownerRecords[FILES + APART];
static u32 ownerCredentials[FILES + APART];
static u32 ownerSecurity[FILES + APART];

static s32 fds[ROWS + APART];
static u32 tables[ROWS + APART];
// The row of its open file; its objref if that is not known.
static u32 files[ROWS + APART];
static u8 closeOnExec[ROWS + APART];
static u32 descriptorRecords[ROWS + APART];
static u32 missing[ROWS + APART];

// Copies of bytes end up to 7 bytes later.
static u8 text[INPUT + 8];

// Open files that were announced lately, by the lowest bits of their objrefs.
static u32 knownObjrefs[KNOWN];
static u32 knownFiles[KNOWN];

// What only some images need is not part of the function that V8 optimizes.
#define RARE static __attribute__((noinline))

RARE u32 swapped32(u32 value) {
  return __builtin_bswap32(value);
}

RARE u64 swapped64(u64 value) {
  return __builtin_bswap64(value);
}

INLINE u32 load32(u32 at) {
  u32 value;
  __builtin_memcpy(&value, input + at, 4);
  return properties[BIG_ENDIAN] ? swapped32(value) : value;
}

INLINE u64 load64(u32 at) {
  u64 value;
  __builtin_memcpy(&value, input + at, 8);
  return properties[BIG_ENDIAN] ? swapped64(value) : value;
}

// A record in the input.
typedef struct {
  u32 at, length, form;
} Record;

// Whether a record at `at` lies before `end` and is as long as its form says.
INLINE int readRecord(u32 at, u32 end, Record *record) {
  if (end - at < 8) return 0;
  u32 type = load32(at), length = load32(at + 4);
  if (type >= TYPES || length < 8 || length > end - at) return 0;
  u32 form = forms[type];
  u32 expected = form >> 16;
  if (expected != 0 && expected != length) return 0;
  record->at = at;
  record->length = length;
  record->form = form;
  return 1;
}

INLINE u32 actionOf(const Record *record) {
  return record->form & 15;
}

INLINE void addRecord(Run *run, const Record *record) {
  u32 row = run->did.rows++;
  kinds[row] = record->form >> 8 & 255;
  offsets[row] = record->at;
  u32 to = run->did.lengthBytes;
  lengthsAt[row] = to;
  u32 length = record->length;
  for (; length > 127; length >>= 7) lengths[to++] = length | 128;
  lengths[to++] = length;
  run->did.lengthBytes = to;
  run->did.end = record->at + record->length;
}

// Copies a name to the text. Returns whether it has no NUL but the one after it.
INLINE int copyName(Run *run, u32 from, u32 length) {
  u8 *to = text + run->did.text;
  for (u32 at = 0; at < length; at += 8) {
    u64 eight;
    __builtin_memcpy(&eight, input + from + at, 8);
    __builtin_memcpy(to + at, &eight, 8);
    if (length - at < 8) eight |= ~0ull << 8 * (length - at);
    if (((eight - 0x0101010101010101ull) & ~eight & 0x8080808080808080ull) != 0) return 0;
  }
  return input[from + length] == 0;
}

// The kind of an open file whose name begins like those of another kind; `kind` if it does not.
RARE u32 kindByName(const u8 *name, u32 length, u32 kind) {
  for (u32 next = firstBeginnings[name[0]]; next > 0; next = beginnings[next - 1].next) {
    const Beginning *each = beginnings + next - 1;
    if (each->text[1] != name[1] || each->length > length) continue;
    u32 at = 0;
    while (at < each->length && each->text[at] == name[at]) at++;
    if (at == each->length) return each->kind;
  }
  return kind;
}

// Writes `pipe:[NUMBER]`; returns its length.
RARE u32 writePipeName(u8 *to, s32 number) {
  u32 length = 6;
  __builtin_memcpy(to, "pipe:[", 6);
  if (number < 0) to[length++] = '-';
  u32 left = number < 0 ? -(u32)number : (u32)number;
  u32 digits = 1;
  for (u32 rest = left; rest > 9; rest /= 10) digits++;
  for (u32 at = length + digits; at > length; left /= 10) to[--at] = '0' + left % 10;
  length += digits;
  to[length++] = ']';
  return length;
}

// Where the name of a pipe begins to vary.
#define STABLE_OF_PIPE 6
#define LONGEST_PIPE_NAME 18

// Whether a name has a line feed.
RARE int hasLines(const u8 *name, u32 length) {
  for (u32 at = 0; at < length; at++) if (name[at] == '\n') return 1;
  return 0;
}

// Notes whose an open file is, unless it is the one's before.
INLINE void addOwner(Run *run, u32 at) {
  u32 credentials = properties[CREDENTIALS] ? load32(at + properties[CREDENTIALS]) : 0;
  u32 security = properties[SECURITY] ? load32(at + properties[SECURITY]) : 0;
  u32 next = run->did.owners;
  if (next > 0 && ownerCredentials[next - 1] == credentials && ownerSecurity[next - 1] == security) return;
  ownerRecords[next] = run->did.rows;
  ownerCredentials[next] = credentials;
  ownerSecurity[next] = security;
  run->did.owners = next + 1;
}

INLINE void addFile(Run *run, u32 objref, const FileForm *form, u32 at, u32 kind, u32 nameLength, u32 varying) {
  u32 row = run->did.files++;
  int isPipe = form->rule == PIPE;
  if (row > 0 && objref != fileIds[row - 1] + 1) run->did.inOrder = 0;
  fileIds[row] = objref;
  fileHas[row] = properties[isPipe ? HAS_OF_PIPE : HAS_OF_PATH];
  fileKinds[row] = kind;
  nameOffsets[row] = run->from.textAt + run->did.text;
  nameLengths[row] = nameLength;
  nameVarying[row] = varying;
  filePos[row] = load64(at + properties[POS]);
  fileVersions[row] = load64(at + properties[VERSION]);
  fileFlags[row] = load32(at + properties[FLAGS]);
  fileModes[row] = load32(at + properties[MODE]);
  knownObjrefs[objref % KNOWN] = objref;
  knownFiles[objref % KNOWN] = run->from.file + row;
  run->did.text += nameLength;
}

// Reads an open file: the record that announces it, the one that describes it, and its path, if it has one. Returns how
// many records that are; 0 if it has another form, or there is no room for it.
INLINE u32 readFile(Run *run, Record *records, u32 end) {
  const Record *announced = records;
  if (load32(announced->at + properties[OBJECT_TYPE]) != properties[TYPE_OF_FILE]) return 0;
  u32 objref = load32(announced->at + properties[OBJREF]);
  if ((s32)objref <= 0 || knownObjrefs[objref % KNOWN] == objref) return 0;
  if (run->did.files == run->from.files || run->from.rows - run->did.rows < 3) return 0;
  Record *described = records + 1;
  if (!readRecord(announced->at + announced->length, end, described) || actionOf(described) != DESCRIBE) return 0;
  if (described->length < properties[FILE_TYPE] + 4) return 0;
  u32 type = load32(described->at + properties[FILE_TYPE]);
  if (type >= FILE_TYPES) return 0;
  const FileForm *form = fileForms + type;
  if (form->rule == NO_FILE || form->size != described->length) return 0;
  if (!run->from.versions && load64(described->at + properties[VERSION]) != 0) return 0;
  u32 nameLength, varying = 0, kind = form->kind;
  Record *name = records + 2;
  if (form->rule == PIPE) {
    if (!run->from.varying || run->from.text - run->did.text < LONGEST_PIPE_NAME) return 0;
    nameLength = writePipeName(text + run->did.text, load32(described->at + form->objref));
    varying = nameLength - STABLE_OF_PIPE;
  } else {
    if (!readRecord(described->at + described->length, end, name) || actionOf(name) != NAME) return 0;
    if (name->length < 9 || name->length > 8 + LONGEST_PATH || run->from.text - run->did.text < name->length - 8) return 0;
    nameLength = name->length - 9;
    if (!copyName(run, name->at + 8, nameLength)) return 0;
    if (form->rule == PATH_WITH_KIND) kind = kindByName(text + run->did.text, nameLength, kind);
    // Lines after a name are details of the file.
    if (kind != form->kind && hasLines(text + run->did.text, nameLength)) return 0;
  }
  described->form = form->recordKind << 8;
  fileRecords[run->did.files] = run->from.record + run->did.rows + 1;
  addOwner(run, described->at);
  addFile(run, objref, form, described->at, kind, nameLength, varying);
  return form->rule == PIPE ? 2 : 3;
}

// Reads a descriptor. Returns whether it has the usual form, and there is room for it.
INLINE int readDescriptor(Run *run, const Record *record) {
  if (run->from.table < 0 || run->did.descriptors == run->from.descriptors) return 0;
  u32 at = record->at;
  u32 objref = load32(at + properties[HOLDER_OBJREF]);
  s32 fd = load32(at + properties[FD]);
  u32 close = load32(at + properties[CLOSE_ON_EXEC]);
  if ((s32)objref <= 0 || fd < 0 || fd <= run->from.fd || close > 1) return 0;
  u32 row = run->did.descriptors++;
  u32 slot = objref % KNOWN;
  if (knownObjrefs[slot] == objref) files[row] = knownFiles[slot];
  else {
    files[row] = objref;
    missing[run->did.missing++] = row;
  }
  fds[row] = fd;
  tables[row] = run->from.table;
  closeOnExec[row] = close;
  descriptorRecords[row] = run->from.record + run->did.rows;
  run->from.fd = fd;
  return 1;
}

// Reads whole records from input[from … length - 1], until one has no usual form, or there is no room for it.
__attribute__((export_name("read"))) void read(u32 from, u32 length) {
  Run run = { .from = request, .did = { .end = from, .inOrder = 1 } };
  if (length > INPUT) length = INPUT;
  if (run.from.rows > ROWS) run.from.rows = ROWS;
  if (run.from.text > INPUT) run.from.text = INPUT;
  while (run.did.rows < run.from.rows && run.did.end <= length) {
    Record records[3];
    if (!readRecord(run.did.end, length, records)) break;
    u32 action = actionOf(records), count = action == LIST;
    if (action == ANNOUNCE) count = readFile(&run, records, length);
    else if (action == DESCRIPTOR) count = readDescriptor(&run, records);
    if (count == 0) break;
    for (u32 nth = 0; nth < count; nth++) addRecord(&run, records + nth);
  }
  result = run.did;
}

// Forgets the open files that were announced.
__attribute__((export_name("forget"))) void forget(void) {
  __builtin_memset(knownObjrefs, 0, sizeof knownObjrefs);
}

// Where the parts of the memory are.
__attribute__((export_name("places"))) const u32 *places(void) {
  static u32 parts[33];
  u32 *next = parts;
  *next++ = (u32)input;
  *next++ = (u32)properties;
  *next++ = (u32)forms;
  *next++ = (u32)fileForms;
  *next++ = (u32)beginnings;
  *next++ = (u32)firstBeginnings;
  *next++ = (u32)&request;
  *next++ = (u32)&result;
  *next++ = (u32)kinds;
  *next++ = (u32)lengths;
  *next++ = (u32)offsets;
  *next++ = (u32)lengthsAt;
  *next++ = (u32)fileIds;
  *next++ = (u32)fileKinds;
  *next++ = (u32)fileHas;
  *next++ = (u32)nameOffsets;
  *next++ = (u32)nameLengths;
  *next++ = (u32)nameVarying;
  *next++ = (u32)filePos;
  *next++ = (u32)fileVersions;
  *next++ = (u32)fileFlags;
  *next++ = (u32)fileModes;
  *next++ = (u32)fileRecords;
  *next++ = (u32)ownerRecords;
  *next++ = (u32)ownerCredentials;
  *next++ = (u32)ownerSecurity;
  *next++ = (u32)fds;
  *next++ = (u32)tables;
  *next++ = (u32)files;
  *next++ = (u32)closeOnExec;
  *next++ = (u32)descriptorRecords;
  *next++ = (u32)missing;
  *next++ = (u32)text;
  return parts;
}
