// ckptscope IMAGE [IMAGE2]: the page with these images, on this machine alone.

import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { SourceError } from "../../app/decoder/source.ts";
import { toFragment } from "../../app/link/link.ts";
import { visible } from "../../app/model/text.ts";
import { hostedName, openHosted } from "../http/hosted.ts";
import { sendSource } from "../http/ranges.ts";
import { listen, openBrowser, pageFolder, refuse, sendPage, untilEnded } from "../http/server.ts";
import { CliError, type Command } from "../images.ts";
import type { Io } from "../io.ts";

/** Serves the page and images until it is closed. `address` opens them. */
export async function serveImages(
  paths: readonly string[],
  folder: string,
  io: Io,
): Promise<{ readonly address: string; close(): void }> {
  // What cannot be opened is told before the page is.
  for (const path of paths) if (path !== "-") (await openHosted(path, io)).close();
  const stdin = paths.includes("-") ? await openHosted("-", io) : null;
  // Whoever does not know the token, another user or a page in the browser, gets nothing.
  const token = randomBytes(18).toString("base64url");
  const prefix = `/${token}/`;
  const names = paths.map(hostedName);
  const { server, address } = await listen(async (path, request, response) => {
    if (!path.startsWith(prefix)) return refuse(response, 404);
    const rest = path.slice(prefix.length);
    const [, number, name] = /^images\/(\d)\/(.*)$/.exec(rest) ?? [];
    if (number === undefined) return sendPage(folder, `/${rest}`, response, true);
    const image = paths[Number(number)];
    if (image === undefined || name !== names[Number(number)]) return refuse(response, 404);
    const hosted = image === "-" && stdin !== null ? stdin : await openHosted(image, io);
    try {
      await sendSource(request, response, hosted.source, hosted.etag);
    } finally {
      hosted.close();
    }
  });
  const page = address.slice(0, -1) + prefix;
  const [open = "", compared] = names.map((name, at) => `${page}images/${at}/${encodeURIComponent(name)}`);
  return {
    address: `${page}#${toFragment({ open, ...(compared !== undefined && { with: compared }) })}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export const view: Command = {
  name: "view",
  usage: "[view] IMAGE [IMAGE2]",
  summary: "opens one image, or two to compare, in the browser; nothing leaves this machine",
  async run(args, io) {
    const { positionals } = parseArgs({ args, allowPositionals: true });
    if (positionals.length < 1 || positionals.length > 2) throw new CliError("view takes one image, or two to compare");
    const folder = pageFolder();
    if (folder === null) throw new CliError("the page was not built: npm run build");
    try {
      const { address, close } = await serveImages(positionals, folder, io);
      await io.print(`${address}\n(Ctrl-C ends it)\n`);
      openBrowser(address);
      await untilEnded();
      close();
    } catch (error) {
      if (error instanceof SourceError) throw new CliError(visible(error.message));
      throw error;
    }
    return 0;
  },
};
