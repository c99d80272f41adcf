// The bytes of a member that are in view, fetched from the worker in pages and cached.

import { useCallback, useEffect, useRef, useState } from "react";
import type { DocumentId } from "../../worker/protocol.ts";
import { usePage } from "../context.ts";

const PAGE = 64 * 1024;
/** Pages in the cache: 2 MiB. */
const MOST_PAGES = 32;

export interface Pages {
  /** Bytes offset … offset + length - 1, fewer at the member's end; `null` while they are being fetched. */
  read(offset: number, length: number): Uint8Array | null;
  /** Why bytes could not be read. */
  readonly fault: string | null;
}

/** Fetches the pages that contain `ranges`, pairs of first and last byte. */
export function usePages(document: DocumentId, member: number, ranges: readonly (readonly [number, number])[]): Pages {
  const { shell } = usePage();
  const [fault, setFault] = useState<string | null>(null);
  const [, redraw] = useState(0);
  const key = `${document}:${member}`;
  const kept = useRef({ key, pages: new Map<number, Uint8Array>() });
  if (kept.current.key !== key) kept.current = { key, pages: new Map() };

  const wanted = new Set<number>();
  for (const [first, last] of ranges) {
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) wanted.add(page);
  }
  const wantedText = [...wanted].join();

  useEffect(() => {
    const control = new AbortController();
    const { pages } = kept.current;
    for (const page of wantedText === "" ? [] : wantedText.split(",").map(Number)) {
      const known = pages.get(page);
      if (known !== undefined) {
        // A Map keeps insertion order: the last entry is the most recently used.
        pages.delete(page);
        pages.set(page, known);
        continue;
      }
      const request = { document, member, offset: page * PAGE, length: PAGE };
      shell.client.request("bytes", request, { signal: control.signal }).then(
        (bytes) => {
          pages.set(page, bytes);
          for (const old of pages.keys()) {
            if (pages.size <= MOST_PAGES) break;
            pages.delete(old);
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
  }, [document, member, wantedText, shell]);

  const read = useCallback((offset: number, length: number): Uint8Array | null => {
    const { pages } = kept.current;
    const first = Math.floor(offset / PAGE);
    const page = pages.get(first);
    if (page === undefined) return null;
    const from = offset - first * PAGE;
    if (from + length <= PAGE) return page.subarray(from, from + length);
    const next = pages.get(first + 1);
    if (page.length < PAGE) return page.subarray(from);
    if (next === undefined) return null;
    const both = new Uint8Array(Math.min(length, PAGE - from + next.length));
    both.set(page.subarray(from));
    both.set(next.subarray(0, both.length - (PAGE - from)), PAGE - from);
    return both;
  }, []);
  return { read, fault };
}
