// The drawing: focus and zoom.

import { focusWhenRendered } from "../focus.ts";
import { isOpen } from "../selectors.ts";
import { type Command, type CommandContext, inGroup } from "./command.ts";

/** A quarter more on each step in; one step in and one out cancel each other. */
const ZOOM_STEP = 1.25;

export function drawingCommands({ shell, drawing }: CommandContext): Command[] {
  return inGroup("Drawing", [
    {
      id: "go-drawing",
      title: "Go to drawing",
      key: "g",
      when: isOpen,
      run() {
        shell.store.set({ panel: "drawing" });
        focusWhenRendered(() => {
          drawing.current?.focus();
          return drawing.current !== null;
        });
      },
    },
    { id: "zoom-in", title: "Zoom in", key: "+", when: isOpen, run: () => drawing.current?.zoomBy(ZOOM_STEP) },
    { id: "zoom-out", title: "Zoom out", key: "-", when: isOpen, run: () => drawing.current?.zoomBy(1 / ZOOM_STEP) },
    { id: "zoom-fit", title: "Fit / actual size", key: "0", when: isOpen, run: () => drawing.current?.fit() },
  ]);
}
