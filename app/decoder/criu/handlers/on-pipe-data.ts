// Contents of pipes: entries of pipes-data.img and fifo-data.img.

import { NONE } from "../../../model/checkpoint.ts";
import type { RecordRow } from "../../../model/rows.ts";
import { type Entry, MOST_CONTENTS, type PipeContents, type SetContext } from "../walk/context.ts";
import { VISIT_LIMIT } from "../walk/rows.ts";
import { high, isSet, low, MALFORMED, plan, scan } from "../wire/wire.ts";
import { linkRecord, mayLink } from "./file-links.ts";

const PIPE_DATA = plan("pipe_data_entry", ["pipe_id", "bytes", "size"]);

/** By open file: the number of its contents. */
function contentsOfFiles({ files, builder }: SetContext): Uint8Array {
  files.contents.ofFile ??= new Uint8Array(builder.files.count);
  return files.contents.ofFile;
}

/** pipe_data_entry: the contents of a pipe. */
export function onPipeData(set: SetContext, { bytes, start, end, record, isCut }: Entry): number {
  const { values, files } = set;
  const seen = scan(bytes, start, end, PIPE_DATA, values);
  if (!isSet(seen, PIPE_DATA.slot.pipe_id)) return seen;
  const ofFile = contentsOfFiles(set);
  const number = isCut ? 0 : contentsNumber(files.contents.known, values, seen);
  files.lookups.pipeEnds.rows(low(values, PIPE_DATA.slot.pipe_id), (file) => {
    if (linkRecord(set, file, record)) ofFile[file] = number;
  });
  return seen;
}

/** The number of the contents of a pipe; 0: they are unusual. */
function contentsNumber(known: PipeContents["known"], values: Uint32Array, seen: number): number {
  const { bytes, size } = PIPE_DATA.slot;
  const hasSize = isSet(seen, size);
  if ((seen & MALFORMED) !== 0 || !isSet(seen, bytes) || high(values, bytes) !== 0) return 0;
  if (hasSize && high(values, size) !== 0) return 0;
  return numberOfContents(known, low(values, bytes), hasSize ? low(values, size) : NONE);
}

/** The number of contents among those that differ, from 1 on; 0: there are too many. */
function numberOfContents(known: PipeContents["known"], bytes: number, size: number): number {
  for (let at = 0; at < known.length; at++) {
    const other = known[at] as PipeContents["known"][number];
    if (other.bytes === bytes && other.size === size) return at + 1;
  }
  return known.length < MOST_CONTENTS ? known.push({ bytes, size }) : 0;
}

/** How many entries `addEmptyPipes` can add before columns grow or a limit is reached. */
export const roomForPipes = ({ builder }: SetContext): number =>
  Math.min(builder.recordRoom(), Math.floor(builder.fileRecordRoom() / VISIT_LIMIT));

/** Links that are added at once. */
const LINKS = 4096;

/**
 * Adds the first `count` of many entries of empty pipes, at most `roomForPipes`: their pipes and capacities. The first
 * has the record `firstRecord`.
 */
export function addEmptyPipes(
  set: SetContext,
  pipes: Uint32Array,
  sizes: Uint32Array,
  count: number,
  firstRecord: RecordRow,
): void {
  const { builder, files } = set;
  const ofFile = contentsOfFiles(set);
  const numbers = contentsNumbers(files.contents.known, sizes, count);
  const linked = new Int32Array(LINKS);
  const records = new Uint32Array(LINKS);
  let links = 0;
  files.lookups.pipeEnds.toMany(pipes, count, (nth, file) => {
    if (!mayLink(set)) return;
    if (links === LINKS) {
      builder.addFileRecords(linked, records, links);
      links = 0;
    }
    linked[links] = file;
    records[links++] = firstRecord + nth;
    ofFile[file] = numbers[nth] as number;
  });
  builder.addFileRecords(linked, records, links);
}

/** The numbers of the contents of empty pipes, by their capacities. */
function contentsNumbers(known: PipeContents["known"], sizes: Uint32Array, count: number): Uint8Array {
  const numbers = new Uint8Array(count);
  let size = NONE;
  let number = 0;
  for (let nth = 0; nth < count; nth++) {
    if (sizes[nth] !== size) {
      size = sizes[nth] as number;
      number = numberOfContents(known, 0, size);
    }
    numbers[nth] = number;
  }
  return numbers;
}
