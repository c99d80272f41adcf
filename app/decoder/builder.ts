// Grows the columns of a Checkpoint while a decoder walks its image, and derives the index edges at the end.
// A full column grows to what the whole image will need if it goes on as it began, but at least to twice and at most to
// 64 times its length: what is allocated stays within a fixed multiple of the image's size, and little is copied.

import {
  type Checkpoint,
  type Descriptors,
  type Fact,
  type FileRecords,
  type FileTables,
  type Format,
  HAS,
  type Machine,
  type Member,
  NONE,
  type Objects,
  type OpenFiles,
  type Problem,
  type RecordKind,
  type Records,
  type Tasks,
} from "../model/checkpoint.ts";

type Column =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>;

const FIRST_CAPACITY = 64;

const grown = <C extends Column>(column: C, capacity: number): C => {
  const larger = new (column.constructor as new (length: number) => C)(capacity);
  (larger as unknown as Uint32Array).set(column as unknown as Uint32Array);
  return larger;
};

const cut = <C extends Column>(column: C, count: number): C => column.subarray(0, count) as C;

/** Columns being filled. */
type Growing<T> = { -readonly [K in keyof T]: T[K] } & { capacity: number };

/** Capacity for a full column when `fraction` of the image has been decoded. */
const nextCapacity = (capacity: number, fraction: number): number =>
  Math.ceil(Math.min(capacity * 64, Math.max(capacity * 2, (capacity / Math.max(fraction, 1e-9)) * 1.05)));

/** Grows every column of a group. Callers check `count === capacity` themselves: it is the hottest line there is. */
function grow(group: { capacity: number }, fraction: number): void {
  growTo(group, nextCapacity(group.capacity, fraction));
}

function growTo(group: { capacity: number }, capacity: number): void {
  const columns = group as unknown as Record<string, Column | number>;
  group.capacity = capacity;
  for (const key of Object.keys(columns)) {
    const column = columns[key];
    if (ArrayBuffer.isView(column) && column.length > 0) columns[key] = grown(column, group.capacity);
  }
}

type TaskColumns = Growing<Tasks>;
type TableColumns = Growing<Pick<FileTables, "count" | "id" | "announced" | "record">>;
type DescriptorColumns = Growing<Descriptors>;
type FileColumns = Growing<Omit<OpenFiles, "firstHolder" | "holder">>;
type RecordColumns = Growing<Omit<Records, "kinds">>;
type ObjectColumns = Growing<Omit<Objects, "types">>;

/** What is known of the image as a whole when the columns are closed. */
export interface Head {
  readonly format: Format;
  readonly dialect: string;
  readonly evidence: string;
  readonly complete: boolean;
  readonly machine: Machine;
  readonly time: number | null;
  readonly facts: readonly Fact[];
  readonly members: readonly Member[];
  readonly recordKinds: readonly RecordKind[];
  readonly objectTypes: readonly string[];
}

/** More than this many problems of one code are counted instead of kept. */
const PROBLEMS_PER_CODE = 100;

export type Builder = ReturnType<typeof createBuilder>;

/**
 * An empty set of columns, with the functions that add rows to them. Each returns the row's number.
 *
 * @param decoded How much of the image has been decoded, 0 … 1; columns that are full grow accordingly. 1 if that is
 *   not known: they double.
 */
