// Serves the built page, and opens a browser on it where there is one.

import { spawn } from "node:child_process";
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
};

/** Answers one request; `path` is decoded and begins with a slash. */
export type Handler = (path: string, request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Ends a request with nothing but a status. */
export function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "text/plain", "x-content-type-options": "nosniff" }).end();
}

/** The folder of the built page; `null` if it was not built. */
export function pageFolder(): string | null {
  // Beside dist/cli when installed; in the source tree under dist.
  const candidates = ["..", "../../dist"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)).replace(/[/\\]$/, ""),
  );
  return candidates.find((folder) => existsSync(join(folder, "service-worker.js"))) ?? null;
}

/** What a path leads to within a folder; `null` if that is no file, or outside. Symbolic links lead where they lead. */
export function fileWithin(folder: string, path: string): string | null {
  const named = normalize(join(folder, path));
  if (path.includes("\0") || !existsSync(named)) return null;
  const file = realpathSync(named);
  return file.startsWith(realpathSync(folder) + sep) ? file : null;
}

/**
 * Sends a file of the page. `once`: the page is at this address just now, and is not to be kept for work without a
 * network.
 */
export function sendPage(folder: string, path: string, response: ServerResponse, once = false): void {
  const file = fileWithin(folder, path.endsWith("/") ? `${path}index.html` : path);
  if (file === null || !statSync(file).isFile()) {
    refuse(response, 404);
    return;
  }
  let body: Buffer | string = readFileSync(file);
  if (once && file.endsWith("index.html")) {
    body = body.toString().replace("<head>", '<head>\n    <meta name="offline" content="no">');
  }
  response
    .writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": Buffer.byteLength(body),
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
    })
    // Of an answer to HEAD the server sends no body.
    .end(body);
}

const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;

/**
 * A server on an interface; `port` 0: any that is free. `address` ends with a slash. On the loopback interface only
 * requests to a loopback name are answered: a page elsewhere may give its own name this machine's address.
 */
export function listen(handler: Handler, host = "127.0.0.1", port = 0): Promise<{ server: Server; address: string }> {
  const isLoopback = ["127.0.0.1", "localhost", "::1"].includes(host);
  const server = createServer((request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405);
    if (isLoopback && !LOOPBACK.test(request.headers.host ?? "")) return refuse(response, 403);
    let path: string;
    try {
      path = decodeURIComponent((request.url ?? "/").split(/[?#]/, 1)[0] ?? "/");
    } catch {
      return refuse(response, 400);
    }
    Promise.resolve()
      .then(() => handler(path, request, response))
      .catch(() => (response.headersSent ? response.destroy() : refuse(response, 500)));
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const name = host.includes(":") ? `[${host}]` : host;
      resolve({ server, address: `http://${name}:${(server.address() as AddressInfo).port}/` });
    });
  });
}

/** A server for the page alone, on the loopback interface. */
export async function serveFolder(folder: string, port = 0): Promise<{ server: Server; address: string }> {
  const { server, address } = await listen(
    (path, _request, response) => sendPage(folder, path, response),
    undefined,
    port,
  );
  return { server, address: address.replace("127.0.0.1", "localhost") };
}

const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  // `start` would take an & in the address for the end of a command.
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Opens an address in the user's browser. Without a display, or in CI, nothing is opened. */
export function openBrowser(address: string): void {
  const { platform, env } = process;
  const headless = platform === "linux" && !env.DISPLAY && !env.WAYLAND_DISPLAY;
  if (headless || env.CI || env.BROWSER === "none") return;
  const [command, ...args] = OPENERS[platform] ?? ["xdg-open"];
  const child = spawn(command, [...args, address], { stdio: "ignore", detached: true });
  // The address was printed: the user can follow it.
  child.on("error", () => {});
  child.unref();
}

/** Resolves when the user ends the command (Ctrl-C), or it is told to end. */
export function untilEnded(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}
