// A grid of bytes: offset, hex, characters. The grid has the focus and the keys; a row is text in a few spans.

import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef } from "react";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import type { Field } from "../../model/fields.ts";
import { recordAt, recordOffset } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import { type Marks, offsetDigits, recordStyle } from "../../shell/bytes/hex-rows.ts";
import { byteStep } from "../../shell/bytes/step.ts";
import { PLACES } from "../../shell/places.ts";
import type { ByteSelection } from "../../shell/state.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { useFieldsOf } from "../useFieldsOf.ts";
import { useRowWindow } from "../useRowWindow.ts";
import { type FieldSource, neighbour, wider } from "./field-steps.ts";
import { HexHead, HexRow } from "./HexRows.tsx";
import { useByteDrag } from "./useByteDrag.ts";
import { type Move, useMoves } from "./useMoves.ts";
import { type Pages, usePages } from "./usePages.ts";
import { useRowLength } from "./useRowLength.ts";

/** Pixels of a row. */
const ROW = 20;

/** What has been fetched of the bytes in view and under the cursor. */
export interface Fetched {
  readonly pages: Pages;
  /** The fields of a record; `null` while they are being fetched. */
  fieldsOf(record: RecordRow): readonly Field[] | null;
}

interface Props {
  readonly checkpoint: Checkpoint;
  readonly document: DocumentId;
  readonly selection: ByteSelection;
  onSelect(selection: ByteSelection): void;
  /** Renders what is shown with the grid. */
  children(fetched: Fetched): ReactNode;
}

export function HexGrid({ checkpoint, document, selection, onSelect, children }: Props) {
  const { records } = checkpoint;
  const { member, anchor, at } = selection;
  const size = checkpoint.members[member]?.size ?? 0;
  const digits = offsetDigits(size);
  const scroller = useRef<HTMLDivElement>(null);
  const width = useRowLength(scroller, digits);
  const count = Math.ceil(size / width);
  const window = useRowWindow(count, ROW, scroller, ROW);
  const rowOf = (offset: number): number => Math.floor(offset / width);

  const first = (window.rows[0]?.row ?? 0) * width;
  const last = Math.max(first, Math.min(size, ((window.rows.at(-1)?.row ?? 0) + 1) * width) - 1);
  const pages = usePages(document, member, [
    [first, last],
    [at, Math.min(size - 1, at + 7)],
  ]);
  const fieldsOf = useFieldsOf(document, recordsNear(checkpoint, selection, first, last));
  const source: FieldSource = {
    records,
    size,
    fieldsOf,
    recordAt: (offset) => recordAt(checkpoint.records, member, offset),
  };

  const select = (next: number, extend: boolean) => {
    const inside = Math.max(0, Math.min(size - 1, next));
    onSelect({ member, anchor: extend ? anchor : inside, at: inside });
  };
  const onMove = useMoves({ source, selection, select, onSelect });
  const onKeyDown = (event: KeyboardEvent) => {
    const move = event.target === event.currentTarget ? moveOf(event, width, size, window.visible) : null;
    if (move === null) return;
    event.preventDefault();
    onMove(move);
  };
  const { dragging, handlers } = useByteDrag({ scroller, width, size, at, select });

  // Both ends of the selection are brought into view if they fit, the cursor in any case.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the selection changes
  useLayoutEffect(() => {
    if (dragging.current) return;
    if (Math.abs(rowOf(anchor) - rowOf(at)) < window.visible) window.reveal(rowOf(anchor), true);
    window.reveal(rowOf(at), true);
  }, [member, anchor, at, width]);

  const marks: Marks = {
    ...source,
    selection: { from: Math.min(anchor, at), to: Math.max(anchor, at) },
    cursor: at,
  };
  const cursorRow = rowOf(at);
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
        aria-activedescendant={window.idOf("byte-row", cursorRow)}
        aria-describedby="byte-words"
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <HexHead digits={digits} width={width} />
        <div
          role="rowgroup"
          className="hex-body"
          style={{ height: window.height }}
          onDoubleClick={() => onMove(widen)}
          {...handlers}
        >
          {window.rows.map(({ row, top }) => {
            const length = Math.min(width, size - row * width);
            return (
              <HexRow
                key={row}
                row={row}
                top={top}
                bytes={pages.read(row * width, length)}
                length={length}
                marks={marks}
                hasCursor={row === cursorRow}
                digits={digits}
                width={width}
              />
            );
          })}
        </div>
      </div>
      {children({ pages, fieldsOf })}
    </>
  );
}

/** Records whose fields are needed: those in view, the cursor's, and the one before the cursor's, for stepping back. */
function recordsNear(checkpoint: Checkpoint, selection: ByteSelection, first: number, last: number): RecordRow[] {
  const { records } = checkpoint;
  const { member, at } = selection;
  const near = new Set<RecordRow>();
  const [from, to] = [recordAt(checkpoint.records, member, first), recordAt(checkpoint.records, member, last)];
  for (let record = from; record !== NONE && record <= to; record++) near.add(record);
  const cursor = recordAt(checkpoint.records, member, at);
  if (cursor !== NONE) {
    const start = recordOffset(records, cursor);
    near.add(cursor);
    if (start > 0) near.add(recordAt(checkpoint.records, member, start - 1));
  }
  near.delete(NONE);
  return [...near].filter((record) => recordStyle(records, record) === "field").sort((a, b) => a - b);
}

/** What moves work on. */
interface Place {
  readonly source: FieldSource;
  readonly selection: ByteSelection;
  select(byte: number, extend: boolean): void;
  onSelect(selection: ByteSelection): void;
}

/** Selects the field under the cursor; if it is selected already, its record. */
const widen: Move<Place> = ({ source, selection, onSelect }) => {
  const { member, anchor, at } = selection;
  const range = wider(source, at, Math.abs(anchor - at) + 1);
  if (range === "waiting") return range;
  if (range === null) return "stayed";
  onSelect({ member, anchor: range.offset, at: range.offset + Math.max(0, range.length - 1) });
  return "moved";
};

const toNeighbour =
  (by: 1 | -1): Move<Place> =>
  ({ source, selection, select }) => {
    const next = neighbour(source, selection.at, by);
    if (next === "waiting") return next;
    if (next === null) return "stayed";
    select(next, false);
    return "moved";
  };

/** The move that a key makes; `null` if it makes none. */
function moveOf(event: KeyboardEvent, width: number, size: number, visible: number): Move<Place> | null {
  if (event.altKey || size === 0) return null;
  if (event.key === "Enter") return widen;
  if (event.key === "]") return toNeighbour(1);
  if (event.key === "[") return toNeighbour(-1);
  const { key, ctrlKey, metaKey, shiftKey } = event;
  if (byteStep({ key, ctrlKey, metaKey }, { at: 0, width, size, visible }) === null) return null;
  return ({ selection, select }) => {
    const step = byteStep({ key, ctrlKey, metaKey }, { at: selection.at, width, size, visible });
    if (step === null) return "stayed";
    select(step, shiftKey);
    return "moved";
  };
}
