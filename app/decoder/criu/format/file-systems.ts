// Names of file systems, as in /proc/filesystems.

import { enumName } from "./messages.ts";

/** Names that differ from those of CRIU's enum. */
const NAMES: Readonly<Record<string, string>> = { OVERLAYFS: "overlay" };

/** The name of mnt_entry.fstype; `null`: not known to CRIU 4.2. */
export function fileSystemName(type: number): string | null {
  const name = enumName("fstype", type);
  return name === null ? null : (NAMES[name] ?? name.toLowerCase());
}
