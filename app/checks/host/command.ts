// The command that restores an image.

import type { NeededOption } from "../needs.ts";

/** Options that only the dump needs: the restore connects to the sockets without them. */
const NOT_AT_RESTORE: ReadonlySet<string> = new Set(["--ext-unix-sk"]);
/** Values that only the user knows. */
const VALUES: Readonly<Record<string, string>> = { "--root": "--root ROOT", "--libdir": "--libdir DIR" };

/** The command with the options that the image needs, each once: `criu restore --images-dir DIR --shell-job`. */
export function restoreCommand(options: readonly NeededOption[]): string {
  const words = new Set(options.map(({ option }) => VALUES[option] ?? option));
  for (const option of NOT_AT_RESTORE) words.delete(option);
  return ["criu restore --images-dir DIR", ...[...words].map(quoted)].join(" ");
}

/** Names in options come from the image: all but plain words are quoted for a shell. */
function quoted(option: string): string {
  const [name = "", ...rest] = option.split(" ");
  const value = rest.join(" ");
  if (value === "" || /^[\w./:=[\]-]+$/.test(value)) return option;
  return `${name} '${value.replaceAll("'", `'\\''`)}'`;
}
