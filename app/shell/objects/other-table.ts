// The counterpart of a file table. Apart from those of other objects (counterpart.ts), because
// the first script needs it.

import type { Comparison } from "../../diff/comparison.ts";
import { NONE } from "../../model/checkpoint.ts";
import { otherSide, type Side } from "../../model/comparison/side.ts";
import type { TableRow } from "../../model/rows.ts";

/** The counterpart of a table of `side`; NONE if it exists on that side only. */
export function otherTable({ pairs: { tables } }: Comparison, side: Side, table: TableRow): TableRow {
  return tables[otherSide(side)][tables[side].indexOf(table)] ?? NONE;
}
