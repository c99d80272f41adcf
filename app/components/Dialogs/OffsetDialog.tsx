// Go to an offset: decimal or hex, or relative to the cursor.

import { type FormEvent, useState } from "react";
import { parseOffset } from "../../shell/bytes/text.ts";
import { PLACES } from "../../shell/places.ts";
import { shownDoc } from "../../shell/selectors.ts";
import { useApp, usePage } from "../context.ts";
import { closeDialog } from "./close.ts";
import { Modal } from "./Modal.tsx";

export function OffsetDialog() {
  const { shell } = usePage();
  const doc = useApp(shownDoc);
  const selection = useApp((state) => state.bytes);
  const { member, at } = selection ?? { member: 0, at: 0 };
  const size = doc?.checkpoint.members[member]?.size ?? 0;
  const [text, setText] = useState("");
  const [mistake, setMistake] = useState<string | null>(null);
  const go = (event: FormEvent) => {
    event.preventDefault();
    const offset = parseOffset(text, at, size);
    if (typeof offset === "string") return setMistake(offset);
    closeDialog(shell);
    shell.selectBytes({ member, anchor: offset, at: offset });
    document.getElementById(PLACES.bytes)?.focus();
  };
  return (
    <Modal label="Go to offset" className="offset">
      <form className="offset-form" onSubmit={go}>
        <label>
          Offset{" "}
          <input
            type="text"
            className="mono"
            aria-invalid={mistake !== null}
            aria-describedby="offset-help"
            placeholder="3741   0xe9d   +16   -0x10"
            spellCheck={false}
            autoComplete="off"
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setMistake(null);
            }}
          />
        </label>
        <button type="submit">Go</button>
      </form>
      <p id="offset-help" className={mistake === null ? "muted" : "warn"} role="status">
        {mistake ?? `The cursor is at ${at} (0x${at.toString(16)}) of ${size} bytes`}
      </p>
    </Modal>
  );
}
