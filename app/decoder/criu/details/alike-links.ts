// Links the ends of pipes and of connections, orders all links, and marks the files that have details, in the
// kernel that has their values (build/kernels/links.h, connections.h). Does the same as addGroups,
// linkConnections, inOrder and markDetailed.

import { type Checkpoint, HAS, NONE } from "../../../model/checkpoint.ts";
import type { DetailValue } from "../../../model/fields.ts";
import { fileKind } from "../../../model/names/names.ts";
import type { LinkColumns, LinksBuilder } from "../../builder/details.ts";
import { CONNECTED, CONNECTION_KEYS, CONNECTION_PROTOCOL, linkEnds } from "../../connections.ts";
import { viewsOf } from "./alike-kernel.ts";
import type { GivenKernel } from "./alike-runs.ts";

/** Where some of the words of the kernel are; the states of connections follow the protocol. */
const PLACE = { has: 0, count: 4, keys: 7, protocol: 11 } as const;
const MOST_STATES = 8;

/** Words that the kernel takes for a connection. */
const FOUND_WORDS = 3;

/**
 * Marks the files that have details, and links connections to each other.
 *
 * @param local, remote The keys of the addresses among the details.
 * @returns false if there is no memory for it, in which case nothing has been done.
 */
export function linkByKernel(
  { kernel, values: allValues }: GivenKernel,
  { files, fileDetails: store }: Checkpoint,
  links: LinksBuilder,
  local: string,
  remote: string,
): boolean {
  const numberOf = (text: DetailValue): number => allValues.find(text);
  const texts = [CONNECTION_PROTOCOL, ...CONNECTED].map(numberOf);
  const { count } = files;
  const room = [count, count, store.start.length, 4 * FOUND_WORDS * count].map((bytes) => kernel.reserve(bytes));
  if (texts.length > 1 + MOST_STATES || room.includes(0)) return false;
  const [has = 0, kinds = 0, , found = 0] = room;
  const { connections: words, rows, keys, values, buffer } = viewsOf(kernel);
  const marked = new Uint8Array(buffer, has, count);
  marked.set(files.has);
  new Uint8Array(buffer, kinds, count).set(files.kind);
  words.fill(NONE);
  words.set([...room, 0, HAS.details, fileKind("socket")]);
  words.set(
    [...CONNECTION_KEYS, local, remote].map((key) => store.keys.indexOf(key)),
    PLACE.keys,
  );
  words.set(texts, PLACE.protocol);
  for (let at = 0; at < store.count; at += rows.length) {
    const end = Math.min(store.count, at + rows.length);
    rows.set(store.row.subarray(at, end));
    keys.set(store.key.subarray(at, end));
    values.set(store.value.subarray(at, end));
    kernel.look(end - at);
  }
  kernel.connect();
  files.has.set(marked);
  linkEnds(links, new Uint32Array(buffer, found, FOUND_WORDS * (words[PLACE.count] as number)));
  return true;
}

/** Links the ends of pipes to each other. @returns false if there is no memory for it. */
export function groupByKernel({ kernel }: GivenKernel, links: LinksBuilder): boolean {
  if (kernel.group() === 0) return false;
  const { groups, buffer } = viewsOf(kernel);
  const [files, groupOf, firsts, fileCount, groupCount] = groups as unknown as [number, number, number, number, number];
  const words = (at: number, count: number) => new Uint32Array(buffer, at, count);
  links.addGroups("other-end", words(files, fileCount), words(groupOf, fileCount), words(firsts, groupCount));
  return true;
}

/**
 * The same links in the order of their files, which are marked. Must be called after `linkByKernel` has marked others.
 */
export function orderByKernel({ kernel }: GivenKernel, { files }: Checkpoint, columns: LinkColumns): LinkColumns {
  const { from, to, data, role } = columns;
  const count = from.length;
  const room = [4, 4, 4, 1, 4, 4, 4, 1].map((bytes) => kernel.reserve(bytes * count));
  if (room.includes(0)) throw new RangeError("There is no memory for the order of links");
  const [fromAt, toAt, dataAt, roleAt, , orderedTo, orderedData, orderedRole] = room as Eight<number>;
  const { links } = viewsOf(kernel);
  links.set(room);
  const column = (at: number) => new Uint32Array(kernel.memory.buffer, at, count);
  const roles = (at: number) => new Uint8Array(kernel.memory.buffer, at, count);
  column(fromAt).set(from);
  column(toAt).set(to);
  column(dataAt).set(data);
  roles(roleAt).set(role);
  if (kernel.order(count) === 0) throw new RangeError("There is no memory for the order of links");
  const { connections } = viewsOf(kernel);
  files.has.set(new Uint8Array(kernel.memory.buffer, connections[PLACE.has], files.count));
  return {
    from: column(fromAt).slice(),
    to: new Int32Array(kernel.memory.buffer, orderedTo, count).slice(),
    data: column(orderedData).slice(),
    role: roles(orderedRole).slice(),
  };
}

type Eight<T> = [T, T, T, T, T, T, T, T];
