// Which mounts lie under the root directory of this process.

import { readFileSync } from "node:fs";

/** Finds mounts by number, as fdinfo's mnt_id. */
export interface Mounts {
  /** Whether a mount can be reached from the root directory of this process. */
  has(id: string): boolean;
}

/** Reads /proc/self/mountinfo when first needed, and again for a number that is not in it. */
export function openMounts(): Mounts {
  const found = new Map<string, boolean>();
  return {
    has(id) {
      const known = found.get(id);
      if (known !== undefined) return known;
      for (const line of readFileSync("/proc/self/mountinfo", "latin1").split("\n")) {
        found.set(line.slice(0, line.indexOf(" ")), true);
      }
      if (!found.has(id)) found.set(id, false);
      return found.get(id) === true;
    },
  };
}
