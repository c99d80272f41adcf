// A hosted file over range requests: only the blocks that are read are fetched, with a small cache and read-ahead.

import type { Source, SourceError } from "../decoder/source.ts";
import { hostedErrors, type Place } from "./hosted-errors.ts";
import { Broken, bodyOf, differs, type Requester, rangeOf, retried, type Stamp, stampOf } from "./requests.ts";

/** Bytes of a block, the unit of fetching and of the cache. */
const BLOCK = 16 * 1024;
/** Most blocks to read ahead while reading sequentially. */
const MOST_AHEAD = 64;
/** Blocks in the cache: 16 MiB. */
const KEPT = 1024;
/** Reads of more blocks than this bypass the cache. */
const LARGE_READ = 512;

interface Fetcher {
  /** Fetches bytes start … end - 1. */
  readonly fetchPart: (start: number, end: number) => Promise<Uint8Array>;
  /** Throws once the file has changed: old and new bytes must not be mixed. */
  readonly throwIfChanged: () => void;
}

/** Fetches parts of a file that must stay the one of `stamp`. */
function createFetcher(size: number, stamp: Stamp, request: Requester, place: Place): Fetcher {
  let changed: SourceError | null = null;
  const throwIfChanged = (): void => {
    if (changed !== null) throw changed;
  };

  const part = async (start: number, end: number): Promise<Uint8Array> => {
    const response = await request({ headers: { range: `bytes=${start}-${end - 1}` } });
    const { status } = response;
    const range = rangeOf(response);
    const now = stampOf(response);
    const isChanged =
      differs(stamp.etag, now.etag) ||
      differs(stamp.modified, now.modified) ||
      (range !== null && range.size !== null && range.size !== size) ||
      status === 416;
    if (isChanged || status !== 206 || (range !== null && range.start !== start)) {
      void response.body?.cancel();
      if (isChanged) changed = hostedErrors.changed(place);
      throwIfChanged();
      throw status === 206 || status === 200 ? hostedErrors.otherBytes(place) : hostedErrors.status(place, status);
    }
    const bytes = await bodyOf(response, end - start);
    if (bytes.length !== end - start) throw new Broken();
    return bytes;
  };

  return {
    async fetchPart(start, end) {
      throwIfChanged();
      return await retried(place, () => part(start, end));
    },
    throwIfChanged,
  };
}

/** A source over range requests. `head`: its first bytes, already fetched. */
export function rangeSource(
  name: string,
  size: number,
  head: Uint8Array,
  stamp: Stamp,
  request: Requester,
  place: Place,
): Source {
  /** Blocks fetched or being fetched, least recently used first. */
  const blocks = new Map<number, Promise<Uint8Array>>();
  /** The end of the last read, and how far to read ahead of it, in blocks. */
  let lastEnd = Math.floor(head.length / BLOCK);
  let ahead = 0;
  let aheadEnd = lastEnd;

  const { fetchPart, throwIfChanged } = createFetcher(size, stamp, request, place);

  /** Starts fetching the missing blocks among from … to - 1, each run of them with one request. */
  const want = (from: number, to: number): void => {
    for (let at = from; at < to; at++) {
      const known = blocks.get(at);
      if (known !== undefined) {
        blocks.delete(at);
        blocks.set(at, known);
        continue;
      }
      let end = at + 1;
      while (end < to && !blocks.has(end)) end++;
      const start = at * BLOCK;
      const run = fetchPart(start, Math.min(size, end * BLOCK));
      for (let each = at; each < end; each++) {
        const offset = each * BLOCK - start;
        const block = run.then((bytes) => bytes.subarray(offset, offset + BLOCK));
        blocks.set(each, block);
        block.catch(() => blocks.delete(each));
      }
      at = end - 1;
    }
    for (const key of blocks.keys()) {
      if (blocks.size <= KEPT) break;
      blocks.delete(key);
    }
  };

  for (let at = 0; (at + 1) * BLOCK <= head.length || (at * BLOCK < head.length && head.length === size); at++) {
    blocks.set(at, Promise.resolve(head.subarray(at * BLOCK, (at + 1) * BLOCK)));
  }

  return {
    name,
    size,
    async read(offset, length) {
      const end = Math.min(size, offset + length);
      if (end <= offset) return new Uint8Array(0);
      const from = Math.floor(offset / BLOCK);
      const to = Math.ceil(end / BLOCK);
      if (to - from > LARGE_READ) return fetchPart(offset, end);
      throwIfChanged();
      want(from, to);
      const wanted: Promise<Uint8Array>[] = [];
      for (let at = from; at < to; at++) wanted.push(blocks.get(at) as Promise<Uint8Array>);
      if (to > lastEnd) {
        // Read ahead while reading sequentially. After a jump the next blocks may not be needed.
        ahead = from <= lastEnd ? Math.min(Math.max(2 * ahead, 2), MOST_AHEAD) : 0;
        lastEnd = to;
        if (aheadEnd < to + ahead / 2) {
          aheadEnd = Math.min(to + ahead, Math.ceil(size / BLOCK));
          want(to, aheadEnd);
        }
      }
      const bytes = new Uint8Array(end - offset);
      for (let at = from; at < to; at++) {
        const block = await (wanted[at - from] as Promise<Uint8Array>);
        const start = at * BLOCK;
        const first = Math.max(offset, start);
        const last = Math.min(end, start + block.length);
        bytes.set(block.subarray(first - start, last - start), first - offset);
      }
      return bytes;
    },
  };
}
