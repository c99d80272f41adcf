// Rows that stand for what is not drawn: tables in which nothing has changed, files that no descriptor holds.

import { counted } from "../../../model/text/words.ts";
import type { GraphTableRow, Subject } from "../../order/graph.ts";
import type { Plan, QuietRun } from "../../plan/plan.ts";
import type { Frame } from "../lanes/frame.ts";
import { type Box, COLUMN } from "../scene.ts";
import { clipped } from "../text/shorten.ts";
import { ownerLabel } from "../text/words.ts";
import { box, characters, left } from "./box.ts";
import type { FileLane } from "./file-box.ts";

/**
 * Tables in which nothing has changed: `▸ 5 file tables unchanged`; for a single one, its
 * owner: `▸ 412 nginx unchanged`.
 */
export function quietBox(subject: Subject, { tables }: QuietRun, frame: Frame, y: number): Box {
  const owner = tables.length === 1 ? ownerLabel(subject, tables[0] as GraphTableRow) : "";
  const text = `${owner || counted(tables.length, "file table")} unchanged`;
  const short = `${owner || counted(tables.length, "table")} unchanged`;
  const room = characters(frame.tableWidth - 12) - 2;
  return box({
    kind: "fold",
    action: { do: "unfold", tables },
    column: COLUMN.table,
    x: frame.table,
    y,
    width: frame.tableWidth,
    cells: [left(`▸ ${clipped(text.length <= room ? text : short, room)}`, 6, "muted")],
    label: owner === "" ? text : `file table of ${text}`,
    open: false,
  });
}

/** The title of the files that no descriptor holds; opens and closes their list. */
export function unusedBox(plan: Plan, lane: FileLane, y: number): Box {
  const hidden = plan.unusedCount - plan.unused.length;
  const count = counted(plan.unusedCount, "file");
  const forms = [`${count} held by no descriptor`, `${count} without holders`, `${count}, no fd`];
  const room = characters(lane.width - 12) - 2;
  const text = forms.find(({ length }) => length <= room) ?? clipped(count, room);
  const opener = hidden > 0 ? "▸" : "▾";
  return box({
    kind: "more",
    action: { do: "unused" },
    column: lane.column,
    x: lane.x,
    y,
    width: lane.width,
    cells: [left(`${opener} ${text}`, 6, "muted")],
    label: `${count} held by no descriptor`,
    open: hidden === 0,
  });
}
