// Errors of hosted images, as sentences that say what to do.

import { SourceError } from "../decoder/source.ts";
import { visible } from "../model/text.ts";

/** Where a hosted image is, in words. */
export interface Place {
  readonly host: string;
  /** The file's own name. */
  readonly file: string;
}

/** An address in words: its host, and the last part of its path. */
export function placeOf(url: string): Place {
  const { host, pathname } = new URL(url);
  const last = pathname.slice(pathname.lastIndexOf("/") + 1);
  let file = last;
  try {
    file = decodeURIComponent(last);
  } catch {
    // It is shown as it stands.
  }
  return { host: visible(host), file: visible(file) || "the file" };
}

const INSTEAD = "Or download the file and drop it here.";

export const hostedErrors = {
  unreachable: ({ host }: Place): SourceError =>
    new SourceError(
      `${host} cannot be reached: there is no such host, it refuses connections, or the network is down. Check the address.`,
    ),

  /** The host answers, but not to this page. `origin`: the page's. */
  forbidden: ({ host, file }: Place, origin: string): SourceError =>
    new SourceError(
      `${host} can be reached, but does not let this page read ${file}: its response lacks the header ` +
        `“Access-Control-Allow-Origin: ${origin}” (or “*”). docs/hosting.md says how S3, nginx and others send it. ${INSTEAD}`,
    ),

  status({ host, file }: Place, status: number): SourceError {
    if (status === 404 || status === 410) {
      return new SourceError(`${host} has no ${file} at this address (${status}). Check the address.`);
    }
    if (status === 401 || status === 403) {
      return new SourceError(
        `${host} does not give ${file} to everybody (${status}). Use a public or a signed address. ${INSTEAD}`,
      );
    }
    if (status === 429 || status >= 500) {
      return new SourceError(`${host} cannot answer right now (${status}). Try again later.`);
    }
    return new SourceError(`${host} answered with status ${status} instead of ${file}. Check the address.`);
  },

  html: ({ host, file }: Place): SourceError =>
    new SourceError(
      `${host} answered with a web page instead of an image. Use the address of ${file} itself (“raw”, “download”), not of a page about it.`,
    ),

  changed: ({ host, file }: Place): SourceError =>
    new SourceError(`${file} was changed on ${host} since it was opened. Open it again.`),

  /** A later answer holds other bytes than were asked for. */
  otherBytes: ({ host, file }: Place): SourceError =>
    new SourceError(`${host} answered a request for a part of ${file} with other bytes. ${INSTEAD}`),

  broke: ({ host, file }: Place): SourceError =>
    new SourceError(`The connection to ${host} broke while ${file} was read, and broke again at the second try.`),

  tooLarge: ({ host, file }: Place, limit: number): SourceError =>
    new SourceError(
      `${host} does not answer range requests, and ${file} is larger than the ${limit / 2 ** 20} MiB that are loaded whole. ` +
        `docs/hosting.md says how to host it. ${INSTEAD}`,
    ),

  redirected: ({ host, file }: Place, to: string): SourceError =>
    new SourceError(
      `${host} sends requests for ${file} on to ${visible(to)}, an address of a private network. Open that address itself if you trust it.`,
    ),
};
