// Records in words: what each is about, and who refers to that.

import { type Checkpoint, descriptorCount, HAS, holderCount, NONE, taskCount } from "../model/checkpoint.ts";
import { useNames } from "../model/columns/files.ts";
import type { Field } from "../model/fields.ts";
import { visible } from "../model/text.ts";
import { counted, fileName } from "../model/words.ts";
import { taskName } from "./describe.ts";

const KINDS = ["task", "table", "file", "descriptor", "further", "object", "new-table", "new-file"] as const;

/** For each record the object that it describes, as row × 8 + index into KINDS; NONE: none. */
export type RecordLinks = Int32Array;

/** Goes over all objects once, so that each record's is at hand. */
export function recordLinks(checkpoint: Checkpoint): RecordLinks {
  const { tasks, tables, files, descriptors, fileRecords, objects, records } = checkpoint;
  const links = new Int32Array(records.count).fill(NONE);
  const note = (kind: (typeof KINDS)[number], record: Int32Array, count: number): void => {
    const code = KINDS.indexOf(kind);
    for (let row = 0; row < count; row++) {
      const at = record[row] ?? NONE;
      if (at !== NONE && links[at] === NONE) links[at] = row * 8 + code;
    }
  };
  note("task", tasks.record, tasks.count);
  note("table", tables.record, tables.count);
  note("file", files.record, files.count);
  note("descriptor", descriptors.record, descriptors.count);
  note("object", objects.record, objects.count);
  for (let file = 0; file < files.count; file++) {
    for (let at = fileRecords.first[file] ?? 0; at < (fileRecords.first[file + 1] ?? 0); at++) {
      const record = fileRecords.record[at] ?? NONE;
      if (record !== NONE && links[record] === NONE) links[record] = file * 8 + KINDS.indexOf("further");
    }
  }
  noteAnnounced(checkpoint, links);
  return links;
}

/**
 * Finds the OBJREFs of tables and files, which the checkpoint does not keep: each comes before the record of its
 * object, with OBJREFs and records of what that needs in between.
 */
function noteAnnounced({ records }: Checkpoint, links: Int32Array): void {
  const objref = records.kinds.findIndex(({ name }) => name === "OBJREF");
  const waiting: number[] = [];
  for (let record = 0; objref !== NONE && record < records.count; record++) {
    const link = links[record] ?? NONE;
    if (link === NONE && records.kind[record] === objref) waiting.push(record);
    const kind = link === NONE ? undefined : KINDS[link & 7];
    if (kind !== "table" && kind !== "file") continue;
    const announces = waiting.pop();
    if (announces !== undefined) links[announces] = (link & ~7) | KINDS.indexOf(`new-${kind}`);
  }
}

/** What a record is about: `announces open file 12`, `fd 3 → /var/log/x`; empty where that is not known. */
export function aboutRecord(checkpoint: Checkpoint, links: RecordLinks, record: number): string {
  const { tasks, tables, files, descriptors, objects } = checkpoint;
  const link = links[record] ?? NONE;
  if (link === NONE) return "";
  const row = link >> 3;
  switch (KINDS[link & 7]) {
    case "task":
      return `task ${taskName(checkpoint, row)}${tasks.table[row] === NONE ? ", without files" : ""}`;
    case "table":
      return `file table ${tables.id[row]}, ${counted(descriptorCount(tables, row), "descriptor")}`;
    case "file":
      return `open file ${files.id[row]} ${fileName(checkpoint, row)}${(files.has[row] ?? 0) & HAS.deleted ? " (deleted)" : ""}`;
    case "descriptor":
      return `fd ${descriptors.fd[row]} → ${fileName(checkpoint, descriptors.file[row] ?? NONE)}`;
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

/** Fields of a record that stand for it in a line, and characters of it. */
const FEW_FIELDS = 3;
const FEW_CHARACTERS = 120;

/** A record's text, or its first fields behind the header: `nr_pids 1, vpids 0`. */
export function summaryOf(fields: readonly Field[]): string {
  const text = fields.find(({ role, name }) => role === "payload" && name === "text");
  if (text !== undefined && text.raw !== "") return clipped(`“${text.raw}”`);
  const told = fields.filter(({ role, raw, name }) => role === undefined && raw !== "" && !HEADER_FIELDS.has(name));
  return clipped(
    told
      .slice(0, FEW_FIELDS)
      .map(({ name, raw, meaning }) => `${name} ${meaning ?? raw}`)
      .join(", "),
  );
}

/** Told of every record by its own columns. */
const HEADER_FIELDS = new Set(["type", "len", "size"]);

const clipped = (text: string): string => {
  const seen = visible(text);
  return seen.length > FEW_CHARACTERS ? `${seen.slice(0, FEW_CHARACTERS - 1)}…` : seen;
};

/** What refers to the object that a record describes, as far as that is quickly told: `3 descriptors`, `2 tasks`. */
export function refersTo({ tables, files }: Checkpoint, links: RecordLinks, record: number): string {
  const link = links[record] ?? NONE;
  if (link === NONE) return "";
  const row = link >> 3;
  if (KINDS[link & 7] === "table") return counted(taskCount(tables, row), "task");
  if (KINDS[link & 7] !== "file") return "";
  const holders = holderCount(files, row);
  const held = holders > 0 ? [counted(holders, "descriptor")] : [];
  return [...held, ...useNames(files.use[row] ?? 0)].join(", ");
}

export interface KindCount {
  readonly name: string;
  readonly count: number;
}

/** The kinds of record that there are, by name, with how many records each has: the most frequent first. */
export function kindCounts({ records }: Checkpoint): KindCount[] {
  const counts = new Float64Array(records.kinds.length);
  for (let row = 0; row < records.count; row++)
    counts[records.kind[row] ?? 0] = (counts[records.kind[row] ?? 0] ?? 0) + 1;
  const byName = new Map<string, number>();
  for (const [kind, { name }] of records.kinds.entries()) {
    const count = counts[kind] ?? 0;
    if (count > 0) byName.set(visible(name), (byName.get(visible(name)) ?? 0) + count);
  }
  return [...byName].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
}

/** The filter that keeps records of one kind. */
export const kindFilter = (name: string): string => `kind:"=${name}"`;

/** The kind that a filter made by `kindFilter` keeps; `null` for any other filter. */
export function kindOfFilter(filter: string): string | null {
  return /^\s*kind:"=([^"]*)"\s*$/.exec(filter)?.[1] ?? null;
}
