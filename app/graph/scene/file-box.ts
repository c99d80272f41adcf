// The box of an open file: name, access mode and flags, position, number of holders, in columns over a list of files.

import { CHANGED, changeOf, type GraphFileRow, holdersOf, type Subject } from "../order/graph.ts";
import { box, characters, left, right, signed } from "./box.ts";
import { changedDetail } from "./changed-detail.ts";
import { type Box, type Cell, CHARACTER } from "./scene.ts";
import { clipped, lastForm, shortened } from "./shorten.ts";
import {
  accessLetters,
  fileName,
  holdersLabel,
  isDeleted,
  isShared,
  positionLabel,
  shortFlags,
  usedAs,
} from "./words.ts";

/** Widths of the columns of a list of files, in characters; 0: no such column. */
export interface FileColumns {
  readonly holders: number;
  readonly pos: number;
  readonly flags: number;
  /** Whether only the later number of holders is shown, where that changed. */
  readonly shortHolders: boolean;
  /** Whether the flags column shows all flags, or only the access mode. */
  readonly full: boolean;
}

/** The columns that a list of files needs and that fit `width` pixels. */
export function columnsOf(subject: Subject, files: readonly GraphFileRow[], width: number): FileColumns {
  const room = characters(width);
  const shortHolders = room < LEAST_ROOM;
  let holders = 0;
  const positions: number[] = [];
  let flags = 0;
  let access = 0;
  for (const file of files) {
    holders = Math.max(holders, holdersText(subject, file, shortHolders).length);
    positions.push(positionLabel(subject, file).length);
    flags = Math.max(flags, flagsText(subject, file).length);
    access = Math.max(access, accessLetters(subject, file).length);
  }
  positions.sort((a, b) => a - b);
  const widest = positions.at(-1) ?? 0;
  // If space is scarce, a few very large positions must not take it from the names of all other files.
  const scarce = room - holders - widest - flags <= 24;
  const pos = scarce ? (positions[Math.floor(positions.length * 0.8)] ?? 0) : widest;
  const rest = room - holders - pos;
  const full = rest - flags > 24;
  return { holders, pos, shortHolders, flags: full ? flags : rest - access > 20 ? access : 0, full };
}

/** What changed of a file besides its position, in words, from the longest to the shortest. */
export const changesOf = (subject: Subject, file: GraphFileRow): readonly string[] => {
  if (changeOf(subject, "file", file) !== CHANGED) return [];
  const flags = flagsText(subject, file);
  return flags.includes("→") ? [flags] : changedDetail(subject, file);
};

/** In boxes with fewer characters, the earlier number of holders gives up its room to the name. */
const LEAST_ROOM = 25;

/** `⟨8 → 4⟩`, or `short`: `⟨4⟩`. */
const holdersText = (subject: Subject, file: GraphFileRow, short: boolean): string =>
  short ? holdersLabel(subject, file).replace(/⟨.* → /, "⟨") : holdersLabel(subject, file);

const flagsText = (subject: Subject, file: GraphFileRow): string =>
  `${shortFlags(subject, file)}${isDeleted(subject, file) ? " deleted" : ""}`.trim();

/** The place and the columns of a list of files. */
export interface FileLane {
  readonly x: number;
  readonly width: number;
  readonly columns: FileColumns;
  /** Where its boxes are found (COLUMN). */
  readonly column: number;
}

/** An open file. One without holders shows its uses instead of position and flags. */
export function fileBox(subject: Subject, file: GraphFileRow, lane: FileLane, y: number): Box {
  const change = changeOf(subject, "file", file);
  const isHeld = holdersOf(subject.graph, file) > 0;
  const { cells, indent } = signed(subject, change);
  cells.push(...(isHeld ? heldCells : unheldCells)(subject, file, lane, indent));
  return box({
    kind: isHeld ? "file" : "unused",
    ref: { to: "file", row: file },
    column: lane.column,
    x: lane.x,
    y,
    width: lane.width,
    cells,
    shared: isShared(subject, file),
    change,
  });
}

/** Characters that a name keeps beside a position. */
const LEAST_NAME = 9;

/** From right to left: holders, position, flags; the name takes the remaining width. */
function heldCells(subject: Subject, file: GraphFileRow, { width, columns }: FileLane, indent: number): Cell[] {
  const cells: Cell[] = [];
  const end = width - 6;
  const holders = holdersText(subject, file, columns.shortHolders);
  if (holders !== "") cells.push(right(holders, end, "shared"));

  const posEnd = end - (columns.holders > 0 ? (columns.holders + 1) * CHARACTER : 0);
  const position = positionLabel(subject, file);
  // A truncated number would be wrong, so it is shown in full or not at all; of a change, at least what it became.
  const name = fileName(subject, file);
  const besideName = characters(posEnd - 8 - indent) - Math.min(LEAST_NAME, lastForm(name).length + 1);
  const later = position.includes("→") ? position.slice(position.indexOf("→")) : "";
  const pos = [position, later].find(({ length }) => length <= besideName) ?? "";
  if (pos !== "") cells.push(right(pos, posEnd, pos.includes("→") ? "change" : "fg"));

  const flagsAt = posEnd - (columns.pos > 0 ? columns.pos + 1 : 0) * CHARACTER - columns.flags * CHARACTER;
  const wanted = columns.full ? flagsText(subject, file) : columns.flags > 0 ? accessLetters(subject, file) : "";
  const posAt = posEnd - (pos === "" ? 0 : (pos.length + 1) * CHARACTER);
  // A change that no column shows takes the place of the flags.
  const room = characters(posAt - 8 - indent) - LEAST_NAME - 1;
  const isShown = pos.includes("→") || wanted.includes("→") || name.includes(" → ");
  const changes = isShown ? [] : changesOf(subject, file);
  const detail = changes.find(({ length }) => length <= room) ?? "";
  // The slot beside a private file has its name too, so the change may stand alone here.
  const alone = detail === "" && holders === "" && pos === "" ? changes.at(-1) : undefined;
  if (alone !== undefined && alone.length <= room + LEAST_NAME + 1) return [left(alone, 8 + indent, "change")];
  if (detail !== "") cells.push(right(detail, posAt, "change"));
  const flags = detail === "" && flagsAt + wanted.length * CHARACTER <= posAt ? wanted : "";
  if (flags !== "") cells.push(left(flags, flagsAt, wanted.includes("→") ? "change" : "muted"));

  const isLast = pos === "" && holders === "";
  const free = isLast ? end : pos === "" ? posEnd : posEnd - pos.length * CHARACTER;
  const nameEnd = detail !== "" ? posAt - detail.length * CHARACTER : flags !== "" ? flagsAt : free;
  cells.push(left(shortened(name, characters(nameEnd - CHARACTER - 8 - indent)), 8 + indent));
  return cells;
}

/** The name and the uses of a file that no descriptor holds. */
function unheldCells(subject: Subject, file: GraphFileRow, { width }: FileLane, indent: number): Cell[] {
  const end = width - 6;
  const use = usedAs(subject, file);
  const room = characters(end - CHARACTER - 8 - indent);
  const name = shortened(fileName(subject, file), Math.floor(room - Math.min(use.length + 2, room / 2)));
  return [left(name, 8 + indent, "muted"), right(clipped(use, room - name.length - 1), end, "muted")];
}
