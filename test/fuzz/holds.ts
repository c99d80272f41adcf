// What must hold of every decoded image, however it was damaged.

import type { Image } from "../../app/decoder/image.ts";
import { type Checkpoint, NONE } from "../../app/model/checkpoint.ts";
import { recordLength, recordMember, recordOffset } from "../../app/model/records.ts";
import { hold, type Random } from "./target.ts";

/** Bytes of the buffers behind a checkpoint's columns. */
function allocated(checkpoint: Checkpoint): number {
  const buffers = new Set<ArrayBufferLike>();
  const collect = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) buffers.add(value.buffer);
    else if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      for (const inner of Object.values(value)) collect(inner);
    }
  };
  collect(checkpoint);
  let sum = 0;
  for (const { byteLength } of buffers) sum += byteLength;
  return sum;
}

/** Memory that is in proportion to an input of `size` bytes. */
const allowance = (size: number): number => 64 * size + 256 * 1024;

/** Controls, marks of direction and characters without width: a text for the user has none of these. */
const MISLEADING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** What separates lines and cells. */
const SEPARATORS = /[\t\r\n]/g;

/** Every character of a text is one that can be seen. */
export function holdVisible(text: string, what: string): void {
  const at = text.replace(SEPARATORS, " ").search(MISLEADING);
  if (at >= 0)
    hold(false, `${what} has an invisible character: ${JSON.stringify(text.slice(Math.max(0, at - 40), at + 8))}`);
}

/** Of each column, that its rows exist; of the records, that every byte is in exactly one. */
export function holdImage({ checkpoint }: Pick<Image, "checkpoint">, size: number, hasRecords = true): void {
  const { tasks, tables, descriptors, files, problems, text, complete } = checkpoint;
  // A packed image says what it likes.
  const isExplained = complete || !hasRecords || problems.some(({ severity }) => severity !== "note");
  hold(isExplained, "incomplete without a problem");
  hold(allocated(checkpoint) <= allowance(size), `${allocated(checkpoint)} bytes allocated for ${size}`);
  for (const { message, offset, member } of problems) {
    holdVisible(message, "a problem");
    // Without a member, in what an archive unpacks to.
    const end = member === undefined ? Number.MAX_SAFE_INTEGER : checkpoint.members[member]?.size;
    hold(offset === null || (offset >= 0 && offset <= (end ?? size)), `a problem at ${offset} of ${end}`);
  }
  const isRow = (row: number, count: number): boolean => row >= NONE && row < count;
  for (const row of tasks.table) hold(isRow(row, tables.count), "a task of no table");
  for (const row of descriptors.file) hold(isRow(row, files.count), "a descriptor of no open file");
  for (const row of descriptors.table) hold(row < tables.count, "a descriptor of no table");
  for (const row of files.holder) hold(row < descriptors.count, "a holder that is not a descriptor");
  hold(tables.first[tables.count] === descriptors.count, "descriptors outside of tables");
  for (let file = 0; file < files.count; file++) {
    const end = (files.nameOffset[file] as number) + (files.nameLength[file] as number);
    hold(end <= text.length, "a name beyond the text");
  }
  if (hasRecords) holdRecords(checkpoint);
}

function holdRecords({ records, members }: Checkpoint): void {
  const ends = new Float64Array(Math.max(1, members.length));
  for (let row = 0; row < records.count; row++) {
    const member = recordMember(records, row);
    hold(recordOffset(records, row) === ends[member], `record ${row} does not follow the one before`);
    ends[member] = (ends[member] as number) + recordLength(records, row);
  }
  for (const [member, { size, name }] of members.entries()) {
    hold(ends[member] === size || ends[member] === 0, `the records of ${name} end at ${ends[member]} of ${size}`);
  }
}

/** Of a random record, that its fields are its bytes: each byte in exactly one. */
export async function holdFields(image: Image, next: Random): Promise<void> {
  const { records } = image.checkpoint;
  if (records.count === 0) return;
  const record = next(records.count);
  const start = recordOffset(records, record);
  let end = start;
  for (const { offset, length, raw, meaning, name } of await image.fields(record)) {
    hold(offset === end, `field ${name} at ${offset} does not follow the one before, which ends at ${end}`);
    end = offset + length;
    holdVisible(`${name} ${raw} ${meaning}`, "a field");
  }
  const length = recordLength(records, record);
  hold(end === start + length, `fields of record ${record} end at ${end - start} of ${length}`);
}
