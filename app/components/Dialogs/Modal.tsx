// A modal dialog: it keeps the focus while it is open, Escape closes it, and the focus goes back to where it was.

import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef } from "react";
import { usePage } from "../context.ts";
import { closeDialog } from "./close.ts";
import "./Dialogs.css";

interface Props {
  readonly label: string;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Modal({ label, className = "", children }: Props) {
  const { shell } = usePage();
  const dialog = useRef<HTMLDialogElement>(null);
  // In a layout effect, so that the next key goes to the dialog, and once it is closed to what had the focus before.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // The browser scrolls to the first button, which can be at the end of a long text.
    element?.scrollTo(0, 0);
    return () => element?.close();
  }, []);
  // The browser would close the dialog too, but report it in a later task: a key pressed in between would be lost.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    closeDialog(shell);
  };
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-label={label}
      onKeyDown={onKeyDown}
      // Other ways to close a dialog, such as a back gesture. If it closes because it left the page, another one may be
      // open by the time of the event.
      onClose={(event) => event.currentTarget.isConnected && closeDialog(shell)}
      onClick={(event) => {
        if (event.target === event.currentTarget) closeDialog(shell);
      }}
    >
      <div className="dialog-inside">{children}</div>
    </dialog>
  );
}
