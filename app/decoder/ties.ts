// Ties between open files that both formats tell in the same way: the two ends of a connection, by their addresses.

import { type Checkpoint, HAS, NONE } from "../model/checkpoint.ts";
import { detailsOf } from "../model/detail-store.ts";
import type { DetailValue } from "../model/fields.ts";
import { fileKind } from "../model/names.ts";
import { u8At } from "../model/read.ts";
import type { FileRow } from "../model/rows.ts";
import type { LinksBuilder } from "./builder/details.ts";

const SOCKET = fileKind("socket");

/** States of a connection whose ends still know each other: one or both may have been shut down. */
const CONNECTED: ReadonlySet<DetailValue> = new Set([
  "established",
  "fin-wait-1",
  "fin-wait-2",
  "close-wait",
  "closing",
  "last-ack",
]);

/**
 * Ties the two ends of internet connections within the image: the local address of one is the remote address of the
 * other.
 *
 * @param local, remote The keys of the addresses among the details.
 */
export function tieConnections(checkpoint: Checkpoint, links: LinksBuilder, local: string, remote: string): void {
  const { files } = checkpoint;
  const ends = new Map<string, FileRow>();
  const connected: { file: FileRow; other: string }[] = [];
  for (let file = 0; file < files.count; file++) {
    if (files.kind[file] !== SOCKET) continue;
    const details = detailsOf(checkpoint, file);
    const [from, to] = [details[local], details[remote]];
    if (details.protocol !== "tcp" || !CONNECTED.has(details.state ?? null) || !from || !to) continue;
    ends.set(`${from} ${to}`, file);
    connected.push({ file, other: `${to} ${from}` });
  }
  for (const { file, other } of connected) {
    const peer = ends.get(other) ?? NONE;
    if (peer !== NONE && peer !== file) links.add(file, "peer", peer);
  }
}

/** Marks files that have details in the store, or ties. */
export function markDetailed({ files }: Checkpoint, rows: Uint32Array): void {
  for (const row of rows) files.has[row] = u8At(files.has, row) | HAS.details;
}
