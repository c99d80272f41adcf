// An HTTP server on one interface, for pages and images.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

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

const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;

/**
 * Starts a server. On a loopback interface it answers only requests to a loopback name: another site could point a
 * name of its own at this machine (DNS rebinding).
 *
 * @param port 0: any that is free.
 * @throws Error of the system if the address cannot be listened on.
 */
export async function listen(handler: Handler, host = "127.0.0.1", port = 0): Promise<Listening> {
  const isLoopback = ["127.0.0.1", "localhost", "::1"].includes(host);
  const server = createServer((request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405);
    if (isLoopback && !LOOPBACK.test(request.headers.host ?? "")) return refuse(response, 403);
    const path = pathOf(request);
    if (path === null) return refuse(response, 400);
    Promise.resolve()
      .then(() => handler(path, request, response))
      .catch(() => (response.headersSent ? response.destroy() : refuse(response, 500)));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    address: `http://${name}:${(server.address() as AddressInfo).port}/`,
    close: () => closed(server),
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
