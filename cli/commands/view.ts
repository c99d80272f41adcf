// ckptscope [view] IMAGE [IMAGE2]

import { randomBytes } from "node:crypto";
import { SourceError } from "../../app/decoder/source.ts";
import { toFragment } from "../../app/link/link.ts";
import { visible } from "../../app/model/text/text.ts";
import type { VIEW } from "../arguments/commands.ts";
import type { ArgumentsOf } from "../arguments/spec.ts";
import { CliError } from "../error.ts";
import { openSecretly } from "../http/browser.ts";
import { type Hosted, hostedName, openHosted } from "../http/hosted.ts";
import { pageFolder, sendPage } from "../http/page.ts";
import { sendSource } from "../http/ranges.ts";
import { type Handler, type Listening, listen, refuse, untilEnded } from "../http/server.ts";
import { isStream, requireOnce } from "../input.ts";
import type { Io } from "../io.ts";
import { earlierFirst } from "../order.ts";

export async function run({ operands }: ArgumentsOf<typeof VIEW>, io: Io): Promise<number> {
  const folder = pageFolder();
  let served: Listening;
  try {
    served = await serveImages(operands, folder, io);
  } catch (error) {
    if (error instanceof SourceError) throw new CliError(visible(error.message));
    throw error;
  }
  await io.print(`${served.address}\n(Ctrl-C to stop)\n`);
  const forget = openSecretly(served.address);
  try {
    await untilEnded();
  } finally {
    forget();
    await served.close();
  }
  return 0;
}

/**
 * Serves the page and one or two images on the loopback interface. `address` opens the page with the images.
 *
 * @param folder The built page.
 * @throws SourceError if an image cannot be opened.
 */
export async function serveImages(given: readonly string[], folder: string, io: Io): Promise<Listening> {
  // Reports files that cannot be opened now, not in the page.
  for (const path of given) if (!isStream(path)) (await openHosted(path, io)).close();
  requireOnce(given);
  const paths = await earlierFirst(given, io);
  // A pipe is read once.
  const streams = new Map<string, Hosted>();
  for (const path of paths) if (isStream(path)) streams.set(path, await openHosted(path, io));
  // Other users of this machine and other pages in the browser do not know the token, so they get nothing.
  const prefix = `/${randomBytes(18).toString("base64url")}/`;
  const images = paths.map((path) => ({
    name: hostedName(path),
    open: async () => streams.get(path) ?? (await openHosted(path, io)),
  }));
  const { address, close } = await listen(imagesHandler(images, prefix, folder));
  const page = address.slice(0, -1) + prefix;
  const [open = "", compared] = images.map(({ name }, index) => `${page}images/${index}/${encodeURIComponent(name)}`);
  return {
    address: `${page}#${toFragment({ open, ...(compared !== undefined && { with: compared }) })}`,
    close,
  };
}

interface ServedImage {
  readonly name: string;
  open(): Promise<Hosted>;
}

/** Serves images at PREFIX/images/INDEX/NAME, and the page at other paths below the prefix. */
function imagesHandler(images: readonly ServedImage[], prefix: string, folder: string): Handler {
  return async (path, request, response) => {
    if (!path.startsWith(prefix)) return refuse(response, 404);
    const rest = path.slice(prefix.length);
    const [, index, name] = /^images\/(\d)\/(.*)$/.exec(rest) ?? [];
    if (index === undefined) return sendPage(folder, `/${rest}`, response, true);
    const image = images[Number(index)];
    if (image === undefined || name !== image.name) return refuse(response, 404);
    const { source, etag, close } = await image.open();
    try {
      await sendSource(request, response, source, etag);
    } finally {
      close();
    }
  };
}
