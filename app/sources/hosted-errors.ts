// Errors of hosted images, with advice on what to do.

import { SourceError } from "../decoder/source.ts";
import type { Redirect } from "../link/address.ts";
import { shortText, visible } from "../model/text/text.ts";

/** A redirect to another host, which the user has to agree to first. */
export class RedirectError extends SourceError {
  readonly redirect: Redirect;

  constructor(message: string, redirect: Redirect) {
    super(message);
    this.redirect = redirect;
  }
}

/** The location of a hosted image, in words for the user. */
export interface Place {
  readonly host: string;
  /** The file's own name. */
  readonly file: string;
}

/** The host of an address, and the last part of its path. */
export function placeOf(url: string): Place {
  const { host, pathname } = new URL(url);
  const last = pathname.slice(pathname.lastIndexOf("/") + 1);
  let file = last;
  try {
    file = decodeURIComponent(last);
  } catch {
    // Not valid percent-encoding: shown as is.
  }
  return { host: visible(host), file: visible(file) || "the file" };
}

const INSTEAD = "Or download the file and drop it here.";

export const hostedErrors = {
  unreachable: ({ host }: Place): SourceError =>
    new SourceError(
      `${host} cannot be reached: there is no such host, it refuses connections, or the network is down. Check the address.`,
    ),

  /** The host responds, but CORS does not let this page read it. `origin`: the page's. */
  forbidden: ({ host, file }: Place, origin: string): SourceError =>
    new SourceError(
      `${host} can be reached, but does not let this page read ${file}: its response lacks the header ` +
        `“Access-Control-Allow-Origin: ${origin}” (or “*”). See docs/hosting.md for S3, nginx and others. ${INSTEAD}`,
    ),

  status({ host, file }: Place, status: number): SourceError {
    if (status === 404 || status === 410) {
      return new SourceError(`${host} has no ${file} at this address (${status}). Check the address.`);
    }
    if (status === 401 || status === 403) {
      return new SourceError(
        `${host} does not allow public access to ${file} (${status}). Use a public or a signed address. ${INSTEAD}`,
      );
    }
    if (status === 429 || status >= 500) {
      return new SourceError(`${host} is overloaded or failing (${status}). Try again later.`);
    }
    return new SourceError(`${host} responded with status ${status} instead of ${file}. Check the address.`);
  },

  html: ({ host, file }: Place): SourceError =>
    new SourceError(
      `${host} returned a web page instead of an image. Use the address of ${file} itself (“raw”, “download”), not of a page about it.`,
    ),

  changed: ({ host, file }: Place): SourceError =>
    new SourceError(`${file} was changed on ${host} since it was opened. Open it again.`),

  /** A later response has a different range than was requested. */
  otherBytes: ({ host, file }: Place): SourceError =>
    new SourceError(`${host} returned the wrong range of ${file}. ${INSTEAD}`),

  broke: ({ host, file }: Place): SourceError =>
    new SourceError(`The connection to ${host} broke while ${file} was being read, and again on the second try.`),

  tooLarge: ({ host, file }: Place, limit: number): SourceError =>
    new SourceError(
      `${host} does not support range requests, and ${file} exceeds the ${limit / 2 ** 20} MiB limit for loading a file whole. ` +
        `See docs/hosting.md. ${INSTEAD}`,
    ),

  redirected({ host, file }: Place, redirect: Redirect): RedirectError {
    const to = `${visible(new URL(redirect.to).host)}. Open that address itself if you trust it: ${shortText(visible(redirect.to))}`;
    return new RedirectError(`${host} redirects ${file} to another host, ${to}`, redirect);
  },
};
