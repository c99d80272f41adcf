// A hosted image as a source. If the host supports range requests, its parts are fetched as they are read (ranges.ts);
// otherwise the whole file is streamed once.

import { type Progress, type Source, SourceError } from "../decoder/source.ts";
import { blobSource } from "./files.ts";
import { hostedErrors, type Place, placeOf } from "./hosted-errors.ts";
import { rangeSource } from "./ranges.ts";
import {
  Broken,
  bodyOf,
  lengthOf,
  type Requester,
  type RequestOptions,
  rangeOf,
  requester,
  retried,
  stampOf,
} from "./requests.ts";

/** Bytes of the first request: the head of most images, all of many. */
const FIRST = 64 * 1024;
/** Largest file, in bytes, to load whole from a host without range requests. */
const WHOLE_LIMIT = 512 * 2 ** 20;

export interface HostedOptions extends RequestOptions {
  /** Called with the progress of loading a file whole. */
  readonly onProgress?: (progress: Progress) => void;
  readonly wholeLimit?: number;
}

/**
 * A source over the file at a URL.
 *
 * @throws SourceError with advice for the user; the signal's reason if aborted.
 */
export async function openHosted(name: string, url: string, options: HostedOptions = {}): Promise<Source> {
  const place = placeOf(url);
  const request = requester(url, options);
  const requestHead = () => request({ headers: { range: `bytes=0-${FIRST - 1}` } });
  let first: Response;
  try {
    first = await requestHead();
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
  const head = await retried(place, async (isFirst) => {
    const response = isFirst ? first : await requestHead();
    if (response.status !== 206) throw new Broken();
    return await bodyOf(response, FIRST);
  });
  if (looksLikeHtml(head)) throw hostedErrors.html(place);
  const size = rangeOf(first)?.size ?? (head.length < FIRST ? head.length : await sizeByHead(request));
  if (size === null) return blobSource(name, await loadWhole(request, null, place, options));
  return rangeSource(name, size, head, stampOf(first), request, place);
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
  return await retried(place, async (isFirst) => load((isFirst ? begun : null) ?? (await request({}))));
}
