// The rows of the grid of bytes: its head, and a row of offset, hex and characters.

import {
  characterCells,
  hexCells,
  hexLength,
  type Marks,
  offsetText,
  type Run,
  runsOf,
} from "../../shell/bytes/hex-rows.ts";
import type { WindowRow } from "../useRowWindow.ts";

/** Widths of the columns, in characters. */
interface Columns {
  /** Digits of an offset. */
  readonly digits: number;
  /** Bytes of a row. */
  readonly width: number;
}

const COLUMN_NUMBERS = Uint8Array.from({ length: 16 }, (_, at) => at);

export function HexHead({ digits, width }: Columns) {
  return (
    <div role="rowgroup" className="hex-head">
      <div role="row" aria-rowindex={1} className="hex-row">
        <span role="columnheader" className="hex-offset" style={{ width: `${digits}ch` }}>
          <span className="visually-hidden">Offset</span>
        </span>
        <span role="columnheader" className="hex-cells" style={{ width: `${hexLength(width)}ch` }}>
          <span className="visually-hidden">Hex</span>
          <span aria-hidden="true">{hexCells(COLUMN_NUMBERS, 0, width)}</span>
        </span>
        <span role="columnheader" className="hex-text" style={{ width: `${width}ch` }}>
          <span className="visually-hidden">Text</span>
        </span>
      </div>
    </div>
  );
}

interface RowProps extends Columns, WindowRow {
  /** The row's bytes; `null` while they are being fetched. */
  readonly bytes: Uint8Array | null;
  /** Fewer than `width` in the last row. */
  readonly length: number;
  readonly marks: Marks;
  readonly hasCursor: boolean;
}

export function HexRow({ row, top, bytes, length, marks, hasCursor, digits, width }: RowProps) {
  const start = row * width;
  const runs = runsOf(start, length, marks);
  return (
    <div
      id={`byte-row-${row}`}
      data-row={row}
      role="row"
      aria-rowindex={row + 2}
      aria-selected={hasCursor}
      className="hex-row"
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="rowheader" className="hex-offset" style={{ width: `${digits}ch` }}>
        {offsetText(start, digits)}
      </span>
      <span role="gridcell" className="hex-cells" style={{ width: `${hexLength(width)}ch` }}>
        {runs.map((run) => (
          <span key={run.from} className={classOf(run)}>
            {hexCells(bytes, run.from, run.to)}
          </span>
        ))}
      </span>
      <span role="gridcell" className="hex-text" style={{ width: `${width}ch` }}>
        {runs.map((run) => (
          <span key={run.from} className={classOf(run)}>
            {characterCells(bytes, run.from, run.to)}
          </span>
        ))}
      </span>
    </div>
  );
}

function classOf({ style, oddRecord, oddField, startsField, startsRecord, selected, cursor }: Run): string {
  const names = [
    `byte byte-${style}`,
    oddRecord && "byte-odd-record",
    oddField && "byte-odd-field",
    startsRecord ? "byte-record" : startsField && "byte-start",
    selected && "byte-selected",
    cursor && "byte-cursor",
  ];
  return names.filter(Boolean).join(" ");
}
