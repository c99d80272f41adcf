// Which columns side by side shows, and their widths: what changed is shown whole, and columns without changes are the
// first to go where room is scarce.

import { CHANGE_KINDS, type ChangeKind, isOfDescriptors } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import type { DetailWords } from "../../export/detail-words.ts";
import { NONE } from "../../model/checkpoint.ts";
import { i32At, u8At, u16At, u32At } from "../../model/read.ts";
import {
  ALIGNED_COLUMNS,
  type AlignedColumn,
  columnChanged,
  type DetailChanges,
  detailCell,
  mayHaveChanged,
} from "../../shell/aligned-cells.ts";
import type { Compared } from "../../shell/state.ts";

/** Columns that are shown only if there are changes of these kinds. */
const ONLY_IF_CHANGED: Readonly<Record<string, readonly ChangeKind[]>> = {
  mode: ["file-mode"],
  version: ["file-version"],
  cloexec: ["close-on-exec"],
  details: ["file-detail", "file-linked"],
};

/** A column, and how many characters it needs to show its changed values in full; 0: it has none. */
export interface MeasuredColumn {
  readonly column: AlignedColumn;
  readonly changed: number;
}

/** Most changes that are measured. The values of further ones can be cut off. */
const MOST_MEASURED = 2000;
/** Characters that a changed value gets at most. */
const MOST_CHARACTERS = 44;

/** The columns of a comparison. */
export function measuredColumns(comparison: Comparison, details: DetailChanges): readonly MeasuredColumn[] {
  const columns = ALIGNED_COLUMNS.filter(({ id }) => {
    const kinds = ONLY_IF_CHANGED[id];
    return kinds === undefined || kinds.some((kind) => comparison.counts[kind] > 0);
  });
  const widths = columns.map(() => 0);
  for (const pair of changedPairs(comparison)) measure(comparison, details(pair), pair, columns, widths);
  return columns.map((column, at) => ({ column, changed: Math.min(MOST_CHARACTERS, widths[at] ?? 0) }));
}

/** The first pair of descriptors of each change. */
function* changedPairs({ changes }: Comparison): Generator<number> {
  const end = Math.min(changes.count, MOST_MEASURED);
  for (let change = 0; change < end; change++) {
    const kind = CHANGE_KINDS[u8At(changes.kind, change)];
    if (kind !== undefined && isOfDescriptors(kind)) yield u32At(changes.row, u32At(changes.firstRow, change));
  }
}

function measure(
  comparison: Comparison,
  details: readonly DetailWords[],
  pair: number,
  columns: readonly AlignedColumn[],
  widths: number[],
): void {
  const { before, after, pairs, changed } = comparison;
  const rowBefore = i32At(pairs.descriptors.before, pair);
  const rowAfter = i32At(pairs.descriptors.after, pair);
  if (rowBefore === NONE || rowAfter === NONE) return;
  const bits = u16At(changed, pair);
  columns.forEach((column, at) => {
    // Making the texts of all columns takes many times as long.
    if (!mayHaveChanged(column, bits)) return;
    const texts =
      column.id === "details"
        ? ([detailCell(details, "before"), detailCell(details, "after")] as const)
        : ([column.text(before, rowBefore), column.text(after, rowAfter)] as const);
    if (!columnChanged(column, bits, ...texts)) return;
    widths[at] = Math.max(widths[at] ?? 0, ...texts.map(({ length }) => length));
  });
}

/** Pixels: of a character of the monospace font, of a cell's padding, and of the column of fds. */
const CHARACTER = 7.3;
const PADDING = 13;
const FD = 72;
/** Minimum width in pixels of a path, and of any other column whose values can be cut off. */
const LEAST_PATH = 200;
const LEAST = 40;

const pixels = (characters: number): number => Math.ceil(characters * CHARACTER) + PADDING;

/** Columns in the order in which they are dropped, if they have no changes. */
const STEP_BACK = ["version", "mode", "cloexec", "flags", "pos", "shared"];

/** What is shown in `room` pixels: the columns, and the value of grid-template-columns. */
export interface Fitted {
  readonly columns: readonly AlignedColumn[];
  readonly template: string;
  /** Pixels that the columns need; with less room the grid scrolls sideways. */
  readonly least: number;
}

/** `room`: null if it is not known yet. */
export function fitColumns(measured: readonly MeasuredColumn[], { digits }: Compared, room: number | null): Fitted {
  const leastOf = ({ column, changed }: MeasuredColumn): number => {
    if (column.id === "path") return LEAST_PATH;
    // A number is never cut off: the rest would read as a different number.
    if (column.id === "pos" || column.id === "version") {
      return pixels(Math.max(8, column.id === "pos" ? digits.pos : digits.version));
    }
    if (column.characters !== undefined) return pixels(Math.max(column.characters, column.title.length + 1, changed));
    return changed > 0 ? pixels(Math.max(column.title.length, changed)) : LEAST;
  };
  let shown = [...measured];
  const needed = (): number => FD + 1 + 2 * shown.reduce((sum, each) => sum + leastOf(each), 0);
  for (const id of STEP_BACK) {
    if (room === null || needed() <= room) break;
    shown = shown.filter(({ column, changed }) => column.id !== id || changed > 0);
  }
  const side = shown
    .map((each) => {
      if (each.column.id === "path") return `minmax(${LEAST_PATH}px, 5fr)`;
      const isFlexible = each.changed === 0 && leastOf(each) === LEAST;
      return isFlexible ? `minmax(${LEAST}px, 1fr)` : `${leastOf(each)}px`;
    })
    .join(" ");
  return { columns: shown.map(({ column }) => column), template: `${FD}px ${side} 1px ${side}`, least: needed() };
}

/** All columns in one, before → after: beside the path, or `isStacked`: below it. */
export function oneColumn(measured: readonly MeasuredColumn[], isStacked: boolean): Fitted {
  const template = isStacked ? `${FD}px minmax(60px, 1fr)` : `${FD}px minmax(60px, 1fr) minmax(60px, 1.4fr)`;
  return { columns: measured.map(({ column }) => column), template, least: 0 };
}
