// The document that `ckptscope show --json` prints and the page exports, in chunks of text: for a large image it would
// exceed the longest possible string.

import { type Checkpoint, commBytes, HAS, holderCount, NONE, nameBytes, USE } from "../model/checkpoint.ts";
import { detailsOf, taskDetailsOf } from "../model/detail-store.ts";
import type { Details, DetailValue } from "../model/fields.ts";
import { FILE_KINDS, flagNames, TASK_STATES } from "../model/names.ts";
import { i32At, u8At, u32At, u64At } from "../model/read.ts";
import type { FileRow, TableRow, TaskRow } from "../model/rows.ts";
import { base64, decodeText, isUtf8, jsonText } from "../model/text.ts";
import { isOfNoTask, type Resources } from "../resources/table.ts";
import type { Chosen } from "./choose.ts";
import { type ListedRow, resourcesJson } from "./resources.ts";

/** The image as the user named it. */
export interface SourceFacts {
  readonly name: string;
  /** Size in bytes. */
  readonly bytes: number;
}

/** The parts of an image that its document needs. */
export interface Shown {
  readonly checkpoint: Checkpoint;
  /** Present: the document has these tables as well. */
  readonly resources?: Resources;
  /** Present: further keys of tasks, by row. */
  readonly taskKeys?: readonly (Readonly<Record<string, unknown>> | undefined)[];
}

const CHUNK = 256 * 1024;

/** Text under `key`, and its bytes in base64 under `${key}Bytes` if they are not valid UTF-8. */
export function textKeys(key: string, bytes: Uint8Array): Record<string, string> {
  const text = { [key]: decodeText(bytes) };
  return isUtf8(bytes) ? text : { ...text, [`${key}Bytes`]: base64(bytes) };
}

/** The document as text, in chunks. Schema: public/schema/show.schema.json. `chosen`: of these rows only. */
export function* showDocument(
  { checkpoint, resources, taskKeys }: Shown,
  source: SourceFacts,
  chosen: Chosen | null = null,
): Generator<string> {
  let chunk = "";
  const list = function* (
    key: string,
    count: number,
    entry: (row: number) => unknown,
    { last = false, kept }: { readonly last?: boolean; readonly kept?: Uint8Array | undefined } = {},
  ): Generator<string> {
    let listed = 0;
    chunk += `  ${jsonText(key)}: [`;
    for (let row = 0; row < count; row++) {
      if (kept?.[row] === 0) continue;
      chunk += `${listed++ === 0 ? "" : ","}\n    ${jsonText(entry(row))}`;
      if (chunk.length < CHUNK) continue;
      yield chunk;
      chunk = "";
    }
    chunk += `${listed === 0 ? "" : "\n  "}]${last ? "" : ","}\n`;
  };

  const head = {
    schema: 1,
    source,
    format: checkpoint.format,
    dialect: checkpoint.dialect,
    complete: checkpoint.complete,
  };
  chunk += "{\n";
  for (const [key, value] of Object.entries(head)) chunk += `  ${jsonText(key)}: ${jsonText(value)},\n`;
  const { tasks, tables, files, problems } = checkpoint;
  yield* list("tasks", tasks.count, (row) => ({ ...taskEntry(checkpoint, row), ...taskKeys?.[row] }), {
    kept: chosen?.tasks,
  });
  yield* list("fileTables", tables.count, (row) => tableEntry(checkpoint, row, chosen), { kept: chosen?.tables });
  yield* list("files", files.count, (row) => fileEntry(checkpoint, row, detailsOf(checkpoint, row)), {
    kept: withoutTwins(checkpoint, chosen?.files),
  });
  yield* list("problems", problems.length, (row) => problemEntry(checkpoint, row), { last: resources === undefined });
  if (resources !== undefined) {
    chunk += '  "resources": ';
    const listed = chosen === null ? undefined : isListed(chosen);
    for (const text of resourcesJson(resources, listed)) {
      chunk += text;
      if (chunk.length < CHUNK) continue;
      yield chunk;
      chunk = "";
    }
    chunk += "\n";
  }
  yield `${chunk}}\n`;
}

/** Rows of resources that belong to chosen tasks, or to none. */
export const isListed =
  (chosen: Chosen): ListedRow =>
  (table, row) =>
    isOfNoTask(table, row) || chosen.tasks[i32At(table.task, row)] === 1;

/**
 * Leaves out entries that only hold the path or flags of the open file with the same id (a tun device's, in CRIU sets):
 * readers look files up by id.
 */
