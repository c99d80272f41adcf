// Paths in archives as names of members.

import { visible } from "../../model/text/text.ts";
import type { ArchiveProblem } from "./problem.ts";

/**
 * Returns a function from a path to a member's name, which is relative and within the archive; `null` if the path
 * points outside. `offset`: where the path is in the archive.
 */
export function createMemberNames(
  problem: (problem: ArchiveProblem) => void,
): (path: string, offset: number) => string | null {
  let hasAbsolute = false;
  return (path, offset) => {
    const name = path.replace(/^(\/+|\.\/+)+/, "");
    if (name === "" || name.split("/").includes("..")) {
      const message = `The path ${visible(path)} leads out of the archive; it is skipped.`;
      problem({ severity: "warning", code: "unsafe-path", message, offset });
      return null;
    }
    if (path.startsWith("/") && !hasAbsolute) {
      hasAbsolute = true;
      const message = "The archive has absolute paths; they are read without their leading slash.";
      problem({ severity: "note", code: "absolute-path", message, offset });
    }
    return name;
  };
}
