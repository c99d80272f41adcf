// The horizontal places of the three lanes.

/** Left edges and widths of the lanes, in pixels. */
export interface Frame {
  readonly margin: number;
  readonly task: number;
  readonly taskWidth: number;
  readonly table: number;
  readonly tableWidth: number;
  readonly file: number;
  readonly fileWidth: number;
}

/** Lanes between `left` and `right`, or wider if they would be unreadable. */
export function lanesIn(left: number, right: number): Frame {
  const width = right - left;
  const narrow = width < 560;
  const margin = narrow ? 6 : 20;
  const taskWidth = narrow ? 84 : Math.round(Math.min(180, width * 0.17));
  const tableWidth = narrow ? 66 : Math.round(Math.min(216, Math.max(130, width * 0.2)));
  const gap = narrow ? 14 : Math.round(Math.min(72, width * 0.045));
  const fan = narrow ? 36 : Math.round(Math.min(200, Math.max(64, width * 0.12)));
  const task = left + margin;
  const table = task + taskWidth + gap;
  const file = table + tableWidth + fan;
  const fileWidth = Math.min(640, Math.max(narrow ? 176 : 260, right - margin - file));
  return { margin, task, taskWidth, table, tableWidth, file, fileWidth };
}
