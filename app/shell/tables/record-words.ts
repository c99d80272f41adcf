// Describes records: their objects, and the references to those.

import { type Checkpoint, descriptorCount, HAS, holderCount, NONE, taskCount } from "../../model/checkpoint.ts";
import type { Field } from "../../model/fields.ts";
import { usageNames } from "../../model/listings/files.ts";
import { i32At, u8At } from "../../model/read.ts";
import { linkOf, type RecordLinks } from "../../model/record-links.ts";
import type { RecordRow } from "../../model/rows.ts";
import { stillVisible, visible } from "../../model/text/text.ts";
import { counted, fileName } from "../../model/text/words.ts";
import { taskName } from "../objects/describe.ts";

/**
 * The subject of a record: `announces open file 12`, `fd 3 → /var/log/x`; empty if unknown, or not linked yet (`null`).
 */
export function aboutRecord(checkpoint: Checkpoint, links: RecordLinks | null, record: RecordRow): string {
  const { tasks, tables, files, descriptors, objects } = checkpoint;
  const link = linkOf(links, record);
  if (link === null) return "";
  const { kind, row } = link;
  switch (kind) {
    case "task":
      return `task ${taskName(checkpoint, row)}${tasks.table[row] === NONE ? ", no file table" : ""}`;
    case "table":
      return `file table ${tables.id[row]}, ${counted(descriptorCount(tables, row), "descriptor")}`;
    case "file":
      return `open file ${files.id[row]} ${fileName(checkpoint, row)}${u8At(files.has, row) & HAS.deleted ? " (deleted)" : ""}`;
    case "descriptor":
      return `fd ${descriptors.fd[row]} → ${fileName(checkpoint, i32At(descriptors.file, row))}`;
    case "further":
      return `more of open file ${files.id[row]} ${fileName(checkpoint, row)}`;
    case "new-table":
      return `announces file table ${tables.id[row]}`;
    case "new-file":
      return `announces open file ${files.id[row]}`;
    case "object":
      return `announces ${visible(objects.types[objects.type[row] ?? 0] ?? "object")} ${objects.id[row]}`;
    default:
      return "";
  }
}

/** Most fields, and most characters, of a record's summary. */
const SUMMARY_FIELDS = 3;
const SUMMARY_LENGTH = 120;

/** A record's text, or its first fields after the header: `nr_pids 1, vpids 0`. */
export function summaryOf(fields: readonly Field[]): string {
  const text = fields.find(({ role, name }) => role === "payload" && name === "text");
  if (text !== undefined && text.raw !== "") return clipped(`“${text.raw}”`);
  const shown = fields.filter(({ role, raw, name }) => role === undefined && raw !== "" && !HEADER_FIELDS.has(name));
  return clipped(
    shown
      .slice(0, SUMMARY_FIELDS)
      .map(({ name, raw, meaning }) => `${name} ${meaning ?? raw}`)
      .join(", "),
  );
}

/** Shown for every record in columns of their own. */
const HEADER_FIELDS = new Set(["type", "len", "size"]);

const clipped = (text: string): string => {
  const seen = stillVisible(text);
  return seen.length > SUMMARY_LENGTH ? `${seen.slice(0, SUMMARY_LENGTH - 1)}…` : seen;
};

/** The references to a record's object, if they are quick to count: `3 descriptors`, `2 tasks`. */
export function refersTo({ tables, files }: Checkpoint, links: RecordLinks | null, record: RecordRow): string {
  const link = linkOf(links, record);
  if (link === null) return "";
  const { kind, row } = link;
  if (kind === "table") return counted(taskCount(tables, row), "task");
  if (kind !== "file") return "";
  const holders = holderCount(files, row);
  const held = holders > 0 ? [counted(holders, "descriptor")] : [];
  return [...held, ...usageNames(u8At(files.use, row))].join(", ");
}

export interface KindCount {
  readonly name: string;
  readonly count: number;
}

/** The kinds of record in the image, by name, with their number of records. Most frequent first. */
export function kindCounts({ records }: Checkpoint): KindCount[] {
  const counts = new Uint32Array(records.kinds.length);
  const { kind: kinds, count: rows } = records;
  // Casts, as this loop passes every record.
  for (let row = 0; row < rows; row++) {
    const kind = kinds[row] as number;
    counts[kind] = (counts[kind] as number) + 1;
  }
  const byName = new Map<string, number>();
  for (const [kind, { name }] of records.kinds.entries()) {
    const count = counts[kind] ?? 0;
    if (count > 0) byName.set(visible(name), (byName.get(visible(name)) ?? 0) + count);
  }
  return [...byName].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
}

/** The filter for records of one kind. */
export const kindFilter = (name: string): string => `kind:"=${name}"`;

/** The kind that a filter made by `kindFilter` is for; `null` for any other filter. */
export function kindOfFilter(filter: string): string | null {
  return /^\s*kind:"=([^"]*)"\s*$/.exec(filter)?.[1] ?? null;
}
