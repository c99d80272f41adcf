// Asks what to do with an image dropped on an open one: compare them, or open the new one instead.

import { visible } from "../../model/text.ts";
import { shownDoc } from "../../shell/selectors.ts";
import type { Input } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";
import { closeDialog } from "./close.ts";
import { Modal } from "./Modal.tsx";

export function Dropped({ input }: { input: Input }) {
  const { shell } = usePage();
  const open = useApp(shownDoc);
  return (
    <Modal label="Compare or open instead">
      <p>
        Compare <span className="mono">{visible(input.name)}</span> with{" "}
        <span className="mono">{visible(open?.input.name ?? "")}</span>, or open it instead?
      </p>
      <p className="dialog-actions">
        <button type="button" className="primary" onClick={() => void shell.compareWith(input)}>
          Compare
        </button>
        <button type="button" onClick={() => void shell.open([input])}>
          Open instead
        </button>
        <button type="button" onClick={() => closeDialog(shell)}>
          Cancel
        </button>
      </p>
    </Modal>
  );
}