function withoutTwins({ files }: Checkpoint, kept: Uint8Array | undefined): Uint8Array | undefined {
  const isPathOnly = (row: number): boolean => files.use[row] === USE.pathOf && holderCount(files, row) === 0;
  const ids = new Set<number>();
  for (let row = 0; row < files.count; row++) if (isPathOnly(row)) ids.add(u32At(files.id, row));
  if (ids.size === 0) return kept;
  const shared = new Set<number>();
  for (let row = 0; row < files.count; row++) {
    const id = u32At(files.id, row);
    if (ids.has(id) && !isPathOnly(row)) shared.add(id);
  }
  if (shared.size === 0) return kept;
  const result = kept?.slice() ?? new Uint8Array(files.count).fill(1);
  for (let row = 0; row < files.count; row++) {
    if (isPathOnly(row) && shared.has(u32At(files.id, row))) result[row] = 0;
  }
  return result;
}

/** A value that may be NONE. */
const orNull = (value: number): number | null => (value === NONE ? null : value);

function taskEntry(checkpoint: Checkpoint, row: TaskRow) {
  const { tasks, tables } = checkpoint;
  const table = i32At(tasks.table, row);
  return {
    pid: orNull(i32At(tasks.pid, row)),
    ppid: orNull(i32At(tasks.ppid, row)),
    tgid: orNull(i32At(tasks.tgid, row)),
    ...textKeys("comm", commBytes(checkpoint, row)),
    state: TASK_STATES[u8At(tasks.state, row)] ?? null,
    fileTable: table === NONE ? null : u32At(tables.id, table),
    pgid: orNull(i32At(tasks.pgid, row)),
    sid: orNull(i32At(tasks.sid, row)),
    ...taskDetails(checkpoint, row),
  };
}

/**
 * Threads, exit, executable, directories, and under `details` everything else the format records. Where the format has
 * a path but no open file, the path is under the key with `Path` appended.
 */
function taskDetails(checkpoint: Checkpoint, row: TaskRow) {
  const { threads = null, exit = null, exe, cwd, root, ...details } = taskDetailsOf(checkpoint, row);
  const fileKeys = (key: string, value: DetailValue | undefined): Record<string, DetailValue> =>
    typeof value === "number"
      ? { [key]: u32At(checkpoint.files.id, value) }
      : { [key]: null, ...(typeof value === "string" ? { [`${key}Path`]: value } : {}) };
  return { threads, exit, ...fileKeys("exe", exe), ...fileKeys("cwd", cwd), ...fileKeys("root", root), details };
}

function tableEntry({ tables, descriptors, files }: Checkpoint, row: TableRow, chosen: Chosen | null) {
  const fds = [];
  for (let at = u32At(tables.first, row); at < u32At(tables.first, row + 1); at++) {
    if (chosen?.descriptors[at] === 0) continue;
    const file = i32At(descriptors.file, at);
    fds.push({
      fd: i32At(descriptors.fd, at),
      file: file === NONE ? null : u32At(files.id, file),
      closeOnExec: u8At(descriptors.closeOnExec, at) === 1,
    });
  }
  return { id: u32At(tables.id, row), fds };
}

function fileEntry(checkpoint: Checkpoint, row: FileRow, details: Details) {
  const { files, machine } = checkpoint;
  const has = u8At(files.has, row);
  const name = nameBytes(checkpoint, row);
  const path = (has & HAS.path) !== 0;
  const flags = (has & HAS.flags) === 0 ? null : u32At(files.flags, row);
  return {
    id: u32At(files.id, row),
    kind: FILE_KINDS[u8At(files.kind, row)] ?? "unknown",
    ...(path ? textKeys("path", name) : { path: null }),
    // The made-up name of a file without a path.
    ...(path ? {} : { name: name.length === 0 ? null : decodeText(name) }),
    pos: (has & HAS.pos) === 0 ? null : u64At(files.pos, row).toString(),
    flags,
    flagNames: flags === null ? null : flagNames(flags, machine.arch),
    mode: (has & HAS.mode) === 0 ? null : u32At(files.mode, row),
    version: (has & HAS.version) === 0 ? null : u64At(files.version, row).toString(),
    details,
  };
}

function problemEntry({ problems, members }: Checkpoint, row: number) {
  const problem = problems[row];
  if (problem === undefined) return null;
  const { severity, code, message, offset, member } = problem;
  const name = member === undefined ? undefined : members[member]?.name;
  return { severity, code, message, offset, ...(name === undefined ? {} : { member: name }) };
}
