// A modal dialog: it keeps the focus while it is open, Escape closes it, and the focus goes back to where it was.

import { type ReactNode, useLayoutEffect, useRef } from "react";
import { usePage } from "../context.ts";
import "./Dialogs.css";

interface Props {
  readonly label: string;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Modal({ label, className = "", children }: Props) {
  const { shell } = usePage();
  const dialog = useRef<HTMLDialogElement>(null);
  // In a layout effect, so that the next key goes to the dialog, and after it to what had the focus before.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  const close = () => shell.store.set({ dialog: null });
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click outside the dialog closes it, as does Escape
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-label={label}
      // The event comes late: by then this dialog may be gone and another one open.
      onClose={(event) => event.currentTarget.isConnected && close()}
      onClick={(event) => {
        if (event.target === event.currentTarget) close();
      }}
    >
      <div className="dialog-inside">{children}</div>
    </dialog>
  );
}
