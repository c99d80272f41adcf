// The view's position on the drawing, and the other options of painting.

import type { Arc } from "./arcs.ts";
import type { Theme } from "./style.ts";
import type { Trace } from "./trace.ts";

/** Screen = world × k + (x, y), in CSS pixels. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

export interface PaintOptions {
  readonly view: View;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels for one CSS pixel. */
  readonly ratio: number;
  readonly theme: Theme;
  /** The highlighted part; everything else is dimmed. */
  readonly trace: Trace | null;
  /** Links of the object that is pointed at or selected. */
  readonly arcs: readonly Arc[];
  /** Box indexes; NONE for none. */
  readonly selected: number;
  readonly hovered: number;
}
