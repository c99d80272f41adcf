// Searches a member for bytes: from the cursor to the end, then from the start, one chunk at a time.

import { useEffect, useRef, useState } from "react";
import type { DocumentId } from "../../worker/protocol.ts";
import { usePage } from "../context.ts";

/** The search ends after this many matches. */
export const MOST_FOUND = 1000;

export interface Finding {
  /** Offsets of the matches, ascending. */
  readonly found: readonly number[];
  readonly length: number;
  /** Fraction of the member that has been searched, 0 to 1. */
  readonly part: number;
  readonly state: "running" | "done" | "stopped";
  readonly fault: string | null;
}

export interface FindBytes {
  readonly finding: Finding | null;
  /** Starts a search. `onFirst` gets the first match at or after `from`, or else the first match of all. */
  start(needle: Uint8Array, from: number, onFirst: (offset: number) => void): void;
  stop(): void;
  clear(): void;
}

export function useFindBytes(document: DocumentId, member: number, size: number): FindBytes {
  const { shell } = usePage();
  const [finding, setFinding] = useState<Finding | null>(null);
  const control = useRef<AbortController | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: matches belong to one member
  useEffect(() => {
    setFinding(null);
    return () => control.current?.abort();
  }, [document, member]);

  const run = async (
    needle: Uint8Array,
    from: number,
    onFirst: (offset: number) => void,
    signal: AbortSignal,
  ): Promise<void> => {
    const after: number[] = [];
    const before: number[] = [];
    let searched = 0;
    const report = (state: Finding["state"]) =>
      setFinding({
        found: [...before, ...after],
        length: needle.length,
        part: size === 0 ? 1 : Math.min(1, searched / size),
        state,
        fault: null,
      });
    report("running");
    for (const [begin, end, places] of [
      [from, size, after],
      [0, from, before],
    ] as const) {
      for (let at = begin; at < end; ) {
        const most = MOST_FOUND - before.length - after.length;
        if (most <= 0) break;
        const { found, next } = await shell.client.request(
          "findBytes",
          { document, member, needle, from: at, most },
          { signal },
        );
        const fresh = after.length + before.length === 0;
        for (const place of found) if (place < end) places.push(place);
        const [first] = places;
        if (fresh && first !== undefined) onFirst(first);
        searched += Math.min(next ?? end, end) - at;
        at = next ?? end;
        report("running");
      }
    }
    searched = size;
    report("done");
  };

  return {
    finding,
    start(needle, from, onFirst) {
      control.current?.abort();
      const mine = new AbortController();
      control.current = mine;
      run(needle, from, onFirst, mine.signal).catch((error: unknown) => {
        if (mine.signal.aborted) return;
        const fault = error instanceof Error ? error.message : String(error);
        setFinding({ found: [], length: 0, part: 0, state: "stopped", fault });
      });
    },
    stop() {
      control.current?.abort();
      setFinding((now) => now && { ...now, state: "stopped" });
    },
    clear() {
      control.current?.abort();
      setFinding(null);
    },
  };
}
