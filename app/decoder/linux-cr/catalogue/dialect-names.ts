// Names of the Linux-CR dialects. Separate from the catalogue, so that the page can list them without loading it.

const NAMES = [
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
] as const;

/** Every dialect in the catalogue, oldest first. */
export const DIALECT_NAMES: readonly string[] = NAMES;

export type DialectName = (typeof NAMES)[number];
