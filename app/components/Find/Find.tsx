// Find: matches are listed while the user types. The box has the focus and the keys.

import { type KeyboardEvent, useState } from "react";
import type { Comparison } from "../../diff/comparison.ts";
import { type Checkpoint, holderCount } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { u32At } from "../../model/read.ts";
import { listStep } from "../../shell/keys.ts";
import { describe, tableUsers } from "../../shell/objects/describe.ts";
import { KEPT_RESULTS } from "../../shell/objects/find.ts";
import type { Found } from "../../shell/objects/find-both.ts";
import { shownDoc } from "../../shell/selectors.ts";
import type { Doc } from "../../shell/state.ts";
import { useApp, useComparison, usePage } from "../context.ts";
import { closeDialog } from "../Dialogs/close.ts";
import { Modal } from "../Dialogs/Modal.tsx";
import { Elsewhere } from "./Elsewhere.tsx";
import { useFinds } from "./useFinds.ts";
import "./Find.css";
import { grouped } from "../../model/text/words.ts";

export function Find() {
  const doc = useApp(shownDoc);
  return doc && <FindIn doc={doc} />;
}

function FindIn({ doc }: { doc: Doc }) {
  const { shell } = usePage();
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const comparison = useApp(({ compared }) => compared?.comparison ?? null);
  const select = ({ side, object }: Found) => {
    closeDialog(shell);
    if (comparison === null) shell.select(object);
    else shell.selectIn(side, object);
  };
  const changeQuery = (text: string) => {
    forgetChoice();
    setQuery(text);
    setActive(0);
  };
  const { finds, choose, hold, forgetChoice } = useFinds(
    doc.checkpoint,
    comparison,
    query,
    (found, held) => {
      select(found);
      for (const key of held) pressAgain(key);
    },
    (held) => changeQuery(query + held.join("")),
  );
  const { found, total, done } = finds;
  const current = Math.max(0, Math.min(active, found.length - 1));

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const to = event.key === "Home" || event.key === "End" ? null : listStep(event.key, current, found.length, 10);
    if (to !== null) {
      setActive(to);
      document.getElementById(`found-${to}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") choose(event.currentTarget.value, current);
    else if (!isCharacter(event) || !hold(event.key)) return;
    event.preventDefault();
  };

  return (
    <Modal label="Find" className="find">
      <input
        type="search"
        role="combobox"
        className="mono"
        aria-label="Find a task, descriptor or open file"
        aria-expanded={found.length > 0}
        aria-controls="find-list"
        aria-activedescendant={found.length > 0 ? `found-${current}` : undefined}
        placeholder="path, comm, pid, fd or pid:fd"
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => changeQuery(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div id="find-list" role="listbox" aria-label="Results" className="choices mono" tabIndex={-1}>
        {found.map(({ side, object }, at) => (
          <div
            key={`${side}-${object.to}-${object.row}`}
            id={`found-${at}`}
            role="option"
            aria-selected={at === current}
            className={at === current ? "choice found choice-active" : "choice found"}
            onClick={() => select({ side, object })}
          >
            <Result
              checkpoint={comparison === null ? doc.checkpoint : comparison[side]}
              object={object}
              note={comparison !== null && side === "before" ? "only before" : ""}
            />
          </div>
        ))}
      </div>
      <p className="muted" aria-live="polite">
        {query.trim() === ""
          ? "Enter selects the result"
          : done && total === 0
            ? "No task, descriptor or open file"
            : `${grouped(total)} found${done ? "" : " so far"}${total > KEPT_RESULTS ? `; the first ${KEPT_RESULTS} are listed` : ""}`}
      </p>
      {done && total === 0 && query.trim() !== "" && <Elsewhere doc={doc} query={query.trim()} />}
    </Modal>
  );
}

const isCharacter = ({ key, ctrlKey, metaKey, altKey, nativeEvent }: KeyboardEvent): boolean =>
  key.length === 1 && !ctrlKey && !metaKey && !altKey && !nativeEvent.isComposing;

/** Gives the page a key that was pressed before the dialog was closed. */
function pressAgain(key: string): void {
  const target = document.activeElement ?? document.body;
  target.dispatchEvent(new window.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

function Result({ checkpoint, object, note }: { checkpoint: Checkpoint; object: ObjectRef; note: string }) {
  const comparison = useComparison();
  const { word, name } = describe(checkpoint, object, comparison);
  return (
    <>
      <span className="muted found-word">{word}</span>
      <span className="found-name">{name}</span>
      <span className="muted">
        {[noteOf(checkpoint, object, comparison), note].filter((text) => text !== "").join(", ")}
      </span>
    </>
  );
}

/** What distinguishes results of the same name: who uses a descriptor, how many hold an open file. */
function noteOf(checkpoint: Checkpoint, { to, row }: ObjectRef, comparison: Comparison | null): string {
  if (to === "descriptor") return tableUsers(checkpoint, u32At(checkpoint.descriptors.table, row), 2, comparison);
  if (to === "file") return `held by ${holderCount(checkpoint.files, row)}`;
  return "";
}
