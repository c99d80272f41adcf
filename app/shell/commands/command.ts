// The type of commands, and the parts of the page that they control.

import type { Shell } from "../shell.ts";
import type { State } from "../state.ts";

/** Headings of the help, in order. */
export const COMMAND_GROUPS = [
  "Open",
  "Compare",
  "View",
  "Drawing",
  "Tables",
  "Bytes",
  "Restore",
  "Selection",
  "Copy and save",
  "Help",
] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

export interface Command {
  readonly id: string;
  readonly title: string;
  /** Notation of keys.ts. */
  readonly key: string;
  readonly group: CommandGroup;
  /** Id of the element that must contain the focus for the key to count. Takes precedence over others of this key. */
  readonly within?: string;
  /** Whether the command is available. */
  when(state: State): boolean;
  run(): void;
}

/** The objects that commands act on. */
export interface CommandContext {
  readonly shell: Shell;
  /** `null` while the drawing is not on the page. */
  readonly drawing: { readonly current: DrawingHandle | null };
  /** `null` while the byte view is not on the page. */
  readonly bytes: { readonly current: BytesHandle | null };
}

/** Controls the drawing. */
export interface DrawingHandle {
  /** Zooms around the centre: a factor above 1 zooms in. */
  zoomBy(factor: number): void;
  /** Fits the whole drawing into the view; if it already fits, returns to actual size. */
  fit(): void;
  /** Whether there is something to focus, to zoom and to save yet. */
  readonly isMade: boolean;
  /** The whole drawing as an SVG document; `null` until it is made. */
  svg(): string | null;
  /** The whole drawing as a PNG image; `null` until it is made, or if the browser cannot make one. */
  png(): Promise<Blob | null>;
  /** Moves keyboard focus to the drawing. */
  focus(): void;
}

/** Controls the byte view. */
export interface BytesHandle {
  /** Moves keyboard focus to the search box. */
  focusFind(): void;
  /** Goes to the next match, or the previous one. */
  step(by: 1 | -1): void;
}

/** Puts commands under a heading. */
export function inGroup(group: CommandGroup, commands: readonly Omit<Command, "group">[]): Command[] {
  return commands.map((command) => ({ ...command, group }));
}
