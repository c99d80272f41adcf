// The box of a file table: whom it belongs to and how much it holds, above its slots or, where they are not drawn, as a
// bar on a scale that is common to all tables.

import { scaleLinear } from "d3-scale";
import { u32At } from "../../../model/read.ts";
import { counted, grouped } from "../../../model/text/words.ts";
import { changeOf, type GraphTableRow, type Subject, shownSlotsOf, slotsOf, tasksOf } from "../../order/graph.ts";
import { KIND_PARTS, type KindPart, PART_TITLES } from "../../order/kind-parts.ts";
import { type Layout, partsOfTable } from "../../order/layout.ts";
import { isQuiet } from "../../plan/folded.ts";
import type { Plan, PlannedTable } from "../../plan/plan.ts";
import type { Draft } from "../draft.ts";
import type { Frame } from "../lanes/frame.ts";
import { type Axis, type Bar, type Box, type Cell, CHARACTER, COLUMN, PITCH } from "../scene.ts";
import { clipped, elided } from "../text/shorten.ts";
import { descriptorsLabel, isTableShared, ownerLabel, shortCount, tableBadge, taskName } from "../text/words.ts";
import { box, characters, left, right, signed } from "./box.ts";

/** Where bars begin within their tables, their width in pixels, and the count at their end. */
export interface BarScale {
  readonly x: number;
  readonly width: number;
  readonly most: number;
  /** Ticks, as counts. */
  readonly ticks: readonly number[];
}

/** A scale on which the bars of all closed tables of a plan fit. */
export function barScaleOf(subject: Subject, plan: Plan, frame: Frame): BarScale | null {
  let most = 0;
  for (const { table, slots } of plan.tables) {
    if (slots.length === 0) most = Math.max(most, shownSlotsOf(subject, table));
  }
  const x = Math.round(Math.min(170, frame.tableWidth * 0.55));
  const width = frame.tableWidth - x - 8;
  if (most === 0 || width < 40) return null;
  const scale = scaleLinear().domain([0, most]).range([0, width]).nice(3);
  const end = scale.domain()[1] ?? most;
  return { x, width, most: end, ticks: scale.ticks(3).filter(Number.isInteger) };
}

/** The axis of the bars, for the heading of their lane. */
export const barAxis = ({ x, width, most, ticks }: BarScale, frame: Frame): Axis => ({
  x: frame.table + x,
  width,
  ticks: ticks.map((tick) => ({ at: tick / most, text: shortCount(tick) })),
});

/** A file table `rows` rows high: a title, and room for the slots drawn in it. `scale`: it is drawn as a bar. */
export function tableBox(
  { subject, layout, frame }: Pick<Draft, "subject" | "layout" | "frame">,
  planned: PlannedTable,
  y: number,
  rows: number,
  scale: BarScale | null,
): Box {
  const { graph } = subject;
  const { table } = planned;
  const count = shownSlotsOf(subject, table);
  const parts = partsOf(layout, table);
  const shared = parts.get("shared") ?? 0;
  return box({
    kind: "table",
    ref: { to: "table", row: table },
    action: { do: "toggle", table },
    column: COLUMN.table,
    x: frame.table,
    y,
    width: frame.tableWidth,
    height: rows * PITCH - 2,
    cells: tableCells(subject, planned, frame, shared, scale),
    shared: isTableShared(subject, table),
    change: changeOf(subject, "table", table),
    quiet: slotsOf(graph, table) <= MOST_COUNTED && isQuiet(subject, table),
    bar: scale === null ? null : barOf(parts, scale),
    note: noteOf(planned, parts),
    ...(count === 0 || graph.tables.count === 0 ? {} : { open: planned.open }),
  });
}

