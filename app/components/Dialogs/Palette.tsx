// The command palette: all commands, filtered by what is typed.

import { type KeyboardEvent, useState } from "react";
import { keyLabel, listStep } from "../../shell/keys.ts";
import { useApp, usePage } from "../context.ts";
import { isMac } from "../platform.ts";
import { closeDialog } from "./close.ts";
import { Modal } from "./Modal.tsx";

export function Palette() {
  const { commands, shell } = usePage();
  const state = useApp((now) => now);
  const [words, setWords] = useState("");
  const [active, setActive] = useState(0);
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter(
    ({ title, id, when }) =>
      id !== "palette" && when(state) && wanted.every((word) => title.toLowerCase().includes(word)),
  );
  const current = Math.min(active, found.length - 1);
  const run = (at: number) => {
    closeDialog(shell);
    found[at]?.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = event.key === "Home" || event.key === "End" ? null : listStep(event.key, current, found.length, 10);
    if (to !== null) setActive(to);
    else if (event.key === "Enter") run(current);
    else return;
    event.preventDefault();
  };
  return (
    <Modal label="Commands" className="palette">
      <input
        type="text"
        role="combobox"
        aria-label="Command"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[current] ? `command-${found[current].id}` : undefined}
        placeholder="Type a command"
        autoComplete="off"
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette-list" role="listbox" aria-label="Commands" className="choices" tabIndex={-1}>
        {found.map(({ id, title, key }, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input handles the keys
          <div
            key={id}
            id={`command-${id}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === current}
            className={at === current ? "choice choice-active" : "choice"}
            onClick={() => run(at)}
          >
            <span>{title}</span>
            <kbd>{keyLabel(key, isMac())}</kbd>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="muted">No matching commands</p>}
    </Modal>
  );
}
