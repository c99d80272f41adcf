// The bytes of a mapping: address, hex, characters. What is not in the image is shown as such, never as zeros.

import { type KeyboardEvent, type PointerEvent, type ReactNode, useLayoutEffect, useRef } from "react";
import { isKnown, type PageState } from "../../decoder/memory/memory.ts";
import { addressText } from "../../model/mappings.ts";
import { byteAtCharacter, characterCells, hexCells, hexLength } from "../../shell/bytes/hex-rows.ts";
import { byteStep } from "../../shell/bytes/step.ts";
import { type Memory, mappingSize, type Spot, stateAt } from "../../shell/memory/memory-places.ts";
import { PLACES } from "../../shell/places.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { useRowWindow } from "../useRowWindow.ts";
import { useNarrow } from "../Workspace/useNarrow.ts";
import { useMemoryPages } from "./useMemoryPages.ts";

const ROW = 20;

interface Props {
  /** Id of the element, if it is not the only grid. */
  readonly id?: string;
  /** Whether another grid is next to it, which leaves little room. */
  readonly isHalf?: boolean;
  readonly document: DocumentId;
  readonly memory: Memory;
  readonly spot: Spot;
  /** Bytes from the cursor on that are marked. */
  readonly marked: number;
  onSelect(offset: number): void;
  /** Renders the description of the byte under the cursor. */
  children(state: PageState | null): ReactNode;
}

export function MemoryGrid({
  id = PLACES.memory,
  isHalf = false,
  document,
  memory,
  spot,
  marked,
  onSelect,
  children,
}: Props) {
  const { mapping, offset } = spot;
  const width = useNarrow() || isHalf ? 8 : 16;
  const size = mappingSize(memory, mapping);
  const base = memory.mappings.start[mapping] as number;
  const count = Math.ceil(size / width);
  const scroller = useRef<HTMLDivElement>(null);
  const window = useRowWindow(count, ROW, scroller, 0);
  const first = (window.rows[0]?.row ?? 0) * width;
  const last = Math.min(size, ((window.rows.at(-1)?.row ?? 0) + 1) * width) - 1;
  const pages = useMemoryPages(document, mapping, Math.min(first, offset), Math.max(last, first));
  const cursorRow = Math.floor(offset / width);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the cursor moves
  useLayoutEffect(() => window.reveal(cursorRow), [offset, width]);

  const onKeyDown = (event: KeyboardEvent) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    const next = altKey
      ? null
      : byteStep({ key, ctrlKey, metaKey }, { at: offset, width, size, visible: window.visible });
    if (next === null) return;
    event.preventDefault();
    onSelect(next);
  };
  const onPointerDown = (event: PointerEvent) => {
    const byte = event.button === 0 ? byteUnder(event, width, size) : null;
    if (byte !== null) onSelect(byte);
  };
  const digits = Math.max(8, addressText(base, size - 1).length);
  const here = pages.at(offset);
  return (
    <>
      <div
        ref={scroller}
        id={id}
        className="hex mono"
        role="grid"
        aria-label="Memory"
        aria-rowcount={count}
        aria-colcount={3}
        aria-activedescendant={window.idOf(`${id}-row`, cursorRow)}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div role="rowgroup" className="hex-body" style={{ height: window.height }} onPointerDown={onPointerDown}>
          {window.rows.map(({ row, top }) => {
            const start = row * width;
            const page = pages.at(start);
            const state = page === null ? null : stateAt(page.page, page.at);
            const isShown = state !== null && isKnown(state);
            const length = Math.min(width, size - start);
            const bytes = page !== null && isShown ? page.page.bytes.subarray(page.at, page.at + length) : null;
            const from = Math.max(0, Math.min(length, offset - start));
            const to = Math.max(0, Math.min(length, offset + marked - start));
            const cells = (text: (bytes: Uint8Array | null, from: number, to: number) => string): ReactNode => (
              <>
                {text(bytes, 0, from)}
                <mark>{text(bytes, from, to)}</mark>
                {text(bytes, Math.max(from, to), length)}
              </>
            );
            return (
              <div
                key={row}
                id={`${id}-row-${row}`}
                data-row={row}
                role="row"
                aria-rowindex={row + 1}
                aria-selected={row === cursorRow}
                className={`hex-row memory-${state ?? "waiting"}`}
                style={{ transform: `translateY(${top}px)` }}
              >
                <span role="rowheader" className="hex-offset" style={{ width: `${digits}ch` }}>
                  {addressText(base, start).padStart(digits, "0")}
                </span>
                <span role="gridcell" className="hex-cells" style={{ width: `${hexLength(width)}ch` }}>
                  {cells(hexCells)}
                </span>
                <span role="gridcell" className="hex-text" style={{ width: `${width}ch` }}>
                  {isShown ? cells(characterCells) : ""}
                </span>
              </div>
            );
          })}
        </div>
      </div>
      {pages.fault === null ? (
        children(here === null ? null : stateAt(here.page, here.at))
      ) : (
        <p className="hex-status warn">{pages.fault}</p>
      )}
    </>
  );
}

/** The byte under the pointer; `null`: none. */
function byteUnder(event: PointerEvent, width: number, size: number): number | null {
  const cells = (event.target as Element).closest(".hex-cells, .hex-text");
  const row = Number((event.target as Element).closest<HTMLElement>(".hex-row")?.dataset.row ?? Number.NaN);
  if (cells === null || Number.isNaN(row)) return null;
  const box = cells.getBoundingClientRect();
  const isHex = cells.classList.contains("hex-cells");
  const characters = isHex ? hexLength(width) : width;
  const character = Math.floor(((event.clientX - box.left) / box.width) * characters);
  const at = isHex ? byteAtCharacter(character, width) : Math.max(0, Math.min(width - 1, character));
  return Math.min(size - 1, row * width + at);
}
