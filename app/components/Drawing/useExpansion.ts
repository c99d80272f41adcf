// What the user opened and folded in the drawing.

import { useCallback, useState } from "react";
import type { Subject } from "../../graph/order/graph.ts";
import { type Expansion, MORE, MOST_SHOWN, NOTHING_OPENED } from "../../graph/plan/plan.ts";
import type { Action, Scene } from "../../graph/scene/scene.ts";

/** Forgotten when another subject is drawn. The second function applies an action of a box in `scene`. */
export function useExpansion(subject: Subject): [Expansion, (action: Action, scene: Scene | null) => void] {
  const [opened, setOpened] = useState({ subject, expansion: NOTHING_OPENED });
  const expansion = opened.subject === subject ? opened.expansion : NOTHING_OPENED;
  const act = useCallback(
    (action: Action, scene: Scene | null) =>
      setOpened((old) => {
        const before = old.subject === subject ? old.expansion : NOTHING_OPENED;
        return { subject, expansion: expanded(before, action, scene) };
      }),
    [subject],
  );
  return [expansion, act];
}

/** A set with these rows; without them, if it has them all. */
function toggled(set: ReadonlySet<number>, rows: readonly number[]): Set<number> {
  const has = rows.every((row) => set.has(row));
  const next = new Set(set);
  for (const row of rows) has ? next.delete(row) : next.add(row);
  return next;
}

function expanded(old: Expansion, action: Action, scene: Scene | null): Expansion {
  if (action.do === "more") return { ...old, limit: Math.min(MOST_SHOWN, old.limit + MORE) };
  if (action.do === "unused") return { ...old, unused: !old.unused };
  if (action.do === "go") return old;
  if (action.do === "unfold") return { ...old, unfolded: toggled(old.unfolded, action.tables) };
  const own = (set: ReadonlySet<number>): Set<number> => toggled(set, [action.table]);
  return scene?.level === "words" ? { ...old, folded: own(old.folded) } : { ...old, tables: own(old.tables) };
}
