// The page's end of the protocol: a request becomes a promise, with progress, early parts and cancellation.

import type { Progress } from "../decoder/source.ts";
import type { Redirect } from "../link/address.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import type { FromWorker, RequestKind, Requests, ToWorker } from "./protocol.ts";

export interface RequestOptions {
  /** Aborting rejects the promise with the signal's reason and cancels the request in the worker. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onPart?: (part: Checkpoint) => void;
}

/** A request that failed; its message is for the user. */
export class RequestError extends Error {
  /** The bytes cannot be read because their host redirects to another one. */
  readonly redirect: Redirect | undefined;

  constructor(message: string, redirect?: Redirect) {
    super(message);
    this.redirect = redirect;
  }
}

/** The worker could not be loaded, or has ended by itself. Its message says what to do. */
export class WorkerEndedError extends Error {}

/** The worker as the page sees it. */
export interface Client {
  request<K extends RequestKind>(
    kind: K,
    request: Requests[K]["request"],
    options?: RequestOptions,
  ): Promise<Requests[K]["response"]>;
  /** Ends the worker; pending requests reject. */
  terminate(): void;
}

/** The error of a request if the worker could not be loaded or has ended: no response would ever come. */
const WORKER_ENDED = "The part of the page that reads images could not be loaded, or has stopped. Reload the page.";

/** The common part of Worker and MessagePort. */
export interface Channel {
  postMessage(message: ToWorker): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  /** Only a worker that cannot continue reports an error: an error in a handler fails one request. */
  onerror?: ((event: ErrorEvent) => void) | null;
  terminate?(): void;
}

interface Pending {
  resolve(response: unknown): void;
  reject(reason: unknown): void;
  options: RequestOptions;
}

/** Milliseconds between two checks whether the worker is still there, while it has requests to answer. */
const CHECK = 3000;

/**
 * A client over a worker (or anything that speaks its protocol).
 *
 * @param isBusy Whether the worker is handling requests. If it is not while requests are open, it has ended.
 */
export function createClient(channel: Channel, isBusy = async () => true): Client {
  const pending = new Map<number, Pending>();
  /** Requests without a last message, cancelled ones included. */
  const open = new Set<number>();
  const check = createCheck(open, isBusy, () => end(""));
  let nextId = 1;
  let ended: Error | null = null;

  const rejectAll = (reason: Error) => {
    for (const { reject } of pending.values()) reject(reason);
    pending.clear();
    open.clear();
  };

  channel.onmessage = ({ data }) => {
    check.heard();
    if (data.kind !== "progress" && data.kind !== "part") open.delete(data.id);
    const waiting = pending.get(data.id);
    if (waiting === undefined) return;
    if (data.kind === "progress") waiting.options.onProgress?.(data.progress);
    else if (data.kind === "part") waiting.options.onPart?.(data.part);
    else {
      pending.delete(data.id);
      if (data.kind === "response") waiting.resolve(data.response);
      else if (data.kind === "failed") waiting.reject(new RequestError(data.message, data.redirect));
      else waiting.reject(new DOMException("Cancelled", "AbortError"));
    }
  };
  const end = (message: string): void => {
    ended = new WorkerEndedError(message === "" ? WORKER_ENDED : `${WORKER_ENDED} (${message})`);
    rejectAll(ended);
  };
  channel.onerror = ({ message = "" }) => end(message);

  return {
    request(kind, request, options = {}) {
      const { signal } = options;
      const id = nextId++;
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        if (ended !== null) return reject(ended);
        pending.set(id, { resolve: resolve as (response: unknown) => void, reject, options });
        open.add(id);
        check.start();
        signal?.addEventListener(
          "abort",
          () => {
            if (!pending.delete(id)) return;
            channel.postMessage({ id, kind: "cancel" });
            reject(signal.reason);
          },
          { once: true },
        );
        channel.postMessage({ id, kind, request } as ToWorker);
      });
    },
    terminate() {
      channel.terminate?.();
      rejectAll(new DOMException("Closed", "AbortError"));
    },
  };
}

/** Checks now and then, while requests are open, whether the worker is still there: see busy-lock.ts. */
function createCheck(open: ReadonlySet<number>, isBusy: () => Promise<boolean>, onEnd: () => void) {
  let isWaiting = false;
  /** Consecutive checks at which the worker was not busy. One may fall between two messages. */
  let idle = 0;
  const run = async (): Promise<void> => {
    isWaiting = false;
    if (open.size === 0) return;
    idle = (await isBusy()) ? 0 : idle + 1;
    if (idle > 1 && open.size > 0) onEnd();
    else start();
  };
  const start = (): void => {
    if (isWaiting || open.size === 0) return;
    isWaiting = true;
    setTimeout(run, CHECK);
  };
  return {
    start,
    heard(): void {
      idle = 0;
    },
  };
}