export function createBuilder(decoded: () => number = () => 1) {
  const n = FIRST_CAPACITY;
  const i32 = () => new Int32Array(n);
  const u32 = () => new Uint32Array(n);
  const u8 = () => new Uint8Array(n);

  const tasks: TaskColumns = {
    count: 0,
    capacity: n,
    pid: i32(),
    ppid: i32(),
    tgid: i32(),
    pgid: i32(),
    sid: i32(),
    state: u8(),
    commOffset: u32(),
    commLength: u32(),
    table: i32(),
    record: i32(),
  };
  const tables: TableColumns = { count: 0, capacity: n, id: u32(), announced: i32(), record: i32() };
  const descriptors: DescriptorColumns = {
    count: 0,
    capacity: n,
    fd: i32(),
    table: u32(),
    file: i32(),
    closeOnExec: u8(),
    record: i32(),
  };
  const files: FileColumns = {
    count: 0,
    capacity: n,
    id: u32(),
    kind: u8(),
    nameOffset: u32(),
    nameLength: u32(),
    nameStable: u32(),
    has: u8(),
    use: u8(),
    pos: new BigUint64Array(n),
    flags: u32(),
    mode: u32(),
    version: new BigUint64Array(n),
    record: i32(),
  };
  const aliasWords = () => ({ pos: new Uint32Array(files.pos.buffer), version: new Uint32Array(files.version.buffer) });
  let words = aliasWords();
  const records: RecordColumns = {
    count: 0,
    capacity: n,
    offset: new Float64Array(n),
    length: u32(),
    kind: new Uint16Array(n),
    member: new Uint32Array(0),
  };
  const objects: ObjectColumns = { count: 0, capacity: n, id: u32(), type: u8(), record: i32() };
  const problems: Problem[] = [];
  const problemCounts = new Map<string, number>();
  const fileRecordPairs: { file: number; record: number }[] = [];

  let text = new Uint8Array(1024);
  let textLength = 0;

  const reserveText = (length: number): void => {
    if (textLength + length <= text.length) return;
    text = grown(text, Math.max(nextCapacity(text.length, decoded()), textLength + length));
  };

  return {
    tasks,
    tables,
    descriptors,
    files,
    records,
    objects,

    /** A task of which nothing is known yet. */
    addTask(record: number): number {
      if (tasks.count === tasks.capacity) grow(tasks, decoded());
      const row = tasks.count++;
      tasks.pid[row] = NONE;
      tasks.ppid[row] = NONE;
      tasks.tgid[row] = NONE;
      tasks.pgid[row] = NONE;
      tasks.sid[row] = NONE;
      tasks.table[row] = NONE;
      tasks.record[row] = record;
      return row;
    },

    addTable(id: number, announced: number, record: number): number {
      if (tables.count === tables.capacity) grow(tables, decoded());
      const row = tables.count++;
      tables.id[row] = id;
      tables.announced[row] = announced;
      tables.record[row] = record;
      return row;
    },

    addDescriptor(table: number, fd: number, file: number, closeOnExec: number, record: number): number {
      if (descriptors.count === descriptors.capacity) grow(descriptors, decoded());
      const row = descriptors.count++;
      descriptors.table[row] = table;
      descriptors.fd[row] = fd;
      descriptors.file[row] = file;
      descriptors.closeOnExec[row] = closeOnExec;
      descriptors.record[row] = record;
      return row;
    },

    /** An open file of which only its id is known yet. */
    addFile(id: number, record: number): number {
      if (files.count === files.capacity) {
        grow(files, decoded());
        words = aliasWords();
      }
      const row = files.count++;
      files.id[row] = id;
      files.record[row] = record;
      return row;
    },

    /** f_pos as two 32-bit words: no BigInt is made while decoding. */
    setPos(file: number, low: number, high: number): void {
      words.pos[2 * file] = low;
      words.pos[2 * file + 1] = high;
      files.has[file] = (files.has[file] as number) | HAS.pos;
    },

    /** f_version as two 32-bit words. */
    setVersion(file: number, low: number, high: number): void {
      // Mostly zero, as the column is to begin with: memory that is not written to need not be fetched.
      if (low !== 0) words.version[2 * file] = low;
      if (high !== 0) words.version[2 * file + 1] = high;
      files.has[file] = (files.has[file] as number) | HAS.version;
    },

    addRecord(offset: number, length: number, kind: number, member: number): number {
      if (records.count === records.capacity) grow(records, decoded());
      const row = records.count++;
      records.offset[row] = offset;
      records.length[row] = length;
      records.kind[row] = kind;
      if (member > 0) {
        if (records.member.length === 0) records.member = new Uint32Array(records.capacity);
        records.member[row] = member;
      }
      return row;
    },

    /** Bytes between records; a run of 4 GiB or more takes several rows. */
    addGap(offset: number, length: number, kind: number, member: number): void {
      const most = 0xffff_f000;
      for (let at = 0; at < length; at += most) this.addRecord(offset + at, Math.min(most, length - at), kind, member);
    },

    addObject(id: number, type: number, record: number): number {
      if (objects.count === objects.capacity) grow(objects, decoded());
      const row = objects.count++;
      objects.id[row] = id;
      objects.type[row] = type;
      objects.record[row] = record;
      return row;
    },

    /**
     * Makes room for so many more rows and bytes of text at once, which spares the columns from growing step by
     * step. A guess from what is already read, never a number out of the image.
     */
    reserve(room: { records?: number; files?: number; descriptors?: number; text?: number }): void {
      const need = (group: { count: number; capacity: number }, more = 0) => {
        if (group.count + more > group.capacity) growTo(group, group.count + more);
      };
      need(records, room.records);
      need(descriptors, room.descriptors);
      need(files, room.files);
      words = aliasWords();
      const length = textLength + (room.text ?? 0);
      if (length > text.length) text = grown(text, length);
    },

    /** Copies bytes[start … end - 1] into the text pool; returns where they begin in it. */
    addText(bytes: Uint8Array, start = 0, end = bytes.length): number {
      reserveText(end - start);
      const at = textLength;
      text.set(bytes.subarray(start, end), at);
      textLength += end - start;
      return at;
    },

    /** Gives a file the path at bytes[start], up to a NUL or `end`; returns where that is. */
    setPathToNul(file: number, bytes: Uint8Array, start: number, end: number): number {
      reserveText(end - start);
      const at = textLength;
      let from = start;
      let to = at;
      while (from < end) {
        const byte = bytes[from] as number;
        if (byte === 0) break;
        text[to++] = byte;
        from++;
      }
      textLength = to;
      files.nameOffset[file] = at;
      files.nameLength[file] = to - at;
      files.nameStable[file] = to - at;
      files.has[file] = (files.has[file] as number) | HAS.path;
      return from;
    },

    /** Gives a file a path out of the image. */
    setPath(file: number, bytes: Uint8Array, start: number, end: number): void {
      files.nameOffset[file] = this.addText(bytes, start, end);
      files.nameLength[file] = end - start;
      files.nameStable[file] = end - start;
      files.has[file] = (files.has[file] as number) | HAS.path;
    },

    /** Gives a file without a path the words to show for it; the first `stable` bytes of them count in comparisons. */
    setName(file: number, name: string, stable = name.length): void {
      const bytes = new TextEncoder().encode(name);
      files.nameOffset[file] = this.addText(bytes);
      files.nameLength[file] = bytes.length;
      files.nameStable[file] = Math.min(stable, bytes.length);
    },

    /** Says that `record` holds more about `file` than the file's own record does. */
    addFileRecord(file: number, record: number): void {
      fileRecordPairs.push({ file, record });
    },

    /** Notes a problem. Of one code only the first hundred are kept; `finish` says how many more there were. */
    addProblem(problem: Problem): void {
      const seen = problemCounts.get(problem.code) ?? 0;
      problemCounts.set(problem.code, seen + 1);
      if (seen < PROBLEMS_PER_CODE) problems.push(problem);
    },

    get textBytes(): Uint8Array {
      return text.subarray(0, textLength);
    },

    /**
     * Closes the columns: a Checkpoint of what was added so far, its columns views of the builder's own. A builder that
     * goes on afterwards may change them; take `copyOf` it first.
     */
    finish(head: Head): Checkpoint {
      const sorted = sortDescriptors(descriptors, tables.count);
      const { capacity: _t, ...taskColumns } = tasks;
      const { capacity: _r, ...recordColumns } = records;
      const { capacity: _o, ...objectColumns } = objects;
      const { capacity: _f, ...fileColumns } = files;
      return {
        format: head.format,
        dialect: head.dialect,
        evidence: head.evidence,
        complete: head.complete,
        machine: head.machine,
        time: head.time,
        facts: head.facts,
        members: head.members,
        text: cut(text, textLength),
        tasks: cutAll(taskColumns),
        tables: {
          count: tables.count,
          id: cut(tables.id as Uint32Array<ArrayBuffer>, tables.count),
          announced: cut(tables.announced as Int32Array<ArrayBuffer>, tables.count),
          record: cut(tables.record as Int32Array<ArrayBuffer>, tables.count),
          first: sorted.first,
          ...tasksByTable(tasks, tables.count),
        },
        descriptors: sorted.descriptors,
        files: { ...cutAll(fileColumns), ...holdersByFile(sorted.descriptors, files.count) },
        fileRecords: recordsByFile(fileRecordPairs, files.count),
        records: { ...cutAll(recordColumns), kinds: head.recordKinds },
        objects: { ...cutAll(objectColumns), types: head.objectTypes },
        problems: closedProblems(problems, problemCounts),
      };
    },
  };
}

