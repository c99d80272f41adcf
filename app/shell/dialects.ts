// The dialects that can be chosen by hand.

import type { Format } from "../model/checkpoint.ts";

/** Names of a format's dialects; the one in use is always among them. The decoders' catalogues are not loaded here. */
export function dialectsOf(format: Format, current: string): readonly string[] {
  const known = DIALECTS[format];
  return known.includes(current) ? known : [...known, current];
}

/** Whether there is a dialect of this name. */
export function isDialect(name: string): boolean {
  return Object.values(DIALECTS).some((known) => known.includes(name));
}

const DIALECTS: Readonly<Record<Format, readonly string[]>> = {
  "linux-cr": [
    "seed",
    "v16",
    "v17",
    "v18",
    "v19-dev-20091025",
    "v19-dev-20091104",
    "v19-dev-20091116",
    "v19-rc2",
    "v19-rc2-x86_64",
    "v19-rc3",
    "v19",
    "v20-nestedpids",
    "v20-netns",
    "v21",
    "v21-arm",
    "v23-rc1",
    "v23-dev-20110110",
    "v23-pids",
    "v23-rc2",
    "samsung-3.0",
  ],
  criu: ["v1", "v1.1"],
};
