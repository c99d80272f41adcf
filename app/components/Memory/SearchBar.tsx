// The search of memory: what to search for, as what, where; progress and a button to stop.

import { type FormEvent, useEffect, useState } from "react";
import type { Spot } from "../../shell/memory/memory-places.ts";
import { PLACES } from "../../shell/places.ts";
import type { MemoryQuery, MemoryScope } from "../../worker/memory-protocol.ts";
import { useApp, usePage } from "../context.ts";
import type { MemorySearch } from "./useMemorySearch.ts";

const FORMS = ["text", "bytes", "regex", "strings"] as const;
type Form = (typeof FORMS)[number];

const TITLES: Readonly<Record<Form, string>> = {
  text: "text",
  bytes: "hex",
  regex: "regular expression",
  strings: "all strings",
};

const PLACEHOLDERS: Readonly<Record<Form, string>> = {
  text: "search memory: password=",
  bytes: "search memory: de ad be ef",
  regex: "search memory: AKIA[0-9A-Z]{16}",
  strings: "press Enter to list strings",
};

const WHERE = ["everywhere", "task", "mapping"] as const;
type Where = (typeof WHERE)[number];

interface Props {
  readonly search: MemorySearch;
  readonly spot: Spot;
  onStart(): void;
  onClear(): void;
}

export function SearchBar({ search, spot, onStart, onClear }: Props) {
  const [text, setText] = useState("");
  const [form, setForm] = useState<Form>("text");
  const [where, setWhere] = useState<Where>("everywhere");
  const [utf16, setUtf16] = useState(false);
  const [ignoreCase, setIgnoreCase] = useState(false);
  const { shell } = usePage();
  const handedOn = useApp((state) => state.memoryText);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each text that is handed on
  useEffect(() => {
    if (handedOn === null) return;
    shell.store.set({ memoryText: null });
    setText(handedOn);
    setForm("text");
    setWhere("everywhere");
    onStart();
    search.start({ kind: "text", text: handedOn, utf16, ignoreCase }, {});
  }, [handedOn]);
  const { finding } = search;
  const isRunning = finding?.state === "running";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const query: MemoryQuery = form === "strings" ? { kind: form, utf16 } : { kind: form, text, utf16, ignoreCase };
    const scope: MemoryScope =
      where === "everywhere" ? {} : where === "task" ? { pid: spot.space.number } : { mapping: spot.mapping };
    onStart();
    search.start(query, scope);
  };
  const clear = () => {
    setText("");
    search.clear();
    onClear();
  };
  return (
    <form className="tables-bar" aria-label="Search memory" onSubmit={submit}>
      <select aria-label="Search as" value={form} onChange={(event) => setForm(event.target.value as Form)}>
        {FORMS.map((each) => (
          <option key={each} value={each}>
            {TITLES[each]}
          </option>
        ))}
      </select>
      <input
        id={PLACES.searchMemory}
        type="search"
        className="mono"
        aria-label="Search memory"
        aria-invalid={finding?.fault != null}
        aria-describedby="search-memory-state"
        placeholder={PLACEHOLDERS[form]}
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || (text === "" && finding === null)) return;
          event.preventDefault();
          if (isRunning) search.stop();
          else clear();
        }}
      />
      <select aria-label="Search where" value={where} onChange={(event) => setWhere(event.target.value as Where)}>
        <option value="everywhere">everywhere</option>
        <option value="task">in task {spot.space.number}</option>
        <option value="mapping">in this mapping</option>
      </select>
      <label>
        <input type="checkbox" checked={utf16} onChange={(event) => setUtf16(event.target.checked)} /> UTF-16
      </label>
      <label>
        <input type="checkbox" checked={ignoreCase} onChange={(event) => setIgnoreCase(event.target.checked)} /> Ignore
        case
      </label>
      <button type="submit">Search</button>
      {isRunning && (
        <>
          <progress aria-label="Searched" max={1} value={finding.part} />
          <button type="button" onClick={() => search.stop()}>
            Stop
          </button>
        </>
      )}
      <span id="search-memory-state" className={finding?.fault == null ? "tables-count muted" : "warn"} role="status">
        {finding?.fault ?? (isRunning ? `${Math.floor(finding.part * 100)} % searched` : "")}
      </span>
    </form>
  );
}
