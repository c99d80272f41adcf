// The whole page: the open images or a way to open some, and what applies to the page as a whole: drops, keys, pastes,
// the title.

import { useEffect, useLayoutEffect, useState } from "react";
import { visible } from "../../model/text/text.ts";
import { keyText, takesText } from "../../shell/keys.ts";
import { openAddress, pastedAddress } from "../../shell/opening/hosted.ts";
import { droppedFiles, droppedHandles, inputOfFiles } from "../../shell/opening/inputs.ts";
import { shownDoc } from "../../shell/selectors.ts";
import { useApp, usePage } from "../context.ts";
import { Empty } from "../Empty/Empty.tsx";
import { MissingDialog, MissingViews } from "../Missing.tsx";
import { Opening } from "../Opening/Opening.tsx";
import { preloaded } from "../preloaded.tsx";
import "./App.css";
import { Notice } from "./Notice.tsx";
import { useInputMode } from "./useInputMode.ts";

// What is shown once an image is open, and the dialogs, are most of the page's code. They are fetched while the user
// still chooses a file.
const opened = preloaded(() => import("./Opened.tsx").then(({ Opened }) => Opened), MissingViews);
const dialogs = preloaded(() => import("../Dialogs/Dialogs.tsx").then(({ Dialogs }) => Dialogs), MissingDialog);

export function App() {
  const doc = useApp(shownDoc);
  const over = useDrop();
  useInputMode();
  useKeys();
  usePaste();
  useTitle();
  useEffect(() => {
    opened.preload();
    dialogs.preload();
  }, []);
  const hasDialog = useApp(({ dialog }) => dialog !== null);
  return (
    <div className="app">
      <Opening />
      {doc === null ? <Empty /> : <opened.Component doc={doc} />}
      {hasDialog && <dialogs.Component />}
      <Notice />
      {over && (
        <div className="drop-here" aria-hidden="true">
          {doc === null
            ? "Drop one image to open it, or two to compare them"
            : "Drop to compare with the open image, or to open instead"}
        </div>
      )}
    </div>
  );
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes("Files") ?? false;

/** Opens files that are dropped anywhere on the window. Returns whether files are being dragged over it. */
function useDrop(): boolean {
  const { shell } = usePage();
  const [over, setOver] = useState(false);
  // A layout effect, so that the page listens from its first paint on.
  useLayoutEffect(() => {
    // Elements entered and not yet left: entering a child is reported before leaving its parent.
    let depth = 0;
    const onEnter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth++;
      setOver(true);
    };
    const onOver = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault();
    };
    const onLeave = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      if (!hasFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      const { dataTransfer } = event;
      const reading = Promise.all([droppedFiles(dataTransfer), droppedHandles(dataTransfer)]);
      void shell.receiveDropped(reading.then(([files, handles]) => inputOfFiles(files, handles)));
    };
    // During a drag the pointer does not move. Firefox may not report that files left through the top of the window.
    const onMove = () => {
      if (depth === 0) return;
      depth = 0;
      setOver(false);
    };
    window.addEventListener("pointermove", onMove);
    window.addEventListener("dragenter", onEnter);
    window.addEventListener("dragover", onOver);
    window.addEventListener("dragleave", onLeave);
    window.addEventListener("drop", onDrop);
    return () => {
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("dragenter", onEnter);
      window.removeEventListener("dragover", onOver);
      window.removeEventListener("dragleave", onLeave);
      window.removeEventListener("drop", onDrop);
    };
  }, [shell]);
  return over;
}

/** Whether the focus is where a command's key works. */
const hasFocus = (within: string | undefined): boolean =>
  within === undefined || (document.getElementById(within)?.contains(document.activeElement) ?? false);

/** Runs commands by their keys. */
function useKeys() {
  const { shell, commands } = usePage();
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const state = shell.store.get();
      const key = keyText(event);
      // An open dialog gets all keys except the palette's; a text field gets all except those with Ctrl or Command.
      if (key === null || (state.dialog !== null && key !== "mod+k")) return;
      if (takesText(event.target) && !key.startsWith("mod+")) {
        if (key === "Escape") (event.target as HTMLElement).blur();
        return;
      }
      const counts = commands.filter((one) => one.key === key && one.when(state) && hasFocus(one.within));
      const command = counts.find(({ within }) => within !== undefined) ?? counts[0];
      if (command === undefined) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [shell, commands]);
}

/** Opens an address that is pasted anywhere except into a text field. */
function usePaste() {
  const { shell } = usePage();
  useLayoutEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      if (takesText(event.target) || !shell.network || shell.store.get().dialog !== null) return;
      const address = pastedAddress(event.clipboardData?.getData("text/plain") ?? "");
      if (address === null) return;
      event.preventDefault();
      openAddress(shell, address, false).then(
        (refused) => refused !== null && shell.fail({ message: refused, advice: "" }),
      );
    };
    window.addEventListener("paste", onPaste);
    return () => window.removeEventListener("paste", onPaste);
  }, [shell]);
}

function useTitle() {
  const docs = useApp((state) => state.docs);
  useEffect(() => {
    const names = docs.map(({ input }) => visible(input.name)).join(" and ");
    document.title = names === "" ? "ckptscope" : `${names} – ckptscope`;
  }, [docs]);
}
