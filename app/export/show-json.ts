// The document that `ckptscope show --json` prints and the page exports, as chunks of text: a large image's document is
// longer than any string may be.

import { type Checkpoint, commBytes, HAS, NONE, nameBytes } from "../model/checkpoint.ts";
import type { Details } from "../model/fields.ts";
import { FILE_KINDS, flagNames, TASK_STATES } from "../model/names.ts";
import { base64, decodeText, isUtf8 } from "../model/text.ts";

/** What the user gave. */
export interface SourceFacts {
  readonly name: string;
  /** Size in bytes. */
  readonly bytes: number;
}

/** An image as far as its document needs it. */
export interface Shown {
  readonly checkpoint: Checkpoint;
  details(file: number): Promise<Details>;
}

const CHUNK = 256 * 1024;

/** A pair of keys for text that need not be valid UTF-8: the bytes stand beside it if they are not. */
function textKeys(key: string, bytes: Uint8Array): Record<string, string> {
  const text = { [key]: decodeText(bytes) };
  return isUtf8(bytes) ? text : { ...text, [`${key}Bytes`]: base64(bytes) };
}

/** The document as text, in chunks. Schema: public/schema/show.schema.json. */
export async function* showDocument({ checkpoint, details }: Shown, source: SourceFacts): AsyncGenerator<string> {
  let chunk = "";
  const list = async function* (
    key: string,
    count: number,
    entry: (row: number) => unknown | Promise<unknown>,
    last = false,
  ): AsyncGenerator<string> {
    chunk += `  ${JSON.stringify(key)}: [`;
    for (let row = 0; row < count; row++) {
      chunk += `${row === 0 ? "" : ","}\n    ${JSON.stringify(await entry(row))}`;
      if (chunk.length < CHUNK) continue;
      yield chunk;
      chunk = "";
    }
    chunk += `${count === 0 ? "" : "\n  "}]${last ? "" : ","}\n`;
  };

  const head = {
    schema: 1,
    source,
    format: checkpoint.format,
    dialect: checkpoint.dialect,
    complete: checkpoint.complete,
  };
  chunk += "{\n";
  for (const [key, value] of Object.entries(head)) chunk += `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`;
  const { tasks, tables, files, problems } = checkpoint;
  yield* list("tasks", tasks.count, (row) => taskEntry(checkpoint, row));
  yield* list("fileTables", tables.count, (row) => tableEntry(checkpoint, row));
  yield* list("files", files.count, async (row) => fileEntry(checkpoint, row, await details(row)));
  yield* list("problems", problems.length, (row) => problemEntry(checkpoint, row), true);
  yield `${chunk}}\n`;
}

const number = (value: number | undefined): number | null => (value === undefined || value === NONE ? null : value);

function taskEntry(checkpoint: Checkpoint, row: number) {
  const { tasks, tables } = checkpoint;
  const table = tasks.table[row] as number;
  return {
    pid: number(tasks.pid[row]),
    ppid: number(tasks.ppid[row]),
    tgid: number(tasks.tgid[row]),
    ...textKeys("comm", commBytes(checkpoint, row)),
    state: TASK_STATES[tasks.state[row] as number] ?? null,
    fileTable: table === NONE ? null : (tables.id[table] as number),
  };
}

function tableEntry({ tables, descriptors, files }: Checkpoint, row: number) {
  const fds = [];
  for (let at = tables.first[row] as number; at < (tables.first[row + 1] as number); at++) {
    const file = descriptors.file[at] as number;
    fds.push({
      fd: descriptors.fd[at] as number,
      file: file === NONE ? null : (files.id[file] as number),
      closeOnExec: descriptors.closeOnExec[at] === 1,
    });
  }
  return { id: tables.id[row] as number, fds };
}

function fileEntry(checkpoint: Checkpoint, row: number, details: Details) {
  const { files, machine } = checkpoint;
  const has = files.has[row] as number;
  const name = nameBytes(checkpoint, row);
  const path = (has & HAS.path) !== 0;
  const flags = (has & HAS.flags) === 0 ? null : (files.flags[row] as number);
  return {
    id: files.id[row] as number,
    kind: FILE_KINDS[files.kind[row] as number] ?? "unknown",
    ...(path ? textKeys("path", name) : { path: null }),
    // What the page calls a file that has no path.
    ...(path ? {} : { name: name.length === 0 ? null : decodeText(name) }),
    pos: (has & HAS.pos) === 0 ? null : (files.pos[row] as bigint).toString(),
    flags,
    flagNames: flags === null ? null : flagNames(flags, machine.arch),
    mode: (has & HAS.mode) === 0 ? null : (files.mode[row] as number),
    version: (has & HAS.version) === 0 ? null : (files.version[row] as bigint).toString(),
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
