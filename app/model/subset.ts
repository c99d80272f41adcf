// A checkpoint with some of its descriptors and what belongs to them, for views of filtered rows.

import { type Checkpoint, type DetailStore, type Links, NONE } from "./checkpoint.ts";
import { isGroupRole, roleAt } from "./links.ts";
import type { Listing } from "./listings/column.ts";
import { filterMask } from "./listings/filter.ts";
import { i32At, u32At } from "./read.ts";
import { noRecords } from "./records.ts";

/** Rows of the subset ⇄ rows of the whole. */
export interface RowMap {
  /** By row of the subset: its row in the whole. */
  readonly whole: Uint32Array;
  /** By row of the whole: its row in the subset; NONE: left out. */
  readonly part: Int32Array;
}

export interface Subset {
  readonly checkpoint: Checkpoint;
  readonly rows: {
    readonly task: RowMap;
    readonly table: RowMap;
    readonly descriptor: RowMap;
    readonly file: RowMap;
  };
}

/**
 * Which descriptors belong to the rows of a listing that pass a filter; `null`: all, or the listing is of other things.
 */
export function descriptorsOf(checkpoint: Checkpoint, listing: Listing, filter: string): Uint8Array | null {
  const mask = filterMask(checkpoint, listing, filter);
  if (mask === null || listing === "records" || listing === "problems") return null;
  if (listing === "descriptors") return mask;
  const { tasks, descriptors } = checkpoint;
  if (listing === "files") return Uint8Array.from(descriptors.file, (file) => mask[file] ?? 0);
  const ofTable = listing === "tables" ? mask : new Uint8Array(checkpoint.tables.count);
  if (listing === "tasks") {
    tasks.table.forEach((table, task) => {
      if (table !== NONE && mask[task] === 1) ofTable[table] = 1;
    });
  }
  return Uint8Array.from(descriptors.table, (table) => ofTable[table] ?? 0);
}

/**
 * The descriptors for which `keep` is 1, their open files and tables, and the tables' tasks. Records and problems are
 * left out. Linear.
 */
export function subsetOf(checkpoint: Checkpoint, keep: Uint8Array): Subset {
  const { tasks, tables, descriptors, files } = checkpoint;
  const keptFiles = new Uint8Array(files.count);
  const keptTables = new Uint8Array(tables.count);
  for (let row = 0; row < descriptors.count; row++) {
    if (keep[row] !== 1) continue;
    keptTables[u32At(descriptors.table, row)] = 1;
    const file = i32At(descriptors.file, row);
    if (file !== NONE) keptFiles[file] = 1;
  }
  const keptTasks = Uint8Array.from(tasks.table, (table) => (table === NONE ? 0 : (keptTables[table] ?? 0)));
  const rows = {
    task: rowMap(keptTasks),
    table: rowMap(keptTables),
    descriptor: rowMap(keep),
    file: rowMap(keptFiles),
  };
  return {
    rows,
    checkpoint: {
      ...checkpoint,
      tasks: { ...pick(tasks, rows.task), table: mapped(pick(tasks, rows.task).table, rows.table) },
      tables: tablesOf(checkpoint, rows),
      descriptors: {
        ...pick(descriptors, rows.descriptor),
        table: Uint32Array.from(rows.descriptor.whole, (row) => i32At(rows.table.part, u32At(descriptors.table, row))),
        file: mapped(pick(descriptors, rows.descriptor).file, rows.file),
      },
      files: filesOf(checkpoint, rows),
      fileRecords: { first: new Uint32Array(0), record: new Uint32Array(0) },
      fileDetails: detailsOf(checkpoint.fileDetails, rows.file),
      taskDetails: detailsOf(checkpoint.taskDetails, rows.task),
      links: linksOf(checkpoint, rows.file),
      records: noRecords(checkpoint.records.kinds),
      problems: [],
    },
  };
}

function rowMap(keep: Uint8Array): RowMap {
  const whole = new Uint32Array(keep.reduce((count, each) => (each === 1 ? count + 1 : count), 0));
  const part = new Int32Array(keep.length).fill(NONE);
  let to = 0;
  for (let row = 0; row < keep.length; row++) {
    if (keep[row] !== 1) continue;
    part[row] = to;
    whole[to++] = row;
  }
  return { whole, part };
}

/** Columns of some rows. Edges still lead to rows of the whole. */
function pick<T extends { readonly count: number }>(columns: T, { whole }: RowMap): T {
  const picked: Record<string, unknown> = { count: whole.length };
  for (const [name, column] of Object.entries(columns)) {
    if (!ArrayBuffer.isView(column) || (column as unknown as Uint8Array).length !== columns.count) {
      if (name !== "count") picked[name] = column;
      continue;
    }
    const from = column as unknown as ArrayLike<number> & {
      constructor: new (length: number) => { [at: number]: number };
    };
    const to = new from.constructor(whole.length);
    whole.forEach((row, at) => {
      to[at] = from[row] as number;
    });
    picked[name] = to;
  }
  return picked as unknown as T;
}

