// Records as a decoder makes them, from a list.

import { createRecords } from "../../app/decoder/builder/records.ts";
import { createBudget } from "../../app/decoder/limits.ts";
import type { RecordKind, Records } from "../../app/model/checkpoint.ts";

/** One record. Without an offset, it follows the one before. */
export interface RecordPlace {
  readonly offset?: number;
  readonly length: number;
  readonly kind?: number;
  readonly member?: number;
}

export function recordsOf(places: readonly RecordPlace[], kinds: readonly RecordKind[] = []): Records {
  const records = createRecords({ decoded: () => 1, budget: createBudget() });
  let end = 0;
  for (const { offset = end, length, kind = 0, member = 0 } of places) {
    records.addRecord(offset, length, kind, member);
    end = offset + length;
  }
  return records.finishRecords(kinds);
}
