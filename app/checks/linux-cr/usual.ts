// Checks open files and descriptors that the decoder read in their usual form by their columns, so that
// their records need not be read again. The first record that may have a finding ends a run of them,
// and is left to the checks of single records.
//
// Casts `as number` read typed arrays within bounds that were checked before.

import type { Image, UsualRun } from "../../decoder/image.ts";
import type { Dialect } from "../../decoder/linux-cr/catalogue/dialect.ts";
import { recordKinds } from "../../decoder/linux-cr/walk/kinds.ts";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import type { DescriptorRow, FileRow, RecordRow } from "../../model/rows.ts";
import { firstIndex } from "../../model/search.ts";
import type { FlagMasks } from "../open-flags.ts";
import { type FileContext, type FileType, fileTypes, isSoundFile, isSoundPath, NR_OPEN } from "./on-files.ts";
import type { Reference } from "./references.ts";
import type { KindInfo, Scan } from "./scan.ts";

/** Checks records of usual runs. */
export interface UsualChecks {
  /** Checks records from `row` on by columns; returns the first that has to be read, which may be `row` itself. */
  check(scan: Scan, row: RecordRow): RecordRow;
  /** How many records that follow one another were checked up to `row`, or up to the open file that it belongs to. */
  before(row: RecordRow): number;
}

/** How these checks treat a kind of record. */
interface UsualKind {
  readonly announces: boolean;
  readonly isDescriptor: boolean;
}

/** Where the checks are. */
interface Place {
  readonly runs: readonly UsualRun[];
  /** The first run that does not end before the current record. */
  run: number;
  /** Whether the references of the open files in that run are valid; `null`: not looked up yet. */
  isOwned: boolean | null;
  file: FileRow;
  descriptor: DescriptorRow;
}

interface Columns {
  readonly checkpoint: Checkpoint;
  /** Halves of the positions of open files. */
  readonly positions: Uint32Array;
  readonly kinds: readonly UsualKind[];
  /** Types of open file by kind of record. */
  readonly types: readonly (FileType | undefined)[];
  readonly context: Pick<FileContext, "masks" | "hasCredentials">;
  /** The number of CKPT_OBJ_FILE. */
  readonly fileObject: number;
  /** Fields of an open file that have the same value throughout a run. */
  readonly owners: readonly Reference[];
}

/** Checks for an image; `null` if there is nothing that they could check. */
export function createUsualChecks(
  { checkpoint, usualRuns = [] }: Image,
  kinds: readonly (KindInfo | null)[],
  dialect: Dialect,
  masks: FlagMasks,
): UsualChecks | null {
  if (usualRuns.length === 0 || checkpoint.files.count === 0) return null;
  const { pos } = checkpoint.files;
  const file = kinds.find((kind) => kind?.name === "FILE");
  if (file == null) return null;
  const columns: Columns = {
    checkpoint,
    positions: new Uint32Array(pos.buffer, pos.byteOffset, 2 * pos.length),
    kinds: kinds.map((kind) => ({ announces: kind?.isObjref ?? false, isDescriptor: kind?.name === "FILE_DESC" })),
    types: typesByKind(dialect, kinds),
    context: { masks, hasCredentials: file.fields.has("f_credref") },
    fileObject: dialect.enums.CKPT_OBJ?.get("FILE") ?? NONE,
    owners: file.references.filter(isOwner),
  };
  const place: Place = { runs: usualRuns, run: 0, isOwned: null, file: 0, descriptor: 0 };
  const last = { first: 0, end: 0 };
  return {
    check(scan, row) {
      const end = checkUsual(scan, columns, place, row);
      if (end > row) {
        last.first = row;
        last.end = end;
      }
      return end;
    },
    before: (row) => (row - last.end < RECORDS_OF_FILE ? last.end - last.first : 0),
  };
}

/** The object, the open file, and its path. */
const RECORDS_OF_FILE = 3;

const isOwner = ({ field }: Reference): boolean => field.endsWith("f_credref") || field.endsWith("f_secref");

/** Types of open file by the kind of the record that describes one, if columns have all that it refers to. */
function typesByKind(dialect: Dialect, kinds: readonly (KindInfo | null)[]): (FileType | undefined)[] {
  const types = fileTypes(dialect);
  const byKind: (FileType | undefined)[] = [];
  for (const [type, kind] of recordKinds(dialect).byFileType.entries()) {
    const isPipe = types[type]?.name === "PIPE";
    const others = kinds[kind]?.references.filter((reference) => !isOwner(reference)) ?? [];
    if (others.every(({ field }) => isPipe && field === "pipe_objref")) byKind[kind] = types[type];
  }
  return byKind;
}

