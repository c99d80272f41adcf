// Folds: undrawn slots of a table as one row of the files' lane, and the title of the files without holders.

import { FILE_KINDS } from "../../model/names.ts";
import { counted, grouped } from "../../model/words.ts";
import type { GraphTableRow } from "../order/graph.ts";
import { FOLD_MISSING, FOLD_SHARED, type Plan, type PlannedTable } from "../plan/plan.ts";
import { box, characters, clipped, left } from "./box.ts";
import type { Frame } from "./frame.ts";
import { type Box, COLUMN } from "./scene.ts";

/** Undrawn slots of a table: one row of the files' lane. */
export interface Fold {
  readonly table: GraphTableRow;
  readonly shared: boolean;
  readonly count: number;
  /** Counts by file kind (or FOLD_MISSING), largest first. */
  readonly kinds: readonly (readonly [number, number])[];
}

/** The folds of a table: one for its private files, one for shared files that there is no room for. */
export function foldsOf({ table, folds }: PlannedTable): Fold[] {
  const result: Fold[] = [];
  const kinds = [...folds].filter(([kind]) => kind !== FOLD_SHARED).sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const count = kinds.reduce((sum, [, some]) => sum + some, 0);
  if (count > 0) result.push({ table, shared: false, count, kinds });
  const shared = folds.get(FOLD_SHARED) ?? 0;
  if (shared > 0) result.push({ table, shared: true, count: shared, kinds: [] });
  return result;
}

/** `+ 41 private regular`, `+ 12 private: 9 regular, 3 pipe`, `+ 5 shared, with fewer holders`. */
function foldText({ kinds, count, shared }: Fold): string {
  const number = `+ ${grouped(count)}`;
  if (shared) return `${number} shared, with fewer holders`;
  const word = (kind: number): string => (kind === FOLD_MISSING ? "missing" : (FILE_KINDS[kind] ?? "unknown"));
  const [only] = kinds;
  if (kinds.length === 1 && only !== undefined) {
    return only[0] === FOLD_MISSING ? `${number} missing` : `${number} private ${word(only[0])}`;
  }
  return `${number} private: ${kinds.map(([kind, some]) => `${grouped(some)} ${word(kind)}`).join(", ")}`;
}

/** A fold of a table, in the files' lane. */
export function foldBox(fold: Fold, frame: Frame, y: number): Box {
  const text = foldText(fold);
  return box({
    kind: "fold",
    action: { do: "toggle", table: fold.table },
    column: COLUMN.file,
    x: frame.file,
    y,
    width: frame.fileWidth,
    cells: [left(clipped(text, characters(frame.fileWidth - 16)), 8, "muted")],
    shared: fold.shared,
    label: text,
  });
}

/** The title of the files that no descriptor holds; opens and closes their list. */
export function unusedBox(plan: Plan, frame: Frame, y: number): Box {
  const hidden = plan.unusedCount - plan.unused.length;
  const text = `${counted(plan.unusedCount, "file")} held by no descriptor`;
  const opener = hidden > 0 ? "▸" : "▾";
  return box({
    kind: "more",
    action: { do: "unused" },
    column: COLUMN.file,
    x: frame.file,
    y,
    width: frame.fileWidth,
    cells: [left(clipped(`${opener} ${text}`, characters(frame.fileWidth - 12)), 6, "muted")],
    label: text,
    open: hidden === 0,
  });
}