/** Cuts each column of a group to its count. */
function cutAll<T extends { count: number }>(group: T): T {
  const closed: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(group)) {
    closed[key] = ArrayBuffer.isView(value) ? cut(value as unknown as Column, group.count) : value;
  }
  return closed as T;
}

/** A checkpoint with columns of its own, no longer than they need be. */
export function copyOf<T extends object>(columns: T): T {
  const copy = (value: unknown): unknown => {
    if (ArrayBuffer.isView(value)) return (value as unknown as Column).slice();
    if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]));
  };
  return copy(columns) as T;
}

/** Orders rows by a small key: row numbers by key, with the index of each key's first. Stable. */
function bucket(keys: ArrayLike<number>, count: number, buckets: number) {
  const first = new Uint32Array(buckets + 1);
  for (let row = 0; row < count; row++) {
    const key = keys[row] as number;
    if (key >= 0) first[key + 1] = (first[key + 1] as number) + 1;
  }
  for (let key = 0; key < buckets; key++) first[key + 1] = (first[key + 1] as number) + (first[key] as number);
  const next = first.slice(0, buckets);
  const rows = new Uint32Array(first[buckets] as number);
  for (let row = 0; row < count; row++) {
    const key = keys[row] as number;
    if (key < 0) continue;
    const at = next[key] as number;
    rows[at] = row;
    next[key] = at + 1;
  }
  return { first, rows };
}

