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

/** Widths at which the lanes' texts are shown in full, in pixels. */
export interface Wishes {
  readonly task: number;
  /** For tasks shown by their number alone. */
  readonly number: number;
  readonly table: number;
  readonly own: number;
  readonly shared: number;
}

/** What the lanes have to hold. */
export interface Needs extends Readonly<Record<"own" | "shared", boolean>> {
  /** How many tables have edges to shared files. */
  readonly trunks: number;
  readonly wishes: Wishes;
}

/** Views narrower than this have one lane of files. */
const STACKED = 640;
const NARROW = 480;

/** The least and the largest width of a lane, in pixels. */
interface Limits {
  readonly least: number;
  readonly most: number;
}

type Lane = "task" | "table" | "own" | "shared";
type Limited<T> = Record<Lane, T>;

const LIMITS: Readonly<Limited<Limits>> = {
  task: { least: 80, most: 200 },
  table: { least: 150, most: 360 },
  own: { least: 110, most: 360 },
  shared: { least: 150, most: 400 },
};
const NARROW_LIMITS: Readonly<Limited<Limits>> = {
  task: { least: 34, most: 90 },
  table: { least: 116, most: 300 },
  own: { least: 110, most: 300 },
  shared: { least: 110, most: 300 },
};
/** How far a lane spreads where there is room. */
const SPREAD: Readonly<Limited<number>> = { task: 0, table: 300, own: 640, shared: 560 };

/** Lanes between `left` and `right`, or wider if they would be unreadable. */
export function lanesIn(left: number, right: number, needs: Needs): Frame {
  const width = right - left;
  const isNarrow = width < NARROW;
  const isStacked = width < STACKED && needs.own && needs.shared;
  const margin = isNarrow ? 6 : 14;
  const gap = isNarrow ? 10 : Math.round(Math.min(40, Math.max(18, width * 0.03)));
  const ownGap = isStacked || !needs.own ? 0 : isNarrow ? 14 : 22;
  const gutterWidth = gutterFor(needs, isNarrow ? 26 : Math.round(Math.min(220, Math.max(40, width * 0.16))));
  const room = width - 2 * margin - gap - ownGap - gutterWidth;
  const widths = widthsIn(room, needs, isNarrow, isStacked);
  const task = left + margin;
  const table = task + widths.task + gap;
  const own = table + widths.table + ownGap;
  const gutter = isStacked ? own : own + widths.own;
  const shared = gutter + gutterWidth;
  return {
    margin,
    task,
    taskWidth: widths.task,
    table,
    tableWidth: widths.table,
    own: isStacked ? shared : own,
    ownWidth: isStacked ? widths.shared : widths.own,
    gutter,
    gutterWidth,
    shared,
    sharedWidth: widths.shared,
    isStacked,
  };
}

/** Widths of the lanes in `room` pixels: each gets its minimum, then what its texts need, then a share of the rest. */
function widthsIn(room: number, needs: Needs, isNarrow: boolean, isStacked: boolean): Limited<number> {
  const { wishes } = needs;
  const limits = isNarrow ? NARROW_LIMITS : LIMITS;
  const lanes: Lane[] = ["table"];
  if (needs.own && !isStacked) lanes.push("own");
  if (needs.shared || !needs.own) lanes.push("shared");
  const wished: Limited<number> = {
    task: isNarrow ? wishes.number : wishes.task,
    table: wishes.table,
    own: wishes.own,
    shared: isStacked ? Math.max(wishes.own, wishes.shared) : wishes.shared,
  };
  const sum = (width: (lane: Lane) => number): number => lanes.reduce((total, lane) => total + width(lane), 0);
  const least = (lane: Lane): number => limits[lane].least;
  const enough = (lane: Lane): number => Math.min(limits[lane].most, Math.max(least(lane), wished[lane]));
  // The names of tasks are short and identify everything beside them, so they come first.
  const leastTask = Math.max(least("task"), wishes.number);
  const task = Math.min(enough("task"), Math.max(leastTask, Math.min(room * 0.32, room - sum(least))));
  const above = Math.max(0, room - task - sum(least));
  const wanted = sum(enough) - sum(least);
  const part = wanted === 0 ? 0 : Math.min(1, above / wanted);
  const width: Limited<number> = { task: Math.round(task), table: 0, own: 0, shared: 0 };
  for (const lane of lanes) width[lane] = Math.round(least(lane) + part * (enough(lane) - least(lane)));
  let spare = Math.max(0, above - wanted);
  for (const [at, lane] of lanes.entries()) {
    // The last lane takes all that is left, because the drawing is as wide as the view.
    const share = at === lanes.length - 1 ? spare : Math.min(spare, (above - wanted) * 0.3);
    const more = Math.round(Math.max(0, Math.min(share, SPREAD[lane] - width[lane])));
    width[lane] += more;
    spare -= more;
  }
  return width;
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
  // From the right if there is more room than needed, so that the arrows stay short.
  return Math.round((gutter + gutterWidth - margin - (count - 1 - at) * step) * 2) / 2;
}

/** The right end of the lanes. */
export const frameRight = ({ shared, sharedWidth, own, ownWidth, margin }: Frame): number =>
  Math.max(shared + sharedWidth, own + ownWidth) + margin;

/** The lane of files that is wide: that of shared files, or of private ones if there are no others. */
export const mainLane = (frame: Frame, needs: Needs): { readonly x: number; readonly width: number } =>
  needs.shared || !needs.own ? { x: frame.shared, width: frame.sharedWidth } : { x: frame.own, width: frame.ownWidth };
