// What a command is, and the parts of the page that commands drive.

import type { State } from "../state.ts";

export interface Command {
  readonly id: string;
  readonly title: string;
  /** In the words of keys.ts. */
  readonly key: string;
  /** Heading in the help. */
  readonly group: "Open" | "Compare" | "Look" | "Tables" | "Bytes" | "Copy and save" | "Help";
  /** Id of the element that must have the focus for the key to count; it goes before other commands of this key. */
  readonly within?: string;
  when(state: State): boolean;
  run(): void;
}

/** What commands do with the drawing. */
export interface DrawingHandle {
  /** Zooms around the centre: a factor above 1 zooms in. */
  zoomBy(factor: number): void;
  /** Shows the whole drawing; if it is shown already, returns to actual size. */
  fit(): void;
  /** Moves keyboard focus to the drawing. */
  focus(): void;
}

/** What commands do with the byte view. */
export interface BytesHandle {
  /** Moves keyboard focus to the search box. */
  focusFind(): void;
  /** Goes to the next match, or the previous one. */
  step(by: 1 | -1): void;
}
