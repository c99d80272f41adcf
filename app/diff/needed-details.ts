// Which details of open files a comparison needs, so that a decoder can leave out the others: ids and inodes, which
// differ for every socket and pipe, take longest.

import { fileDetail } from "../model/detail-keys.ts";
import { SOCKET_DETAILS } from "../resources/sockets.ts";

const NOT_COMPARED: ReadonlySet<string> = new Set(["renumbered", "volatile", "repeated"]);

/**
 * Whether a detail is compared, or shown of a socket that was added or removed. Other files that a detail names are
 * compared by its links. @param kind Index into FILE_KINDS.
 */
export function isNeededDetail(key: string, kind: number): boolean | "without-ids" {
  const { compared } = fileDetail(key, kind);
  if (compared === "link" && !SOCKET_DETAILS.has(key)) return "without-ids";
  return !NOT_COMPARED.has(compared) || SOCKET_DETAILS.has(key);
}
