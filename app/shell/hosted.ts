// Opening hosted images: by a link, which is asked about unless it was made here, or by an address that the user gives.

import { type Address, addressOf } from "../link/address.ts";
import { createLinkMemory, pageStorage } from "./link-memory.ts";
import type { Shell } from "./shell.ts";
import type { Input, Origin } from "./state.ts";

const ADVICE = "Only addresses of images on the web can be opened; anything else can be dropped here.";

const memory = () => createLinkMemory(pageStorage(), globalThis.crypto?.subtle);

function inputOf({ url, host }: Address): Input {
  const { pathname } = new URL(url);
  let name = pathname.slice(pathname.lastIndexOf("/") + 1);
  try {
    name = decodeURIComponent(name);
  } catch {
    // It is shown as it stands.
  }
  return { name: name || host, files: [{ path: name || host, url }], from: host };
}

const originOf = ([open, compared]: readonly Address[]): Origin =>
  open === undefined ? null : { open: open.url, ...(compared && { with: compared.url }) };

/** The addresses, if all can be fetched; the shell tells of the first that cannot. */
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

/** Opens what a link names, after the user was asked unless the link was made or opened here before. */
export async function openLinked(shell: Shell, texts: readonly string[]): Promise<void> {
  const addresses = checked(shell, texts);
  if (addresses === null) return;
  const urls = addresses.map(({ url }) => url);
  // What the page's own host gives is no news to it.
  const own = urls.every((url) => new URL(url).origin === window.location.origin);
  if (!own && !(await memory().knows(urls)) && !(await request(shell, addresses))) return;
  await memory().remember(urls);
  await shell.openLinked(addresses.map(inputOf), originOf(addresses));
}

/** Shows the question; closing it is a no. */
function request(shell: Shell, addresses: readonly Address[]): Promise<boolean> {
  return new Promise((resolve) => {
    const dialog = { kind: "fetch" as const, addresses, onChoice: (yes: boolean) => settle(yes) };
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

/**
 * Opens an address that the user typed or pasted, beside what is open if it is to be compared with that. Returns
 * a sentence if it cannot be.
 */
export async function openAddress(shell: Shell, text: string, compare: boolean): Promise<string | null> {
  const address = addressOf(text, window.location.href);
  if ("refused" in address) return address.refused;
  const { docs, origin } = shell.store.get();
  shell.store.set({ dialog: null });
  if (!compare || docs.length === 0) {
    await memory().remember([address.url]);
    void shell.open([inputOf(address)], { open: address.url });
    return null;
  }
  // A link can tell both only if the one that is open has an address too.
  const before = origin !== null && "open" in origin && docs.length === 1 ? origin.open : null;
  if (before !== null) await memory().remember([before, address.url]);
  void shell.compareWith(inputOf(address), before === null ? null : { open: before, with: address.url });
  return null;
}

/** Remembers the link that was just made, so that opening it here asks nothing. */
export function rememberLink(origin: Origin): Promise<void> {
  if (origin === null || !("open" in origin)) return Promise.resolve();
  return memory().remember(origin.with === undefined ? [origin.open] : [origin.open, origin.with]);
}

/** The address in a pasted text, if it is nothing but one. */
export function pastedAddress(text: string): string | null {
  const trimmed = text.trim();
  return /^https?:\/\/\S+$/i.test(trimmed) ? trimmed : null;
}
