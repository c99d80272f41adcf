// What a handler of a request is.

import type { Progress } from "../../decoder/source.ts";
import { copyOf, transferables } from "../../decoder/transfer.ts";
import type { Checkpoint } from "../../model/checkpoint.ts";
import type { RequestKind, Requests } from "../protocol.ts";

/** What a handler may use before it responds. */
export interface Exchange {
  /** Aborted when the page cancels the request. */
  readonly signal: AbortSignal;
  reportProgress(progress: Progress): void;
  /** Sends an early part of the response. */
  sendPart(part: Checkpoint): void;
}

export interface Result<K extends RequestKind> {
  readonly response: Requests[K]["response"];
  /** Buffers of the response that are moved to the page instead of copied. The worker loses them. */
  readonly transfer?: Transferable[];
}

type Handler<K extends RequestKind> = (request: Requests[K]["request"], exchange: Exchange) => Promise<Result<K>>;

/** A handler for each of some kinds of request. */
export type Handlers<K extends RequestKind = RequestKind> = { readonly [Kind in K]: Handler<Kind> };

/** A copy of a checkpoint that can be moved to the page. Copying here keeps the page responsive. */
export function copyForPage(checkpoint: Checkpoint): { checkpoint: Checkpoint; transfer: Transferable[] } {
  const copy = copyOf(checkpoint);
  return { checkpoint: copy, transfer: transferables(copy) };
}
