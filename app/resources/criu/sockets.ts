// What entries of sockets say beyond details: the network namespace that each is in.

import { createEntryReader } from "../../decoder/criu/inspect.ts";
import { createSharedValueReader } from "../../decoder/criu/values.ts";
import { fileKind } from "../../model/names.ts";
import { i32At, u8At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import type { Tables } from "../tables.ts";
import type { SetReader } from "./set-reader.ts";

const SOCKET = fileKind("socket");

/** Where the namespace is, in files.img and in the members for each kind of file that sets had before. */
const FIELDS = ["isk.ns_id", "usk.ns_id", "nlsk.ns_id", "psk.ns_id", "ns_id"];

/** The ids of the network namespaces of sockets, as in the table of namespaces. */
export async function readSocketNamespaces(set: SetReader, tables: Tables): Promise<ReadonlyMap<FileRow, number>> {
  const found = new Map<FileRow, number>();
  if (!tables.wants("sockets")) return found;
  const { files } = set.checkpoint;
  const read = createEntryReader(set.checkpoint, set.sources);
  const valuesOf = createSharedValueReader();
  for (let file = 0; file < files.count; file++) {
    if (u8At(files.kind, file) !== SOCKET) continue;
    set.throwIfAborted();
    const reading = read(i32At(files.record, file));
    const entry = reading instanceof Promise ? await reading : reading;
    if (entry === null) continue;
    const values = valuesOf(entry, true);
    for (const field of FIELDS) {
      const id = values.number(field);
      if (id !== null) found.set(file, id);
    }
  }
  return found;
}
