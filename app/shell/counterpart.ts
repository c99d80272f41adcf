// What corresponds, in one image of a comparison, to something in the other.

import type { Comparison } from "../diff/diff.ts";
import { NONE } from "../model/checkpoint.ts";
import type { ObjectRef } from "../model/object-ref.ts";
import { otherSide, type Side } from "../model/side.ts";

/**
 * The object of the other image that is paired with `object` of image `side`; `null`: it is in this one only. An open
 * file is paired through the descriptors that lead to it.
 */
export function counterpart(comparison: Comparison, side: Side, object: ObjectRef): ObjectRef | null {
  const { pairs } = comparison;
  const other = otherSide(side);
  const across = (pairing: { before: Int32Array; after: Int32Array }, row: number): number =>
    pairing[other][pairing[side].indexOf(row)] ?? NONE;
  const found = (row: number): ObjectRef | null => (row === NONE ? null : { to: object.to, row });
  switch (object.to) {
    case "task":
      return found((side === "before" ? pairs.taskAfter : pairs.taskBefore)[object.row] ?? NONE);
    case "table":
      return found(across(pairs.tables, object.row));
    case "descriptor":
      return found(across(pairs.descriptors, object.row));
    case "file": {
      const { files } = comparison[side];
      for (let at = files.firstHolder[object.row] ?? 0; at < (files.firstHolder[object.row + 1] ?? 0); at++) {
        const descriptor = across(pairs.descriptors, files.holder[at] ?? NONE);
        const file = comparison[other].descriptors.file[descriptor] ?? NONE;
        if (file !== NONE) return found(file);
      }
      return null;
    }
  }
}
