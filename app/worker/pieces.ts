// Long work in pieces: the worker pauses now and then, so that a request can be cancelled, and reports progress.

import type { Progress } from "../decoder/source.ts";

/** The part of a request that the work needs. */
export interface Turns {
  readonly signal: AbortSignal;
  reportProgress(progress: Progress): void;
}

/** Milliseconds of work between two pauses. */
const TURN = 100;

/** Progress of the work. `share`: from 0 to 1; 0: unknown. */
interface Done {
  readonly bytes: number;
  readonly share: number;
}

/**
 * A function that pauses if it is time, having reported progress. Call it often.
 *
 * @throws the signal's reason if the request is cancelled.
 */
function createPauses(
  { signal, reportProgress }: Turns,
  turn: number,
): (done: () => Done) => Promise<void> | undefined {
  let began = performance.now();
  const pause = async (done: Done): Promise<void> => {
    const { bytes, share } = done;
    reportProgress({ bytes, size: share > 0 ? Math.round(bytes / share) : 0, objects: 0 });
    await new Promise((resume) => setTimeout(resume));
    signal.throwIfAborted();
    began = performance.now();
  };
  return (done) => (performance.now() - began < turn ? undefined : pause(done()));
}

/** Characters or bytes of a part of a Blob: pieces can be short. */
const PART = 64 << 10;
/** Bytes that are kept in the memory of the worker. The browser keeps those of a Blob, in files if they are many. */
const KEPT = 16 << 20;

/**
 * The pieces in one Blob. They are copied, so one buffer may serve all.
 *
 * @param share How much of the work is done, from 0 to 1, if that is known.
 * @param turn Milliseconds of work between two pauses.
 * @throws the signal's reason if the request is cancelled.
 */
export async function blobOf(
  pieces: Iterable<string | Uint8Array>,
  type: string,
  turns: Turns,
  share: () => number = () => 0,
  turn = TURN,
): Promise<Blob> {
  const pause = createPauses(turns, turn);
  const file = createParts();
  for (const piece of pieces) {
    file.add(piece);
    const paused = pause(() => ({ bytes: file.bytes(), share: share() }));
    if (paused !== undefined) await paused;
  }
  return file.finish(type);
}

/** Collects pieces of a Blob. */
function createParts() {
  let text = "";
  let parts: BlobPart[] = [];
  let kept = 0;
  let bytes = 0;
  const flush = (): void => {
    if (text !== "") parts.push(text);
    text = "";
    if (kept < KEPT) return;
    parts = [new Blob(parts)];
    kept = 0;
  };
  return {
    bytes: () => bytes,
    add(piece: string | Uint8Array): void {
      bytes += piece.length;
      kept += piece.length;
      if (typeof piece === "string") {
        text += piece;
        if (text.length >= PART) flush();
      } else {
        flush();
        // `slice` of bytes copies them.
        parts.push(piece.slice() as BlobPart);
      }
    },
    finish(type: string): Blob {
      flush();
      return new Blob(parts, { type });
    },
  };
}

/**
 * The result of steps, each of which yields its progress.
 *
 * @throws the signal's reason if the request is cancelled.
 */
export async function resultOf<T>(steps: Generator<Done, T>, turns: Turns): Promise<T> {
  const pause = createPauses(turns, TURN);
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return value;
    const paused = pause(() => value);
    if (paused !== undefined) await paused;
  }
}
