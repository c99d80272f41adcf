// The line between two panels, moved with the pointer or the arrow keys.

import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import "./Splitter.css";

interface Props {
  readonly label: string;
  readonly vertical: boolean;
  /** Size of the panel that is resized, in pixels. */
  readonly size: number;
  readonly min: number;
  readonly max: number;
  /** Moving the splitter right or down makes the panel smaller. */
  readonly inverse?: boolean;
  readonly controls: string;
  onSize(size: number): void;
}

const STEP = 16;

export function Splitter({ label, vertical, size, min, max, inverse = false, controls, onSize }: Props) {
  const drag = useRef<{ readonly at: number; readonly size: number } | null>(null);
  const clamp = (wanted: number) => Math.round(Math.min(max, Math.max(min, wanted)));
  const at = (event: PointerEvent) => (vertical ? event.clientX : event.clientY);
  const sign = inverse ? -1 : 1;

  const onKeyDown = (event: KeyboardEvent) => {
    const [less, more] = vertical ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    const step = event.shiftKey ? STEP * 5 : STEP;
    const sizes: Record<string, number> = {
      [less as string]: size - sign * step,
      [more as string]: size + sign * step,
      Home: min,
      End: max,
    };
    const wanted = sizes[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    onSize(clamp(wanted));
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr cannot be moved
    <div
      role="separator"
      className={vertical ? "splitter splitter-vertical" : "splitter splitter-horizontal"}
      aria-label={label}
      aria-orientation={vertical ? "vertical" : "horizontal"}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      aria-controls={controls}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { at: at(event), size };
      }}
      onPointerMove={(event) => {
        if (drag.current) onSize(clamp(drag.current.size + sign * (at(event) - drag.current.at)));
      }}
      onPointerUp={() => {
        drag.current = null;
      }}
      onPointerCancel={() => {
        drag.current = null;
      }}
    />
  );
}
