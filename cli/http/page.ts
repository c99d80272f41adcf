// Serves the built page.

import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { CliError } from "../error.ts";
import { type Listening, listen, refuse } from "./server.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
};

/** The folder of the built page. @throws CliError if it was not built. */
export function pageFolder(): string {
  // The program is in dist/cli and the page in dist; in a test this file is in cli/http.
  const candidates = ["..", "../../dist"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)).replace(/[/\\]$/, ""),
  );
  const folder = candidates.find((candidate) => existsSync(join(candidate, "service-worker.js")));
  if (folder === undefined) throw new CliError("the page has not been built; run 'npm run build'");
  return folder;
}

/**
 * The file at a path within a folder, symbolic links resolved; `null` if there is none or it is outside the folder.
 */
export function fileWithin(folder: string, path: string): string | null {
  const named = normalize(join(folder, path));
  if (path.includes("\0") || !existsSync(named)) return null;
  const file = realpathSync(named);
  return file.startsWith(realpathSync(folder) + sep) ? file : null;
}

/**
 * Sends a file of the page.
 *
 * @param once The page is at this address only until the command ends, so it is not to install itself for offline use.
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
      // The page's own policy, in a meta element, cannot say this.
      "content-security-policy": "frame-ancestors 'none'",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
    })
    // Node leaves the body out of the response to a HEAD request.
    .end(body);
}

/** Serves the page alone, on the loopback interface. `port` 0: any that is free. */
export function servePage(folder: string, port = 0): Promise<Listening> {
  return listen((path, _request, response) => sendPage(folder, path, response), { port });
}
