// Links between open files that both formats describe in the same way: the two ends of a
// connection, by their addresses.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { type Checkpoint, type DetailStore, HAS, NONE } from "../model/checkpoint.ts";
import { valueBytes } from "../model/detail-store.ts";
import type { DetailValue } from "../model/fields.ts";
import { fileKind } from "../model/names/names.ts";
import type { FileRow } from "../model/rows.ts";
import { decodeText } from "../model/text/text.ts";
import type { LinksBuilder } from "./builder/details.ts";
import { createPairIndex } from "./builder/pair-index.ts";

const SOCKET = fileKind("socket");

/** The protocol of a connection. */
export const CONNECTION_PROTOCOL = "tcp";

/** States of a connection whose ends still know each other: one or both may have been shut down. */
export const CONNECTED: ReadonlySet<DetailValue> = new Set([
  "established",
  "fin-wait-1",
  "fin-wait-2",
  "close-wait",
  "closing",
  "last-ack",
]);

/** The other details that `linkConnections` reads. */
export const CONNECTION_KEYS = ["protocol", "state"] as const;

/**
 * Links the two ends of internet connections within the image: the local address of one is the remote address of the
 * other.
 *
 * @param local, remote The keys of the addresses among the details.
 */
export function linkConnections(checkpoint: Checkpoint, links: LinksBuilder, local: string, remote: string): void {
  const { files, fileDetails: store } = checkpoint;
  const { keys, count, row: rows, key: keyOf, value: values } = store;
  const { kind } = files;
  const [protocolKey, stateKey] = CONNECTION_KEYS.map((key) => keys.indexOf(key));
  const [localKey, remoteKey] = [keys.indexOf(local), keys.indexOf(remote)];
  const isTcp = textTest(store, (text) => text === CONNECTION_PROTOCOL);
  const isConnected = textTest(store, (text) => CONNECTED.has(text));
  // Addresses are compared by the numbers of their values: equal texts are one value.
  const isEnd = new Uint8Array(store.start.length);
  const connected: number[] = [];
  for (let at = 0; at < count; ) {
    const file = rows[at] as FileRow;
    if (kind[file] !== SOCKET) {
      at++;
      continue;
    }
    let protocol = NONE;
    let state = NONE;
    let from = NONE;
    let to = NONE;
    for (; at < count && rows[at] === file; at++) {
      const value = values[at] as number;
      const key = keyOf[at];
      if (key === protocolKey) protocol = value;
      else if (key === stateKey) state = value;
      else if (key === localKey) from = value;
      else if (key === remoteKey) to = value;
    }
    if (!isTcp(protocol) || !isConnected(state) || !isText(store, from) || !isText(store, to)) continue;
    isEnd[from] = (isEnd[from] as number) | IS_LOCAL;
    isEnd[to] = (isEnd[to] as number) | IS_REMOTE;
    connected.push(file, from, to);
  }
  linkPairs(links, connected, isEnd);
}

/** The uses of an address's value, in bits: as the local address of a connection, as the remote one. */
const IS_LOCAL = 1;
const IS_REMOTE = 2;
const IS_BOTH = IS_LOCAL | IS_REMOTE;

/** Links the ends among `connected`: a file, its local and its remote address, three numbers each. */
function linkPairs(links: LinksBuilder, connected: readonly number[], isEnd: Uint8Array): void {
  // Most connections lead out of the image: their addresses are not both local and remote ones.
  const inside: number[] = [];
  for (let at = 0; at < connected.length; at += 3) {
    const from = connected[at + 1] as number;
    const to = connected[at + 2] as number;
    if (isEnd[from] === IS_BOTH && isEnd[to] === IS_BOTH) inside.push(connected[at] as FileRow, from, to);
  }
  linkEnds(links, inside);
}

/** Links connected sockets whose local and remote address are the remote and local address of another. */
export function linkEnds(links: LinksBuilder, connected: ArrayLike<number>): void {
  const ends = createPairIndex();
  for (let at = 0; at < connected.length; at += 3) {
    ends.enter(connected[at + 1] as number, connected[at + 2] as number, connected[at] as FileRow);
  }
  for (let at = 0; at < connected.length; at += 3) {
    const file = connected[at] as FileRow;
    const peer = ends.find(connected[at + 2] as number, connected[at + 1] as number);
    if (peer !== NONE && peer !== file) links.add(file, "peer", peer);
  }
}

/** A function that tests texts by the numbers of their values, each once. */
function textTest(store: DetailStore, test: (text: DetailValue) => boolean): (value: number) => boolean {
  const passes = new Int8Array(store.start.length);
  return (value) => {
    if (value === NONE) return false;
    const known = passes[value] as number;
    if (known !== 0) return known > 0;
    const isPassing = test(JSON.parse(decodeText(valueBytes(store, value))));
    passes[value] = isPassing ? 1 : -1;
    return isPassing;
  };
}

/** Whether a value is there and a text that is not empty. */
const isText = ({ start, pool }: DetailStore, value: number): boolean => {
  if (value === NONE) return false;
  const from = start[value] as number;
  return (start[value + 1] as number) - from > 2 && pool[from] === QUOTE;
};

const QUOTE = 0x22;

/** Marks files that have details in the store, or links. */
export function markDetailed({ files }: Checkpoint, rows: Uint32Array): void {
  const { has } = files;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as FileRow;
    has[row] = (has[row] as number) | HAS.details;
  }
}
