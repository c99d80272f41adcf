// Fills the details of open files, and the links between them, once an image has been walked. Plain files, nearly all,
// have none; the records of the others are read a second time, front to back.

import { type Checkpoint, NONE } from "../../../model/checkpoint.ts";
import { detailOf } from "../../../model/detail-store.ts";
import type { Details } from "../../../model/fields.ts";
import { fileKind } from "../../../model/names/names.ts";
import { u8At, u32At } from "../../../model/read.ts";
import { recordLength, recordOffset } from "../../../model/records.ts";
import type { FileRow, RecordRow } from "../../../model/rows.ts";
import { createDetails, createLinkList, type LinksBuilder } from "../../builder/details.ts";
import { linkConnections, markDetailed } from "../../connections.ts";
import { createIdIndex } from "../../id-index.ts";
import type { DecodeOptions, Source } from "../../source.ts";
import { openWindow } from "../../window.ts";
import type { Dialect } from "../catalogue/dialect.ts";
import { createDetailsReader } from "./details.ts";

const GENERIC = fileKind("generic");

/** Bytes of a record that are read at most. Structs are smaller; the rest of a longer payload is not described. */
const MOST_BYTES = 16 * 1024;

/**
 * The checkpoint with the details of its files and their links.
 *
 * @param credentials Details of tasks with these credentials, by objref.
 */
export async function collectDetails(
  source: Source,
  { checkpoint, credentials }: { readonly checkpoint: Checkpoint; readonly credentials: ReadonlyMap<number, Details> },
  dialect: Dialect,
  { signal }: DecodeOptions,
): Promise<Checkpoint> {
  const details = createDetails();
  const links = createLinkList();
  const { files } = checkpoint;
  const window = openWindow(source);
  const read = async (record: RecordRow): Promise<Uint8Array> => {
    const offset = recordOffset(checkpoint.records, record);
    const length = Math.min(recordLength(checkpoint.records, record), MOST_BYTES);
    if (offset < window.start || offset + length > window.end) {
      signal?.throwIfAborted();
      await window.fill(offset, length);
    }
    return window.bytes.subarray(offset - window.start, offset - window.start + length);
  };
  const reader = createDetailsReader(
    { checkpoint, dialect, source, links, fileOf: fileIndex(checkpoint), credentials },
    read,
  );
  const special = specialFiles(checkpoint);
  for (const file of special) {
    if (files.record[file] === NONE) continue;
    for (const [key, value] of Object.entries(await reader(file))) details.add(file, key, value);
  }
  const filled = { ...checkpoint, fileDetails: details.finish() };
  markDetailed(filled, filled.fileDetails.row);
  linkPipes(filled, special, links);
  linkPeers(filled, special, links);
  linkConnections(filled, links, "local", "remote");
  const finished = { ...filled, links: links.finish() };
  markDetailed(finished, finished.links.from);
  return finished;
}

/** Finds open files by objref. Indexes them on first use: few images refer to any other than by descriptors. */
function fileIndex({ files }: Checkpoint): (objref: number) => FileRow {
  let index: ReturnType<typeof createIdIndex> | null = null;
  return (objref) => {
    if (index === null) {
      index = createIdIndex();
      for (let file = 0; file < files.count; file++) index.add(u32At(files.id, file), file);
    }
    return objref > 0 ? index.get(objref) : NONE;
  };
}

const PIPES: ReadonlySet<number> = new Set([fileKind("pipe"), fileKind("fifo")]);

/** Links the files of one pipe to each other. */
function linkPipes(checkpoint: Checkpoint, special: Uint32Array, links: LinksBuilder): void {
  const ends = byDetail(checkpoint, special, (kind) => PIPES.has(kind), "pipe");
  for (const files of ends.values()) if (files.length > 1) links.addGroup("other-end", files);
}

const SOCKET = fileKind("socket");

/** Links unix sockets to their peers, which are named by the objref of the socket. */
function linkPeers(checkpoint: Checkpoint, special: Uint32Array, links: LinksBuilder): void {
  const sockets = byDetail(checkpoint, special, (kind) => kind === SOCKET, "socket");
  for (const files of sockets.values()) {
    for (const file of files) {
      const peer = detailOf(checkpoint, file, "peer");
      if (typeof peer !== "number" || peer <= 0) continue;
      const others = sockets.get(peer);
      if (others === undefined) links.add(file, "peer", NONE);
      else for (const other of others) links.add(file, "peer", other);
    }
  }
}

/** The files that may have details. */
function specialFiles({ files }: Checkpoint): Uint32Array {
  let count = 0;
  for (let file = 0; file < files.count; file++) if (files.kind[file] !== GENERIC) count++;
  const special = new Uint32Array(count);
  for (let file = 0, to = 0; to < count; file++) if (files.kind[file] !== GENERIC) special[to++] = file;
  return special;
}

/** Files of a kind by a number among their details. */
function byDetail(
  checkpoint: Checkpoint,
  special: Uint32Array,
  isOfKind: (kind: number) => boolean,
  key: string,
): Map<number, FileRow[]> {
  const found = new Map<number, FileRow[]>();
  const { files } = checkpoint;
  for (const file of special) {
    if (!isOfKind(u8At(files.kind, file))) continue;
    const value = detailOf(checkpoint, file, key);
    if (typeof value !== "number") continue;
    const known = found.get(value);
    if (known === undefined) found.set(value, [file]);
    else known.push(file);
  }
  return found;
}
