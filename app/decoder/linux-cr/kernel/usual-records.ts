// Reads records in their usual form many at a time, by the kernel: open files with a path, pipes, descriptors, and
// records that are only listed. Casts `as number` read rows of what the kernel read.

import { NONE } from "../../../model/checkpoint.ts";
import type { DecodeOptions } from "../../source.ts";
import { ACTIONS, OBJECTS } from "../handlers/actions.ts";
import { announce, announceRun, objrefRoom, resolve, type Walk } from "../walk/walk.ts";
import { recordForms } from "./record-forms.ts";
import { createRecordKernel, type RecordKernel, type RecordsRead, type Request } from "./record-kernel.ts";
import { addUsualRuns } from "./usual-runs.ts";

/** A smaller rest takes less time than starting the kernel. */
const WORTHWHILE = 64 << 10;

/** Batches with fewer records are not worth their cost: records are read one by one for a while. */
const FEW = 16;
/** The most records to read one by one before the next batch. */
const LONGEST_PAUSE = 1024;
/** Records of an open file that lie across the end of the window are no reason for a pause. */
const LONGEST_FILE = 8 << 10;

/** Reads records in the usual form. */
export interface UsualRecords {
  /**
   * Reads records from the current one on, whose first 8 bytes are in the window, and moves the walk behind them.
   * Returns whether it read any.
   */
  read(walk: Walk, action: number): boolean;
}

/** A reader for an image. It starts its kernel when it is needed. */
export function createUsualRecords({ kernels = true }: DecodeOptions): UsualRecords {
  let kernel: RecordKernel | null | undefined = kernels === false ? null : undefined;
  // Records left to read one by one, and how many there were the last time.
  let pause = 0;
  let lastPause = 0;
  return {
    read(walk, action) {
      if (kernel === null || !isUsualStart(walk, action)) return false;
      if (pause > 0) {
        pause--;
        return false;
      }
      if (kernel === undefined) {
        const isWorthwhile = kernels === "always" || walk.source.size - walk.pos >= WORTHWHILE;
        kernel = isWorthwhile ? createRecordKernel(recordForms(walk)) : null;
        if (kernel === null) return false;
      }
      const request = requestOf(walk);
      if (request.rows < 1) return false;
      readKnown(walk, kernel, request);
      const { rows, base, end } = kernel.batch;
      const ranOut = base + end + LONGEST_FILE > walk.window.bytes.length;
      lastPause = rows < Math.min(FEW, request.rows) && !ranOut ? Math.min(FEW + 2 * lastPause, LONGEST_PAUSE) : 0;
      pause = lastPause;
      if (rows === 0) return false;
      addBatch(walk, kernel.batch);
      return true;
    },
  };
}

/** Whether the current record may be the first of some in their usual form. */
function isUsualStart(walk: Walk, action: number): boolean {
  const { window, pos, littleEndian, objectKinds } = walk;
  if (walk.pendingFile !== NONE || walk.pathOwner !== NONE) return false;
  if (action === ACTIONS.FILE_DESC) return walk.table !== NONE;
  const at = pos - window.start + 8;
  if (action !== ACTIONS.OBJREF || pos + 12 > window.end) return false;
  return objectKinds[window.view.getUint32(at, littleEndian)] === OBJECTS.FILE;
}

/** The limits of a batch, and its start. */
function requestOf({ builder, table, nextBuffer }: Walk): Request {
  const { files, descriptors, records } = builder;
  const last = descriptors.count - 1;
  return {
    rows: builder.recordRoom(),
    files: Math.min(builder.fileRoom(), objrefRoom(builder)),
    descriptors: builder.descriptorRoom(),
    text: builder.textRoom(),
    firstRecord: records.count,
    firstFile: files.count,
    textBase: builder.textLength(),
    table,
    lastFd: last >= 0 && descriptors.table[last] === table ? (descriptors.fd[last] as number) : NONE,
    hasVersions: files.version.length > 0,
    hasVarying: files.nameVarying.length > 0,
    listsBuffer: nextBuffer === "other",
  };
}

/**
 * Reads records up to the first descriptor whose open file is not known yet, or the first open file with an objref that
 * is taken; the handlers report these. The objrefs of the open files are announced.
 */
function readKnown(walk: Walk, kernel: RecordKernel, request: Request): void {
  const { batch } = kernel;
  const { bytes, start } = walk.window;
  const from = walk.pos - start;
  const run = (end: number): void => {
    kernel.read(bytes, from, end, request);
    const unknown = resolveMissing(walk, batch);
    if (unknown === NONE) return;
    kernel.forget();
    run(startOf(batch, batch.descriptorColumns.record, unknown, request));
  };
  run(bytes.length);
  const announced = announceFiles(walk, batch, request);
  if (announced === batch.files) return;
  kernel.forget();
  // The record before that of the open file announces it.
  run(startOf(batch, batch.fileColumns.record, announced, request, 1));
}

/** Where the record of a row begins, or one that is `before` it, in the bytes that were given. */
function startOf(batch: RecordsRead, records: Int32Array, row: number, { firstRecord }: Request, before = 0): number {
  return batch.base + (batch.offsets[(records[row] as number) - firstRecord - before] as number);
}

/** Finds open files that the kernel does not know; returns the first descriptor that has none, or NONE. */
function resolveMissing(walk: Walk, { missing, missingCount, descriptorColumns: { file } }: RecordsRead): number {
  for (let nth = 0; nth < missingCount; nth++) {
    const row = missing[nth] as number;
    const found = resolve(walk, file[row] as number, OBJECTS.FILE);
    if (found === NONE) return row;
    file[row] = found;
  }
  return NONE;
}

/** Announces the open files of a batch up to the first whose objref is taken; returns how many. */
function announceFiles(
  walk: Walk,
  { files, inOrder, fileColumns: { id } }: RecordsRead,
  { firstFile }: Request,
): number {
  if (files === 0 || (inOrder && announceRun(walk, id[0] as number, files, firstFile, OBJECTS.FILE))) return files;
  for (let file = 0; file < files; file++) {
    if (walk.byObjref.get(id[file] as number) !== NONE) return file;
    announce(walk, id[file] as number, firstFile + file, OBJECTS.FILE);
  }
  return files;
}

/** Adds the rows of a batch, at least one, whose objrefs were announced. */
function addBatch(walk: Walk, batch: RecordsRead): void {
  const { builder, window } = walk;
  const { rows, files, descriptors, base, end } = batch;
  const first = builder.addRecords(batch, window.start + base, batch.kinds, 0);
  addUsualRuns(walk.usualRuns, batch, first);
  walk.record = first + rows - 1;
  builder.addTexts(batch.text, batch.textLength);
  if (files > 0) walk.lastFile = builder.addFileRows(batch.fileColumns, files) + files - 1;
  if (descriptors > 0) builder.addDescriptorRows(batch.descriptorColumns, descriptors);
  if (files > 0 || descriptors > 0) walk.fsPathsLeft = 0;
  walk.tableLeft -= descriptors;
  walk.pos = window.start + base + end;
}
