// Find: type, and what matches is listed while it is found. The box has the focus and the keys.

import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { holderCount } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { count, describe, tableUsers } from "../../shell/describe.ts";
import { type Finds, find, KEPT_FINDS } from "../../shell/find.ts";
import { listStep } from "../../shell/keys.ts";
import { type Doc, shownDoc } from "../../shell/state.ts";
import { useApp, usePage } from "../context.ts";
import { Modal } from "../Dialogs/Modal.tsx";
import "./Find.css";

const NOTHING: Finds = { found: [], total: 0, done: true };

export function Find() {
  const doc = useApp(shownDoc);
  return doc && <FindIn doc={doc} />;
}

function FindIn({ doc }: { doc: Doc }) {
  const { shell } = usePage();
  const { checkpoint } = doc;
  const [query, setQuery] = useState("");
  /** What was found, and for which query: typing is ahead of finding. */
  const [response, setAnswer] = useState({ query: "", finds: NOTHING });
  /** Enter came before there was anything to choose. */
  const chosen = useRef(false);
  const [active, setActive] = useState(0);

  useEffect(() => {
    const control = new AbortController();
    void find(checkpoint, query, control.signal, (finds) => {
      setAnswer({ query, finds });
      const [first] = finds.found;
      if (chosen.current && first) {
        shell.store.set({ dialog: null });
        shell.select(first);
      }
    });
    return () => control.abort();
  }, [checkpoint, query, shell]);

  const { found, total, done } = response.finds;
  const current = Math.max(0, Math.min(active, found.length - 1));
  const go = (at: number) => {
    setActive(at);
    document.getElementById(`found-${at}`)?.scrollIntoView({ block: "nearest" });
  };
  const choose = (at: number) => {
    const object = found[at];
    if (response.query !== query) chosen.current = true;
    else if (object) {
      shell.store.set({ dialog: null });
      shell.select(object);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = event.key === "Home" || event.key === "End" ? null : listStep(event.key, current, found.length, 10);
    if (to !== null) go(to);
    else if (event.key === "Enter") choose(current);
    else return;
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
        onChange={(event) => {
          chosen.current = false;
          setQuery(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="find-list" role="listbox" aria-label="Found" className="choices mono" tabIndex={-1}>
        {found.map((object, at) => (
          <div
            key={`${object.to}-${object.row}`}
            id={`found-${at}`}
            role="option"
            aria-selected={at === current}
            className={at === current ? "choice found choice-active" : "choice found"}
            onClick={() => choose(at)}
          >
            <Found doc={doc} object={object} />
          </div>
        ))}
      </div>
      <p className="muted" aria-live="polite">
        {query.trim() === ""
          ? "Enter looks at what is found, everywhere."
          : `${count(total)} found${done ? "" : " so far"}${total > KEPT_FINDS ? `; the first ${KEPT_FINDS} are listed` : ""}`}
      </p>
    </Modal>
  );
}

function Found({ doc, object }: { doc: Doc; object: ObjectRef }) {
  const { checkpoint } = doc;
  const { word, name } = describe(checkpoint, object);
  const more =
    object.to === "descriptor"
      ? tableUsers(checkpoint, checkpoint.descriptors.table[object.row] ?? 0, 2)
      : object.to === "file"
        ? `held by ${holderCount(checkpoint.files, object.row)}`
        : "";
  return (
    <>
      <span className="muted found-word">{word}</span>
      <span className="found-name">{name}</span>
      <span className="muted">{more}</span>
    </>
  );
}
