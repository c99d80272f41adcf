// Requests about memory: mappings, bytes of them, searches, what tasks were started with.

import type { ImageMemory } from "../../decoder/memory/memory.ts";
import { SourceError } from "../../decoder/source.ts";
import { copyOf, transferables } from "../../decoder/transfer.ts";
import { readStarted, spaceOf } from "../../memory/arguments.ts";
import { chooseParts } from "../../memory/choose.ts";
import type { Matcher } from "../../memory/matchers.ts";
import { matcherFor } from "../../memory/query.ts";
import type { Pattern } from "../../memory/regex.ts";
import { type Found, type Match, noCoverage, searchMemory } from "../../memory/search.ts";
import { SHORTEST, stringsMatcher } from "../../memory/strings.ts";
import { shownText } from "../../model/text/text.ts";
import type { Documents } from "../documents.ts";
import type { MemoryBytes, MemoryFound, MemoryMatch, MemoryQuery } from "../memory-protocol.ts";
import type { Requests } from "../protocol.ts";
import type { Handlers } from "./handler.ts";

/** Most bytes in one response. */
const MOST_BYTES = 64 << 10;
/** Bytes searched by one request: a few tens of milliseconds. */
const STRETCH = 32 << 20;
/** Matches after which a request responds. */
const FEW = 100;

/** A search in progress. */
interface Search {
  readonly id: number;
  readonly steps: AsyncGenerator<Found>;
  readonly control: AbortController;
}

/** Makes the matcher of a regular expression; it rejects when the signal is aborted. @throws SyntaxError */
export type PatternMatching = (pattern: Pattern, signal: AbortSignal) => Matcher;

export function memoryHandlers(
  documents: Documents,
  matchPattern: PatternMatching,
): Handlers<"memory" | "memoryBytes" | "memorySearch" | "started"> {
  let search: Search | null = null;
  const end = (): void => {
    search?.control.abort(new DOMException("Cancelled", "AbortError"));
    search = null;
  };
  const memoryOf = async (document: number): Promise<ImageMemory> => {
    const memory = await documents.get(document).memory();
    if (typeof memory === "string") throw new SourceError(memory);
    return memory;
  };
  return {
    async memory({ document }) {
      const memory = await documents.get(document).memory();
      if (typeof memory === "string") return { response: { refused: memory } };
      const mappings = copyOf(memory.mappings);
      const spaces = memory.spaces.map(({ number, tasks, first, end: last }) => ({ number, tasks, first, end: last }));
      return { response: { pageSize: memory.pageSize, spaces, mappings }, transfer: transferables(mappings) };
    },
    async memoryBytes(request) {
      const response = await readBytes(await memoryOf(request.document), request);
      return { response, transfer: [response.bytes.buffer as ArrayBuffer] };
    },
    async memorySearch(request, { signal }) {
      if (search?.id !== request.search) {
        end();
        const begun = await begin(documents, matchPattern, request);
        if ("refused" in begun) return { response: begun };
        search = begun;
      }
      const current = search;
      const cancel = (): void => {
        if (search === current) end();
      };
      signal.addEventListener("abort", cancel, { once: true });
      const response = await continueSearch(current);
      signal.removeEventListener("abort", cancel);
      if ("isEnd" in response && response.isEnd) cancel();
      return { response };
    },
    async started({ document, task, what }) {
      const memory = await memoryOf(document);
      const space = spaceOf(memory, task);
      const none = { cmdline: null, environ: null, auxv: null };
      if (space === null) return { response: none };
      const { cmdline, environ, auxv } = await readStarted(memory, space);
      if (what === "cmdline") return { response: { ...none, cmdline: cmdline?.map(shownText) ?? null } };
      if (what === "environ") return { response: { ...none, environ: environ?.map(shownText) ?? null } };
      return { response: { ...none, auxv: auxv.map(({ type, value }) => `${type} ${value}`) } };
    },
  };
}

async function readBytes(
  memory: ImageMemory,
  { mapping, offset, length }: Requests["memoryBytes"]["request"],
): Promise<MemoryBytes> {
  const size = (memory.mappings.end[mapping] ?? 0) - (memory.mappings.start[mapping] ?? 0);
  const bytes = new Uint8Array(Math.max(0, Math.min(length, MOST_BYTES, size - offset)));
  const states: MemoryBytes["states"][number][] = [];
  if (bytes.length === 0) return { bytes, states };
  const pages = await memory.pages(mapping);
  for (let at = 0; at < bytes.length; ) {
    const stretch = pages.stretchAt(offset + at);
    const wanted = Math.min(bytes.length - at, stretch.end - offset - at);
    const read = stretch.state === "stored" ? await pages.read(offset + at, wanted) : new Uint8Array(0);
    bytes.set(read, at);
    let { state } = stretch;
    let length = wanted;
    if (read.length > 0) length = read.length;
    else if (state === "stored") {
      // It turned out to be damaged, or the file became shorter.
      state = "damaged";
      length = Math.min(wanted, memory.pageSize);
    }
    if (states.at(-1)?.state !== state) states.push({ start: at, state });
    at += length;
  }
  return { bytes, states };
}

async function begin(
  documents: Documents,
  matchPattern: PatternMatching,
  { document, search, query, scope, most }: Requests["memorySearch"]["request"],
): Promise<Search | { readonly refused: string }> {
  const image = documents.get(document);
  const memory = await image.memory();
  if (typeof memory === "string") return { refused: memory };
  const control = new AbortController();
  const matcher = matcherOf(query, (pattern) => matchPattern(pattern, control.signal));
  if (typeof matcher === "string") return { refused: matcher };
  const { pid, mapping } = scope;
  const chosen = chooseParts(image.checkpoint, memory, {
    ...(pid !== undefined && { pids: [{ from: pid, to: pid }] }),
  });
  const parts = mapping === undefined ? chosen : chosen.filter((part) => part.mapping === mapping);
  const steps = searchMemory(memory, parts, matcher, { limit: most, signal: control.signal });
  return { id: search, steps, control };
}

function matcherOf(query: MemoryQuery, pattern: (pattern: Pattern) => Matcher): Matcher | string {
  if (query.kind === "strings") return stringsMatcher({ shortest: SHORTEST, utf16: query.utf16 });
  const found = matcherFor(query, pattern);
  return typeof found === "string" ? `${found.charAt(0).toUpperCase()}${found.slice(1)}` : found;
}

/** Searches on for a while. */
async function continueSearch({ steps }: Search): Promise<MemoryFound> {
  const matches: MemoryMatch[] = [];
  let last: Found = { matches: [], coverage: noCoverage(), done: 0, size: 0, isLimited: false };
  let from: number | null = null;
  for (;;) {
    const step = await steps.next();
    if (step.done === true) break;
    last = step.value;
    for (const match of last.matches) matches.push(matchOf(match));
    from ??= last.coverage.stored;
    if (last.coverage.stored - from >= STRETCH || matches.length >= FEW) return { ...last, matches, isEnd: false };
  }
  return { ...last, matches, isEnd: true };
}

const matchOf = ({ part, offset, length, bytes, at }: Match): MemoryMatch => ({
  space: part.space.number,
  mapping: part.mapping,
  offset,
  length,
  bytes,
  at,
});
