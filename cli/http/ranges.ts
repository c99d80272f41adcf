// Answers HTTP requests for a source, whole or in ranges.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Source } from "../../app/decoder/source.ts";

/** Bytes read and sent at a time. */
const CHUNK = 1024 * 1024;

/**
 * The bytes that a Range header requests. `whole`: no header, or one that is not understood; `null`: the range
 * begins past the end.
 */
export function rangeOf(header: string | undefined, size: number): { start: number; end: number } | "whole" | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return "whole";
  if (match[1] === "") {
    const last = Math.min(size, Number(match[2]));
    return last === 0 ? null : { start: size - last, end: size };
  }
  const start = Number(match[1]);
  const end = match[2] === "" ? size : Math.min(size, Number(match[2]) + 1);
  if (end <= start && start < size) return "whole";
  return start >= size ? null : { start, end };
}

/**
 * Sends a source, or the requested range of it. Closes the connection if the source becomes shorter meanwhile.
 *
 * @param etag Identifies its contents.
 */
export async function sendSource(
  request: IncomingMessage,
  response: ServerResponse,
  source: Source,
  etag: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { range, "if-range": condition } = request.headers;
  const wanted = condition !== undefined && condition !== etag ? "whole" : rangeOf(range, source.size);
  const common = {
    "content-type": "application/octet-stream",
    "accept-ranges": "bytes",
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    etag,
    ...headers,
  };
  if (wanted === null) {
    response.writeHead(416, { ...common, "content-range": `bytes */${source.size}` }).end();
    return;
  }
  const { start, end } = wanted === "whole" ? { start: 0, end: source.size } : wanted;
  const part = wanted === "whole" ? {} : { "content-range": `bytes ${start}-${end - 1}/${source.size}` };
  response.writeHead(wanted === "whole" ? 200 : 206, { ...common, ...part, "content-length": end - start });
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  for (let at = start; at < end && !response.destroyed; at += CHUNK) {
    const wanted = Math.min(CHUNK, end - at);
    const bytes = await source.read(at, wanted);
    // The file became shorter. On an open connection, the next response would be taken for the rest of this one.
    if (bytes.length < wanted) {
      response.destroy();
      return;
    }
    await new Promise((written) => response.write(bytes, written));
  }
  response.end();
}
