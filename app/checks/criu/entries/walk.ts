// The walk over the entries of a set, member by member in blocks. Nearly all are checked many
// at a time: see batches.ts.

import { scan } from "../../../decoder/criu/wire/wire.ts";
import type { Image } from "../../../decoder/image.ts";
import { openWindow, type Window } from "../../../decoder/window.ts";
import { NONE } from "../../../model/checkpoint.ts";
import { endOfMember, moveTo, recordCursor, recordLength, recordMember, recordOffset } from "../../../model/records.ts";
import type { RecordRow } from "../../../model/rows.ts";
import type { CheckOptions } from "../../options.ts";
import { type Batches, createBatches } from "../kernel/batches.ts";
import { enterMember, type Scan } from "../scan.ts";
import { handlerOf } from "./entries.ts";
import type { Handler } from "./handler.ts";
import { readChecked } from "./read-checked.ts";
import { checkShape, isChecked, type Shape, shapeOf } from "./shapes.ts";

/** How the entries of one kind of record are checked. */
interface EntryCheck {
  /** Their message; `null`: it is not known. */
  readonly struct: string | null;
  readonly shape: Shape | null;
  readonly handler: Handler | null;
}

/**
 * Checks all entries.
 *
 * @throws the signal's reason if checking was aborted; SourceError if bytes cannot be read.
 */
export async function walkEntries(scanned: Scan, { checkpoint, sources }: Image, options: CheckOptions): Promise<void> {
  const { records, members } = checkpoint;
  const size = members.reduce((sum, member) => sum + member.size, 0);
  const checks = records.kinds.map(({ struct }) => ({
    struct,
    shape: struct === null ? null : shapeOf(struct),
    handler: handlerOf(struct),
  }));
  const batches = createBatches(scanned, sources, options.kernels);
  scanned.columns = batches?.columns ?? null;
  let done = 0;
  let counted = 0;
  let window: Window | null = null;
  for (let row = 0; row < records.count; ) {
    const member = recordMember(records, row);
    if (member !== scanned.member) {
      for (; counted < member; counted++) done += members[counted]?.size ?? 0;
      const next = batches === null ? row : await batches.readMembers(row);
      if (next > row) {
        options.signal?.throwIfAborted();
        options.onProgress?.({ bytes: done, size, objects: next });
        row = next;
        continue;
      }
      enterMember(scanned, member);
      const source = sources[member];
      window = source === undefined ? null : openWindow(source);
    }
    const end = window === null ? row + 1 : checkBlock(scanned, checks, batches, window, row);
    if (window !== null && end < records.count && recordMember(records, end) === member) {
      options.signal?.throwIfAborted();
      const offset = recordOffset(records, end);
      const need = recordLength(records, end);
      await window.fill(offset, need);
      options.onProgress?.({ bytes: done + offset, size, objects: end });
      // The member has become shorter: the rest of it cannot be checked.
      if (window.end - offset < need) {
        row = endOfMember(records, end);
        continue;
      }
    }
    row = end;
  }
  options.signal?.throwIfAborted();
}

/** Entries of one kind that are looked for ahead. */
const MOST_AT_ONCE = 4096;

/** Checks entries of the current member from `row` on; returns the first row whose bytes are not in the window. */
function checkBlock(
  scanned: Scan,
  checks: readonly EntryCheck[],
  batches: Batches | null,
  window: Window,
  from: number,
): number {
  const { records } = scanned.checkpoint;
  const { kind } = records;
  const cursor = recordCursor(records);
  const last = endOfMember(records, from);
  let sameEnd = from;
  for (let row = from; row < last; row++) {
    const check = checks[kind[row] as number];
    if (row >= sameEnd) sameEnd = endOfKind(kind, row, Math.min(last, row + MOST_AT_ONCE));
    if (check === undefined || check.struct === null) continue;
    moveTo(cursor, row);
    const start = cursor.offset;
    const end = start + cursor.length;
    if (start < window.start || end > window.end) return row;
    // An entry is its size and its message. Integers, not doubles like offsets: messages were scanned with such before.
    const at = (start - window.start + 4) | 0;
    const to = (end - window.start) | 0;
    const { bytes } = window;
    const read = batches === null ? 0 : batches.readEntries(check.struct, window, at - 4, row, sameEnd - row);
    if (read > 0) {
      row += read - 1;
      continue;
    }
    scanned.record = row;
    scanned.offset = start;
    if (to >= at) checkEntry(scanned, check, bytes, at, to);
  }
  return last;
}

/** The first row before `last` whose kind differs from the kind of `row`; `last` if there is none. */
function endOfKind(kind: Uint8Array | Uint16Array, row: RecordRow, last: RecordRow): RecordRow {
  let end = row + 1;
  while (end < last && kind[end] === kind[row]) end++;
  return end;
}

/** Checks the current entry, the message bytes[at … to - 1]. */
function checkEntry(scanned: Scan, check: EntryCheck, bytes: Uint8Array, at: number, to: number): void {
  const { struct, shape, handler } = check;
  const { out } = scanned;
  let seen = NONE;
  if (struct !== null && shape !== null && isChecked(scanned)) {
    if (handler !== null) seen = readChecked(bytes, at, to, shape, handler, out, scanned.words);
    if (seen === NONE) checkShape(scanned, bytes, at, to, shape, struct);
  }
  if (handler === null) return;
  scanned.areMessagesLeft = seen !== NONE;
  handler.check(scanned, seen === NONE ? scan(bytes, at, to, handler.plan, out) : seen, bytes, at, to);
}
