// Serves the built page on localhost, and opens a browser on it where there is one.

import { spawn } from "node:child_process";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize, sep } from "node:path";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
};

/**
 * A server for the files of a folder, on the loopback interface alone. Names that lead out of the folder are not found.
 *
 * @param port 0: any that is free.
 */
export function serveFolder(folder: string, port = 0): Promise<{ server: Server; address: string }> {
  const server = createServer((request, response) => {
    const refuse = (status: number): void => {
      response.writeHead(status).end();
    };
    if (request.method !== "GET" && request.method !== "HEAD") return refuse(405);
    let path: string;
    try {
      path = decodeURIComponent((request.url ?? "/").split(/[?#]/, 1)[0] ?? "/");
    } catch {
      return refuse(400);
    }
    const file = normalize(join(folder, path.endsWith("/") ? `${path}index.html` : path));
    if (!file.startsWith(folder + sep) || !existsSync(file) || !statSync(file).isFile()) return refuse(404);
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": statSync(file).size,
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
    });
    if (request.method === "HEAD") response.end();
    else createReadStream(file).pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      resolve({ server, address: `http://localhost:${(server.address() as AddressInfo).port}/` });
    });
  });
}

const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
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
