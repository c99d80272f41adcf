// A comparison without the kinds of change that are switched off: their pairs of descriptors count as unchanged.

import { shownBits } from "../../diff/align.ts";
import { changeKind } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { PRESENCE } from "../../diff/pair.ts";
import { u8At, u32At } from "../../model/read.ts";

/** Linear in the pairs. `hidden`: by index into CHANGE_KINDS, 1 for a kind that is switched off. */
export function withoutHidden(comparison: Comparison, hidden: Uint8Array): Comparison {
  if (!hidden.includes(1)) return comparison;
  const { tables } = comparison.pairs;
  const mask = shownBits(hidden);
  const changed = comparison.changed.slice();
  for (let table = 0; table < tables.count; table++) {
    const presence = u8At(tables.presence, table);
    const end = u32At(tables.firstRow, table + 1);
    if (presence !== PRESENCE.both) {
      // If a task is on one side only, its descriptors are too, and that is the reason.
      const kind = changeKind(presence === PRESENCE.before ? "task-removed" : "task-added");
      if (hidden[kind] === 1) changed.fill(0, u32At(tables.firstRow, table), end);
      continue;
    }
    for (let pair = u32At(tables.firstRow, table); pair < end; pair++) {
      changed[pair] = (changed[pair] as number) & mask;
    }
  }
  return { ...comparison, changed };
}
