// Which columns side by side shows, and their widths: what changed is shown whole, and columns without changes are the
// first to go where room is scarce.

import { CHANGE_KINDS, type ChangeKind, isOfDescriptors } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import type { DetailWords } from "../../export/changes/detail-words.ts";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { descriptorOf } from "../../model/comparison/descriptor-pairs.ts";
import { u8At, u16At, u32At } from "../../model/read.ts";
import type { DescriptorRow } from "../../model/rows.ts";
import type { Compared } from "../../shell/state.ts";
import {
  ALIGNED_COLUMNS,
  type AlignedColumn,
  columnChanged,
  type DetailChanges,
  detailCell,
  mayHaveChanged,
} from "../../shell/tables/aligned-cells.ts";
import { CHARACTER } from "../Path.tsx";

/** Columns that are shown only if there are changes of these kinds. */
const ONLY_IF_CHANGED: Readonly<Record<string, readonly ChangeKind[]>> = {
  mode: ["file-mode"],
  version: ["file-version"],
  cloexec: ["close-on-exec"],
  details: ["file-detail", "file-linked"],
};

/** A column, and how many characters its values need. */
export interface MeasuredColumn {
  readonly column: AlignedColumn;
  /** For the changed values; 0: there are none. */
  readonly changed: number;
  /** For all values of descriptors with changes. */
  readonly widest: number;
}

/** Most changes of which the changed values are measured. The values of further ones can be cut off. */
const MOST_MEASURED = 2000;
/** Most changes of which all values are: making the texts of all columns takes many times as long. */
export const MOST_SAMPLED = 40;
/** Characters that a value gets at most. */
const MOST_CHARACTERS = 44;

/** The columns of a comparison. */
export function measuredColumns(
  comparison: Comparison,
  details: DetailChanges,
  holdersCount: boolean,
): readonly MeasuredColumn[] {
  const columns = ALIGNED_COLUMNS.filter(({ id }) => {
    const kinds = ONLY_IF_CHANGED[id];
    return kinds === undefined || kinds.some((kind) => comparison.counts[kind] > 0);
  });
  const widths: Widths = { changed: columns.map(() => 0), widest: columns.map(() => 0) };
  let count = 0;
  for (const pair of changedPairs(comparison)) {
    measure({ comparison, details: details(pair), pair, columns, holdersCount }, widths, count < MOST_SAMPLED);
    count++;
  }
  const most = (width: number | undefined): number => Math.min(MOST_CHARACTERS, width ?? 0);
  return columns.map((column, at) => ({ column, changed: most(widths.changed[at]), widest: most(widths.widest[at]) }));
}

/** The first pair of descriptors of each change. */
function* changedPairs({ changes }: Comparison): Generator<number> {
  const end = Math.min(changes.count, MOST_MEASURED);
  for (let change = 0; change < end; change++) {
    const kind = CHANGE_KINDS[u8At(changes.kind, change)];
    if (kind !== undefined && isOfDescriptors(kind)) yield u32At(changes.row, u32At(changes.firstRow, change));
  }
}

/** Characters by column: of changed values, and of all values. */
interface Widths {
  readonly changed: number[];
  readonly widest: number[];
}

interface Measured {
  readonly comparison: Comparison;
  readonly details: readonly DetailWords[];
  readonly pair: number;
  readonly columns: readonly AlignedColumn[];
  readonly holdersCount: boolean;
}

/** `all`: whether to measure the values that have not changed, too. */
function measure({ comparison, details, pair, columns, holdersCount }: Measured, widths: Widths, all: boolean): void {
  const { before, after, pairs, changed } = comparison;
  const rowBefore: DescriptorRow = descriptorOf(pairs.descriptors, "before", pair);
  const rowAfter: DescriptorRow = descriptorOf(pairs.descriptors, "after", pair);
  const isPair = rowBefore !== NONE && rowAfter !== NONE;
  const bits = u16At(changed, pair);
  const own = (column: AlignedColumn, image: Checkpoint, row: DescriptorRow): string =>
    row === NONE ? "" : column.text(image, row);
  columns.forEach((column, at) => {
    if (!all && !(isPair && mayHaveChanged(column, bits))) return;
    const texts =
      column.id === "details"
        ? ([detailCell(details, "before"), detailCell(details, "after")] as const)
        : ([own(column, before, rowBefore), own(column, after, rowAfter)] as const);
    const width = Math.max(texts[0].length, texts[1].length);
    widths.widest[at] = Math.max(widths.widest[at] ?? 0, width);
    if (!isPair || !columnChanged(column, bits, ...texts, holdersCount)) return;
    widths.changed[at] = Math.max(widths.changed[at] ?? 0, width);
  });
}

/** Pixels: of a cell's padding, and of the column of fds. */
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
  /** How many characters a path has room for, and one in the column of changes; null: not known yet. */
  readonly pathRoom: number | null;
  readonly changeRoom: number | null;
}

/** A number is never cut off: the rest would read as a different number. */
const isNumber = ({ id }: AlignedColumn): boolean => id === "pos" || id === "version";

const charactersIn = (width: number): number => Math.floor((width - PADDING) / CHARACTER);

/** `room`: null if it is not known yet. */
export function fitColumns(measured: readonly MeasuredColumn[], { digits }: Compared, room: number | null): Fitted {
  const leastOf = ({ column, changed }: MeasuredColumn): number => {
    if (column.id === "path") return LEAST_PATH;
    if (isNumber(column)) {
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
  // What is left for each side goes to the columns that would cut their values off, and to the paths.
  let spare = Math.max(0, Math.floor(((room ?? 0) - needed()) / 2));
  const path = shown.find(({ column }) => column.id === "path");
  const pathWish = Math.max(0, pixels(path?.widest ?? 0) - LEAST_PATH);
  const widths = shown.map((each): number => {
    const least = leastOf(each);
    if (each.column.id === "path" || each.column.characters !== undefined || isNumber(each.column)) return least;
    const more = Math.min(pixels(each.widest) - least, Math.max(spare / 2, spare - pathWish));
    if (more <= 0) return least;
    spare -= Math.floor(more);
    return least + Math.floor(more);
  });
  const side = shown
    .map(({ column }, at) => (column.id === "path" ? `minmax(${LEAST_PATH}px, 1fr)` : `${widths[at]}px`))
    .join(" ");
  return {
    columns: shown.map(({ column }) => column),
    template: `${FD}px ${side} 1px ${side}`,
    least: needed(),
    pathRoom: room === null ? null : charactersIn(LEAST_PATH + spare),
    changeRoom: null,
  };
}

/** All columns in one, before → after: beside the path, or `isStacked`: below it. */
export function oneColumn(measured: readonly MeasuredColumn[], isStacked: boolean, room: number | null): Fitted {
  const changes = isStacked ? "" : ` minmax(60px, ${CHANGES}fr)`;
  const columns = measured.map(({ column }) => column);
  const template = `${FD}px minmax(60px, 1fr)${changes}`;
  if (room === null) return { columns, template, least: 0, pathRoom: null, changeRoom: null };
  const width = room - FD;
  const [path, change] = isStacked ? [width, width] : [width / (1 + CHANGES), (width * CHANGES) / (1 + CHANGES)];
  return { columns, template, least: 0, pathRoom: charactersIn(path), changeRoom: charactersIn(change) };
}

/** The width of the column of changes, where that of paths is 1. */
const CHANGES = 1.4;
