// Notes on changes that are not drawn because they are hidden.

import { counted } from "../../../model/text/words.ts";
import type { Subject } from "../../order/graph.ts";

/** A note on changes that are not drawn because they are hidden, if there are any. */
export function offNotes({ both }: Subject): string[] {
  if (both === null || both.off.slots + both.off.tasks === 0) return [];
  const { slots, tasks } = both.off;
  const parts = [slots > 0 ? counted(slots, "descriptor") : "", tasks > 0 ? counted(tasks, "task") : ""];
  const what = parts.filter((part) => part !== "").join(" and ");
  return [`${what} not drawn: their changes are hidden.`];
}
