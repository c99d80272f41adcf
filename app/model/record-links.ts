// Which object each record describes.

import { type Checkpoint, furtherRecords, hasFurtherRecords, NONE } from "./checkpoint.ts";
import { i32At } from "./read.ts";
import type { RecordRow } from "./rows.ts";

const KINDS = ["task", "table", "file", "descriptor", "further", "object", "new-table", "new-file"] as const;

/** For each record the object that it describes, as row × 8 + index into KINDS; NONE if it describes none. */
export type RecordLinks = Int32Array;

/** Links every record to its object, in one pass over all objects. */
export function recordLinks(checkpoint: Checkpoint): RecordLinks {
  const { tasks, tables, files, descriptors, fileRecords, objects, records } = checkpoint;
  const links = new Int32Array(records.count).fill(NONE);
  const link = (kind: (typeof KINDS)[number], record: Int32Array, count: number): void => {
    const code = KINDS.indexOf(kind);
    for (let row = 0; row < count; row++) {
      const at = i32At(record, row);
      if (at !== NONE && links[at] === NONE) links[at] = row * 8 + code;
    }
  };
  link("task", tasks.record, tasks.count);
  link("table", tables.record, tables.count);
  link("file", files.record, files.count);
  link("descriptor", descriptors.record, descriptors.count);
  link("object", objects.record, objects.count);
  for (let file = 0; file < files.count; file++) {
    if (!hasFurtherRecords(fileRecords, file)) continue;
    for (const record of furtherRecords(fileRecords, file)) {
      if (links[record] === NONE) links[record] = file * 8 + KINDS.indexOf("further");
    }
  }
  linkAnnouncements(checkpoint, links);
  return links;
}

/**
 * Links the OBJREFs that announce tables and files, which are not in the checkpoint. Each comes before the record of
 * its object. Announcements nest: those of objects that it needs come in between, with their records.
 */
function linkAnnouncements({ records }: Checkpoint, links: Int32Array): void {
  const objref = records.kinds.findIndex(({ name }) => name === "OBJREF");
  const waiting: number[] = [];
  for (let record = 0; objref !== NONE && record < records.count; record++) {
    const link = i32At(links, record);
    if (link === NONE && records.kind[record] === objref) waiting.push(record);
    const kind = link === NONE ? undefined : KINDS[link & 7];
    if (kind !== "table" && kind !== "file") continue;
    const announces = waiting.pop();
    if (announces !== undefined) links[announces] = (link & ~7) | KINDS.indexOf(`new-${kind}`);
  }
}

/** The object that a record describes, or more of it; `null` if none, or if records are not linked yet. */
export function linkOf(
  links: RecordLinks | null,
  record: RecordRow,
): { readonly kind: (typeof KINDS)[number]; readonly row: number } | null {
  const link = links === null ? NONE : i32At(links, record);
  const kind = KINDS[link & 7];
  return link === NONE || kind === undefined ? null : { kind, row: link >> 3 };
}
