// Opens hosted images: from a URL that the user enters, or from a link, after asking unless the link is known.

import { type Address, addressOf } from "../../link/address.ts";
import { fromFragment } from "../../link/link.ts";
import type { Shell } from "../shell.ts";
import type { Input, Origin } from "../state.ts";
import { createLinkMemory, pageStorage } from "./link-memory.ts";

const ADVICE = "Use a URL that starts with http: or https:, or drop the image on the page.";

const memory = () => createLinkMemory(pageStorage(), globalThis.crypto?.subtle);

function inputOf({ url, host }: Address): Input {
  const { pathname } = new URL(url);
  let name = pathname.slice(pathname.lastIndexOf("/") + 1);
  try {
    name = decodeURIComponent(name);
  } catch {
    // Not valid percent-encoding: shown as is.
  }
  return { name: name || host, files: [{ path: name || host, url }], from: host };
}

const originOf = ([open, compared]: readonly Address[]): Origin =>
  open === undefined ? null : { open: open.url, ...(compared && { with: compared.url }) };

/** Parses URLs. Reports a failure and returns `null` if one cannot be fetched. */
function checked(shell: Shell, texts: readonly string[]): readonly Address[] | null {
  const addresses: Address[] = [];
  for (const text of texts) {
    const address = addressOf(text, window.location.href);
    if ("refused" in address) {
      shell.fail({ message: address.refused, advice: ADVICE });
      return null;
    }
    addresses.push(address);
  }
  return addresses;
}

/** Opens the images that a link points to. Asks first, unless the link was made or opened in this browser before. */
export async function openLinked(shell: Shell, texts: readonly string[]): Promise<void> {
  const addresses = checked(shell, texts);
  if (addresses === null) return;
  const urls = addresses.map(({ url }) => url);
  // The page's own host learns nothing new from these requests.
  const own = urls.every((url) => new URL(url).origin === window.location.origin);
  if (!own && !(await memory().knows(urls)) && !(await askToFetch(shell, addresses))) return;
  await memory().remember(urls);
  await followRedirects(shell, addresses, (final) => shell.openLinked(final.map(inputOf), originOf(final)));
}

/** More redirects in a row are not followed. */
const MOST_REDIRECTS = 5;

/** Opens addresses. If a host redirects to another one, asks whether to open the image from there, and does. */
async function followRedirects(
  shell: Shell,
  addresses: readonly Address[],
  open: (addresses: readonly Address[]) => Promise<void>,
): Promise<void> {
  let current = addresses;
  for (let redirects = 0; ; redirects++) {
    await open(current);
    const { failure } = shell.store.get();
    const { from, to } = failure?.redirect ?? {};
    const target = to === undefined ? null : addressOf(to, window.location.href);
    if (target === null || "refused" in target || redirects === MOST_REDIRECTS) return;
    if (!(await askToFetch(shell, [target], true))) return;
    current = current.map((address) => (address.url === from ? target : address));
    await memory().remember(current.map(({ url }) => url));
  }
}

/** Asks the user. Closing the dialog means no. `redirected`: the address is one that a host redirects to. */
function askToFetch(shell: Shell, addresses: readonly Address[], redirected = false): Promise<boolean> {
  return new Promise((resolve) => {
    const dialog = { kind: "fetch" as const, addresses, redirected, onChoice: (yes: boolean) => settle(yes) };
    shell.store.set({ dialog });
    const stop = shell.store.subscribe(() => {
      if (shell.store.get().dialog !== dialog) settle(false);
    });
    const settle = (yes: boolean) => {
      stop();
      resolve(yes);
      if (shell.store.get().dialog === dialog) shell.store.set({ dialog: null });
    };
  });
}

/** Whether a fragment is that of a link of this page, and whether the link says where its images are. */
function linkIn(fragment: string): "images" | "no images" | null {
  const { sample, open, data } = fromFragment(fragment);
  if (sample !== undefined || open !== undefined || data !== undefined) return "images";
  return /^#v=\d{1,4}&/.test(fragment) ? "no images" : null;
}

/**
 * Follows a link of this page, from whichever host: its images and view are in its fragment, so that only this is used.
 */
function followLink(shell: Shell, fragment: string, compare: boolean): string | null {
  if (linkIn(fragment) === "no images") {
    return "This link contains a view, but neither images nor an address of any. Ask the sender for a link with the image inside, or for the image.";
  }
  if (compare && shell.store.get().docs.length > 0) {
    return "A link opens its own images and cannot be compared with the open one. Use Open, or the address of an image.";
  }
  shell.store.set({ dialog: null });
  // Not by `hash`, which does nothing if the fragment stays the same.
  window.location.assign(fragment);
  return null;
}

/**
 * Opens a URL that the user typed or pasted: the address of an image, or a link of this page.
 *
 * @param compare Whether to compare it with the open image instead of replacing that.
 * @returns An error message, or `null`.
 */
export async function openAddress(shell: Shell, text: string, compare: boolean): Promise<string | null> {
  const [, fragment = ""] = /^[^#]*(#\S*)\s*$/.exec(text) ?? [];
  if (linkIn(fragment) !== null) return followLink(shell, fragment, compare);
  const address = addressOf(text, window.location.href);
  if ("refused" in address) return address.refused;
  const { docs, origin } = shell.store.get();
  shell.store.set({ dialog: null });
  if (!compare || docs.length === 0) {
    await memory().remember([address.url]);
    void followRedirects(shell, [address], (final) => shell.open(final.map(inputOf), originOf(final)));
    return null;
  }
  // A link can point to both images only if the open one is hosted too.
  const before = origin !== null && "open" in origin && docs.length === 1 ? origin.open : null;
  if (before !== null) await memory().remember([before, address.url]);
  void followRedirects(shell, [address], async (final) => {
    for (const each of final) {
      await shell.compareWith(inputOf(each), before === null ? null : { open: before, with: each.url });
    }
  });
  return null;
}

/** Remembers a link that was just made, so that it opens here without asking. */
export function rememberLink(origin: Origin): Promise<void> {
  if (origin === null || !("open" in origin)) return Promise.resolve();
  return memory().remember(origin.with === undefined ? [origin.open] : [origin.open, origin.with]);
}

/** The URL in a pasted text, if it consists of one; else `null`. */
export function pastedAddress(text: string): string | null {
  const trimmed = text.trim();
  return /^https?:\/\/\S+$/i.test(trimmed) ? trimmed : null;
}
