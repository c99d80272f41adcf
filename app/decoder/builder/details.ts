// Collects details of rows and links between open files (model/detail-store.ts, model/links.ts).

import { allRows } from "../../model/all-rows.ts";
import type { DetailStore, Links } from "../../model/checkpoint.ts";
import type { DetailValue } from "../../model/fields.ts";
import { LINK_ROLES, type LinkRole } from "../../model/links.ts";
import type { FileRow } from "../../model/rows.ts";
import { createBudget } from "../limits.ts";
import type { ColumnKernel } from "./column-kernel.ts";
import { FIRST_CAPACITY, type Growth, growTo, nextCapacity } from "./growing.ts";
import { createJsonValues, type JsonValues } from "./json-values.ts";

/** Bytes of a detail, a link and a member of a group while they are collected. */
const DETAIL_BYTES = 24;
const LINK_BYTES = 32;
const MEMBER_BYTES = 8;

/** Growth without a limit. */
const FREE: Growth = { decoded: () => 1, budget: createBudget() };

export type DetailsBuilder = ReturnType<typeof createDetails>;

/** An empty store. Details may be added in any order; those of a row keep their order. */
export function createDetails(growth: Growth = FREE, values: JsonValues = createJsonValues(growth)) {
  const { budget } = growth;
  const columns = {
    capacity: FIRST_CAPACITY,
    row: new Uint32Array(FIRST_CAPACITY),
    key: new Uint16Array(FIRST_CAPACITY),
    value: new Uint32Array(FIRST_CAPACITY),
  };
  let count = 0;
  /** The last row, and the largest one before a smaller one: 0 as long as rows are in order. */
  let last = 0;
  let largest = 0;
  const keys: string[] = [];
  const keyIndex = new Map<string, number>();

  const addNumbered = (row: number, key: number, value: number): void => {
    budget.takeBytes(DETAIL_BYTES);
    if (count === columns.capacity) growTo(columns, 2 * count, FREE.budget);
    if (row < last && last > largest) largest = last;
    last = row;
    columns.row[count] = row;
    columns.key[count] = key;
    columns.value[count++] = value;
  };
  const addIndexed = (row: number, key: string, value: number): void => {
    let index = keyIndex.get(key);
    if (index === undefined) {
      index = keys.push(key) - 1;
      keyIndex.set(key, index);
    }
    addNumbered(row, index, value);
  };

  return {
    /** The number of a value, for `addIndexed`. */
    indexOf: values.indexOf,
    indexOfInteger: values.indexOfInteger,

    /** Room to write a value as JSON into, and its number once it is written. */
    write: values.write,
    indexOfWritten: values.indexOfWritten,

    add: (row: number, key: string, value: DetailValue): void => addIndexed(row, key, values.indexOf(value)),

    /** Adds a detail whose value has a number already. */
    addIndexed,

    /** Adds a detail whose key and value have numbers already: those of another detail. */
    addNumbered,

    /**
     * Adds many of these, at least one, in the order of their rows.
     *
     * @param fraction How many of all rows have been read, 0 … 1.
     */
    addAll(rows: Uint32Array, numbers: Uint16Array, values: Uint32Array, added: number, fraction: number): void {
      budget.takeBytes(DETAIL_BYTES * added);
      if (count + added > columns.capacity) growTo(columns, extrapolated(count + added, fraction), FREE.budget);
      if ((rows[0] as number) < last && last > largest) largest = last;
      last = rows[added - 1] as number;
      columns.row.set(rows.subarray(0, added), count);
      columns.key.set(numbers.subarray(0, added), count);
      columns.value.set(values.subarray(0, added), count);
      count += added;
    },

    /**
     * Adds to a row the details that were added as `first` … `end` - 1 to another: as many as fit into the limit.
     *
     * @throws LimitReached
     */
    addCopies(row: number, first: number, end: number): void {
      const added = end - first;
      if (added === 0) return;
      if (budget.bytesLeft() < DETAIL_BYTES * added) {
        for (let at = first; at < end; at++) addNumbered(row, columns.key[at] as number, columns.value[at] as number);
        return;
      }
      budget.takeBytes(DETAIL_BYTES * added);
      if (count + added > columns.capacity) growTo(columns, Math.max(2 * count, count + added), FREE.budget);
      if (row < last && last > largest) largest = last;
      last = row;
      columns.row.fill(row, count, count + added);
      columns.key.copyWithin(count, first, end);
      columns.value.copyWithin(count, first, end);
      count += added;
    },

    /** How many details there are. */
    count: (): number => count,
    /** A key by its number. */
    nameOfKey: (key: number): string => keys[key] as string,
    /** The numbers of the key and value of detail `at`. */
    keyOf: (at: number): number => columns.key[at] as number,
    valueOf: (at: number): number => columns.value[at] as number,

    /** Adds a detail of the row that was added last, or replaces its value. */
    set(row: number, key: string, value: DetailValue): void {
      const index = keyIndex.get(key);
      for (let at = count - 1; at >= 0 && columns.row[at] === row; at--) {
        if (columns.key[at] !== index) continue;
        columns.value[at] = values.indexOf(value);
        return;
      }
      addIndexed(row, key, values.indexOf(value));
    },

    /** The store. @param kernel Orders details. */
    finish: (kernel: ColumnKernel | null = null): DetailStore => ({
      count,
      ...inRowOrder(columns, count, largest === 0 ? null : Math.max(largest, last), kernel),
      keys: [...keys],
      ...values.finish(),
    }),
  };
}

