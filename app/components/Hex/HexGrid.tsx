// Bytes in rows: offset, hex, characters. The grid has the focus and the keys; a row is text in a few spans.

import { type KeyboardEvent, type PointerEvent, useLayoutEffect, useRef } from "react";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import type { Field } from "../../model/fields.ts";
import { recordAt } from "../../model/related.ts";
import { byteStep } from "../../shell/byte-step.ts";
import {
  byteAtCharacter,
  characterCells,
  fieldAt,
  hexCells,
  hexLength,
  type Marks,
  offsetDigits,
  offsetText,
  type Run,
  recordStyle,
  runsOf,
} from "../../shell/hex-rows.ts";
import { PLACES } from "../../shell/places.ts";
import type { ByteSelection } from "../../shell/state.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { useFieldsOf } from "../useFieldsOf.ts";
import { useRowWindow } from "../useRowWindow.ts";
import type { Pages } from "./usePages.ts";
import { usePages } from "./usePages.ts";

const ROW = 20;

/** What is known of the bytes in view and under the cursor. */
export interface Seen {
  readonly pages: Pages;
  fieldsOf(record: number): readonly Field[] | null;
}

interface Props {
  readonly checkpoint: Checkpoint;
  readonly document: DocumentId;
  readonly selection: ByteSelection;
  /** Bytes of a row. */
  readonly width: number;
  onSelect(selection: ByteSelection): void;
  /** Draws what goes with the bytes that were fetched. */
  children(seen: Seen): React.ReactNode;
}

