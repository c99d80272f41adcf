// The address of a hosted image, typed or pasted.

import { type FormEvent, useState } from "react";
import { openAddress } from "../../shell/hosted.ts";
import { shownDoc } from "../../shell/selectors.ts";
import { useApp, usePage } from "../context.ts";
import { Modal } from "../Dialogs/Modal.tsx";
import "./Links.css";

export function AddressDialog() {
  const { shell } = usePage();
  const canCompare = useApp(({ docs, side }) => shownDoc({ docs, side })?.document != null);
  const [text, setText] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  const open = (beside: boolean) => void openAddress(shell, text, beside).then(setRefused);
  return (
    <Modal label="Open an address" className="address">
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          open(false);
        }}
      >
        <label>
          Address of a hosted image
          {/* Not type=url: the browser's own complaint says less than ours. */}
          <input
            type="text"
            inputMode="url"
            className="mono"
            autoComplete="off"
            spellCheck={false}
            placeholder="https://…"
            value={text}
            aria-describedby="address-about"
            aria-invalid={refused !== null}
            onChange={(event) => {
              setText(event.target.value);
              setRefused(null);
            }}
          />
        </label>
        {refused !== null && (
          <p className="warn" role="alert">
            {refused}
          </p>
        )}
        <p id="address-about" className="muted">
          The browser fetches it from its host, without cookies, and only the parts that are needed if the host answers
          range requests. The host must allow this page to read it (CORS).
        </p>
        <p className="dialog-actions">
          <button type="submit" className="primary" disabled={text === ""}>
            Open
          </button>
          {canCompare && (
            <button type="button" disabled={text === ""} onClick={() => open(true)}>
              Compare with what is open
            </button>
          )}
          <button type="button" onClick={() => shell.store.set({ dialog: null })}>
            Cancel
          </button>
        </p>
      </form>
    </Modal>
  );
}
