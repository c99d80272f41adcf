// The document that `ckptscope show --json` prints and the page exports, in chunks of UTF-8: for a large image it would
// exceed the longest possible string.

import { type Checkpoint, holderCount, NONE, USE } from "../../model/checkpoint.ts";
import { i32At, u32At } from "../../model/read.ts";
import type { TableRow } from "../../model/rows.ts";
import { takeBytes, writeInteger, writePiece, writeRaw, writeValue } from "../../model/text/json-bytes.ts";
import { encodeText, exactBytes, jsonText } from "../../model/text/text.ts";
import { isOfNoTask, type Resources } from "../../resources/table.ts";
import type { Chosen } from "../choose.ts";
import { createRows, createRowsWriter, kernelFor, type Rows, writeRows } from "../rows/rows.ts";
import { number, piece, type Template, whenIs } from "../rows/template.ts";
import { type ListedRow, resourcesJson } from "../tables/resources.ts";
import { fileTemplate, textKeys } from "./file-json.ts";
import { type TaskKeys, taskWriter } from "./task-json.ts";

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
  readonly taskKeys?: TaskKeys;
}

/** Bytes of a chunk: large enough to make a write worth its cost. */
const CHUNK = 256 * 1024;

const FIRST_ROW = encodeText("\n    ");
const NEXT_ROW = encodeText(",\n    ");

/** Writes a row of a list, giving a chunk now and then if the row is a long one. */
type WriteRow = (row: number) => Iterable<Uint8Array<ArrayBuffer>> | undefined;

/**
 * The document as UTF-8, in chunks that are valid until the next is read. Schema: public/schema/show.schema.json.
 *
 * @param chosen Only these rows.
 * @param rows Writes the rows.
 */
export function* showDocument(
  { checkpoint, resources, taskKeys }: Shown,
  source: SourceFacts,
  chosen: Chosen | null = null,
  rows = createRows(CHUNK, kernelFor(checkpoint.descriptors.count + checkpoint.files.count)),
): Generator<Uint8Array<ArrayBuffer>> {
  const { out } = rows;
  const { tasks, tables, files, problems } = checkpoint;
  const head = {
    schema: 1,
    source,
    format: checkpoint.format,
    dialect: checkpoint.dialect,
    complete: checkpoint.complete,
  };
  const list = function* (key: string, count: number, write: WriteRow, kept?: Uint8Array) {
    writeRaw(out, `,\n  "${key}": [`);
    let listed = 0;
    for (let row = 0; row < count; row++) {
      if (kept?.[row] === 0) continue;
      writePiece(out, listed++ === 0 ? FIRST_ROW : NEXT_ROW);
      const chunks = write(row);
      if (chunks !== undefined) yield* chunks;
      if (out.length >= CHUNK) yield takeBytes(out);
    }
    writeRaw(out, listed === 0 ? "]" : "\n  ]");
  };

  const writeTask = taskWriter(out, checkpoint, taskKeys);
  writeRaw(out, "{\n");
  writeRaw(
    out,
    Object.entries(head)
      .map(([key, value]) => `  ${jsonText(key)}: ${jsonText(value)}`)
      .join(",\n"),
  );
  yield* list("tasks", tasks.count, (row) => void writeTask(row), chosen?.tasks);
  yield* list("fileTables", tables.count, tableWriter(rows, checkpoint, chosen), chosen?.tables);
  writeRaw(out, ',\n  "files": [');
  const fileWriter = createRowsWriter(rows, fileTemplate(out, checkpoint, NEXT_ROW), files.count);
  const hasFiles = yield* writeRows(
    rows,
    fileWriter,
    [0, files.count],
    withoutTwins(checkpoint, chosen?.files),
    FIRST_ROW,
  );
  writeRaw(out, hasFiles ? "\n  ]" : "]");
  yield* list("problems", problems.length, (row) => void writeValue(out, problemEntry(checkpoint, row)));
  if (resources !== undefined) {
    writeRaw(out, ',\n  "resources": ');
    const listed = chosen === null ? undefined : isListed(chosen);
    for (const text of resourcesJson(resources, listed)) {
      writeRaw(out, text);
      if (out.length >= CHUNK) yield takeBytes(out);
    }
  }
  writeRaw(out, "\n}\n");
  yield takeBytes(out);
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

/** How the descriptors of a file table are written. */
const descriptorTemplate = ({ descriptors, files }: Checkpoint): Template => ({
  separator: encodeText(","),
  parts: [
    piece('{"fd":'),
    number(descriptors.fd),
    piece(',"file":'),
    whenIs(descriptors.file, NONE, [piece("null")], [number({ column: files.id, rows: descriptors.file })]),
    piece(',"closeOnExec":'),
    whenIs(descriptors.closeOnExec, 1, [piece("true}")], [piece("false}")]),
  ],
});

const ID = encodeText('{"id":');
const DESCRIPTORS = encodeText(',"fds":[');
const END = encodeText("]}");

/** A function that writes a file table with its descriptors. */
function tableWriter(rows: Rows, checkpoint: Checkpoint, chosen: Chosen | null): WriteRow {
  const { out } = rows;
  const { tables, descriptors } = checkpoint;
  const writer = createRowsWriter(rows, descriptorTemplate(checkpoint), descriptors.count);
  return function* (row: TableRow) {
    writePiece(out, ID);
    writeInteger(out, u32At(tables.id, row));
    writePiece(out, DESCRIPTORS);
    yield* writeRows(rows, writer, [u32At(tables.first, row), u32At(tables.first, row + 1)], chosen?.descriptors);
    writePiece(out, END);
  };
}

function problemEntry({ problems, members }: Checkpoint, row: number) {
  const problem = problems[row];
  if (problem === undefined) return null;
  const { severity, code, message, offset, member, limit } = problem;
  const name = member === undefined ? undefined : members[member]?.name;
  return {
    severity,
    code,
    message,
    offset,
    ...(limit === undefined ? {} : { limit }),
    ...(name === undefined ? {} : textKeys("member", exactBytes(name))),
  };
}
