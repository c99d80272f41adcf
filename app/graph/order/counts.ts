// How many descriptors a file table has, on each side. A slot of the drawing can be on one side only, so that there are
// more slots than descriptors on either.

import { type Checkpoint, descriptorCount, holderCount, NONE } from "../../model/checkpoint.ts";
import { u32At } from "../../model/read.ts";
import {
  changeOf,
  type GraphFileRow,
  type GraphTableRow,
  HIDDEN,
  type ObjectKind,
  rowAfter,
  rowBefore,
  type SlotRow,
  type Subject,
  slotsOf,
} from "./graph.ts";

/** A count on each side; null where the object does not exist. For one image, `before` is null. */
export interface Counts {
  readonly before: number | null;
  readonly after: number | null;
}

/** The descriptors of a table, without slots that are HIDDEN. */
export function descriptorCounts(subject: Subject, table: GraphTableRow): Counts {
  const counts = countsOf(subject, "table", table, (image, row) => descriptorCount(image.tables, row));
  if (subject.both === null || subject.both.off.slots === 0) return counts;
  const first = u32At(subject.graph.tables.first, table);
  const hidden = { before: 0, after: 0 };
  for (let slot = first; slot < first + slotsOf(subject.graph, table); slot++) {
    if (changeOf(subject, "descriptor", slot) !== HIDDEN) continue;
    // It is on one side only.
    if (rowAfter(subject, "descriptor", slot) === NONE) hidden.before++;
    else hidden.after++;
  }
  return {
    before: counts.before === null ? null : counts.before - hidden.before,
    after: counts.after === null ? null : counts.after - hidden.after,
  };
}

function countsOf(
  subject: Subject,
  to: ObjectKind,
  row: number,
  count: (image: Checkpoint, row: number) => number,
): Counts {
  const [before, after] = [rowBefore(subject, to, row), rowAfter(subject, to, row)];
  return {
    before: before === NONE || subject.both === null ? null : count(subject.both.before, before),
    after: after === NONE ? null : count(subject.after, after),
  };
}

/** The count after; for objects that are gone, the count before. */
const later = ({ before, after }: Counts): number => after ?? before ?? 0;

/** The descriptors of a table after, or before if the table is gone. */
export const descriptorCountOf = (subject: Subject, table: GraphTableRow): number =>
  later(countsOf(subject, "table", table, (image, row) => descriptorCount(image.tables, row)));

/** The holders of an open file after, or before if the file is gone. */
export const holderCountOf = (subject: Subject, file: GraphFileRow): number =>
  later(countsOf(subject, "file", file, (image, row) => holderCount(image.files, row)));

/** Whether a slot is one of those that descriptorCountOf counts. */
export const isCounted = (subject: Subject, slot: SlotRow): boolean =>
  rowAfter(subject, "descriptor", slot) !== NONE ||
  rowAfter(subject, "table", u32At(subject.graph.descriptors.table, slot)) === NONE;
