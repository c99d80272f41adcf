// What entries of sockets say beyond details: the network namespace that each is in.

import { createEntryReader } from "../../decoder/criu/inspect.ts";
import { createSharedValueReader } from "../../decoder/criu/values.ts";
import { isSet, plan, scan, scratch } from "../../decoder/criu/wire.ts";
import { fileKind } from "../../model/names.ts";
import { i32At, u8At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import type { Tables } from "../tables.ts";
import type { SetReader } from "./set-reader.ts";

const SOCKET = fileKind("socket");

/** The messages of sockets in files.img. */
const SOCKETS = plan("file_entry", ["isk", "usk", "nlsk", "psk"]);

/** Where the namespace is in them. */
const FIELDS = Object.entries(SOCKETS.slot).map(([name, slot]) => ({ slot, field: `${name}.ns_id` }));

/** The ids of the network namespaces of sockets, as in the table of namespaces. */
export async function readSocketNamespaces(set: SetReader, tables: Tables): Promise<ReadonlyMap<FileRow, number>> {
  const found = new Map<FileRow, number>();
  if (!tables.wants("sockets")) return found;
  const { files } = set.checkpoint;
  const read = createEntryReader(set.checkpoint, set.sources);
  const valuesOf = createSharedValueReader();
  const out = scratch();
  for (let file = 0; file < files.count; file++) {
    if (u8At(files.kind, file) !== SOCKET) continue;
    set.throwIfAborted();
    const reading = read(i32At(files.record, file));
    const entry = reading instanceof Promise ? await reading : reading;
    if (entry === null) continue;
    const note = (field: string): void => {
      const id = valuesOf(entry, true).number(field);
      if (id !== null) found.set(file, id);
    };
    // Sets had a member for each kind of file before.
    if (entry.message !== "file_entry") note("ns_id");
    else {
      const seen = scan(entry.bytes, entry.start, entry.end, SOCKETS, out);
      for (const { slot, field } of FIELDS) if (isSet(seen, slot)) note(field);
    }
  }
  return found;
}