export function HexGrid({ checkpoint, document, selection, width, onSelect, children }: Props) {
  const { records, members } = checkpoint;
  const { member, anchor, at } = selection;
  const size = members[member]?.size ?? 0;
  const count = Math.ceil(size / width);
  const digits = offsetDigits(size);
  const scroller = useRef<HTMLDivElement>(null);
  const window = useRowWindow(count, ROW, scroller, ROW);
  const dragging = useRef(false);

  const first = (window.rows[0]?.row ?? 0) * width;
  const last = Math.min(size, ((window.rows.at(-1)?.row ?? 0) + 1) * width) - 1;
  const pages = usePages(document, member, [
    [first, Math.max(first, last)],
    [at, Math.min(size - 1, at + 7)],
  ]);
  const find = (offset: number): number => recordAt(checkpoint, member, offset);
  const cursorRecord = find(at);
  const inView: number[] = [];
  const [from, to] = [find(first), find(last)];
  for (let record = from; record !== NONE && record <= to; record++) inView.push(record);
  if (cursorRecord !== NONE && (cursorRecord < from || cursorRecord > to)) inView.push(cursorRecord);
  const fieldsOf = useFieldsOf(
    document,
    inView.filter((record) => recordStyle(records, record) === "field"),
  );

  const marks: Marks = {
    records,
    recordAt: find,
    fieldsOf,
    selection: { from: Math.min(anchor, at), to: Math.max(anchor, at) },
    cursor: at,
  };
  const rowOf = (offset: number): number => Math.floor(offset / width);

  // Both ends of the selection are brought into view if they fit, the cursor in any case.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the selection changes
  useLayoutEffect(() => {
    if (dragging.current) return;
    if (Math.abs(rowOf(anchor) - rowOf(at)) < window.visible) window.reveal(rowOf(anchor));
    window.reveal(rowOf(at));
  }, [member, anchor, at, width]);

  const select = (next: number, extend: boolean) => {
    const inside = Math.max(0, Math.min(size - 1, next));
    onSelect({ member, anchor: extend ? anchor : inside, at: inside });
  };
  const selectRange = (offset: number, length: number) =>
    onSelect({ member, anchor: offset, at: offset + Math.max(0, length - 1) });

  /** Selects the field of the cursor; where it is selected already, the record. */
  const widen = () => {
    const fields = fieldsOf(cursorRecord);
    const field = fields?.[fieldAt(fields, at)];
    const selected = Math.abs(anchor - at) + 1;
    if (field !== undefined && selected < field.length) selectRange(field.offset, field.length);
    else if (cursorRecord !== NONE) selectRange(records.offset[cursorRecord] ?? 0, records.length[cursorRecord] ?? 0);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.altKey || size === 0) return;
    const step = byteStep(event, { at, width, size, visible: window.visible });
    if (step !== null) select(step, event.shiftKey);
    else if (event.key === "Enter") widen();
    else if (event.key === "]" || event.key === "[") {
      const next = neighbour(event.key === "]" ? 1 : -1);
      if (next !== null) select(next, false);
    } else return;
    event.preventDefault();
  };

  /** Where the next field or record begins, or the one before. */
  const neighbour = (by: 1 | -1): number | null => {
    const fields = fieldsOf(cursorRecord) ?? [];
    const field = fields[fieldAt(fields, at)];
    const start = field?.offset ?? records.offset[cursorRecord] ?? at;
    const length = field?.length ?? records.length[cursorRecord] ?? 1;
    if (by === 1) return start + length < size ? start + length : null;
    if (start === 0) return null;
    const before = find(start - 1);
    const others = fieldsOf(before);
    return others?.[fieldAt(others, start - 1)]?.offset ?? records.offset[before] ?? start - 1;
  };

  /** The byte under the pointer; `null` beside the rows. */
  const byteUnder = ({ clientX, clientY }: PointerEvent): number | null => {
    const element = globalThis.document.elementFromPoint(clientX, clientY);
    const cells = element?.closest<HTMLElement>(".hex-cells, .hex-text");
    const row = cells?.closest<HTMLElement>("[data-row]")?.dataset.row;
    if (!cells || row === undefined) return null;
    const { left, width: pixels } = cells.getBoundingClientRect();
    const part = Math.max(0, Math.min(0.9999, (clientX - left) / pixels));
    const column = cells.classList.contains("hex-cells")
      ? byteAtCharacter(Math.floor(part * hexLength(width)), width)
      : Math.floor(part * width);
    return Math.min(size - 1, Number(row) * width + column);
  };

  const onPointerDown = (event: PointerEvent) => {
    const byte = event.button === 0 ? byteUnder(event) : null;
    if (byte === null) return;
    // The selection is of bytes, not of text; a touch scrolls.
    if (event.pointerType === "mouse") {
      event.preventDefault();
      scroller.current?.focus({ preventScroll: true });
      dragging.current = true;
      event.currentTarget.setPointerCapture(event.pointerId);
    }
    select(byte, event.shiftKey);
  };
  const onPointerMove = (event: PointerEvent) => {
    if (!dragging.current) return;
    const byte = byteUnder(event);
    if (byte !== null && byte !== at) select(byte, true);
  };
  const onPointerUp = () => {
    dragging.current = false;
  };

  const cursorRow = rowOf(at);
  const shown = window.rows.some(({ row }) => row === cursorRow);
  return (
    <>
      <div
        ref={scroller}
        id={PLACES.bytes}
        className="hex mono"
        role="grid"
        aria-label="Bytes"
        aria-rowcount={count + 1}
        aria-colcount={3}
        aria-activedescendant={shown ? `byte-row-${cursorRow}` : undefined}
        aria-describedby="byte-words"
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
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
        <div
          role="rowgroup"
          className="hex-body"
          style={{ height: window.height }}
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={onPointerUp}
          onPointerCancel={onPointerUp}
          onDoubleClick={widen}
        >
          {window.rows.map(({ row, top }) => {
            const start = row * width;
            const length = Math.min(width, size - start);
            const bytes = pages.read(start, length);
            const runs = runsOf(start, length, marks);
            return (
              <div
                key={row}
                id={`byte-row-${row}`}
                data-row={row}
                role="row"
                aria-rowindex={row + 2}
                aria-selected={row === cursorRow}
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
          })}
        </div>
      </div>
      {children({ pages, fieldsOf })}
    </>
  );
}

const COLUMN_NUMBERS = Uint8Array.from({ length: 16 }, (_, at) => at);

const classOf = ({ style, oddRecord, oddField, startsField, startsRecord, selected, cursor }: Run): string =>
  [
    `byte byte-${style}`,
    oddRecord && "byte-odd-record",
    oddField && "byte-odd-field",
    startsRecord ? "byte-record" : startsField && "byte-start",
    selected && "byte-selected",
    cursor && "byte-cursor",
  ]
    .filter(Boolean)
    .join(" ");
