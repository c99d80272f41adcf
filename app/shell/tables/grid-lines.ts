// The lines of a grid: rows, or, where they are grouped, a heading for each group and the rows of those that are open.

import { u32At } from "../../model/read.ts";

/**
 * By line: the index of a row in the current order, or -(g + 1) for the heading of group g. `null`: line n is row n.
 */
export type GridLines = Int32Array | null;

/** @param first Where each group begins, and where the last ends; empty: rows are not grouped. */
export function gridLines(first: Uint32Array, isOpen: (group: number) => boolean): GridLines {
  if (first.length === 0) return null;
  const groups = first.length - 1;
  const lines = new Int32Array(groups + u32At(first, groups));
  let to = 0;
  for (let group = 0; group < groups; group++) {
    lines[to++] = -(group + 1);
    if (!isOpen(group)) continue;
    for (let at = u32At(first, group); at < u32At(first, group + 1); at++) lines[to++] = at;
  }
  return lines.slice(0, to);
}

/** The row of a line, as an index in the current order; -1 for a heading. */
export const rowOfLine = (lines: GridLines, line: number): number =>
  lines === null ? line : Math.max(-1, lines[line] ?? -1);

/** The group of a heading; -1 for a row. */
export function groupOfLine(lines: GridLines, line: number): number {
  const value = lines?.[line] ?? 0;
  return value < 0 ? -value - 1 : -1;
}

/** The line of a row, given by its index in the current order; -1 if its group is closed. */
export const lineOfRow = (lines: GridLines, at: number): number =>
  lines === null ? at : at < 0 ? -1 : lines.indexOf(at);

/** The rows of lines `from` … `to`, without headings. `rows`: in the current order. */
export const rowsOfLines = (lines: GridLines, rows: Uint32Array, from: number, to: number): Uint32Array =>
  lines === null
    ? rows.subarray(from, to + 1)
    : Uint32Array.from(
        lines.subarray(from, to + 1).filter((at) => at >= 0),
        (at) => u32At(rows, at),
      );
