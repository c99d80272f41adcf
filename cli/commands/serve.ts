// ckptscope serve DIR

import { realpathSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { visible } from "../../app/model/text/text.ts";
import type { SERVE } from "../arguments/commands.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import { CliError, systemReason } from "../error.ts";
import { isFolder, openHosted } from "../http/hosted.ts";
import { pageFolder, sendPage } from "../http/page.ts";
import { sendSource } from "../http/ranges.ts";
import { type Handler, listen, refuse, untilEnded } from "../http/server.ts";
import type { Io } from "../io.ts";
import { indexPage } from "./serve-index.ts";
import { imageAt, imagesIn } from "./serve-list.ts";

export async function run({ operands: [path = ""], options }: ArgumentsOf<typeof SERVE>, io: Io): Promise<number> {
  const { host, port = 0 } = options;
  if (port > 65_535) throw new CliError(`--port: ${port} is not a port; use 0 to 65535`);
  const folder = existingFolder(path);
  const handler = folderHandler(folder, pageFolder(), io);
  const served = await listen(handler, {
    host,
    port,
    names: options["allow-host"]?.split(",") ?? [],
    preflight: (path) => preflightHeaders(folder, path, io),
  });
  await io.print(`${served.address}\n(Ctrl-C to stop)\n`);
  await untilEnded();
  await served.close();
  return 0;
}

function existingFolder(path: string): string {
  let folder: string;
  try {
    folder = realpathSync(path);
  } catch (error) {
    throw new CliError(`${visible(path)}: ${systemReason(error)}`);
  }
  if (!isFolder(folder)) throw new CliError(`${visible(path)}: not a directory`);
  return folder;
}

const INDEX_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cache-control": "no-cache",
};

/** Any page may read the images: they are served to be opened from elsewhere. */
const IMAGE_HEADERS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "Accept-Ranges, Content-Range, ETag",
  "cross-origin-resource-policy": "cross-origin",
};

/** Headers of the response to a preflight request: browsers from before 2024 send one for a range. */
export async function preflightHeaders(folder: string, path: string, io: Io): Promise<Record<string, string>> {
  if ((await imageOf(folder, path, io)) === null) return {};
  return {
    ...IMAGE_HEADERS,
    "access-control-allow-methods": "GET, HEAD",
    "access-control-allow-headers": "Range",
    "access-control-max-age": "3600",
  };
}

/** The file or directory of the image at an address of this server; `null`: none. */
const imageOf = async (folder: string, path: string, io: Io): Promise<string | null> =>
  path.startsWith("/images/") ? await imageAt(folder, path.slice("/images/".length), io) : null;

/** Serves the index at `/`, the page under `/page/` and the images under `/images/`. */
export function folderHandler(folder: string, page: string, io: Io): Handler {
  return async (path, request, response) => {
    if (path === "/") {
      response.writeHead(200, INDEX_HEADERS).end(indexPage(await imagesIn(folder, io), originOf(request)));
      return;
    }
    if (path.startsWith("/page/")) return sendPage(page, path.slice("/page".length), response);
    const file = await imageOf(folder, path, io);
    if (file === null) return refuse(response, 404);
    const { source, etag, close } = await openHosted(file, io, { outside: false });
    try {
      await sendSource(request, response, source, etag, IMAGE_HEADERS);
    } finally {
      close();
    }
  };
}

/** The origin that the request was sent to. */
function originOf({ headers, socket }: IncomingMessage): string {
  const { host = "" } = headers;
  return `http://${/^[\w.:[\]-]+$/.test(host) ? host : `127.0.0.1:${socket.localPort ?? 80}`}`;
}
