// What a search of memory found: the address and context of each match, and what could not be searched.

import { memo, useRef } from "react";
import { notCapturedText } from "../../memory/words.ts";
import { addressText } from "../../model/mappings.ts";
import { counted, sizeText } from "../../model/text/words.ts";
import { lineText, type Memory, type Spot } from "../../shell/memory/memory-places.ts";
import type { MemoryMatch } from "../../worker/memory-protocol.ts";
import { useRowWindow } from "../useRowWindow.ts";
import { type MemoryFinding, MOST_FOUND } from "./useMemorySearch.ts";

/** A line for the address, and one for what is there. */
const ROW = 40;

/** Bytes before a match that are shown. */
const BEFORE = 12;

/** Where the context before a match begins: after the last NUL, which leaves more room for what follows the match. */
const stringStart = (bytes: Uint8Array, at: number): number =>
  Math.max(at - BEFORE, bytes.subarray(0, at).lastIndexOf(0) + 1);

interface Props {
  readonly memory: Memory;
  readonly finding: MemoryFinding | null;
  readonly spot: Spot;
  onSelect(match: MemoryMatch): void;
}

export const Matches = memo(function Matches({ memory, finding, spot, onSelect }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const matches = finding?.matches ?? [];
  const window = useRowWindow(matches.length, ROW, scroller, 0);
  if (finding === null) return <p className="tables-empty muted">Search memory to list matches here.</p>;
  const rest = notCapturedText(finding.coverage);
  return (
    <>
      <div ref={scroller} className="memory-list mono">
        <ul className="memory-rows" aria-label="Matches" style={{ height: window.height }}>
          {window.rows.map(({ row, top }) => {
            const match = matches[row];
            if (match === undefined) return null;
            const { mapping, offset, bytes, at, length, space } = match;
            const isShown = mapping === spot.mapping && offset === spot.offset;
            return (
              <li key={row} className="memory-item" style={{ transform: `translateY(${top}px)` }}>
                <button
                  type="button"
                  className="plain memory-row memory-match"
                  aria-current={isShown || undefined}
                  title={lineText(bytes.subarray(Math.max(0, at - BEFORE), at + Math.min(length, 200) + 32))}
                  onClick={() => onSelect(match)}
                >
                  <span className="muted">{space}</span>
                  <span>{addressText(memory.mappings.start[mapping] as number, offset)}</span>
                  <span className="memory-name">
                    <span className="muted">{lineText(bytes.subarray(stringStart(bytes, at), at))}</span>
                    <b>{lineText(bytes.subarray(at, at + Math.min(length, 200)))}</b>
                    <span className="muted">{lineText(bytes.subarray(at + length, at + length + 32))}</span>
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
      </div>
      <p className="memory-summary" role="status">
        {finding.isLimited ? `The first ${MOST_FOUND} matches` : counted(matches.length, "match", "matches")} in{" "}
        {sizeText(finding.coverage.stored)}
        {finding.state === "stopped" && ", stopped"}
        {rest !== null && <span className="muted">; not in the image and not searched: {rest}</span>}
      </p>
    </>
  );
});