/** The title of a table: the most that fits of its owner, its counts and its badge; always at least its owner. */
function tableCells(
  subject: Subject,
  { table, open, alike }: PlannedTable,
  frame: Frame,
  shared: number,
  scale: BarScale | null,
): Cell[] {
  const { cells, indent } = signed(subject, changeOf(subject, "table", table));
  const count = shownSlotsOf(subject, table);
  // A table of no task says so in the owner's place.
  const badge = tasksOf(subject.graph, table) === 0 ? "" : tableBadge(subject, table);
  const room = characters((scale === null ? frame.tableWidth : scale.x) - 12 - indent);
  const fds = `${alike.length > 0 ? "same " : ""}${descriptorsLabel(subject, table)}`;
  const opener = count === 0 ? "" : open ? "▾ " : "▸ ";
  const owners = alike.length > 0 ? [alikeOwner(subject, [table, ...alike])] : ownerForms(subject, table);
  const sharedNote = shared > 0 && shared < count ? ` · ${grouped(shared)} shared` : shared > 0 ? ", all shared" : "";
  const details = [`${fds}${sharedNote}`, fds, scale === null ? "" : descriptorsLabel(subject, table, null)];
  const badgeRoom = badge === "" ? 0 : badge.length + 1;
  // The task next to it shows its number.
  const name = owners.find(({ length }) => opener.length + length + badgeRoom <= room) ?? owners.at(-1);
  const owner = `${opener}${name}`;
  // The counts give way to the owner and to the badge.
  const detail = details.find((text) => owner.length + badgeRoom + text.length + 1 <= room) ?? "";
  const shownBadge = owner.length + badgeRoom <= room || room - badgeRoom >= 8 ? badge : "";
  const ownerRoom = room - (detail === "" ? 0 : detail.length + 1) - (shownBadge === "" ? 0 : badgeRoom);
  cells.push(left(clipped(owner, ownerRoom), 6 + indent));
  const end = scale === null ? frame.tableWidth - 7 : scale.x - 8;
  if (detail !== "") cells.push(right(detail, end - (shownBadge === "" ? 0 : badgeRoom * CHARACTER), "muted"));
  if (shownBadge !== "") cells.push(right(elided(shownBadge, room), end, "shared"));
  return cells;
}

/** Whom a table belongs to: number and comm, or the comm alone. */
function ownerForms(subject: Subject, table: GraphTableRow): string[] {
  const { firstTask, task } = subject.graph.tables;
  const comm = tasksOf(subject.graph, table) === 0 ? "" : taskName(subject, u32At(task, u32At(firstTask, table)));
  return comm === "" ? [ownerLabel(subject, table)] : [ownerLabel(subject, table), comm];
}

/** Whom tables that are alike belong to: `100 × worker`. */
const alikeOwner = (subject: Subject, tables: readonly GraphTableRow[]): string =>
  `${grouped(tables.length)} × ${ownerLabel(subject, tables[0] as GraphTableRow, tables) || "tasks"}`;

/** Larger tables are not searched for changes while the user waits for the drawing. */
const MOST_COUNTED = 2_000_000;

/** The descriptors of a table by part, without parts that have none. */
function partsOf(layout: Layout, table: GraphTableRow): Map<KindPart, number> {
  const counts = partsOfTable(layout, table);
  const parts = KIND_PARTS.map((part, at) => [part, u32At(counts, at)] as const);
  return new Map(parts.filter(([, count]) => count > 0));
}

const barOf = (parts: ReadonlyMap<KindPart, number>, { x, width, most }: BarScale): Bar => ({
  x,
  parts: KIND_PARTS.filter((part) => parts.has(part)).map((part) => ({
    part,
    width: ((parts.get(part) ?? 0) / most) * width,
  })),
});

/**
 * What the drawing shows of a table that its sentence does not say: tables that are alike, and undrawn slots by kind.
 */
function noteOf({ alike, open }: PlannedTable, parts: ReadonlyMap<KindPart, number>): string {
  const notes: string[] = [];
  if (alike.length > 0) notes.push(`and ${counted(alike.length, "other table")} with the same descriptors`);
  if (!open) {
    const counts = KIND_PARTS.filter((part) => parts.has(part));
    if (counts.length > 0) {
      notes.push(`folded: ${counts.map((part) => `${grouped(parts.get(part) ?? 0)} ${PART_TITLES[part]}`).join(", ")}`);
    }
  }
  return notes.join(", ");
}
