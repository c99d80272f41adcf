// ckptscope serve DIR: hosts a folder of images, with an index of ready-made links.

import { readdirSync, realpathSync, statSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join, relative, sep } from "node:path";
import { parseArgs } from "node:util";
import { recogniseCriu } from "../../app/decoder/criu/index.ts";
import { recognise } from "../../app/decoder/linux-cr/recognise.ts";
import { toFragment } from "../../app/link/link.ts";
import { visible } from "../../app/model/text.ts";
import { isFolder, openHosted } from "../http/hosted.ts";
import { sendSource } from "../http/ranges.ts";
import { fileWithin, type Handler, listen, pageFolder, refuse, sendPage, untilEnded } from "../http/server.ts";
import { CliError, type Command } from "../images.ts";
import type { Io } from "../io.ts";
import { systemReason } from "../sources.ts";

/** Entries of the folder that are looked at. */
const MOST_ENTRIES = 5000;

/** An image in the folder. */
interface Entry {
  /** From the folder, with slashes; of a folder with an image set with `.tar` at the end. */
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** Any page may read the images: that is what they are hosted for. */
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "Accept-Ranges, Content-Range, ETag",
  "cross-origin-resource-policy": "cross-origin",
};

/** Serves the index at `/`, the page under `/page/` and the images under `/images/`. */
export function folderHandler(folder: string, page: string, io: Io): Handler {
  return async (path, request, response) => {
    if (path === "/") {
      const html = indexOf(await imagesIn(folder, io), originOf(request));
      const headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "cache-control": "no-cache",
      };
      response.writeHead(200, headers).end(html);
      return;
    }
    if (path.startsWith("/page/")) return sendPage(page, path.slice("/page".length), response);
    if (!path.startsWith("/images/")) return refuse(response, 404);
    const named = path.slice("/images".length);
    const set = named.endsWith(".tar") ? fileWithin(folder, named.slice(0, -".tar".length)) : null;
    const file = fileWithin(folder, named) ?? (set !== null && isImageSet(set) ? set : null);
    if (file === null || (file !== set && isFolder(file))) return refuse(response, 404);
    const hosted = await openHosted(file, io);
    try {
      await sendSource(request, response, hosted.source, hosted.etag, CORS);
    } finally {
      hosted.close();
    }
  };
}

const isImageSet = (path: string): boolean =>
  isFolder(path) && readdirSync(path).some((name) => name === "inventory.img" || /^pstree(?:-\d+)?\.img$/.test(name));

/** The images in a folder and the folders in it, by path. Symbolic links and hidden files are passed over. */
async function imagesIn(folder: string, io: Io): Promise<Entry[]> {
  const found: Entry[] = [];
  const open = [folder];
  let looked = 0;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (++looked > MOST_ENTRIES) return found;
      const path = join(at, entry.name);
      const name = relative(folder, path).split(sep).join("/");
      if (entry.name.startsWith(".") || (!entry.isFile() && !entry.isDirectory())) continue;
      try {
        if (entry.isDirectory()) {
          if (!isImageSet(path)) open.push(path);
          else {
            const { source, close } = await openHosted(path, io);
            close();
            found.push({ path: `${name}.tar`, bytes: source.size, modified: statSync(path).mtimeMs });
          }
        } else if (await isImage(path, io)) {
          const { size, mtimeMs } = statSync(path);
          found.push({ path: name, bytes: size, modified: mtimeMs });
        }
      } catch {
        // What cannot be read, or is gone by now, is not listed.
      }
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function isImage(path: string, io: Io): Promise<boolean> {
  const { source, close } = await openHosted(path, io);
  try {
    const head = await source.read(0, 512);
    return recogniseCriu(source.name, head) !== null || (await recognise(source)) !== null;
  } finally {
    close();
  }
}

/** The address that the request was sent to. */
function originOf({ headers, socket }: IncomingMessage): string {
  const { host = "" } = headers;
  return `http://${/^[\w.:[\]-]+$/.test(host) ? host : `127.0.0.1:${socket.localPort ?? 80}`}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for an HTML page. */
const html = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");

/** The index: each image with a link that opens it, and one that compares it with the one before it in time. */
function indexOf(images: readonly Entry[], origin: string): string {
  const addressOf = ({ path }: Entry) => `${origin}/images/${path.split("/").map(encodeURIComponent).join("/")}`;
  const link = (text: string, open: Entry, compared?: Entry): string => {
    const fragment = toFragment({ open: addressOf(open), ...(compared && { with: addressOf(compared) }) });
    return `<a href="${html(`${origin}/page/#${fragment}`)}">${html(text)}</a>`;
  };
  const inTime = images.toSorted((a, b) => a.modified - b.modified);
  const rows = images.map((image) => {
    const earlier = inTime[inTime.indexOf(image) - 1];
    const compare = earlier ? link(`compare with ${visible(earlier.path)}`, earlier, image) : "";
    const cells = [
      link(visible(image.path), image),
      `${image.bytes}`,
      new Date(image.modified).toISOString().slice(0, 19).replace("T", " "),
      compare,
      `<a href="${html(addressOf(image))}">file</a>`,
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">',
    '<meta name="viewport" content="width=device-width"><title>Checkpoint images</title></head><body>',
    "<h1>Checkpoint images</h1>",
    images.length === 0
      ? "<p>There are no checkpoint images in this folder.</p>"
      : `<table><thead><tr><th>Image</th><th>Bytes</th><th>Changed (UTC)</th><th>Compare</th><th></th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`,
    "</body></html>",
    "",
  ].join("\n");
}

export const serve: Command = {
  name: "serve",
  usage: "serve DIR [--host HOST] [--port PORT]",
  summary: "hosts a folder of images, with ready-made links; on this machine alone unless a host is named",
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { host: { type: "string" }, port: { type: "string" } },
    });
    const [path, ...others] = positionals;
    if (path === undefined || others.length > 0) throw new CliError("serve takes one folder");
    const port = Number(values.port ?? 0);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new CliError(`--port: ${visible(values.port ?? "")} is no port`);
    }
    const page = pageFolder();
    if (page === null) throw new CliError("the page was not built: npm run build");
    let folder: string;
    try {
      folder = realpathSync(path);
      if (!isFolder(folder)) throw new CliError(`${visible(path)} is no folder`);
    } catch (error) {
      if (error instanceof CliError) throw error;
      throw new CliError(`${visible(path)}: ${systemReason(error)}`);
    }
    const { server, address } = await listen(folderHandler(folder, page, io), values.host, port).catch(
      (error: unknown) => {
        throw new CliError(error instanceof Error ? error.message : String(error));
      },
    );
    await io.print(`${address}\n(Ctrl-C ends it)\n`);
    await untilEnded();
    server.closeAllConnections();
    server.close();
    return 0;
  },
};
