// Finds the counterpart of an object on the other side of a comparison.

import type { Comparison } from "../../diff/comparison.ts";
import { NONE } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { i32At, u32At } from "../../model/read.ts";
import { otherSide, type Side } from "../../model/side.ts";

/**
 * The counterpart of `object` of `side`; `null` if it exists on that side only. Open files are paired through their
 * holders.
 */
export function counterpart(comparison: Comparison, side: Side, object: ObjectRef): ObjectRef | null {
  const { pairs } = comparison;
  const other = otherSide(side);
  const across = (pairing: Readonly<Record<Side, Int32Array>>, row: number): number => {
    const pair = pairing[side].indexOf(row);
    return pair === -1 ? NONE : i32At(pairing[other], pair);
  };
  const found = (row: number): ObjectRef | null => (row === NONE ? null : { to: object.to, row });
  switch (object.to) {
    case "task":
      return found(i32At(side === "before" ? pairs.taskAfter : pairs.taskBefore, object.row));
    case "table":
      return found(across(pairs.tables, object.row));
    case "descriptor":
      return found(across(pairs.descriptors, object.row));
    case "file": {
      const { files } = comparison[side];
      const end = u32At(files.firstHolder, object.row + 1);
      for (let at = u32At(files.firstHolder, object.row); at < end; at++) {
        const descriptor = across(pairs.descriptors, u32At(files.holder, at));
        const file = descriptor === NONE ? NONE : i32At(comparison[other].descriptors.file, descriptor);
        if (file !== NONE) return found(file);
      }
      return null;
    }
  }
}
