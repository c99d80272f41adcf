// The two sides of a comparison.

/** One image of a comparison: the earlier or the later. */
export type Side = "before" | "after";

/** Both sides, in the order in which the two documents of a comparison are kept. */
export const SIDES = ["before", "after"] as const satisfies readonly Side[];

/** The opposite side. */
export function otherSide(side: Side): Side {
  return side === "before" ? "after" : "before";
}

/** The element of a pair for a side. `undefined`: there is no such side. */
export function onSide<T>(pair: readonly T[], side: Side): T | undefined {
  return pair[side === "before" ? 0 : 1];
}
