// Picks the change to show for an object, if several concern it. A descriptor that now leads to another file has a
// change of path, and can also be listed in sharing changes of other descriptors: its change of path is shown.

import type { ChangeKind } from "../changes.ts";

/** How a change concerns a descriptor or an open file. */
export interface Concern {
  readonly to: "descriptor" | "file";
  readonly kind: ChangeKind;
  /** Whether the change is listed under the name of the object's open file; not under its earlier name, say. */
  readonly isNamed: boolean;
  /** The descriptor, or one that leads to the open file, is the first that the change lists. */
  readonly isFirst: boolean;
}

/** Changes of what a descriptor leads to, and of the descriptor itself. */
const OF_SLOT: readonly ChangeKind[] = ["file-path", "fd-opened", "fd-closed", "close-on-exec"];

/** Changes of an open file's own values. */
const OF_VALUES: readonly ChangeKind[] = [
  "file-flags",
  "file-mode",
  "file-pos",
  "file-version",
  "file-detail",
  "file-linked",
];

/** By what is selected, the changes that are about it, the most telling first. */
const ORDER: Readonly<Record<Concern["to"], readonly ChangeKind[]>> = {
  descriptor: [...OF_SLOT, ...OF_VALUES],
  file: [...OF_VALUES, ...OF_SLOT],
};

/**
 * The rank of a change among those that concern an object; the lowest is about it. Own values come first, then sharing
 * of the open file, then changes under another name: its earlier one, or of other files.
 */
export function rankOf({ to, kind, isNamed, isFirst }: Concern): number {
  const place = ORDER[to].indexOf(kind);
  const isSharing = place === -1;
  // Values of a descriptor are its own under any name.
  const isOther = !isNamed && (isSharing || to === "file");
  return (isOther ? 200 : 0) + (isSharing ? 100 : place * 2) + (isFirst ? 0 : 1);
}
