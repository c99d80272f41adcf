// The dialog for the address of a hosted image.

import { type FormEvent, useState } from "react";
import { openAddress } from "../../shell/opening/hosted.ts";
import { shownDoc } from "../../shell/selectors.ts";
import { useApp, usePage } from "../context.ts";
import { closeDialog } from "../Dialogs/close.ts";
import { Modal } from "../Dialogs/Modal.tsx";
import "./Links.css";

export function AddressDialog() {
  const { shell } = usePage();
  const canCompare = useApp(({ docs, side }) => shownDoc({ docs, side })?.document != null);
  const [text, setText] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  const open = (compare: boolean) => void openAddress(shell, text, compare).then(setRefused);
  return (
    <Modal label="Open an address" className="address">
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          open(false);
        }}
      >
        <label>
          Address of a hosted image, or a link of this page
          {/* Not type=url: the browser's error message says less than ours. */}
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
          The browser fetches the image from its host, without cookies. If the host supports range requests, only the
          parts that are needed are fetched. The host must allow this page to read the image (CORS).
        </p>
        <p className="dialog-actions">
          <button type="submit" className="primary" disabled={text === ""}>
            Open
          </button>
          {canCompare && (
            <button type="button" disabled={text === ""} onClick={() => open(true)}>
              Compare with open image
            </button>
          )}
          <button type="button" onClick={() => closeDialog(shell)}>
            Cancel
          </button>
        </p>
      </form>
    </Modal>
  );
}
