// A static host for tests, well-behaved or not: the first part of a URL's path says how it behaves, the second names
// the file.

import type { IncomingMessage } from "node:http";
import type { Source } from "../../app/decoder/source.ts";
import { type Handler, listen } from "../../cli/http/server.ts";

/** How the host responds. */
const BEHAVIOURS = {
  /** Ranges, CORS, and all headers exposed. */
  good: {},
  /** Ranges and CORS, but only the headers that are always exposed. */
  terse: { terse: true },
  /** Like `terse`, and HEAD fails. */
  mute: { terse: true, noHead: true },
  /** Range is ignored. */
  whole: { whole: true },
  nocors: { nocors: true },
  html: { html: true },
  missing: { status: 404 },
  forbidden: { status: 403 },
  busy: { status: 503 },
  /** The file changes from the third request on. */
  changing: { changing: true },
  /** Each response is delayed by a quarter of a second. */
  slow: { slow: true },
  /** Range is ignored, and the body never ends. */
  endless: { whole: true, endless: true },
  /** Every range but the first breaks off when it is first requested. */
  flaky: { breaks: "once" },
  /** All ranges but the first break off. */
  broken: { breaks: "always" },
  /** Responds with a different range than requested. */
  shifted: { shifted: true },
  redirect: { redirect: true },
  /** Redirects to the same port under another name. */
  moved: { moved: true },
} satisfies Record<string, Behaviour>;

interface Behaviour {
  readonly terse?: boolean;
  readonly noHead?: boolean;
  readonly whole?: boolean;
  readonly nocors?: boolean;
  readonly html?: boolean;
  readonly status?: number;
  readonly changing?: boolean;
  readonly slow?: boolean;
  readonly endless?: boolean;
  readonly breaks?: "once" | "always";
  readonly shifted?: boolean;
  readonly redirect?: boolean;
  readonly moved?: boolean;
}

export interface Host {
  /** Ends in a slash; `good/NAME` and so on follow. */
  readonly url: string;
  /** One line for each request: method, path, range. */
  readonly requests: string[];
  /** Headers of the requests. */
  readonly headers: IncomingMessage["headers"][];
  /** Number of body bytes sent. */
  sent(): number;
  /** Resets the counts. */
  reset(): void;
  close(): Promise<void>;
}

/** Hosts files on a port of this machine. */
export async function host(files: Readonly<Record<string, Source>>): Promise<Host> {
  const requests: string[] = [];
  const headers: IncomingMessage["headers"][] = [];
  let sent = 0;

  const respond: Handler = async (path, request, response) => {
    const [, name = "", file = ""] = path.split("/");
    requests.push([request.method, path, request.headers.range].filter(Boolean).join(" "));
    headers.push(request.headers);
    const of = (BEHAVIOURS as Record<string, Behaviour>)[name];
    const source = files[file];
    if (!of?.nocors) response.setHeader("access-control-allow-origin", "*");
    if (of === undefined || source === undefined) return void response.writeHead(404).end("no");
    if (of.slow) await new Promise((resume) => setTimeout(resume, 250));
    if (of.status !== undefined) return void response.writeHead(of.status).end("no");
    if (of.redirect) return void response.writeHead(302, { location: `/good/${file}` }).end();
    if (of.moved) {
      const { port } = new URL(`http://${request.headers.host}`);
      return void response.writeHead(302, { location: `http://localhost:${port}/good/${file}` }).end();
    }
    if (of.html) {
      response.writeHead(200, { "content-type": "text/html" }).end("<!DOCTYPE html>\n<title>Sign in</title>");
      return;
    }
    if (of.noHead && request.method === "HEAD") return void response.writeHead(403).end();
    const version = of.changing && requests.length > 2 ? "two" : "one";
    response.setHeader("etag", `"${version}"`);
    response.setHeader("last-modified", "Sat, 01 Jan 2011 00:00:00 GMT");
    if (!of.terse) response.setHeader("access-control-expose-headers", "Content-Range, ETag, Accept-Ranges");
    const range = of.whole ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const shift = of.shifted && requests.length > 1 ? 1 : 0;
    const start = range === null ? 0 : Number(range[1]) + shift;
    const end =
      range === null
        ? source.size
        : Math.min(source.size, (range[2] === "" ? source.size : Number(range[2]) + 1) + shift);
    if (range !== null && start >= source.size) {
      return void response.writeHead(416, { "content-range": `bytes */${source.size}` }).end();
    }
    response.setHeader("content-length", end - start);
    if (range === null) response.writeHead(200);
    else response.writeHead(206, { "content-range": `bytes ${start}-${end - 1}/${source.size}` });
    if (request.method === "HEAD") return void response.end();
    const again = requests.filter((line) => line === requests.at(-1)).length > 1;
    const breaks = start > 0 && (of.breaks === "always" || (of.breaks === "once" && !again));
    for (let at = start; at < end; at += 1 << 20) {
      const bytes = await source.read(at, Math.min(1 << 20, end - at));
      const part = breaks || of.endless ? bytes.subarray(0, bytes.length / 2) : bytes;
      sent += part.length;
      await new Promise((written) => response.write(part, written));
      if (breaks) return void setTimeout(() => response.destroy(), 20);
      if (of.endless) return;
      if (response.closed) return;
    }
    response.end();
  };

  const { address, close } = await listen(respond);
  return {
    url: address,
    requests,
    headers,
    sent: () => sent,
    reset() {
      requests.length = 0;
      headers.length = 0;
      sent = 0;
    },
    close,
  };
}
