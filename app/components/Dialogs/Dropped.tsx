// One image came upon an open one: compare, or open instead?

import { visible } from "../../model/text.ts";
import { shownDoc } from "../../shell/selectors.ts";
import type { Input } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";
import { Modal } from "./Modal.tsx";

export function Dropped({ input }: { input: Input }) {
  const { shell } = usePage();
  const open = useApp(shownDoc);
  return (
    <Modal label="Compare or open instead">
      <p>
        <span className="mono">{visible(input.name)}</span> came upon{" "}
        <span className="mono">{visible(open?.input.name ?? "")}</span>, which is open.
      </p>
      <p className="dialog-actions">
        <button type="button" className="primary" onClick={() => void shell.compareWith(input)}>
          Compare with this
        </button>
        <button type="button" onClick={() => void shell.open([input])}>
          Open instead
        </button>
        <button type="button" onClick={() => shell.store.set({ dialog: null })}>
          Cancel
        </button>
      </p>
    </Modal>
  );
}
