// Saves a range of the selected task's memory: at first the selected mapping. Progress, and a button to stop.

import { type FormEvent, useEffect, useRef, useState } from "react";
import { sizeText } from "../../model/text/words.ts";
import type { Memory, Spot } from "../../shell/memory/memory-places.ts";
import { piecesOf, rangeOf, readPieces } from "../../shell/memory/save-memory.ts";
import { PLACES } from "../../shell/places.ts";
import { saveFile } from "../../shell/save.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { usePage } from "../context.ts";

interface Props {
  readonly document: DocumentId;
  readonly memory: Memory;
  readonly spot: Spot;
}

export function SaveRange({ document, memory, spot }: Props) {
  const { shell } = usePage();
  const whole = rangeOf(memory, spot.mapping);
  /** `null`: the selected mapping. */
  const [typed, setTyped] = useState<string | null>(null);
  const [done, setDone] = useState<number | null>(null);
  const [said, setSaid] = useState<{ readonly text: string; readonly isFault: boolean } | null>(null);
  const control = useRef<AbortController | null>(null);
  useEffect(() => () => control.current?.abort(), []);
  const range = typed ?? whole;
  const save = async (): Promise<void> => {
    const pieces = piecesOf(memory, spot.space, range);
    if (typeof pieces === "string") {
      setSaid({ text: pieces, isFault: true });
      return;
    }
    control.current?.abort();
    const own = new AbortController();
    control.current = own;
    const { signal } = own;
    setSaid(null);
    setDone(0);
    try {
      const fetch = (piece: { mapping: number; offset: number; length: number }) =>
        shell.client.request("memoryBytes", { document, ...piece }, { signal });
      const { parts, missing } = await readPieces(pieces, fetch, setDone);
      const content = new Blob([...parts], { type: "application/octet-stream" });
      saveFile(`memory-${spot.space.number}-${range.trim()}.bin`, content);
      const rest = missing === 0 ? "" : `; ${sizeText(missing)} are not in the image and are zeros`;
      setSaid({ text: `Saved ${sizeText(content.size)}${rest}`, isFault: false });
    } catch (error) {
      if (!signal.aborted) setSaid({ text: error instanceof Error ? error.message : String(error), isFault: true });
    } finally {
      if (control.current === own) setDone(null);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save();
  };
  return (
    <form className="tables-bar" aria-label="Save memory" onSubmit={submit}>
      <input
        id={PLACES.saveMemory}
        className="mono"
        aria-label="Range of addresses to save"
        aria-describedby="save-memory-state"
        aria-invalid={said?.isFault === true}
        spellCheck={false}
        autoComplete="off"
        size={27}
        value={range}
        onChange={(event) => setTyped(event.target.value === whole ? null : event.target.value)}
      />
      <button type="submit">Save bytes</button>
      {done !== null && (
        <>
          <progress aria-label="Read" max={1} value={done} />
          <button type="button" onClick={() => control.current?.abort()}>
            Stop
          </button>
        </>
      )}
      <span id="save-memory-state" className={said?.isFault ? "warn" : "tables-count muted"} role="status">
        {said?.text}
      </span>
    </form>
  );
}
