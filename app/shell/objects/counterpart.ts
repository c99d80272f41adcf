// Finds the counterpart of an object on the other side of a comparison.

import type { Comparison } from "../../diff/comparison.ts";
import { NONE } from "../../model/checkpoint.ts";
import { counterpartOf } from "../../model/comparison/descriptor-pairs.ts";
import { otherSide, type Side } from "../../model/comparison/side.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { i32At, u32At } from "../../model/read.ts";
import { otherTable } from "./other-table.ts";

/**
 * The counterpart of `object` of `side`; `null` if it exists on that side only. Open files are paired through their
 * holders.
 */
export function counterpart(comparison: Comparison, side: Side, object: ObjectRef): ObjectRef | null {
  const { pairs } = comparison;
  const other = otherSide(side);
  const found = (row: number): ObjectRef | null => (row === NONE ? null : { to: object.to, row });
  switch (object.to) {
    case "task":
      return found(i32At(side === "before" ? pairs.taskAfter : pairs.taskBefore, object.row));
    case "table":
      return found(otherTable(comparison, side, object.row));
    case "descriptor":
      return found(counterpartOf(pairs.descriptors, side, object.row));
    case "file": {
      const { files } = comparison[side];
      const end = u32At(files.firstHolder, object.row + 1);
      for (let at = u32At(files.firstHolder, object.row); at < end; at++) {
        const descriptor = counterpartOf(pairs.descriptors, side, u32At(files.holder, at));
        const file = descriptor === NONE ? NONE : i32At(comparison[other].descriptors.file, descriptor);
        if (file !== NONE) return found(file);
      }
      return null;
    }
  }
}
