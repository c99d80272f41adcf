// The page's side of the worker: a question becomes a promise, with progress, early parts and cancelling.

import type { Checkpoint } from "../model/checkpoint.ts";
import type { FromWorker, QuestionKind, Questions, ToWorker } from "./protocol.ts";
import type { Progress } from "../decoder/source.ts";

export interface AskOptions {
  /** Aborting makes the promise reject with the signal's reason and tells the worker to stop. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onPart?: (part: Checkpoint) => void;
}

/** The worker as the page sees it. */
export interface Client {
  ask<K extends QuestionKind>(kind: K, ask: Questions[K]["ask"], options?: AskOptions): Promise<Questions[K]["answer"]>;
  /** Ends the worker; questions under way reject. */
  terminate(): void;
}

/** What a worker and a message port have in common. */
export interface Channel {
  postMessage(message: ToWorker): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror?: ((event: ErrorEvent) => void) | null;
  terminate?(): void;
}

interface Pending {
  resolve(answer: unknown): void;
  reject(reason: unknown): void;
  options: AskOptions;
}

/** A client over a worker (or anything that speaks its protocol). */
export function createClient(channel: Channel): Client {
  const pending = new Map<number, Pending>();
  let nextId = 1;

  const rejectAll = (reason: Error) => {
    for (const { reject } of pending.values()) reject(reason);
    pending.clear();
  };

  channel.onmessage = ({ data }) => {
    const question = pending.get(data.id);
    if (question === undefined) return;
    if (data.kind === "progress") question.options.onProgress?.(data.progress);
    else if (data.kind === "part") question.options.onPart?.(data.part);
    else {
      pending.delete(data.id);
      if (data.kind === "answer") question.resolve(data.answer);
      else if (data.kind === "failed") question.reject(new Error(data.message));
      else question.reject(new DOMException("Cancelled", "AbortError"));
    }
  };
  channel.onerror = (event) => rejectAll(new Error(event.message));

  return {
    ask(kind, ask, options = {}) {
      const { signal } = options;
      const id = nextId++;
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        pending.set(id, { resolve: resolve as (answer: unknown) => void, reject, options });
        signal?.addEventListener(
          "abort",
          () => {
            if (!pending.delete(id)) return;
            channel.postMessage({ id, kind: "cancel" });
            reject(signal.reason);
          },
          { once: true },
        );
        channel.postMessage({ id, kind, ask } as ToWorker);
      });
    },
    terminate() {
      channel.terminate?.();
      rejectAll(new DOMException("Closed", "AbortError"));
    },
  };
}
