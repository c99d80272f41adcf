// A dialog of the browser's own: it keeps the focus, and Escape closes it.

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
  // At once: the next key is meant for the dialog.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
  }, []);
  const close = () => shell.store.set({ dialog: null });
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the dialog closes it, and Escape does
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-label={label}
      onClose={close}
      onClick={(event) => {
        if (event.target === event.currentTarget) close();
      }}
    >
      <div className="dialog-inside">{children}</div>
    </dialog>
  );
}