/** Rows of the whole as rows of the subset; NONE where they are left out. */
const mapped = (column: Int32Array, { part }: RowMap): Int32Array =>
  column.map((row) => (row === NONE ? NONE : i32At(part, row)));

function tablesOf(checkpoint: Checkpoint, rows: Subset["rows"]): Checkpoint["tables"] {
  const { tables, descriptors } = checkpoint;
  const count = rows.table.whole.length;
  const first = new Uint32Array(count + 1);
  for (const row of rows.descriptor.whole) {
    const table = i32At(rows.table.part, u32At(descriptors.table, row)) + 1;
    first[table] = u32At(first, table) + 1;
  }
  for (let table = 0; table < count; table++) first[table + 1] = u32At(first, table) + u32At(first, table + 1);
  const firstTask = new Uint32Array(count + 1);
  const task: number[] = [];
  rows.table.whole.forEach((table, at) => {
    for (const each of tables.task.subarray(tables.firstTask[table], tables.firstTask[table + 1])) {
      task.push(i32At(rows.task.part, each));
    }
    firstTask[at + 1] = task.length;
  });
  const column = <T extends Uint32Array | Int32Array>(from: T): T =>
    from.filter((_: number, table: number) => rows.table.part[table] !== NONE) as T;
  return {
    count,
    id: column(tables.id),
    first,
    firstTask,
    task: Uint32Array.from(task),
    announced: column(tables.announced),
    record: column(tables.record),
  };
}

function filesOf({ files, descriptors }: Checkpoint, rows: Subset["rows"]): Checkpoint["files"] {
  const count = rows.file.whole.length;
  const firstHolder = new Uint32Array(count + 1);
  const ofFile = (row: number): number => {
    const file = i32At(descriptors.file, row);
    return file === NONE ? NONE : i32At(rows.file.part, file);
  };
  for (const row of rows.descriptor.whole) {
    const file = ofFile(row);
    if (file !== NONE) firstHolder[file + 1] = u32At(firstHolder, file + 1) + 1;
  }
  for (let file = 0; file < count; file++) {
    firstHolder[file + 1] = u32At(firstHolder, file) + u32At(firstHolder, file + 1);
  }
  const next = firstHolder.slice();
  const holder = new Uint32Array(u32At(firstHolder, count));
  rows.descriptor.whole.forEach((row, at) => {
    const file = ofFile(row);
    if (file === NONE) return;
    const to = u32At(next, file);
    holder[to] = at;
    next[file] = to + 1;
  });
  return { ...pick(files, rows.file), firstHolder, holder };
}

function detailsOf(store: DetailStore, { part }: RowMap): DetailStore {
  const kept = store.row.map((row) => (part[row] === NONE ? 0 : 1));
  const map = rowMap(Uint8Array.from(kept));
  return {
    ...store,
    count: map.whole.length,
    row: Uint32Array.from(map.whole, (at) => i32At(part, u32At(store.row, at))),
    key: Uint16Array.from(map.whole, (at) => store.key[at] as number),
    value: Uint32Array.from(map.whole, (at) => u32At(store.value, at)),
  };
}

/** Links between files that are both kept. Members that are left out leave their group. */
function linksOf(checkpoint: Checkpoint, { part }: RowMap): Links {
  const { links } = checkpoint;
  const isKept = (at: number): boolean => {
    if (part[u32At(links.from, at)] === NONE) return false;
    const to = i32At(links.to, at);
    return isGroupRole(roleAt(checkpoint, at)) || to === NONE || part[to] !== NONE;
  };
  const map = rowMap(Uint8Array.from(links.from, (_, at) => (isKept(at) ? 1 : 0)));
  const firstMember = new Uint32Array(links.firstMember.length);
  const member: number[] = [];
  for (let group = 0; group + 1 < links.firstMember.length; group++) {
    for (const file of links.member.subarray(links.firstMember[group], links.firstMember[group + 1])) {
      if (part[file] !== NONE) member.push(i32At(part, file));
    }
    firstMember[group + 1] = member.length;
  }
  return {
    count: map.whole.length,
    from: Uint32Array.from(map.whole, (at) => i32At(part, u32At(links.from, at))),
    role: Uint8Array.from(map.whole, (at) => links.role[at] as number),
    to: Int32Array.from(map.whole, (at) => {
      const to = i32At(links.to, at);
      return isGroupRole(roleAt(checkpoint, at)) || to === NONE ? to : i32At(part, to);
    }),
    data: Uint32Array.from(map.whole, (at) => u32At(links.data, at)),
    firstMember,
    member: Uint32Array.from(member),
  };
}
