// The types of request handlers.

import type { Progress } from "../../decoder/source.ts";
import { copyOf, transferables } from "../../decoder/transfer.ts";
import type { Checkpoint } from "../../model/checkpoint.ts";
import type { RequestKind, Requests } from "../protocol.ts";

/** A request in progress, as its handler sees it. */
export interface Exchange {
  /** Aborted when the page cancels the request. */
  readonly signal: AbortSignal;
  reportProgress(progress: Progress): void;
  /** Sends an early part of the response. */
  sendPart(part: Checkpoint): void;
}

export interface Result<K extends RequestKind> {
  readonly response: Requests[K]["response"];
  /** Buffers of the response to transfer to the page instead of copying. The worker loses them. */
  readonly transfer?: Transferable[];
}

type Handler<K extends RequestKind> = (request: Requests[K]["request"], exchange: Exchange) => Promise<Result<K>>;

/** Handlers for some kinds of request. */
export type Handlers<K extends RequestKind = RequestKind> = { readonly [Kind in K]: Handler<Kind> };

/** A copy of a checkpoint to transfer to the page. Copying in the worker keeps the page responsive. */
export function copyForPage(checkpoint: Checkpoint): { checkpoint: Checkpoint; transfer: Transferable[] } {
  const copy = copyOf(checkpoint);
  return { checkpoint: copy, transfer: transferables(copy) };
}
