// A hosted image as a source. If the host supports range requests, only the blocks that are read are fetched, with a
// small cache and read-ahead; otherwise the whole file is streamed once.
//
// Requests stay "simple" in the sense of CORS: a single Range needs no preflight, but If-Range would. A change of the
// file is therefore detected from the ETag, Last-Modified and size of each response, as far as the page may read them.

import { type Progress, type Source, SourceError } from "../decoder/source.ts";
import { blobSource } from "./files.ts";
import { hostedErrors, type Place, placeOf } from "./hosted-errors.ts";

/** Bytes of a block, the unit of fetching and of the cache. */
const BLOCK = 16 * 1024;
/** Bytes of the first request: the head of most images, all of many. */
const FIRST = 64 * 1024;
/** Most blocks to read ahead while reading sequentially. */
const MOST_AHEAD = 64;
/** Blocks in the cache: 16 MiB. */
const KEPT = 1024;
/** Reads of more blocks than this bypass the cache. */
const LARGE_READ = 512;
/** Largest file, in bytes, to load whole from a host without range requests. */
const WHOLE_LIMIT = 512 * 2 ** 20;

export interface HostedOptions {
  /** Aborting ends all requests; they reject with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called with the progress of loading a file whole. */
  readonly onProgress?: (progress: Progress) => void;
  /** For tests; defaults to the browser's. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  readonly wholeLimit?: number;
}

/** Options of every request: no cookies, no referrer, nothing in the browser's cache. */
const REQUEST: RequestInit = {
  credentials: "omit",
  referrerPolicy: "no-referrer",
  cache: "no-store",
  redirect: "follow",
  mode: "cors",
};

/** The connection failed or broke: a reason to try again. */
class Broken extends Error {}

/**
 * A source over the file at a URL.
 *
 * @throws SourceError with advice for the user; the signal's reason if aborted.
 */
export async function openHosted(name: string, url: string, options: HostedOptions = {}): Promise<Source> {
  const place = placeOf(url);
  const request = requester(url, options);
  let first: Response;
  try {
    first = await request({ headers: { range: `bytes=0-${FIRST - 1}` } });
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    throw await whyUnreachable(url, place, options);
  }
  // The range begins past the end, so the file is empty.
  if (first.status === 416) return blobSource(name, new Blob());
  if (first.status === 200) return blobSource(name, await loadWhole(request, first, place, options));
  if (first.status !== 206) {
    void first.body?.cancel();
    throw hostedErrors.status(place, first.status);
  }
  let head: Uint8Array;
  try {
    head = await bodyOf(first, FIRST);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    const again = await request({ headers: { range: `bytes=0-${FIRST - 1}` } }).catch(() => null);
    if (again?.status !== 206) throw hostedErrors.broke(place);
    head = await bodyOf(again, FIRST).catch(() => {
      throw hostedErrors.broke(place);
    });
  }
  if (looksLikeHtml(head)) throw hostedErrors.html(place);
  const size = rangeOf(first)?.size ?? (head.length < FIRST ? head.length : await sizeByHead(request));
  if (size === null) return blobSource(name, await loadWhole(request, null, place, options));
  return rangeSource(name, size, head, stampOf(first), request, place);
}

type Requester = (init: RequestInit) => Promise<Response>;

/**
 * Sends requests to one URL. Rejects with Broken if there is no response, and with a SourceError if the host redirects to
 * another host, the first time or later: the user agreed to this one. The page asks again for that address.
 */
function requester(url: string, { signal, fetch = globalThis.fetch.bind(globalThis) }: HostedOptions): Requester {
  return async (init) => {
    let response: Response;
    try {
      response = await fetch(url, { ...REQUEST, ...init, ...(signal && { signal }) });
    } catch {
      signal?.throwIfAborted();
      throw new Broken();
    }
    if (response.redirected && new URL(response.url).host !== new URL(url).host) {
      void response.body?.cancel();
      throw hostedErrors.redirected(placeOf(url), { from: url, to: response.url });
    }
    return response;
  };
}

/** Browsers hide why a request failed. A no-cors request still succeeds if only the CORS policy was in the way. */
async function whyUnreachable(url: string, place: Place, options: HostedOptions): Promise<SourceError> {
  try {
    await requester(url, options)({ mode: "no-cors", method: "HEAD" });
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return hostedErrors.unreachable(place);
  }
  return hostedErrors.forbidden(place, globalThis.location?.origin ?? "*");
}

/** The body of a response. Rejects with Broken if the connection breaks or the body exceeds `most` bytes. */
async function bodyOf(response: Response, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    const reader = response.body?.getReader();
    for (let piece = await reader?.read(); piece !== undefined && !piece.done; piece = await reader?.read()) {
      pieces.push(piece.value);
      length += piece.value.length;
      if (length <= most) continue;
      void reader?.cancel();
      throw new Broken();
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Broken();
  }
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The parsed Content-Range; `null` if it is absent or the host does not expose it to the page. */
function rangeOf(response: Response): { readonly start: number; readonly size: number | null } | null {
  const match = /^bytes (\d{1,15})-\d{1,15}\/(?:(\d{1,15})|\*)$/.exec(response.headers.get("content-range") ?? "");
  return match === null ? null : { start: Number(match[1]), size: match[2] === undefined ? null : Number(match[2]) };
}

const lengthOf = (response: Response): number | null => {
  const text = response.headers.get("content-length") ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
};

/** Unlike Content-Range, Content-Length is readable without Access-Control-Expose-Headers. */
async function sizeByHead(request: Requester): Promise<number | null> {
  try {
    const response = await request({ method: "HEAD" });
    return response.ok ? lengthOf(response) : null;
  } catch (error) {
    if (error instanceof Broken) return null;
    throw error;
  }
}

/** Headers that identify a version of a file. */
interface Stamp {
  readonly etag: string | null;
  readonly modified: string | null;
}

const stampOf = ({ headers }: Response): Stamp => ({
  etag: headers.get("etag"),
  modified: headers.get("last-modified"),
});

const differs = (a: string | null, b: string | null): boolean => a !== null && b !== null && a !== b;

/** Whether a body is a web page, about a file or about an error. No image begins like this. */
function looksLikeHtml(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head.subarray(0, 256));
  return /^(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|\?xml|!--)/i.test(text);
}

/** Streams the whole file. `begun`: a response whose body has not been read yet. */
async function loadWhole(
  request: Requester,
  begun: Response | null,
  place: Place,
  options: HostedOptions,
): Promise<Blob> {
  const limit = options.wholeLimit ?? WHOLE_LIMIT;
  const load = async (response: Response): Promise<Blob> => {
    if (response.status !== 200) throw hostedErrors.status(place, response.status);
    const size = lengthOf(response);
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let bytes = 0;
    const tooLarge = (): SourceError => {
      void response.body?.cancel().catch(() => {});
      return hostedErrors.tooLarge(place, limit);
    };
    if (size !== null && size > limit) throw tooLarge();
    const reader = response.body?.getReader();
    try {
      for (let piece = await reader?.read(); piece !== undefined && !piece.done; piece = await reader?.read()) {
        if (bytes === 0 && looksLikeHtml(piece.value)) throw hostedErrors.html(place);
        bytes += piece.value.length;
        if (bytes > limit) throw hostedErrors.tooLarge(place, limit);
        pieces.push(piece.value as Uint8Array<ArrayBuffer>);
        options.onProgress?.({ bytes, size: Math.max(size ?? 0, bytes), objects: 0 });
      }
    } catch (error) {
      void reader?.cancel().catch(() => {});
      options.signal?.throwIfAborted();
      throw error instanceof SourceError ? error : new Broken();
    }
    return new Blob(pieces);
  };
  try {
    return await load(begun ?? (await request({})));
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
  }
  try {
    return await load(await request({}));
  } catch (error) {
    throw error instanceof Broken ? hostedErrors.broke(place) : error;
  }
}

/** A source over range requests. `head`: its first bytes, already fetched. */
function rangeSource(
  name: string,
  size: number,
  head: Uint8Array,
  stamp: Stamp,
  request: Requester,
  place: Place,
): Source {
  /** Blocks fetched or being fetched, least recently used first. */
  const blocks = new Map<number, Promise<Uint8Array>>();
  /** Set once the file has changed: old and new blocks must not be mixed. */
  let failed: SourceError | null = null;
  /** The end of the last read, and how far to read ahead of it, in blocks. */
  let lastEnd = Math.floor(head.length / BLOCK);
  let ahead = 0;
  let aheadEnd = lastEnd;

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
      if (isChanged) failed = hostedErrors.changed(place);
      throw isChanged || status === 206 || status === 200
        ? (failed ?? hostedErrors.otherBytes(place))
        : hostedErrors.status(place, status);
    }
    const bytes = await bodyOf(response, end - start);
    if (bytes.length !== end - start) throw new Broken();
    return bytes;
  };

  /** Bytes start … end - 1; retried once if the connection breaks. */
  const fetchPart = async (start: number, end: number): Promise<Uint8Array> => {
    if (failed !== null) throw failed;
    try {
      return await part(start, end);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
    }
    try {
      return await part(start, end);
    } catch (error) {
      throw error instanceof Broken ? hostedErrors.broke(place) : error;
    }
  };

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
      if (failed !== null) throw failed;
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
