// Which records of an image the decoder read in their usual form. Code that needs only their columns need not read them
// again.

import type { RecordRow } from "../../../model/rows.ts";
import type { UsualRun } from "../../image.ts";
import type { RecordsRead } from "./record-kernel.ts";

/** Shorter runs are not noted, so that they take little memory in any image. */
const SHORTEST_RUN = 16;

/** Adds the runs of a batch, whose first record has the row `row`. */
export function addUsualRuns(runs: UsualRun[], { rows, owners, ownerColumns }: RecordsRead, row: RecordRow): void {
  const { record, credentials, security } = ownerColumns;
  let start = 0;
  for (let nth = 0; start < rows; nth++) {
    const end = nth + 1 < owners ? (record[nth + 1] as number) : rows;
    const isOwned = nth < owners;
    addRun(runs, {
      first: row + start,
      end: row + end,
      credentials: isOwned ? (credentials[nth] as number) : 0,
      security: isOwned ? (security[nth] as number) : 0,
    });
    start = end;
  }
}

/** Adds a run, or makes the last one longer, if it goes on. */
function addRun(runs: UsualRun[], run: UsualRun): void {
  const last = runs.at(-1);
  const { first, end, credentials, security } = run;
  if (last?.end === first && last.credentials === credentials && last.security === security) {
    runs[runs.length - 1] = { first: last.first, end, credentials, security };
  } else if (end - first >= SHORTEST_RUN) runs.push(run);
}