type DetailColumns = Pick<DetailStore, "row" | "key" | "value">;

/** The first `count` details in the order of their rows. @param largest The largest row; `null`: they are in order. */
function inRowOrder(columns: DetailColumns, count: number, largest: number | null, kernel: ColumnKernel | null) {
  const { row, key, value } = columns;
  if (largest !== null && !isSparse(largest, count)) {
    const sorted = kernel?.order(row, key, value, count, largest + 1) ?? null;
    if (sorted !== null) return sorted;
  }
  const order = largest === null ? null : orderOf(row, count);
  return {
    row: orderedWords(row, count, order),
    key: ordered(key, count, order),
    value: orderedWords(value, count, order),
  };
}

/** Whether so few keys occur that a counting sort takes longer than another one. */
const isSparse = (largest: number, count: number): boolean => largest >= 8 * count + 1024;

/** The first `count` rows of a column, in an order; `null`: as they are. */
function orderedWords(column: Uint32Array, count: number, order: Uint32Array | null): Uint32Array<ArrayBuffer> {
  const result = new Uint32Array(count);
  if (order === null) result.set(column.subarray(0, count));
  else for (let at = 0; at < count; at++) result[at] = column[order[at] as number] as number;
  return result;
}

const unsigned = ({ buffer, byteOffset, length }: Int32Array): Uint32Array =>
  new Uint32Array(buffer, byteOffset, length);
const signed = ({ buffer, byteOffset, length }: Uint32Array<ArrayBuffer>): Int32Array<ArrayBuffer> =>
  new Int32Array(buffer, byteOffset, length);

/** The same for columns of other types, apart so that V8 compiles the loop for one type. */
function ordered<C extends Uint8Array | Uint16Array>(column: C, count: number, order: Uint32Array | null): C {
  const result = column.slice(0, count) as C;
  if (order !== null) for (let at = 0; at < count; at++) result[at] = column[order[at] as number] as number;
  return result;
}

/** The numbers of roles. */
const ROLES: ReadonlyMap<LinkRole, number> = new Map(LINK_ROLES.map((role, at) => [role, at]));

export type LinksBuilder = ReturnType<typeof createLinkList>;

