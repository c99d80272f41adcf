// Whether others can open a link.

import { isLocalHost } from "../../link/address.ts";
import type { Origin } from "../state.ts";

/** What a notice about a copied link adds if the page or an image is on this machine or in its network; else empty. */
export function reachNote(link: string, origin: Origin): string {
  const images = origin !== null && "open" in origin ? [origin.open, origin.with ?? link] : [];
  const isHere = [link, ...images].some((address) => isLocalHost(new URL(address, link).hostname));
  return isHere ? ", which others can open only if they can reach this machine or network" : "";
}
