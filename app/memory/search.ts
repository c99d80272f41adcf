// Searches memory a window at a time: matches as they are found, and how much of the memory is in the image at all.

import { type ImageMemory, isKnown, type MappedPages, type PageState } from "../decoder/memory/memory.ts";
import type { Part } from "./choose.ts";
import type { Matcher } from "./matchers.ts";
import { readKnown } from "./read-known.ts";

/** Bytes that are searched at once. */
const WINDOW = 4 << 20;
/** Bytes before and after a match that are returned with it. */
const CONTEXT = 32;
/** A match itself is returned up to this length. */
const SHOWN_MATCH = 4096;

/** A match in memory. */
export interface Match {
  readonly part: Part;
  /** Bytes from the start of the mapping. */
  readonly offset: number;
  readonly length: number;
  /** The match with its context. */
  readonly bytes: Uint8Array;
  /** Where the match begins in `bytes`. */
  readonly at: number;
}

/** How much was searched so far. Bytes by the state of their pages; those that are `stored` were searched. */
export type Coverage = Readonly<Record<PageState, number>>;

/** What a search found since its last report. */
export interface Found {
  readonly matches: readonly Match[];
  readonly coverage: Coverage;
  /** Bytes of the chosen mappings that are done, and of all of them. */
  readonly done: number;
  readonly size: number;
  /** The search ended because it reached the limit on matches. */
  readonly isLimited: boolean;
}

export interface SearchOptions {
  /** The most matches. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

interface Search {
  readonly matcher: Matcher;
  readonly coverage: Record<PageState, number>;
  /** Matches since the last result. */
  matches: Match[];
  left: number;
  done: number;
}

/**
 * Searches parts of memory, and yields after each window. What is not in the image is not searched but counted; zeros
 * that follow stored pages may be the end of a match.
 *
 * @throws SourceError if bytes cannot be read; the signal's reason.
 */
export async function* searchMemory(
  memory: ImageMemory,
  parts: readonly Part[],
  matcher: Matcher,
  { limit, signal }: SearchOptions,
): AsyncGenerator<Found> {
  const size = parts.reduce((sum, { from, to }) => sum + to - from, 0);
  const coverage = noCoverage();
  const search: Search = { matcher, coverage, matches: [], left: limit, done: 0 };
  const found = (): Found => {
    const { matches } = search;
    search.matches = [];
    return { matches, coverage: { ...coverage }, done: search.done, size, isLimited: search.left <= 0 };
  };
  for (const part of parts) {
    const pages = await memory.pages(part.mapping);
    /** Where the known bytes begin that reach up to here, and where the last match ended. */
    const state = { at: part.from, knownFrom: part.from, lastEnd: part.from };
    while (state.at < part.to && search.left > 0) {
      signal?.throwIfAborted();
      const stretch = pages.stretchAt(state.at);
      const end = Math.min(stretch.end, part.to);
      if (stretch.state !== "stored") skip(search, state, end, stretch.state);
      else if (await searchWindow(search, pages, part, state, end, memory.pageSize)) yield found();
    }
    if (search.left <= 0) break;
  }
  yield found();
}

export const noCoverage = (): Record<PageState, number> => ({
  stored: 0,
  zero: 0,
  file: 0,
  lazy: 0,
  parent: 0,
  kernel: 0,
  missing: 0,
  damaged: 0,
  unknown: 0,
});

interface Position {
  at: number;
  knownFrom: number;
  lastEnd: number;
}

function skip(search: Search, position: Position, end: number, state: PageState): void {
  search.coverage[state] += end - position.at;
  search.done += end - position.at;
  position.at = end;
  if (!isKnown(state)) position.knownFrom = end;
}

/** Searches from the position on, at most to `end`. Returns whether it searched a whole window or found something. */
async function searchWindow(
  search: Search,
  pages: MappedPages,
  part: Part,
  position: Position,
  end: number,
  pageSize: number,
): Promise<boolean> {
  const { matcher, coverage } = search;
  const { at } = position;
  const stop = Math.min(end, at + WINDOW);
  const start = Math.max(position.knownFrom, at - Math.max(matcher.behind, CONTEXT));
  const after = Math.min(part.to, stop + matcher.ahead + CONTEXT);
  const bytes = await readKnown(pages, start, after - start);
  const reached = Math.min(stop, start + bytes.length);
  if (reached <= at) {
    // The page is missing although it should exist: damaged, or cut off since. Continue with the next page.
    skip(search, position, Math.min(end, (Math.floor(at / pageSize) + 1) * pageSize), "damaged");
    return false;
  }
  const from = Math.max(at, position.lastEnd) - start;
  await matcher.find(bytes, from, reached - start, (first, last) => {
    search.matches.push(matchOf(part, bytes, start, first, last));
    position.lastEnd = start + last;
    return --search.left > 0;
  });
  coverage.stored += reached - at;
  search.done += reached - at;
  position.at = reached;
  return search.matches.length > 0 || reached - at >= WINDOW;
}

function matchOf(part: Part, bytes: Uint8Array, start: number, first: number, last: number): Match {
  const from = Math.max(0, first - CONTEXT);
  const to = Math.min(last, first + SHOWN_MATCH) + CONTEXT;
  return { part, offset: start + first, length: last - first, bytes: bytes.slice(from, to), at: first - from };
}