/** An empty list of links. */
export function createLinkList({ budget }: Growth = FREE) {
  const columns = {
    capacity: FIRST_CAPACITY,
    from: new Uint32Array(FIRST_CAPACITY),
    role: new Uint8Array(FIRST_CAPACITY),
    to: new Int32Array(FIRST_CAPACITY),
    data: new Uint32Array(FIRST_CAPACITY),
  };
  let count = 0;
  const members = { capacity: FIRST_CAPACITY, file: new Uint32Array(FIRST_CAPACITY) };
  let memberCount = 0;
  /** By group. */
  const firstMember: number[] = [];

  const add = (file: FileRow, kind: LinkRole, target: number, value: number): void => {
    budget.takeBytes(LINK_BYTES);
    if (count === columns.capacity) growTo(columns, 2 * count, FREE.budget);
    columns.from[count] = file;
    columns.role[count] = ROLES.get(kind) as number;
    columns.to[count] = target;
    columns.data[count++] = value;
  };

  /** Starts a group, whose members are linked to each other. */
  const startGroup = (): void => {
    firstMember.push(memberCount);
  };
  const addMember = (kind: LinkRole, file: FileRow): void => {
    budget.takeBytes(MEMBER_BYTES);
    if (memberCount === members.capacity) growTo(members, 2 * memberCount, FREE.budget);
    members.file[memberCount++] = file;
    add(file, kind, firstMember.length - 1, 0);
  };

  return {
    /** Links a file to another (NONE: one outside the image). `events`: what an epoll waits for. */
    add: (file: FileRow, kind: LinkRole, target: FileRow, events = 0): void => add(file, kind, target, events),

    /** Adds links from their columns. `data`: what epolls wait for. */
    addAll(from: Uint32Array, role: Uint8Array, to: Int32Array, data: Uint32Array, added: number): void {
      budget.takeBytes(LINK_BYTES * added);
      if (count + added > columns.capacity) growTo(columns, 2 * (count + added), FREE.budget);
      columns.from.set(from.subarray(0, added), count);
      columns.role.set(role.subarray(0, added), count);
      columns.to.set(to.subarray(0, added), count);
      columns.data.set(data.subarray(0, added), count);
      count += added;
    },

    /**
     * Adds groups of files, in which every file is linked to all others.
     *
     * @param files The files, group by group.
     * @param groupOf By file: the number of its group, from 0.
     * @param firsts By group: its first file.
     */
    addGroups(kind: LinkRole, files: Uint32Array, groupOf: Uint32Array, firsts: Uint32Array): void {
      const added = files.length;
      budget.takeBytes((LINK_BYTES + MEMBER_BYTES) * added);
      if (count + added > columns.capacity) growTo(columns, 2 * (count + added), FREE.budget);
      if (memberCount + added > members.capacity) growTo(members, 2 * (memberCount + added), FREE.budget);
      columns.from.set(files, count);
      columns.role.fill(ROLES.get(kind) as number, count, count + added);
      columns.to.set(groupOf, count);
      const groups = firstMember.length;
      if (groups > 0)
        for (let at = count; at < count + added; at++) columns.to[at] = (columns.to[at] as number) + groups;
      members.file.set(files, memberCount);
      for (const first of firsts) firstMember.push(memberCount + first);
      count += added;
      memberCount += added;
    },

    startGroup,
    addMember,

    /** Links all files of a group to each other. A group of one is linked to something outside the image. */
    addGroup(kind: LinkRole, files: Iterable<FileRow>): void {
      startGroup();
      for (const file of files) addMember(kind, file);
    },

    /** @param order Returns links in the order of their files; those of one file keep their order. */
    finish(order: (columns: LinkColumns) => LinkColumns = inOrder): Links {
      const { from, role, to, data } = columns;
      return {
        count,
        ...order({
          from: from.subarray(0, count),
          role: role.subarray(0, count),
          to: to.subarray(0, count),
          data: data.subarray(0, count),
        }),
        firstMember: Uint32Array.from([...firstMember, memberCount]),
        member: members.file.slice(0, memberCount),
      };
    },
  };
}

/** Capacity for details when a fraction of all rows has been read: rows that are left may have none. */
const extrapolated = (count: number, fraction: number): number => Math.min(8 * count, nextCapacity(count, fraction));

/** Columns of links. */
export type LinkColumns = Pick<Links, "from" | "role" | "to" | "data">;

/** The same links in the order of their files; those of one file keep their order. */
function inOrder({ from, role, to, data }: LinkColumns): LinkColumns {
  const count = from.length;
  const order = orderOf(from, count);
  return {
    from: orderedWords(from, count, order),
    role: ordered(role, count, order),
    to: signed(orderedWords(unsigned(to), count, order)),
    data: orderedWords(data, count, order),
  };
}

/** 0 … count - 1 in the order of their keys; equal keys keep their order. `null`: they are in order. */
function orderOf(keys: Uint32Array, count: number): Uint32Array | null {
  let isInOrder = true;
  let largest = 0;
  for (let at = 0; at < count; at++) {
    const key = keys[at] as number;
    if (key < largest) isInOrder = false;
    else largest = key;
  }
  if (isInOrder) return null;
  return isSparse(largest, count) ? sortedOrder(keys, count) : countingOrder(keys, count, largest);
}

/** A counting sort, for keys most of which occur. */
function countingOrder(keys: Uint32Array, count: number, largest: number): Uint32Array {
  const next = new Uint32Array(largest + 2);
  for (let at = 0; at < count; at++) {
    const after = (keys[at] as number) + 1;
    next[after] = (next[after] as number) + 1;
  }
  for (let key = 1; key <= largest; key++) next[key] = (next[key] as number) + (next[key - 1] as number);
  const order = new Uint32Array(count);
  for (let at = 0; at < count; at++) {
    const key = keys[at] as number;
    const place = next[key] as number;
    order[place] = at;
    next[key] = place + 1;
  }
  return order;
}

function sortedOrder(keys: Uint32Array, count: number): Uint32Array {
  return allRows(count).sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
}
