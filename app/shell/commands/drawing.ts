// The drawing: focus, zoom, legend, and the drawing as a picture.

import { focusWhenRendered, untilRendered } from "../rendered.ts";
import { plainName, saveFile } from "../save.ts";
import { isOpen, shownDoc } from "../selectors.ts";
import type { Shell } from "../shell.ts";
import { type Command, type CommandContext, type DrawingHandle, inGroup } from "./command.ts";

/** A quarter more on each step in; one step in and one out cancel each other. */
const ZOOM_STEP = 1.25;

export function drawingCommands({ shell, drawing }: CommandContext): Command[] {
  const zoom = (move: (made: DrawingHandle) => void): void =>
    void untilMade(drawing).then(() => {
      if (drawing.current?.isMade) move(drawing.current);
    });
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
          return isMade(drawing);
        });
      },
    },
    { id: "zoom-in", title: "Zoom in", key: "+", when: isOpen, run: () => zoom((made) => made.zoomBy(ZOOM_STEP)) },
    {
      id: "zoom-out",
      title: "Zoom out",
      key: "-",
      when: isOpen,
      run: () => zoom((made) => made.zoomBy(1 / ZOOM_STEP)),
    },
    { id: "zoom-fit", title: "Fit / actual size", key: "0", when: isOpen, run: () => zoom((made) => made.fit()) },
    {
      id: "toggle-legend",
      title: "Toggle legend",
      key: "q",
      when: isOpen,
      run: () => shell.store.set(({ legendShown }) => ({ legendShown: !legendShown })),
    },
    {
      id: "save-svg",
      title: "Save drawing as SVG",
      key: "V",
      when: isOpen,
      async run() {
        await untilMade(drawing);
        const svg = drawing.current?.svg() ?? null;
        save(shell, svg === null ? null : new Blob([svg], { type: "image/svg+xml" }), "svg");
      },
    },
    {
      id: "save-png",
      title: "Save drawing as PNG",
      key: "P",
      when: isOpen,
      async run() {
        await untilMade(drawing);
        save(shell, (await drawing.current?.png()) ?? null, "png");
      },
    },
  ]);
}

const isMade = (drawing: CommandContext["drawing"]): boolean => drawing.current?.isMade === true;

/**
 * Waits for a drawing that is being made: the parts of the page appear one after another, and a
 * large image is laid out.
 */
const untilMade = (drawing: CommandContext["drawing"]): Promise<boolean> => untilRendered(() => isMade(drawing));

function save(shell: Shell, picture: Blob | null, extension: "svg" | "png"): void {
  const name = plainName(shownDoc(shell.store.get())?.input.name ?? "");
  if (picture === null) shell.notify(`Could not save the drawing as ${extension.toUpperCase()}: it is not shown`);
  else saveFile(`${name}.drawing.${extension}`, picture);
}
