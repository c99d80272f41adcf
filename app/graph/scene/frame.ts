// The horizontal places of the lanes: tasks, file tables, private open files beside them, a gutter for the edges that
// cross, and shared open files.

/** Left edges and widths of the lanes, in pixels. */
export interface Frame {
  readonly margin: number;
  readonly task: number;
  readonly taskWidth: number;
  readonly table: number;
  readonly tableWidth: number;
  /** Private files, each beside its slot. */
  readonly own: number;
  readonly ownWidth: number;
  /** Where edges to shared files cross from one height to another. */
  readonly gutter: number;
  readonly gutterWidth: number;
  readonly shared: number;
  readonly sharedWidth: number;
  /** Whether private files are in the lane of shared ones, below them, because there is no room beside their tables. */
  readonly isStacked: boolean;
}

/** What the lanes have to hold. */
export interface Needs {
  /** Whether there are private, and shared files. */
  readonly own: boolean;
  readonly shared: boolean;
  /** How many tables have edges to shared files. */
  readonly trunks: number;
}

/** Views narrower than this have one lane of files. */
const STACKED = 640;
const NARROW = 480;

/** Lanes between `left` and `right`, or wider if they would be unreadable. */
export function lanesIn(left: number, right: number, needs: Needs): Frame {
  const width = right - left;
  const isNarrow = width < NARROW;
  const isStacked = width < STACKED && needs.own && needs.shared;
  const margin = isNarrow ? 6 : 14;
  const between = (least: number, part: number, most: number): number =>
    Math.round(Math.min(most, Math.max(least, width * part)));
  const taskWidth = isNarrow ? 58 : between(96, 0.14, 176);
  const gap = isNarrow ? 10 : between(18, 0.03, 40);
  const gutterWidth = gutterFor(needs, isNarrow ? 26 : between(40, 0.16, 220));
  const task = left + margin;
  const table = task + taskWidth + gap;
  // What is left for tables and files, and which part of it each gets.
  const rest = right - margin - table - gutterWidth;
  // Without private files beside them, tables have room for wider bars.
  const part = isStacked ? 0.42 : needs.own ? 0.34 : 0.46;
  const tableWidth = Math.round(Math.min(needs.own ? 300 : 360, Math.max(isNarrow ? 116 : 150, rest * part)));
  const own = table + tableWidth + (isStacked || !needs.own ? 0 : isNarrow ? 14 : 22);
  const beside = right - margin - gutterWidth - own;
  const ownWidth = !needs.own ? 0 : needs.shared ? Math.round(Math.min(360, beside * 0.44)) : Math.min(640, beside);
  const gutter = isStacked ? own : own + ownWidth;
  const shared = gutter + gutterWidth;
  const hasShared = needs.shared || !needs.own;
  const sharedWidth = hasShared ? Math.min(560, Math.max(isNarrow ? 140 : 190, right - margin - shared)) : 0;
  if (isStacked) {
    const frame = { margin, task, taskWidth, table, tableWidth, gutter, gutterWidth, shared, sharedWidth };
    return { ...frame, own: shared, ownWidth: sharedWidth, isStacked };
  }
  const least = needs.shared ? 120 : isNarrow ? 140 : 190;
  const widened = needs.own ? Math.max(0, least - ownWidth) : 0;
  return {
    margin,
    task,
    taskWidth,
    table,
    tableWidth,
    own,
    ownWidth: ownWidth + widened,
    gutter: gutter + widened,
    gutterWidth,
    shared: shared + widened,
    sharedWidth,
    isStacked,
  };
}

/** As wide as the edges that cross in it need, up to `most`. */
const gutterFor = ({ shared, trunks }: Needs, most: number): number =>
  shared ? Math.min(most, TRUNK_MARGIN + COUNT_ROOM + Math.max(1, trunkCount(trunks)) * TRUNK_PITCH) : 0;

/** Pixels between two vertical lines in the gutter, where there is room, and right of the last one. */
const TRUNK_PITCH = 9;
const TRUNK_MARGIN = 14;
/** Pixels for the number of slots beside the leftmost line. */
const COUNT_ROOM = 26;

/** More tables than this have one common line: so many would be a solid block. */
const MOST_TRUNKS = 24;

/** How many vertical lines there are for edges from so many tables. */
export const trunkCount = (tables: number): number => (tables > MOST_TRUNKS ? 1 : tables);

/** Where the edges from a table cross: the `at`-th of `count` vertical lines in the gutter. */
export function trunkX({ gutter, gutterWidth }: Frame, at: number, count: number): number {
  const margin = Math.min(TRUNK_MARGIN, gutterWidth / 3);
  const room = gutterWidth - margin - Math.min(COUNT_ROOM, gutterWidth / 3);
  const step = count < 2 ? 0 : Math.min(TRUNK_PITCH, room / (count - 1));
  // From the right, where the room is not used up, so that the arrows stay short.
  return Math.round((gutter + gutterWidth - margin - (count - 1 - at) * step) * 2) / 2;
}

/** The right end of the lanes. */
export const frameRight = ({ shared, sharedWidth, own, ownWidth, margin }: Frame): number =>
  Math.max(shared + sharedWidth, own + ownWidth) + margin;

/** The lane of files that is wide: that of shared files, or of private ones if there are no others. */
export const mainLane = (frame: Frame, needs: Needs): { readonly x: number; readonly width: number } =>
  needs.shared || !needs.own ? { x: frame.shared, width: frame.sharedWidth } : { x: frame.own, width: frame.ownWidth };
