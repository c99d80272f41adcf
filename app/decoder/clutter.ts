// Files that file managers leave behind in folders and archives.

import { baseName } from "../model/text/paths.ts";

const CLUTTER: ReadonlySet<string> = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);

/** Whether a file is of no interest, by its name. `._x` holds macOS metadata of `x`. */
export function isClutter(path: string): boolean {
  const name = baseName(path);
  return CLUTTER.has(name) || name.startsWith("._");
}
