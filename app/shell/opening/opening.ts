// Opening images: one opening at a time, with progress. A newer one cancels it, and a failed one leaves the state as
// it was before.

import type { Progress } from "../../decoder/source.ts";
import { ownEvidence } from "../../model/comparison/earlier.ts";
import { isPartMissing, PART_MISSING } from "../../model/text/missing-part.ts";
import { type Client, RequestError, WorkerEndedError } from "../../worker/client.ts";
import type { FindResponse, OpenResponse } from "../../worker/protocol.ts";
import type { Choice, Compared, Doc, Failure, Input, State } from "../state.ts";
import type { Store } from "../store.ts";

/** Progress is shown for openings that take longer than this, in milliseconds. */
const SLOW = 250;

/** The images in an input. */
export interface Images {
  readonly choices: readonly Choice[];
  readonly count: number;
  readonly ignored: number;
  /** What the only file that was ignored is instead, as a sentence. */
  readonly only?: string;
}

export interface Opening {
  /**
   * Runs one opening. The promise resolves when it has succeeded, failed or been cancelled; a failure goes into the
   * state.
   *
   * @param advice Advice to the user if it fails.
   */
  begin(name: string, run: (signal: AbortSignal) => Promise<void>, advice?: string): Promise<void>;
  /** Cancels the opening in progress and restores the state before it. */
  cancel(): void;
  /** Cancels the opening in progress, but leaves the shown parts for the caller to replace. */
  abandon(): void;
  /** The state before the opening in progress, early parts of which may be shown already. */
  previous(): State;
  /** Finds the images in an input. Rejects with RefusedError if there are none. */
  find(input: Input, signal: AbortSignal): Promise<Images>;
  /** Decodes one image. Rejects with RefusedError if the input is not one image. */
  decode(input: Input, dialect: string | null, signal: AbortSignal, onPart?: (part: Doc) => void): Promise<Doc>;
}

export function createOpening(client: Client, store: Store<State>): Opening {
  const { get, set } = store;
  let current: AbortController | null = null;
  let previous = get();

  /** Updates the state of the opening in progress. */
  const report = (change: Partial<State["opening"]>): void => {
    const { opening } = get();
    if (opening) set({ opening: { ...opening, ...change } });
  };

  return {
    async begin(name, run, advice = FAILED_ADVICE) {
      if (current === null) previous = get();
      current?.abort(cancelled());
      const control = new AbortController();
      current = control;
      set({ opening: { name, progress: null, slow: false }, failure: null, dialog: null });
      const timer = setTimeout(() => current === control && report({ slow: true }), SLOW);
      try {
        await run(control.signal);
      } catch (error) {
        if (current !== control) return;
        const before = restored(get(), previous);
        set(control.signal.aborted ? before : { ...before, failure: failureOf(error, advice) });
      } finally {
        clearTimeout(timer);
        if (current === control) {
          current = null;
          set({ opening: null });
        }
      }
    },
    cancel() {
      current?.abort(cancelled());
    },
    abandon() {
      current?.abort(cancelled());
      current = null;
    },
    previous: () => previous,
    async find(input, signal) {
      const onProgress = (progress: Progress): void => {
        if (!signal.aborted) report({ name: input.name, progress });
      };
      const response: FindResponse = await client.request("find", { inputs: input.files }, { signal, onProgress });
      if ("refused" in response) throw new RefusedError(response.refused);
      const { found, images, names, count, ignored, only } = response;
      const choices = images.map((summary, at) => {
        const name = names[at] || input.name;
        return { input: { ...input, name, set: summary.name, found }, summary: { ...summary, name } };
      });
      return { choices, count, ignored, ...(only !== undefined && { only }) };
    },
    async decode(input, dialect, signal, onPart = () => {}) {
      const request = {
        name: input.name,
        inputs: input.files,
        ...(dialect !== null && { dialect }),
        ...(input.set !== undefined && { set: input.set }),
        ...(input.found !== undefined && { found: input.found }),
        ...(input.raised !== undefined && { raised: input.raised }),
      };
      const response: OpenResponse = await client.request("open", request, {
        signal,
        onProgress(progress) {
          if (!signal.aborted) report({ name: input.name, progress });
        },
        onPart(checkpoint) {
          if (!signal.aborted)
            onPart({ input, document: null, checkpoint, dialect, evidence: ownEvidence(input.name, checkpoint.time) });
        },
      });
      if ("refused" in response) throw new RefusedError(response.refused, (response.choices?.length ?? 0) > 0);
      const { document, checkpoint } = response;
      const evidence = { ...response.evidence, name: input.name };
      return { input, document, checkpoint, dialect, evidence };
    },
  };
}

const cancelled = (): DOMException => new DOMException("Cancelled", "AbortError");

/**
 * What a failed opening restores: the images before it, with their selection, in place of early parts. Nothing if they
 * are still open; the user may have selected something else meanwhile.
 */
export function restored(state: State, previous: State): Partial<State> {
  if (state.docs === previous.docs) return {};
  const { docs, origin, side, selection, bytes, compared, order, change, swapped } = previous;
  return { docs, origin, side, selection, bytes, compared, order, change, swapped };
}

/** Compares two open documents in the worker. */
export async function compareDocs(client: Client, before: Doc, after: Doc, signal: AbortSignal): Promise<Compared> {
  if (before.document === null || after.document === null) throw new Error("Only fully opened images can be compared.");
  const pair = { before: before.document, after: after.document };
  const [{ differences, ...more }, tools] = await Promise.all([
    client.request("diff", pair, { signal }),
    import("../comparing.ts"),
  ]);
  return { comparison: { ...differences, before: before.checkpoint, after: after.checkpoint }, ...more, tools };
}

/** Closes documents in the worker. */
export function closeDocs(client: Client, docs: readonly Doc[]): void {
  for (const { document } of docs) if (document !== null) void client.request("close", { document }).catch(() => {});
}

/** The input is not an image that the decoders know, or it is several. */
export class RefusedError extends Error {
  /** Whether there are several images, one of which has to be chosen. */
  readonly isSeveral: boolean;

  constructor(message: string, isSeveral = false) {
    super(message);
    this.isSeveral = isSeveral;
  }
}

/** The failure to show for an error of an opening. */
function failureOf(error: unknown, advice: string): Failure {
  if (error instanceof RefusedError) return { message: error.message, advice: REFUSED_ADVICE };
  if (isPartMissing(error)) return PART_MISSING;
  if (error instanceof WorkerEndedError) return { message: error.message, advice: "" };
  const redirect = error instanceof RequestError ? error.redirect : undefined;
  return { message: error instanceof Error ? error.message : String(error), advice, ...(redirect && { redirect }) };
}

/** Advice for inputs that cannot be opened. Errors of hosted images come with their own advice. */
export const adviceFor = (inputs: readonly Input[]): string =>
  inputs.some(({ from }) => from !== undefined) ? "" : FAILED_ADVICE;

const FAILED_ADVICE = "Try again. If the file was changed or moved since you dropped it, drop it again.";
export const REFUSED_ADVICE =
  "Open a Linux-CR stream, a CRIU image folder (drop the whole folder) or an archive of one (tar, ZIP, gzip, zstd, xz, bzip2).";
