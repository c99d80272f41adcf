// The box of an open file: name, access mode and flags, position, number of holders, in columns over a list of files.

import { CHANGED, changeOf, type GraphFileRow, holdersOf, type Subject } from "../../order/graph.ts";
import { type Box, type Cell, CHARACTER } from "../scene.ts";
import { changedDetail } from "../text/changed-detail.ts";
import { signedWords } from "../text/changed-words.ts";
import { lastForm, shortened } from "../text/shorten.ts";
import {
  accessLetters,
  fileName,
  holdersLabel,
  isDeleted,
  isShared,
  positionLabel,
  shortFlags,
  usedAs,
} from "../text/words.ts";
import { box, characters, left, right, signed } from "./box.ts";

/** Widths of the columns of a list of files, in characters; 0: no such column. */
export interface FileColumns {
  readonly holders: number;
  readonly pos: number;
  readonly flags: number;
  /** How a number of holders is shown where it changed. */
  readonly holdersForm: HoldersForm;
  /** Whether the flags column shows all flags, or only the access mode. */
  readonly full: boolean;
}

/** `⟨8 → 4⟩`, `⟨8→4⟩`, `⟨4⟩`. */
type HoldersForm = "whole" | "tight" | "later";

/** The columns that a list of files needs and that fit `width` pixels. */
export function columnsOf(subject: Subject, files: readonly GraphFileRow[], width: number): FileColumns {
  const room = characters(width);
  const holdersForm = holdersFormOf(subject, files, room);
  let holders = 0;
  const positions: number[] = [];
  let flags = 0;
  let access = 0;
  for (const file of files) {
    holders = Math.max(holders, holdersText(subject, file, holdersForm).length);
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
  return { holders, pos, holdersForm, flags: full ? flags : rest - access > 20 ? access : 0, full };
}

/** What changed of a file besides its position, in words, from the longest to the shortest. */
export const changesOf = (subject: Subject, file: GraphFileRow): readonly string[] => {
  if (changeOf(subject, "file", file) !== CHANGED) return [];
  const flags = flagsText(subject, file);
  const [before = "", after] = flags.split(" → ");
  if (after === undefined) return changedDetail(subject, file);
  const signed = signedWords(before, after);
  return signed === null ? [flags] : [flags, signed];
};

/** In boxes with fewer characters, the earlier number of holders gives up its room to the name. */
const LEAST_ROOM = { whole: 25, tight: 22 } as const;

/** The widest form that leaves room for a changed position beside a name: with both its sides, else with the later. */
function holdersFormOf(subject: Subject, files: readonly GraphFileRow[], room: number): HoldersForm {
  const fits = (form: "whole" | "tight", positionOf: (position: string) => string): boolean =>
    room >= LEAST_ROOM[form] && !files.some((file) => isCrowded(subject, file, room, form, positionOf));
  if (fits("whole", tight)) return "whole";
  if (fits("tight", tight)) return "tight";
  return fits("whole", laterPart) ? "whole" : "later";
}

/** Whether numbers of holders in this form leave no room for a changed position beside a name. */
function isCrowded(
  subject: Subject,
  file: GraphFileRow,
  room: number,
  form: HoldersForm,
  positionOf: (position: string) => string,
): boolean {
  const whole = positionLabel(subject, file);
  const position = positionOf(whole);
  const holders = holdersText(subject, file, form);
  if (!whole.includes("→") || !holders.includes("→")) return false;
  return (
    CHANGED_INDENT + leastName(fileName(subject, file), LEAST_CHANGED_NAME) + position.length + holders.length + 1 >
    room
  );
}

/** The new value of a change: `→ 8192`; empty if it has not changed. */
const laterPart = (text: string): string => (text.includes("→") ? text.slice(text.indexOf("→")) : "");

/** Characters of the sign of a change and of what is left and right of a box's texts. */
const CHANGED_INDENT = 4;

/** Both sides of a change with no spaces between them: `@4096→8192`. */
const tight = (text: string): string => text.replace(" → ", "→");

function holdersText(subject: Subject, file: GraphFileRow, form: HoldersForm): string {
  const text = holdersLabel(subject, file);
  return form === "whole" ? text : form === "tight" ? tight(text) : text.replace(/⟨.* → /, "⟨");
}

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

/** Characters that a name keeps beside a position, and beside one that changed. */
const LEAST_NAME = 9;
const LEAST_CHANGED_NAME = 6;

/** Characters that a name needs, with a space, if it keeps up to `most`. */
const leastName = (name: string, most: number): number => Math.min(most, lastForm(name).length) + 1;

/** From right to left: holders, position, flags; the name takes the remaining width. */
function heldCells(subject: Subject, file: GraphFileRow, { width, columns }: FileLane, indent: number): Cell[] {
  const cells: Cell[] = [];
  const end = width - 6;
  const name = fileName(subject, file);
  const position = positionLabel(subject, file);
  const later = laterPart(position);
  const besideHolders = end - (columns.holders > 0 ? (columns.holders + 1) * CHARACTER : 0);
  // A changed position is worth more than the number of holders: every shared file has one.
  const isFull =
    later !== "" && leastName(name, LEAST_CHANGED_NAME) + later.length > characters(besideHolders - 8 - indent);
  const holders = isFull ? "" : holdersText(subject, file, columns.holdersForm);
  if (holders !== "") cells.push(right(holders, end, "shared"));

  const posEnd = isFull ? end : besideHolders;
  // A truncated number would be wrong, so it is shown in full or not at all; of a change, at least the new value.
  const beside = characters(posEnd - 8 - indent);
  const fits = (text: string, least: number): boolean => text.length + leastName(name, least) <= beside;
  // Where numbers of holders have both their sides, a position does too.
  const leastTight = columns.holdersForm === "later" ? LEAST_NAME : LEAST_CHANGED_NAME;
  const isTight = !fits(position, LEAST_NAME) && later !== "" && fits(tight(position), leastTight);
  const whole = isTight ? tight(position) : ([position, later].find((text) => fits(text, LEAST_NAME)) ?? "");
  const wanted = columns.full ? flagsText(subject, file) : columns.flags > 0 ? accessLetters(subject, file) : "";
  // A change that no column shows takes the place of the flags, and of a position that has not changed.
  const isShown = later !== "" || wanted.includes("→") || name.includes(" → ");
  const changes = isShown ? [] : changesOf(subject, file);
  const isCrowdedOut = changes.length > 0 && !changes.some((text) => fits(`${position} ${text}`, LEAST_NAME));
  const brief = [later, later.replace("→ ", "→")].find((text) => fits(text, LEAST_CHANGED_NAME)) ?? "";
  const pos = isCrowdedOut ? "" : whole === "" ? brief : whole;
  if (pos !== "") cells.push(right(pos, posEnd, pos.includes("→") ? "change" : "fg"));

  const flagsAt = posEnd - (columns.pos > 0 ? columns.pos + 1 : 0) * CHARACTER - columns.flags * CHARACTER;
  const posAt = posEnd - (pos === "" ? 0 : (pos.length + 1) * CHARACTER);
  const room = characters(posAt - 8 - indent) - LEAST_NAME - 1;
  const detail = changes.find(({ length }) => length <= room) ?? "";
  const isAlone = detail === "" && holders === "" && pos === "";
  if (isAlone && changes.length > 0) {
    const own = changeCells(name, changes, end, 8 + indent, room + LEAST_NAME + 1);
    if (own !== null) return own;
  }
  if (detail !== "") cells.push(right(detail, posAt, "change"));
  const flags = detail === "" && flagsAt + wanted.length * CHARACTER <= posAt ? wanted : "";
  if (flags !== "") cells.push(left(flags, flagsAt, wanted.includes("→") ? "change" : "muted"));

  const isLast = pos === "" && holders === "";
  const free = isLast ? end : pos === "" ? posEnd : posEnd - pos.length * CHARACTER;
  const nameEnd = detail !== "" ? posAt - detail.length * CHARACTER : flags !== "" ? flagsAt : free;
  cells.push(left(shortened(name, characters(nameEnd - CHARACTER - 8 - indent)), 8 + indent));
  return cells;
}

/**
 * A name and what changed about its file, where nothing else is shown, in the shortest words if necessary. The slot
 * beside a private file has the name too, so the change may stand alone if it has at most `room` characters.
 */
function changeCells(name: string, changes: readonly string[], end: number, x: number, room: number): Cell[] | null {
  const whole = characters(end - x);
  const brief = changes.find(({ length }) => length + leastName(name, LEAST_CHANGED_NAME) <= whole);
  if (brief !== undefined) {
    return [right(brief, end, "change"), left(shortened(name, whole - brief.length - 1), x)];
  }
  const alone = changes.find(({ length }) => length <= room);
  return alone === undefined ? null : [left(alone, x, "change")];
}

/** The name and the uses of a file that no descriptor holds. */
function unheldCells(subject: Subject, file: GraphFileRow, { width }: FileLane, indent: number): Cell[] {
  const end = width - 6;
  const room = characters(end - CHARACTER - 8 - indent);
  const name = fileName(subject, file);
  const least = Math.min(LEAST_NAME, lastForm(name).length);
  const uses = [usedAs(subject, file), usedAs(subject, file, true)];
  const use = uses.find(({ length }) => length + 1 + least <= room) ?? "";
  const shown = shortened(name, use === "" ? room : room - use.length - 1);
  return [left(shown, 8 + indent, "muted"), ...(use === "" ? [] : [right(use, end, "muted")])];
}
