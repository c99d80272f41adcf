// Selects bytes with the pointer.

import { type PointerEvent, type RefObject, useRef } from "react";
import { byteAtCharacter, hexLength } from "../../shell/bytes/hex-rows.ts";

interface Options {
  readonly scroller: RefObject<HTMLElement | null>;
  /** Bytes of a row. */
  readonly width: number;
  /** Bytes of the member. */
  readonly size: number;
  /** The byte under the cursor. */
  readonly at: number;
  select(byte: number, extend: boolean): void;
}

/** `dragging.current`: a selection is being dragged, so nothing should scroll. */
export function useByteDrag({ scroller, width, size, at, select }: Options) {
  const dragging = useRef(false);
  const stop = () => {
    dragging.current = false;
  };
  return {
    dragging,
    handlers: {
      onPointerDown(event: PointerEvent) {
        const byte = event.button === 0 ? byteUnder(event, width, size) : null;
        if (byte === null) return;
        // Prevents a selection of text. A touch scrolls.
        if (event.pointerType === "mouse") {
          event.preventDefault();
          scroller.current?.focus({ preventScroll: true });
          dragging.current = true;
          event.currentTarget.setPointerCapture(event.pointerId);
        }
        select(byte, event.shiftKey);
      },
      onPointerMove(event: PointerEvent) {
        if (!dragging.current) return;
        const byte = byteUnder(event, width, size);
        if (byte !== null && byte !== at) select(byte, true);
      },
      onPointerUp: stop,
      onPointerCancel: stop,
    },
  };
}

/** The byte under the pointer; `null` outside the rows' hex and text. */
function byteUnder({ clientX, clientY }: PointerEvent, width: number, size: number): number | null {
  const element = document.elementFromPoint(clientX, clientY);
  const cells = element?.closest<HTMLElement>(".hex-cells, .hex-text");
  const row = cells?.closest<HTMLElement>("[data-row]")?.dataset.row;
  if (!cells || row === undefined) return null;
  const { left, width: pixels } = cells.getBoundingClientRect();
  const part = Math.max(0, Math.min(0.9999, (clientX - left) / pixels));
  const column = cells.classList.contains("hex-cells")
    ? byteAtCharacter(Math.floor(part * hexLength(width)), width)
    : Math.floor(part * width);
  return Math.min(size - 1, Number(row) * width + column);
}
