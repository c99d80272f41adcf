// The bytes of a mapping that are in view, fetched from the worker in pages and cached.

import { useEffect, useRef, useState } from "react";
import type { MemoryBytes } from "../../worker/memory-protocol.ts";
import type { DocumentId } from "../../worker/protocol.ts";
import { usePage } from "../context.ts";

/** Bytes of a request. */
const FETCHED = 64 << 10;
/** Pages in the cache: 2 MiB. */
const MOST_PAGES = 32;

export interface MemoryPages {
  /** What was fetched around `offset`, which is at `at` of it; `null` while it is being fetched. */
  at(offset: number): { readonly page: MemoryBytes; readonly at: number } | null;
  /** Why bytes could not be read. */
  readonly fault: string | null;
}

/** Fetches the pages that contain bytes `first` to `last` of a mapping. */
export function useMemoryPages(document: DocumentId, mapping: number, first: number, last: number): MemoryPages {
  const { shell } = usePage();
  const [fault, setFault] = useState<string | null>(null);
  const [, redraw] = useState(0);
  const kept = useRef(new Map<number, MemoryBytes>());
  const [from, to] = [Math.floor(first / FETCHED), Math.floor(last / FETCHED)];
  useEffect(() => {
    const control = new AbortController();
    for (let page = from; page <= to; page++) {
      if (kept.current.has(page)) continue;
      const request = { document, mapping, offset: page * FETCHED, length: FETCHED };
      shell.client.request("memoryBytes", request, { signal: control.signal }).then(
        (bytes) => {
          kept.current.set(page, bytes);
          for (const old of kept.current.keys()) {
            if (kept.current.size <= MOST_PAGES) break;
            kept.current.delete(old);
          }
          setFault(null);
          redraw((n) => n + 1);
        },
        (error: unknown) => {
          if (!control.signal.aborted) setFault(error instanceof Error ? error.message : String(error));
        },
      );
    }
    return () => control.abort();
  }, [document, mapping, from, to, shell]);
  return {
    fault,
    at(offset) {
      const page = kept.current.get(Math.floor(offset / FETCHED));
      return page === undefined ? null : { page, at: offset % FETCHED };
    },
  };
}
