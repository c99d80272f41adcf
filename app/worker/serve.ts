// The worker's end of the protocol: receives requests on a port, runs their handlers and sends the responses.

import type { PlatformUnpackers } from "../decoder/archive/compression/platform.ts";
import { SourceError } from "../decoder/source.ts";
import { patternMatcher } from "../memory/regex.ts";
import { isPartMissing, PART_MISSING } from "../model/text/missing-part.ts";
import { RedirectError } from "../sources/hosted-errors.ts";
import type { Busy } from "./busy-lock.ts";
import { createDocuments } from "./documents.ts";
import { exportHandlers } from "./handlers/export.ts";
import { copyForPage, type Exchange, type Handlers, type Result } from "./handlers/handler.ts";
import { hostHandlers } from "./handlers/host.ts";
import { markHandlers } from "./handlers/marks.ts";
import { memoryHandlers, type PatternMatching } from "./handlers/memory.ts";
import { memoryDiffHandlers } from "./handlers/memory-diff.ts";
import { openHandlers } from "./handlers/open.ts";
import { readHandlers } from "./handlers/read.ts";
import { viewHandlers } from "./handlers/views.ts";
import type { FromWorker, RequestKind, ToWorker, WorkerRequest } from "./protocol.ts";
import { webUnpackers } from "./web-unpackers.ts";

/** The common part of a worker's global scope and a message port. */
export interface Port {
  postMessage(message: FromWorker, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

/** What a worker can do and a page cannot. */
export interface Means {
  /** How regular expressions are matched; in place if absent, so that one that never ends cannot be stopped. */
  readonly matchPattern: PatternMatching;
  readonly unpackers: PlatformUnpackers;
  /** Called around requests. */
  readonly busy?: Busy;
}

/** Responds to requests on a port until it is closed. Documents belong to the port. */
export function serve(port: Port, means: Means = { matchPattern: patternMatcher, unpackers: webUnpackers() }): void {
  const { busy } = means;
  const handlers = createHandlers(means);
  const running = new Map<number, AbortController>();
  port.onmessage = async ({ data }) => {
    if (data.kind === "cancel") return running.get(data.id)?.abort();
    const control = new AbortController();
    running.set(data.id, control);
    await busy?.begin();
    await respond(port, handlers, data, control.signal);
    running.delete(data.id);
    busy?.end();
  };
}

function createHandlers({ matchPattern, unpackers }: Means): Handlers {
  const documents = createDocuments();
  return {
    ...openHandlers(documents, unpackers),
    ...readHandlers(documents),
    ...memoryHandlers(documents, matchPattern),
    ...memoryDiffHandlers(documents),
    ...viewHandlers(documents),
    ...exportHandlers(documents),
    ...markHandlers(documents),
    ...hostHandlers(documents),
  };
}

/** Runs the handler of one request and sends its response or error. */
async function respond(
  port: Port,
  handlers: Handlers,
  { id, kind, request }: WorkerRequest,
  signal: AbortSignal,
): Promise<void> {
  const post = (message: FromWorker, transfer: Transferable[] = []): void => port.postMessage(message, transfer);
  const exchange: Exchange = {
    signal,
    reportProgress: (progress) => post({ id, kind: "progress", progress }),
    sendPart(checkpoint) {
      const { checkpoint: part, transfer } = copyForPage(checkpoint);
      post({ id, kind: "part", part }, transfer);
    },
  };
  try {
    // `kind` and `request` come from one WorkerRequest and so match, which the type of `handlers[kind]` cannot express.
    const handle = handlers[kind] as (request: unknown, exchange: Exchange) => Promise<Result<RequestKind>>;
    const { response, transfer } = await handle(request, exchange);
    post({ id, kind: "response", response }, transfer);
  } catch (error) {
    if (signal.aborted) post({ id, kind: "cancelled" });
    else
      post({
        id,
        kind: "failed",
        message: messageOf(error),
        ...(error instanceof RedirectError && { redirect: error.redirect }),
      });
  }
}

/** The message for the user. Problems of an image are part of its checkpoint and never get here. */
function messageOf(error: unknown): string {
  if (error instanceof SourceError) return error.message;
  if (isPartMissing(error)) return PART_MISSING.message;
  return `Something went wrong in ckptscope: ${error instanceof Error ? error.message : String(error)}`;
}
