// An HTTP server on one interface, for pages and images.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, isIP } from "node:net";
import { hostname } from "node:os";
import { visible } from "../../app/model/text/text.ts";
import { CliError, systemReason } from "../error.ts";

/** Answers a GET or HEAD request; `path` is decoded and begins with a slash. */
export type Handler = (path: string, request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A server that accepts connections. */
export interface Listening {
  /** `http://127.0.0.1:8080/`, with the slash. */
  readonly address: string;
  /** Drops all connections and stops listening. */
  close(): Promise<void>;
}

/** Answers with a status and no body. */
export function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "text/plain", "x-content-type-options": "nosniff" }).end();
}

const METHODS = "GET, HEAD, OPTIONS";

const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;

/** How a server listens. */
export interface ListenOptions {
  /** Address to listen on; the default is 127.0.0.1. */
  readonly host?: string | undefined;
  /** 0: any that is free. */
  readonly port?: number;
  /** Names under which requests may reach the server, besides its addresses and this machine's name. */
  readonly names?: readonly string[];
  /** Headers of the response to an OPTIONS request for a path. */
  readonly preflight?: (path: string) => Promise<Readonly<Record<string, string>>>;
}

/**
 * Starts a server. It answers only requests to a name that it knows: another site could point a name of its own at this
 * machine (DNS rebinding), and browsers would let its pages read everything.
 *
 * @throws CliError if the address cannot be listened on.
 */
export async function listen(handler: Handler, options: ListenOptions = {}): Promise<Listening> {
  const { host = "127.0.0.1", port = 0, names = [], preflight = async () => ({}) } = options;
  const isKnown = hostTest(host, names);
  const server = createServer((request, response) => {
    const { method, headers } = request;
    if (method !== "GET" && method !== "HEAD" && method !== "OPTIONS") {
      response.setHeader("allow", METHODS);
      return refuse(response, 405);
    }
    if (!isKnown(headers.host ?? "")) return refuse(response, 403);
    const path = pathOf(request);
    if (path === null) return refuse(response, 400);
    if (method === "OPTIONS") {
      preflight(path)
        .catch(() => ({}))
        .then((more) => response.writeHead(204, { allow: METHODS, ...more }).end());
      return;
    }
    Promise.resolve()
      .then(() => handler(path, request, response))
      .catch(() => (response.headersSent ? response.destroy() : refuse(response, 500)));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  }).catch((error: unknown) => {
    const at = `${visible(host)}${port === 0 ? "" : ` port ${port}`}`;
    throw new CliError(`cannot listen on ${at}: ${systemReason(error)}`);
  });
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    address: `http://${name}:${(server.address() as AddressInfo).port}/`,
    close: () => closed(server),
  };
}

/**
 * Whether a Host header is one of a server that listens on `host`: on a loopback interface a loopback name; elsewhere
 * any address too, as no other site can point one here, and the names given and that of this machine.
 */
function hostTest(host: string, names: readonly string[]): (header: string) => boolean {
  if (["127.0.0.1", "localhost", "::1"].includes(host)) return (header) => LOOPBACK.test(header);
  const own = hostname().toLowerCase();
  const known = new Set([host, own, `${own}.local`, "localhost", ...names].map((name) => name.toLowerCase()));
  return (header) => {
    const name = header.replace(/:\d+$/, "").replace(/\.$/, "").toLowerCase();
    return known.has(name) || isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0;
  };
}

/** The decoded path of a request; `null` if it is malformed. */
function pathOf({ url = "/" }: IncomingMessage): string | null {
  try {
    return decodeURIComponent(url.split(/[?#]/, 1)[0] ?? "/");
  } catch {
    return null;
  }
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Resolves on Ctrl-C or SIGTERM. */
export function untilEnded(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}