function checkUsual(scan: Scan, columns: Columns, place: Place, from: RecordRow): RecordRow {
  const { kind } = columns.checkpoint.records;
  const run = runAt(place, from);
  if (run === undefined || scan.next !== null) return from;
  let row = from;
  while (row < run.end) {
    const { announces, isDescriptor } = columns.kinds[kind[row] as number] as UsualKind;
    let next = row;
    if (announces) next = checkFile(scan, columns, place, run, row);
    else if (isDescriptor) next = checkDescriptor(scan, columns, place, row);
    if (next === row) break;
    row = next;
  }
  if (row > from) scan.due = null;
  return row;
}

/** The run that has a record. */
function runAt(place: Place, row: RecordRow): UsualRun | undefined {
  const { runs } = place;
  for (let run = runs[place.run]; run !== undefined && run.end <= row; run = runs[place.run]) {
    place.run++;
    place.isOwned = null;
  }
  const run = runs[place.run];
  return run !== undefined && row >= run.first ? run : undefined;
}

/**
 * Checks the open file that a record announces; returns the row after its last record, or `row`
 * if they have to be read.
 */
function checkFile(scan: Scan, columns: Columns, place: Place, run: UsualRun, row: RecordRow): RecordRow {
  const { checkpoint, positions, context, types } = columns;
  const { files, records, text } = checkpoint;
  const file = rowOf(files.record, files.count, row + 1, place.file);
  if (file === NONE || scan.reserved.size > 0) return row;
  const type = types[records.kind[row + 1] as number];
  if (type === undefined) return row;
  place.isOwned ??= columns.owners.every((owner) => markOwner(scan, owner, run));
  if (!place.isOwned) return row;
  const [low, high] = [positions[2 * file] as number, positions[2 * file + 1] as number];
  if (!isSoundFile(context, type, files.flags[file] as number, files.mode[file] as number, low, high)) return row;
  const start = files.nameOffset[file] as number;
  const length = files.nameLength[file] as number;
  if (type.hasPath ? !isSoundPath(text, start, start + length) : !markPipe(scan, text, start, length)) return row;
  if (!scan.byObjref.add(files.id[file] as number, scan.objects)) return row;
  scan.objectType[scan.objects] = columns.fileObject;
  scan.objectRecord[scan.objects] = row;
  scan.objects++;
  scan.namesDue = 0;
  place.file = file + 1;
  return row + (type.hasPath ? 3 : 2);
}

/** Checks a descriptor; returns the row after its record, or `row` if that has to be read. */
function checkDescriptor(scan: Scan, columns: Columns, place: Place, row: RecordRow): RecordRow {
  const { descriptors, files } = columns.checkpoint;
  const descriptor = rowOf(descriptors.record, descriptors.count, row, place.descriptor);
  if (descriptor === NONE) return row;
  const fd = descriptors.fd[descriptor] as number;
  if (fd <= scan.lastFd || fd >= NR_OPEN) return row;
  if (scan.tableAnnounced >= 0 && scan.tableMet === scan.tableAnnounced) return row;
  const object = scan.byObjref.get(files.id[descriptors.file[descriptor] as number] as number);
  if (object === NONE || scan.objectType[object] !== columns.fileObject) return row;
  scan.objectUsed[object] = 1;
  scan.tableMet++;
  scan.lastFd = fd;
  place.descriptor = descriptor + 1;
  return row + 1;
}

/** The row that a record describes: usually `likely`. Where rows are in another order, it may not be found: NONE. */
function rowOf(column: Int32Array, count: number, record: RecordRow, likely: number): number {
  if (column[likely] === record) return likely;
  const found = firstIndex(count, (row) => (column[row] as number) >= record);
  return found < count && column[found] === record ? found : NONE;
}

/** Marks what the open files of a run refer to as used; false if a reference might be wrong. */
function markOwner(scan: Scan, reference: Reference, { credentials, security }: UsualRun): boolean {
  const objref = reference.field.endsWith("f_credref") ? credentials : security;
  if (objref <= 0) return reference.optional;
  const object = scan.byObjref.get(objref);
  if (object === NONE || scan.objectType[object] !== reference.type) return false;
  scan.objectUsed[object] = 1;
  return true;
}

/** Where the number is in the name of a pipe, `pipe:[12]`. */
const NUMBER = "pipe:[".length;
const [ZERO, NINE] = [0x30, 0x39];

/** Marks the object of a pipe, which its name has, as used, if it is announced; false if the number is not positive. */
function markPipe(scan: Scan, text: Uint8Array, start: number, length: number): boolean {
  let objref = 0;
  for (let at = start + NUMBER; at < start + length - 1; at++) {
    const digit = text[at] as number;
    if (digit < ZERO || digit > NINE) return false;
    objref = objref * 10 + digit - ZERO;
  }
  if (objref === 0) return false;
  const object = scan.byObjref.get(objref);
  if (object !== NONE) scan.objectUsed[object] = 1;
  return true;
}
