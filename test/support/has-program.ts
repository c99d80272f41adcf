// Whether a program is installed.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether a program is in PATH, or a path leads to it. */
export function hasProgram(name: string): boolean {
  const paths = name.includes("/") ? [name] : (process.env.PATH ?? "").split(delimiter).map((part) => join(part, name));
  return paths.some((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
