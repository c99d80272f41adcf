// Addresses of hosted images, from links or typed by the user: which are refused, and which need confirmation.

import { visible } from "../model/text/text.ts";

/** The longest address that is accepted. */
const LONGEST = 8192;

export interface Address {
  readonly url: string;
  /** With its port, made visible. */
  readonly host: string;
  /** On this machine or in a private network. */
  readonly local: boolean;
}

/** A host that sends requests for `from` on to another host, as `to`. */
export interface Redirect {
  readonly from: string;
  readonly to: string;
}

/** An address that can be fetched, or why not, as a sentence. `page`: the page's own address. */
export function addressOf(text: string, page: string): Address | { readonly refused: string } {
  const shown = visible(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  if (text.length > LONGEST) return { refused: `The address is longer than ${LONGEST} characters.` };
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return { refused: `“${shown}” is not a web address. It must begin with https:// or http://.` };
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    const advice = url.protocol === "file:" ? " Drop the file on the page instead." : "";
    return {
      refused: `Addresses that begin with ${visible(url.protocol)} are not opened, only https: and http:.${advice}`,
    };
  }
  if (url.username !== "" || url.password !== "") {
    return { refused: `The address of ${visible(url.host)} has a user name or password in it. Use one without.` };
  }
  const local = isLocalHost(url.hostname);
  if (new URL(page).protocol === "https:" && url.protocol === "http:" && !isLoopback(url.hostname)) {
    return {
      refused: `This page was loaded over https:, and browsers do not let it read ${visible(url.host)} over http:. Use an https: address, or download the file and drop it here.`,
    };
  }
  url.hash = "";
  return { url: url.href, host: visible(url.host), local };
}

/** Whether a host, as the URL class writes it, is this machine. */
function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  const v4 = ipv4(host);
  if (v4 !== null) return v4[0] === 127 || v4[0] === 0;
  const v6 = ipv6(host) ?? [Number.NaN];
  return v6.slice(0, 7).every((group) => group === 0) && (v6[7] === 1 || v6[7] === 0);
}

/** Whether a host, as the URL class writes it, is this machine or in a private or link-local network, by its name. */
export function isLocalHost(hostname: string): boolean {
  if (isLoopback(hostname)) return true;
  const host = hostname.toLowerCase().replace(/\.$/, "");
  const v4 = ipv4(host);
  if (v4 !== null) return isPrivate(v4);
  const v6 = ipv6(host);
  if (v6 !== null) {
    const [first = 0] = v6;
    // fc00::/7 unique local, fe80::/10 link-local; ::ffff:0:0/96 and 64:ff9b::/96 hold an IPv4 address.
    if ((first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80) return true;
    const mapped = v6.slice(0, 5).every((group) => group === 0) && (v6[5] === 0xffff || v6[5] === 0);
    const translated = first === 0x64 && v6[1] === 0xff9b;
    const [high = 0, low = 0] = v6.slice(6);
    return (mapped || translated) && isPrivate([high >> 8, high & 255, low >> 8, low & 255]);
  }
  // A name without a dot, and names that are never public.
  return !host.includes(".") || /\.(?:local|internal|intranet|lan|home|home\.arpa|corp|private)$/.test(host);
}

/** RFC 1918, 3927 (link-local), 6598 (carriers), loopback and "this network". */
function isPrivate([a = 0, b = 0]: readonly number[]): boolean {
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168)
  );
}

/** The URL class writes every form of an IPv4 address (hex, octal, one number) as four decimal numbers. */
function ipv4(host: string): number[] | null {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) ? host.split(".").map(Number) : null;
}

/** The eight groups of `[…]`. */
function ipv6(host: string): number[] | null {
  if (!host.startsWith("[") || !host.endsWith("]")) return null;
  const [left = "", right] = host.slice(1, -1).split("::");
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const before = groups(left);
  const after = groups(right ?? "");
  const zeros = new Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0);
  return [...before, ...zeros, ...after];
}
