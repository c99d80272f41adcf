// The search box for bytes, and the progress of the search.

import { type FormEvent, useEffect, useState } from "react";
import { grouped } from "../../model/text/words.ts";
import { parseNeedle } from "../../shell/bytes/text.ts";
import { PLACES } from "../../shell/places.ts";
import { type FindBytes, type Finding, MOST_FOUND } from "./useFindBytes.ts";

/** Searches shorter than this show no progress. In milliseconds. */
const SLOW = 250;

interface Props {
  readonly search: FindBytes;
  readonly cursor: number;
  /** The first byte that is selected. */
  readonly from: number;
  onFound(offset: number, length: number): void;
  onStep(by: 1 | -1): void;
}

export function FindBar({ search, cursor, from, onFound, onStep }: Props) {
  const [text, setText] = useState("");
  const [form, setForm] = useState<"hex" | "text">("text");
  const [mistake, setMistake] = useState<string | null>(null);
  /** The needle of the search whose result is shown. */
  const [searched, setSearched] = useState<string | null>(null);
  const { finding } = search;
  const slow = useSlow(finding?.state === "running");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const needle = parseNeedle(text, form);
    if (typeof needle === "string") return setMistake(needle);
    const same = searched === `${form} ${text}`;
    if (same && finding !== null && finding.fault === null && finding.state !== "stopped") return onStep(1);
    setSearched(`${form} ${text}`);
    search.start(needle, cursor, (offset) => onFound(offset, needle.length));
  };
  const change = (next: string) => {
    setText(next);
    setMistake(null);
  };
  const running = finding?.state === "running";
  return (
    <form className="hex-find" aria-label="Find bytes" onSubmit={submit}>
      <select
        aria-label="Find as"
        value={form}
        onChange={(event) => {
          setForm(event.target.value === "hex" ? "hex" : "text");
          setMistake(null);
        }}
      >
        <option value="text">text</option>
        <option value="hex">hex</option>
      </select>
      <input
        id={PLACES.findBytes}
        type="search"
        className="mono"
        aria-label="Find bytes or text"
        aria-invalid={mistake !== null}
        aria-describedby="find-bytes-state"
        placeholder={form === "text" ? "find: /var/log" : "find: 7f 45 4c 46"}
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && (text !== "" || running)) {
            event.preventDefault();
            if (running) search.stop();
            else {
              change("");
              search.clear();
            }
          } else if (event.key === "ArrowDown") {
            event.preventDefault();
            document.getElementById(PLACES.bytes)?.focus();
          } else if (event.key === "Enter" && event.shiftKey) {
            event.preventDefault();
            onStep(-1);
          }
        }}
      />
      <button type="button" aria-label="Previous match" title="Previous match (P)" onClick={() => onStep(-1)}>
        ‹
      </button>
      <button type="button" aria-label="Next match" title="Next match (N)" onClick={() => onStep(1)}>
        ›
      </button>
      <span id="find-bytes-state" className={mistake === null ? "tables-count muted" : "warn"} role="status">
        {mistake ?? (finding && progressText(finding, from, slow))}
      </span>
      {running && slow && (
        <button type="button" onClick={() => search.stop()}>
          Stop
        </button>
      )}
    </form>
  );
}

/** `3 of 17`, `0 found, 45 % searched`, `not found`. */
function progressText({ found, state, part, fault }: Finding, from: number, slow: boolean): string {
  if (fault !== null) return fault;
  const many = found.length >= MOST_FOUND ? `${grouped(MOST_FOUND)} or more` : grouped(found.length);
  const at = found.indexOf(from);
  const place = at < 0 ? `${many} found` : `${grouped(at + 1)} of ${many}`;
  if (state === "running") return slow ? `${place}, ${Math.floor(part * 100)} % searched` : "";
  if (state === "stopped") return `${place}, stopped at ${Math.floor(part * 100)} %`;
  return found.length === 0 ? "not found" : place;
}

/** Whether a search has been running long enough to show its progress. */
function useSlow(running: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!running) return setSlow(false);
    const timer = setTimeout(() => setSlow(true), SLOW);
    return () => clearTimeout(timer);
  }, [running]);
  return slow;
}
