// The title of a record.

import type { Records } from "../model/checkpoint.ts";
import { recordKind } from "../model/records.ts";
import type { RecordRow } from "../model/rows.ts";
import { visible } from "../model/text/text.ts";

/** The name of a record's kind: `FILE_DESC`, `files.img entry`. */
export function recordTitle(records: Records, record: RecordRow): string {
  const kind = records.kinds[recordKind(records, record)];
  return visible(kind?.name ?? "Record");
}
