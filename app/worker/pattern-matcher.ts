// The matcher of a regular expression that can be stopped: it has a worker do the matching, and ends that worker.

import type { Matcher } from "../memory/matchers.ts";
import { BEHIND, compile, LONGEST_MATCH, type Pattern } from "../memory/regex.ts";
import type { PatternTask } from "./pattern-worker.ts";

/** Most matches of one window. */
const MOST = 10_000;

/**
 * A matcher that rejects, with the signal's reason, as soon as the signal is aborted.
 *
 * @throws SyntaxError for an invalid pattern.
 */
export function stoppableMatcher(pattern: Pattern, signal: AbortSignal): Matcher {
  compile(pattern);
  let worker: Worker | null = null;
  const end = (): void => {
    worker?.terminate();
    worker = null;
  };
  signal.addEventListener("abort", end, { once: true });
  return {
    behind: BEHIND,
    ahead: LONGEST_MATCH,
    async find(bytes, from, to, report) {
      signal.throwIfAborted();
      worker ??= new Worker(new URL("./pattern-worker.ts", import.meta.url), { type: "module" });
      const found = await ask(worker, { pattern, bytes: bytes.slice(), from, to, most: MOST }, signal);
      for (let at = 0; at < found.length; at += 2) {
        if (!report(found[at] as number, found[at + 1] as number)) return;
      }
    },
  };
}

function ask(worker: Worker, task: PatternTask, signal: AbortSignal): Promise<Float64Array> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    worker.onmessage = ({ data }: MessageEvent<Float64Array>) => {
      signal.removeEventListener("abort", abort);
      resolve(data);
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(task, [task.bytes.buffer]);
  });
}
