// Where an edge has the sign of its change. In a narrow window there is no room for one: it would cover other lines,
// and the boxes at both ends have theirs.

import type { Change } from "../../order/graph.ts";
import type { Edge } from "../scene.ts";
import { changeSign } from "../text/words.ts";
import type { Frame } from "./frame.ts";

type Line = Pick<Edge, "x1" | "y1" | "via" | "x2" | "y2">;

/** Pixels of an edge with room for a sign and an arrowhead, and of one that turns, whose sign is before the turn. */
const ROOM = 18;
const ROOM_TO_TURN = 22;

/** The sign of an edge from a task to its table: in its middle. */
export const taskSign = (change: Change, { x1, y1, x2, y2 }: Line): Edge["sign"] =>
  changeSign(change) === "" || x2 - x1 < ROOM ? null : { x: (x1 + x2) / 2, y: (y1 + y2) / 2 };

/** The sign of an edge to an open file: in its middle, or before it turns, where it is alone. */
export function fileSign({ isStacked }: Frame, change: Change, line: Line): Edge["sign"] {
  const { x1, y1, via } = line;
  // Edges to private files below shared ones cross the lines of the others.
  if (Number.isNaN(via)) return isStacked ? null : taskSign(change, line);
  return changeSign(change) === "" || via - x1 < ROOM_TO_TURN ? null : { x: x1 + 12, y: y1 };
}
