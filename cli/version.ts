// The version, separate from the rest of the command line: scripts ask for it often, and nothing else is loaded for it.

import packageJson from "../package.json" with { type: "json" };

/** The output for arguments that ask for the version; `null` if they do not. */
export const versionText = ([first]: readonly string[]): string | null =>
  first === "--version" || first === "-V" ? `${packageJson.version}\n` : null;
