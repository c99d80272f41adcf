// A long file made of pieces: the worker pauses now and then, so that a request can be cancelled, and reports progress.

import type { Exchange } from "./handlers/handler.ts";

/** Milliseconds of work between two pauses. */
const TURN = 100;

/**
 * The pieces in one Blob. They are copied, so one buffer may serve all.
 *
 * @param share How much of the work is done, from 0 to 1, if that is known.
 * @throws the signal's reason if the request is cancelled.
 */
export async function blobOf(
  pieces: Iterable<string | Uint8Array>,
  type: string,
  { signal, reportProgress }: Pick<Exchange, "signal" | "reportProgress">,
  share: () => number = () => 0,
): Promise<Blob> {
  const parts: BlobPart[] = [];
  let bytes = 0;
  let began = performance.now();
  for (const piece of pieces) {
    // `slice` of bytes copies them.
    parts.push(piece.slice() as BlobPart);
    bytes += piece.length;
    if (performance.now() - began < TURN) continue;
    const done = share();
    reportProgress({ bytes, size: done > 0 ? Math.round(bytes / done) : 0, objects: 0 });
    await new Promise((resume) => setTimeout(resume));
    signal.throwIfAborted();
    began = performance.now();
  }
  return new Blob(parts, { type });
}
