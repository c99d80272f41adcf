// Requests for a hosted file, and what their responses say.
//
// Requests stay "simple" in the sense of CORS: a single Range needs no preflight, but If-Range would. A change of the
// file is therefore detected from the ETag, Last-Modified and size of each response, as far as the page may read them.

import { hostedErrors, type Place, placeOf } from "./hosted-errors.ts";

/** How to send requests. */
export interface RequestOptions {
  /** Aborting ends all requests; they reject with the signal's reason. */
  readonly signal?: AbortSignal;
  /** For tests; defaults to the browser's. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
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
export class Broken extends Error {}

/** Tries, and tries again if the connection breaks. */
export async function retried<T>(place: Place, attempt: (isFirst: boolean) => Promise<T>): Promise<T> {
  try {
    return await attempt(true);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
  }
  try {
    return await attempt(false);
  } catch (error) {
    throw error instanceof Broken ? hostedErrors.broke(place) : error;
  }
}

export type Requester = (init: RequestInit) => Promise<Response>;

/**
 * Sends requests to one URL. Rejects with Broken if there is no response, and with a SourceError if the host redirects
 * to another host, the first time or later: the user agreed to this one. The page asks again for that address.
 */
export function requester(
  url: string,
  { signal, fetch = globalThis.fetch.bind(globalThis) }: RequestOptions,
): Requester {
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

/** The body of a response. Rejects with Broken if the connection breaks or the body exceeds `most` bytes. */
export async function bodyOf(response: Response, most: number): Promise<Uint8Array> {
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
export function rangeOf(response: Response): { readonly start: number; readonly size: number | null } | null {
  const match = /^bytes (\d{1,15})-\d{1,15}\/(?:(\d{1,15})|\*)$/.exec(response.headers.get("content-range") ?? "");
  return match === null ? null : { start: Number(match[1]), size: match[2] === undefined ? null : Number(match[2]) };
}

export const lengthOf = (response: Response): number | null => {
  const text = response.headers.get("content-length") ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
};

/** Headers that identify a version of a file. */
export interface Stamp {
  readonly etag: string | null;
  readonly modified: string | null;
}

export const stampOf = ({ headers }: Response): Stamp => ({
  etag: headers.get("etag"),
  modified: headers.get("last-modified"),
});

export const differs = (a: string | null, b: string | null): boolean => a !== null && b !== null && a !== b;
