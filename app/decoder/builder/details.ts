// Collects details of rows and ties between open files (model/detail-store.ts, model/links.ts).

import type { DetailStore, Links } from "../../model/checkpoint.ts";
import type { DetailValue } from "../../model/fields.ts";
import { LINK_ROLES, type LinkRole } from "../../model/links.ts";
import type { FileRow } from "../../model/rows.ts";
import { encodeText } from "../../model/text.ts";
import { createBudget } from "../limits.ts";
import type { Growth } from "./growing.ts";
import { createTextPool } from "./text-pool.ts";

/** What a detail, a link and a member of a group take in arrays, while they are collected. */
const DETAIL_BYTES = 24;
const LINK_BYTES = 32;
const MEMBER_BYTES = 8;

/** Growth without a budget. */
const FREE: Growth = { decoded: () => 1, budget: createBudget() };

export type DetailsBuilder = ReturnType<typeof createDetails>;

/** An empty store. Details may be added in any order; those of a row keep their order. */
export function createDetails(growth: Growth = FREE) {
  const rows: number[] = [];
  const keys: number[] = [];
  const values: number[] = [];
  const keyIndex = new Map<string, number>();
  const valueIndex = new Map<string, number>();
  const start: number[] = [0];
  const pool = createTextPool({ ...growth, decoded: () => 1 });

  const indexOf = (json: string): number => {
    const known = valueIndex.get(json);
    if (known !== undefined) return known;
    const index = valueIndex.size;
    valueIndex.set(json, index);
    const bytes = encodeText(json);
    pool.add(bytes, 0, bytes.length);
    start.push(pool.length);
    return index;
  };

  return {
    get count(): number {
      return rows.length;
    },

    add(row: number, key: string, value: DetailValue): void {
      let index = keyIndex.get(key);
      if (index === undefined) {
        index = keyIndex.size;
        keyIndex.set(key, index);
      }
      growth.budget.takeBytes(DETAIL_BYTES);
      rows.push(row);
      keys.push(index);
      values.push(indexOf(JSON.stringify(value)));
    },

    finish(): DetailStore {
      const order = inOrder(rows);
      return {
        count: rows.length,
        row: Uint32Array.from(order, (at) => rows[at] as number),
        key: Uint16Array.from(order, (at) => keys[at] as number),
        value: Uint32Array.from(order, (at) => values[at] as number),
        keys: [...keyIndex.keys()],
        start: Uint32Array.from(start),
        pool: pool.bytes,
      };
    },
  };
}

export type LinksBuilder = ReturnType<typeof createLinkList>;

/** An empty list of ties. */
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
    /** Ties a file to another (NONE: one outside the image). `events`: what an epoll waits for. */
    add: (file: FileRow, kind: LinkRole, target: FileRow, events = 0): void => add(file, kind, target, events),

    /** Ties all files of a group to each other. A group of one is tied to something outside the image. */
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
      return {
        count: from.length,
        from: Uint32Array.from(order, (at) => from[at] as number),
        role: Uint8Array.from(order, (at) => role[at] as number),
        to: Int32Array.from(order, (at) => to[at] as number),
        data: Uint32Array.from(order, (at) => data[at] as number),
        firstMember: Uint32Array.from(firstMember),
        member: Uint32Array.from(member),
      };
    },
  };
}

/** 0 … n - 1 in the order of their keys; equal keys keep their order. */
function inOrder(keys: readonly number[]): Uint32Array {
  const order = Uint32Array.from(keys.keys());
  for (let at = 1; at < keys.length; at++) {
    if ((keys[at] as number) >= (keys[at - 1] as number)) continue;
    return order.sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
  }
  return order;
}
