// Links between open files that both formats describe in the same way: the two ends of a connection, by their addresses.

import { type Checkpoint, type DetailStore, HAS, NONE } from "../model/checkpoint.ts";
import { valueBytes, valueIndex } from "../model/detail-store.ts";
import { fileKind } from "../model/names.ts";
import { u8At, u16At, u32At } from "../model/read.ts";
import type { FileRow } from "../model/rows.ts";
import type { LinksBuilder } from "./builder/details.ts";

const SOCKET = fileKind("socket");

/** States of a connection whose ends still know each other: one or both may have been shut down. */
const CONNECTED = ["established", "fin-wait-1", "fin-wait-2", "close-wait", "closing", "last-ack"] as const;

/**
 * Links the two ends of internet connections within the image: the local address of one is the remote address of the
 * other.
 *
 * @param local, remote The keys of the addresses among the details.
 */
export function linkConnections(checkpoint: Checkpoint, links: LinksBuilder, local: string, remote: string): void {
  const { files, fileDetails: store } = checkpoint;
  const tcp = valueIndex(store, '"tcp"');
  if (tcp < 0) return;
  const connectedStates = new Set(CONNECTED.map((state) => valueIndex(store, JSON.stringify(state))));
  const [protocolKey, stateKey] = [store.keys.indexOf("protocol"), store.keys.indexOf("state")];
  const [localKey, remoteKey] = [store.keys.indexOf(local), store.keys.indexOf(remote)];
  const ends = new Map<number, FileRow>();
  const connected: { file: FileRow; other: number }[] = [];
  // Addresses are compared by the numbers of their values: equal texts are one value.
  const values = store.start.length;
  for (let at = 0; at < store.count; ) {
    const file = u32At(store.row, at);
    let [protocol, state, from, to] = [NONE, NONE, NONE, NONE];
    for (; at < store.count && store.row[at] === file; at++) {
      const value = u32At(store.value, at);
      const key = u16At(store.key, at);
      if (key === protocolKey) protocol = value;
      else if (key === stateKey) state = value;
      else if (key === localKey) from = value;
      else if (key === remoteKey) to = value;
    }
    if (files.kind[file] !== SOCKET || protocol !== tcp) continue;
    if (state === NONE || !connectedStates.has(state)) continue;
    if (!isText(store, from) || !isText(store, to)) continue;
    ends.set(from * values + to, file);
    connected.push({ file, other: to * values + from });
  }
  for (const { file, other } of connected) {
    const peer = ends.get(other) ?? NONE;
    if (peer !== NONE && peer !== file) links.add(file, "peer", peer);
  }
}

/** Whether a value is there and a text that is not empty. */
const isText = (store: DetailStore, value: number): boolean =>
  value !== NONE && valueBytes(store, value).length > 2 && valueBytes(store, value)[0] === QUOTE;

const QUOTE = 0x22;

/** Marks files that have details in the store, or links. */
export function markDetailed({ files }: Checkpoint, rows: Uint32Array): void {
  for (const row of rows) files.has[row] = u8At(files.has, row) | HAS.details;
}
