// Collects details of rows and links between open files (model/detail-store.ts, model/links.ts).

import type { DetailStore, Links } from "../../model/checkpoint.ts";
import type { DetailValue } from "../../model/fields.ts";
import { LINK_ROLES, type LinkRole } from "../../model/links.ts";
import type { FileRow } from "../../model/rows.ts";
import { createBudget } from "../limits.ts";
import { FIRST_CAPACITY, type Growth, growTo } from "./growing.ts";
import { createJsonValues } from "./json-values.ts";

/** What a detail, a link and a member of a group take in arrays, while they are collected. */
const DETAIL_BYTES = 24;
const LINK_BYTES = 32;
const MEMBER_BYTES = 8;

/** Growth without a budget. */
const FREE: Growth = { decoded: () => 1, budget: createBudget() };

export type DetailsBuilder = ReturnType<typeof createDetails>;

/** An empty store. Details may be added in any order; those of a row keep their order. */
export function createDetails(growth: Growth = FREE) {
  const { budget } = growth;
  const columns = {
    capacity: FIRST_CAPACITY,
    row: new Uint32Array(FIRST_CAPACITY),
    key: new Uint16Array(FIRST_CAPACITY),
    value: new Uint32Array(FIRST_CAPACITY),
  };
  let count = 0;
  const keyIndex = new Map<string, number>();
  const values = createJsonValues(growth);

  /** Adds a detail whose value has a number already. */
  const addIndexed = (row: number, key: string, value: number): void => {
    let index = keyIndex.get(key);
    if (index === undefined) {
      index = keyIndex.size;
      keyIndex.set(key, index);
    }
    budget.takeBytes(DETAIL_BYTES);
    if (count === columns.capacity) growTo(columns, 2 * count, FREE.budget);
    columns.row[count] = row;
    columns.key[count] = index;
    columns.value[count++] = value;
  };

  return {
    /** The number of a value, for `addIndexed`. */
    indexOf: (value: DetailValue): number => values.indexOf(value),

    add: (row: number, key: string, value: DetailValue): void => addIndexed(row, key, values.indexOf(value)),

    addIndexed,

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

    finish(): DetailStore {
      const order = inOrder(columns.row.subarray(0, count));
      return {
        count,
        row: ordered(columns.row, count, order),
        key: ordered(columns.key, count, order),
        value: ordered(columns.value, count, order),
        keys: [...keyIndex.keys()],
        ...values.finish(),
      };
    },
  };
}

/** The first `count` rows of a column, in an order; `null`: as they are. */
function ordered<C extends Uint16Array | Uint32Array>(column: C, count: number, order: Uint32Array | null): C {
  const result = column.slice(0, count) as C;
  if (order !== null) for (let at = 0; at < count; at++) result[at] = column[order[at] as number] as number;
  return result;
}

export type LinksBuilder = ReturnType<typeof createLinkList>;

/** An empty list of links. */
export function createLinkList({ budget }: Growth = FREE) {
  const from: number[] = [];
  const role: number[] = [];
  const to: number[] = [];
  const data: number[] = [];
  const firstMember: number[] = [0];
  const member: number[] = [];

  const add = (file: FileRow, kind: LinkRole, target: number, value: number): void => {
    budget.takeBytes(LINK_BYTES);
    from.push(file);
    role.push(LINK_ROLES.indexOf(kind));
    to.push(target);
    data.push(value);
  };

  return {
    /** Links a file to another (NONE: one outside the image). `events`: what an epoll waits for. */
    add: (file: FileRow, kind: LinkRole, target: FileRow, events = 0): void => add(file, kind, target, events),

    /** Links all files of a group to each other. A group of one is linked to something outside the image. */
    addGroup(kind: LinkRole, files: Iterable<FileRow>): void {
      const group = firstMember.length - 1;
      for (const file of files) {
        budget.takeBytes(MEMBER_BYTES);
        member.push(file);
        add(file, kind, group, 0);
      }
      firstMember.push(member.length);
    },

    finish(): Links {
      const order = inOrder(from);
      const filled = <C extends Uint8Array | Int32Array | Uint32Array>(column: C, list: readonly number[]): C => {
        for (let at = 0; at < column.length; at++)
          column[at] = list[order === null ? at : (order[at] as number)] as number;
        return column;
      };
      return {
        count: from.length,
        from: filled(new Uint32Array(from.length), from),
        role: filled(new Uint8Array(from.length), role),
        to: filled(new Int32Array(from.length), to),
        data: filled(new Uint32Array(from.length), data),
        firstMember: Uint32Array.from(firstMember),
        member: Uint32Array.from(member),
      };
    },
  };
}

/** 0 … n - 1 in the order of their keys; equal keys keep their order. `null`: they are in order. */
function inOrder(keys: ArrayLike<number>): Uint32Array | null {
  for (let at = 1; at < keys.length; at++) {
    if ((keys[at] as number) >= (keys[at - 1] as number)) continue;
    const order = new Uint32Array(keys.length);
    for (let row = 0; row < keys.length; row++) order[row] = row;
    return order.sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
  }
  return null;
}
