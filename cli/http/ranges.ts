// Answers HTTP requests for a source: the whole, or one range of it.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Source } from "../../app/decoder/source.ts";

/** Bytes sent at once. */
const CHUNK = 1024 * 1024;

/** A range of bytes, as a request asks for it: `whole` where it asks for none that is understood; `null`: past the end. */
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

/** Sends a source, or the part of it that is asked for. `etag`: names its contents. */
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
    const bytes = await source.read(at, Math.min(CHUNK, end - at));
    if (bytes.length === 0) break;
    await new Promise((written) => response.write(bytes, written));
  }
  response.end();
}
