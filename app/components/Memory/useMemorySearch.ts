// Searches memory, a stretch at a time, until it is stopped.

import { useEffect, useRef, useState } from "react";
import type { MemoryMatch, MemoryQuery, MemoryScope } from "../../worker/memory-protocol.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { usePage } from "../context.ts";

/** The search ends after this many matches. */
export const MOST_FOUND = 10_000;

export interface MemoryFinding {
  readonly matches: readonly MemoryMatch[];
  readonly coverage: Parameters<typeof import("../../memory/words.ts").notCapturedText>[0];
  /** Fraction of the chosen mappings that is done, 0 to 1. */
  readonly part: number;
  readonly state: "running" | "done" | "stopped";
  readonly isLimited: boolean;
  readonly fault: string | null;
}

export interface MemorySearch {
  readonly finding: MemoryFinding | null;
  start(query: MemoryQuery, scope: MemoryScope): void;
  stop(): void;
  clear(): void;
}

const NOTHING = { stored: 0, zero: 0, file: 0, lazy: 0, parent: 0, kernel: 0, missing: 0, damaged: 0, unknown: 0 };
const BEGUN: MemoryFinding = {
  matches: [],
  coverage: NOTHING,
  part: 0,
  state: "running",
  isLimited: false,
  fault: null,
};

export function useMemorySearch(document: DocumentId): MemorySearch {
  const { shell } = usePage();
  const [finding, setFinding] = useState<MemoryFinding | null>(null);
  const control = useRef<AbortController | null>(null);
  useEffect(() => () => control.current?.abort(), []);

  const run = async (query: MemoryQuery, scope: MemoryScope, signal: AbortSignal): Promise<void> => {
    // The worker distinguishes searches by this number.
    const search = Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);
    const matches: MemoryMatch[] = [];
    setFinding(BEGUN);
    for (let isEnd = false; !isEnd; ) {
      const request = { document, search, query, scope, most: MOST_FOUND };
      const found = await shell.client.request("memorySearch", request, { signal });
      if ("refused" in found) {
        setFinding({ ...BEGUN, state: "stopped", fault: found.refused });
        return;
      }
      for (const match of found.matches) matches.push(match);
      ({ isEnd } = found);
      const { coverage, done, size, isLimited } = found;
      const part = isEnd || size === 0 ? 1 : done / size;
      setFinding({ matches: [...matches], coverage, part, state: isEnd ? "done" : "running", isLimited, fault: null });
    }
  };

  return {
    finding,
    start(query, scope) {
      control.current?.abort();
      const mine = new AbortController();
      control.current = mine;
      run(query, scope, mine.signal).catch((error: unknown) => {
        if (mine.signal.aborted) return;
        const fault = error instanceof Error ? error.message : String(error);
        setFinding((now) => ({ ...(now ?? BEGUN), state: "stopped", fault }));
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
