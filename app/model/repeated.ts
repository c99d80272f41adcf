// Likely leaks of one file table: one path open many times, many nameless files of one kind, or many sockets that are
// not connected, that the other end has closed, or that are connected to one address. Listening sockets, and
// connections to different clients, never count as a leak.

import { type Checkpoint, descriptorCount, HAS, NONE } from "./checkpoint.ts";
import { detailOf, detailRange, valueAt } from "./detail-store.ts";
import type { DetailValue } from "./fields.ts";
import { linksOf } from "./links.ts";
import { fileKind } from "./names/names.ts";
import { i32At, u8At, u16At, u32At } from "./read.ts";
import type { DescriptorRow, FileRow, TableRow } from "./rows.ts";
import { hashOfBytes, sameRange } from "./text/text.ts";

/** The kind of a group: see above. */
export type RepeatedBy = "path" | "kind" | "unconnected" | "close-wait" | "remote";

/** Descriptors of one file table that may be a leak. */
export interface Repeated {
  readonly table: TableRow;
  /** One of the files. */
  readonly file: FileRow;
  readonly by: RepeatedBy;
  /** The address of the other end; empty unless they are grouped by it. */
  readonly remote: string;
  /** Descriptors. */
  readonly count: number;
}

/** This many descriptors of one table on one path may be a leak. Programs may open /dev/null three times. */
export const MANY_OF_PATH = 8;
/** The same for files without a path, such as pipes and sockets: programs have some for every child and client. */
export const MANY_OF_KIND = 32;

/** Likely leaks, the largest first. */
export function repeatedOf(checkpoint: Checkpoint): Repeated[] {
  const { tables } = checkpoint;
  const found: Repeated[] = [];
  const groupOfSocket = createSocketGroups(checkpoint);
  for (let table = 0; table < tables.count; table++) {
    if (descriptorCount(tables, table) >= MANY_OF_PATH) found.push(...repeatedIn(checkpoint, table, groupOfSocket));
  }
  return found.sort((a, b) => b.count - a.count || a.table - b.table);
}

/** Files of one table that have something in common. */
interface Group extends Pick<Repeated, "file" | "by" | "remote"> {
  /** Its first descriptor. */
  readonly row: DescriptorRow;
  count: number;
}

const SOCKET = fileKind("socket");

function repeatedIn(checkpoint: Checkpoint, table: TableRow, groupOfSocket: SocketGroups): Repeated[] {
  const { descriptors, files, tables } = checkpoint;
  /** Of files without a path. */
  const groups = new Map<string | number, Group>();
  const paths = createPaths(checkpoint, descriptorCount(tables, table));
  const end = u32At(tables.first, table + 1);
  for (let row = u32At(tables.first, table); row < end; row++) {
    const file = i32At(descriptors.file, row);
    if (file === NONE) continue;
    if ((u8At(files.has, file) & HAS.path) !== 0) {
      paths.add(file, row);
      continue;
    }
    const kind = u8At(files.kind, file);
    const common = kind === SOCKET ? groupOfSocket(file) : OF_KIND;
    if (common === null) continue;
    const key = kind === SOCKET ? `${common.by} ${common.remote}` : kind;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...common, file, row, count: 1 });
    else group.count++;
  }
  return [...groups.values(), ...paths.repeated()]
    .filter(({ by, count }) => count >= (by === "path" ? MANY_OF_PATH : MANY_OF_KIND))
    .sort((a, b) => a.row - b.row)
    .map(({ file, by, remote, count }) => ({ table, file, by, remote, count }));
}

type Common = Pick<Group, "by" | "remote">;
const OF_KIND: Common = { by: "kind", remote: "" };
const UNCONNECTED: Common = { by: "unconnected", remote: "" };
const CLOSED_BY_PEER: Common = { by: "close-wait", remote: "" };

/** The group in which a socket is counted; `null`: none. */
type SocketGroups = (file: FileRow) => Common | null;

