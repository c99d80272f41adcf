// Builds boxes of the scene: defaults, text cells.

import { NONE } from "../../../model/checkpoint.ts";
import type { ObjectRef } from "../../../model/object-ref.ts";
import { type Change, SAME, type Subject } from "../../order/graph.ts";
import { type Box, type BoxKind, type Cell, CHARACTER, PITCH } from "../scene.ts";
import { changeSign } from "../text/words.ts";

/** Height of a box of one row. */
export const BOX = PITCH - 2;

/** The number of characters that fit. */
export const characters = (pixels: number): number => Math.max(0, Math.floor(pixels / CHARACTER));

interface BoxParts {
  readonly kind: BoxKind;
  readonly ref?: ObjectRef;
  readonly parent?: number;
  readonly action?: Box["action"];
  readonly column: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height?: number;
  readonly cells: readonly Cell[];
  readonly shared?: boolean;
  readonly change?: Change;
  readonly quiet?: boolean;
  readonly bar?: Box["bar"];
  readonly chart?: Box["chart"];
  readonly note?: string;
  readonly label?: string;
  readonly open?: boolean;
}

/** A box, with defaults for rare properties. */
export const box = (parts: BoxParts): Box => ({
  kind: parts.kind,
  ref: parts.ref ?? null,
  parent: parts.parent ?? NONE,
  action: parts.action ?? null,
  column: parts.column,
  x: parts.x,
  y: parts.y,
  width: parts.width,
  height: parts.height ?? BOX,
  cells: parts.cells,
  shared: parts.shared ?? false,
  change: parts.change ?? SAME,
  quiet: parts.quiet ?? (parts.change ?? SAME) === SAME,
  bar: parts.bar ?? null,
  chart: parts.chart ?? null,
  note: parts.note ?? "",
  label: parts.label ?? "",
  open: parts.open ?? null,
});

export const left = (text: string, x: number, tone: Cell["tone"] = "fg"): Cell => ({ text, x, align: "left", tone });
export const right = (text: string, x: number, tone: Cell["tone"] = "fg"): Cell => ({ text, x, align: "right", tone });

/** The cell with the sign of a change, and how far it indents the first cell after it. */
export function signed(subject: Subject, change: Change): { cells: Cell[]; indent: number } {
  if (subject.both === null) return { cells: [], indent: 0 };
  return { cells: change === SAME ? [] : [left(changeSign(change), 5, "change")], indent: 2 * CHARACTER };
}
