// Values that only one of two images records, such as flags of a damaged entry, or what an older version did not write.
// They are not compared, because nothing says that they changed; a note says which values, and how many.

import { SIDES, type Side } from "../model/comparison/side.ts";
import { counted } from "../model/text/words.ts";
import type { Note } from "./changes.ts";

export type LackingValues = ReturnType<typeof createLackingValues>;

/** Counts the values that one side lacks. */
export function createLackingValues() {
  const counts: Record<Side, Map<string, number>> = { before: new Map(), after: new Map() };
  return {
    /** Adds a value of an open file or a task that a side lacks. @param title Of the value: `flags`. */
    add(side: Side, title: string, of: "open file" | "task"): void {
      const key = `${title}\0${of}`;
      counts[side].set(key, (counts[side].get(key) ?? 0) + 1);
    },

    notes: (): Note[] =>
      SIDES.filter((side) => counts[side].size > 0).map((side) => {
        const values = [...counts[side]].map(([key, count]) => {
          const [title = "", of = ""] = key.split("\0");
          return `${title} (${counted(count, of)})`;
        });
        return {
          code: "values-on-one-side",
          message: `The image ${side} lacks values that the other one has: ${values.join(", ")}. They are not compared.`,
        };
      }),
  };
}
