// Which of the changes that concern an object is the one about it. A descriptor that leads to another file has a change
// of path, and may be listed in changes of sharing whose first descriptor is another: the change of path is shown.

import type { ChangeKind } from "./changes.ts";

/** How a change concerns a descriptor or an open file. */
export interface Concern {
  readonly to: "descriptor" | "file";
  readonly kind: ChangeKind;
  /** The change goes by the name of the object's open file. Not so: it is where that file was before, or a dup of it. */
  readonly isNamed: boolean;
  /** The descriptor, or one that leads to the open file, is the first that the change lists. */
  readonly isFirst: boolean;
}

/** What a descriptor leads to comes before values of that. */
const OF_DESCRIPTOR: readonly ChangeKind[] = [
  "file-path",
  "fd-opened",
  "fd-closed",
  "close-on-exec",
  "file-flags",
  "file-mode",
  "file-pos",
  "file-version",
  "file-detail",
  "file-linked",
];

/** An open file's own values come before who holds it. */
const OF_FILE: readonly ChangeKind[] = [
  "file-flags",
  "file-mode",
  "file-pos",
  "file-version",
  "file-detail",
  "file-linked",
  "file-path",
  "fd-opened",
  "fd-closed",
  "close-on-exec",
];

/**
 * The rank of a change among those that concern an object: the lowest is about it. Own values come first, then sharing
 * of the open file, then changes that go by another name: of what it was before, and those that only list it.
 */
export function rankOf({ to, kind, isNamed, isFirst }: Concern): number {
  const order = to === "descriptor" ? OF_DESCRIPTOR : OF_FILE;
  const place = order.indexOf(kind);
  const isSharing = place === -1;
  // Values of a descriptor are its own by whatever name.
  const isOther = !isNamed && (isSharing || to === "file");
  return (isOther ? 200 : 0) + (isSharing ? 100 : place * 2) + (isFirst ? 0 : 1);
}
