// Compares the memory of both images as long as the component is on the page.

import { useEffect, useState } from "react";
import type { MemoryChange } from "../../worker/memory-protocol.ts";
import type { DocumentPair } from "../../worker/protocol.ts";
import { usePage } from "../context.ts";

export interface MemoryDiff {
  readonly changes: readonly MemoryChange[];
  readonly unknown: number;
  readonly isEnd: boolean;
  readonly fault: string | null;
}

const BEGUN: MemoryDiff = { changes: [], unknown: 0, isEnd: false, fault: null };

export function useMemoryDiff({ before, after }: DocumentPair): MemoryDiff {
  const { shell } = usePage();
  const [diff, setDiff] = useState(BEGUN);
  useEffect(() => {
    const control = new AbortController();
    const run = async (): Promise<void> => {
      // The worker distinguishes comparisons by this number.
      const comparison = Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);
      const changes: MemoryChange[] = [];
      setDiff(BEGUN);
      for (let isEnd = false; !isEnd; ) {
        const request = { before, after, comparison };
        const found = await shell.client.request("memoryDiff", request, { signal: control.signal });
        for (const change of found.changes) changes.push(change);
        ({ isEnd } = found);
        setDiff({ changes: [...changes], unknown: found.unknown, isEnd, fault: null });
      }
    };
    run().catch((error: unknown) => {
      if (control.signal.aborted) return;
      const fault = error instanceof Error ? error.message : String(error);
      setDiff((now) => ({ ...now, isEnd: true, fault }));
    });
    return () => control.abort();
  }, [before, after, shell]);
  return diff;
}
