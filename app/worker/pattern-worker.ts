// Matches regular expressions in a worker of their own: an expression that never ends is ended with the worker.

import { compile, findPattern, type Pattern } from "../memory/regex.ts";

/** What to match: bytes from `from` to `to` - 1 may begin a match. */
export interface PatternTask {
  readonly pattern: Pattern;
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly most: number;
}

const port = globalThis as unknown as {
  onmessage: ((event: MessageEvent<PatternTask>) => void) | null;
  postMessage(found: Float64Array): void;
};

port.onmessage = ({ data: { pattern, bytes, from, to, most } }) => {
  const found: number[] = [];
  findPattern(
    compile(pattern),
    pattern.utf16 === true,
    bytes,
    from,
    to,
    (start, end) => found.push(start, end) < 2 * most,
  );
  port.postMessage(Float64Array.from(found));
};