/** Descriptors by table, then by fd; equal fds keep the image's order. */
function sortDescriptors(descriptors: DescriptorColumns, tables: number) {
  const { count } = descriptors;
  let ordered = true;
  for (let row = 1; row < count && ordered; row++) {
    const table = descriptors.table[row] as number;
    const before = descriptors.table[row - 1] as number;
    ordered =
      table > before || (table === before && (descriptors.fd[row] as number) >= (descriptors.fd[row - 1] as number));
  }
  const { first, rows } = bucket(descriptors.table, count, tables);
  const { capacity: _, ...columns } = descriptors;
  if (ordered) return { first, descriptors: cutAll(columns) };
  for (let table = 0; table < tables; table++) {
    rows
      .subarray(first[table], first[table + 1])
      .sort((a, b) => (descriptors.fd[a] as number) - (descriptors.fd[b] as number) || a - b);
  }
  const sorted: Descriptors = {
    count,
    fd: new Int32Array(count),
    table: new Uint32Array(count),
    file: new Int32Array(count),
    closeOnExec: new Uint8Array(count),
    record: new Int32Array(count),
  };
  for (let to = 0; to < count; to++) {
    const from = rows[to] as number;
    sorted.fd[to] = descriptors.fd[from] as number;
    sorted.table[to] = descriptors.table[from] as number;
    sorted.file[to] = descriptors.file[from] as number;
    sorted.closeOnExec[to] = descriptors.closeOnExec[from] as number;
    sorted.record[to] = descriptors.record[from] as number;
  }
  return { first, descriptors: sorted };
}

function tasksByTable(tasks: TaskColumns, tables: number) {
  const { first, rows } = bucket(tasks.table, tasks.count, tables);
  return { firstTask: first, task: rows };
}

function holdersByFile(descriptors: Descriptors, files: number) {
  const { first, rows } = bucket(descriptors.file, descriptors.count, files);
  return { firstHolder: first, holder: rows };
}

function recordsByFile(pairs: readonly { file: number; record: number }[], files: number): FileRecords {
  const { first, rows } = bucket(
    pairs.map((pair) => pair.file),
    pairs.length,
    files,
  );
  return { first, record: rows.map((row) => pairs[row]?.record ?? 0) };
}

function closedProblems(problems: readonly Problem[], counts: ReadonlyMap<string, number>): Problem[] {
  const closed = [...problems];
  for (const [code, count] of counts) {
    if (count <= PROBLEMS_PER_CODE) continue;
    const severity = problems.find((problem) => problem.code === code)?.severity ?? "warning";
    const message = `${count - PROBLEMS_PER_CODE} more problems of the kind “${code}” are not listed.`;
    closed.push({ severity, code, message, offset: null });
  }
  // In image order; what has no offset comes last.
  const place = ({ member = 0, offset }: Problem): [number, number] => [member, offset ?? Number.POSITIVE_INFINITY];
  return closed.sort((a, b) => {
    const [memberA, offsetA] = place(a);
    const [memberB, offsetB] = place(b);
    return memberA - memberB || (offsetA === offsetB ? 0 : offsetA - offsetB);
  });
}

/** The buffers of the columns in a checkpoint, or in anything like it, to be transferred to another thread. */
export function transferables(columns: object): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const collect = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) buffers.add(value.buffer as ArrayBuffer);
    else if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      for (const inner of Object.values(value)) collect(inner);
    }
  };
  collect(columns);
  return [...buffers];
}