/** States of a connection that this end has not closed, nor the other one. */
const CONNECTED: ReadonlySet<DetailValue> = new Set([
  "established",
  "syn-sent",
  "syn-recv",
  "new-syn-recv",
  "fin-wait-1",
  "fin-wait-2",
]);

/** Groups sockets by their states and remote addresses. One without a state is connected to nothing. */
function createSocketGroups(checkpoint: Checkpoint): SocketGroups {
  const { fileDetails: store, files } = checkpoint;
  const keys = ["state", "remote", "destination"].map((key) => store.keys.indexOf(key));
  const [stateKey, remoteKey, destinationKey] = keys;
  // By the numbers of values: equal values are one.
  const texts = new Map<number, DetailValue>();
  const read = (at: number): DetailValue => {
    const value = u32At(store.value, at);
    const known = texts.get(value);
    if (known !== undefined) return known;
    const text = valueAt(store, at);
    texts.set(value, text);
    return text;
  };
  const byRemote = new Map<DetailValue, Common>();
  return (file) => {
    let state: DetailValue = null;
    let remote: DetailValue = null;
    const [first, end] = (u8At(files.has, file) & HAS.details) === 0 ? [0, 0] : detailRange(store, file);
    for (let at = first; at < end; at++) {
      const key = u16At(store.key, at);
      if (key === stateKey) state = read(at);
      else if (key === remoteKey || key === destinationKey) remote = read(at);
    }
    if (state === "listen") return null;
    if (state === "close-wait") return CLOSED_BY_PEER;
    if (!CONNECTED.has(state)) return UNCONNECTED;
    const address = remote ?? peerName(checkpoint, file);
    // A server's end of a connection of a unix socket: its clients have no names.
    if (typeof address !== "string" || address === "") return null;
    let common = byRemote.get(address);
    if (common === undefined) {
      common = { by: "remote", remote: address };
      byRemote.set(address, common);
    }
    return common;
  };
}

/** The name of the other end of a unix socket of a CRIU set, if that is in the set. */
function peerName(checkpoint: Checkpoint, file: FileRow): DetailValue {
  const peer = linksOf(checkpoint, file).find(({ role }) => role === "peer");
  return peer === undefined || peer.file === NONE ? null : (detailOf(checkpoint, peer.file, "name") ?? null);
}

/** Counts up to `most` files by their paths. A hash table over the bytes: there may be millions, mostly unique. */
function createPaths(checkpoint: Checkpoint, most: number) {
  const { nameOffset, nameLength } = checkpoint.files;
  const mask = 2 ** Math.ceil(Math.log2(2 * most)) - 1;
  /** A file with the path in each slot; NONE: the slot is empty. */
  const first = new Int32Array(mask + 1).fill(NONE);
  const rows = new Uint32Array(mask + 1);
  const count = new Uint32Array(mask + 1);
  return {
    add(file: FileRow, row: DescriptorRow): void {
      const from = u32At(nameOffset, file);
      const length = Math.min(u32At(nameLength, file), LONGEST);
      let at = hashOfBytes(checkpoint.text, from, from + length) & mask;
      for (; first[at] !== NONE; at = (at + 1) & mask) {
        const other = i32At(first, at);
        const otherLength = Math.min(u32At(nameLength, other), LONGEST);
        if (otherLength === length && sameRange(checkpoint.text, from, u32At(nameOffset, other), length)) break;
      }
      if (first[at] === NONE) {
        first[at] = file;
        rows[at] = row;
      }
      count[at] = u32At(count, at) + 1;
    },
    repeated(): Group[] {
      const found: Group[] = [];
      for (let at = 0; at <= mask; at++) {
        if (u32At(count, at) >= MANY_OF_PATH)
          found.push({ file: i32At(first, at), by: "path", remote: "", row: u32At(rows, at), count: u32At(count, at) });
      }
      return found;
    },
  };
}

/** Bytes of a name that count. No path of a kernel is longer. */
const LONGEST = 4096;
