// The options of criu dump that decide whether it refuses.

/** Options that the checks know, by their names without dashes. */
export const CRIU_OPTIONS = [
  "tcp-established",
  "tcp-close",
  "skip-in-flight",
  "ext-unix-sk",
  "file-locks",
  "link-remap",
  "ghost-limit",
  "shell-job",
  "allow-uprobes",
  "evasive-devices",
  "irmap-scan-path",
] as const;

/** Options that will be passed to `criu dump`. */
export interface CriuOptions {
  readonly given: ReadonlySet<string>;
  /** Bytes on disk that an unlinked file may have. */
  readonly ghostLimit: number;
}

/** CRIU's default: 1 MiB. */
const GHOST_LIMIT = 1 << 20;
const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1 << 10, M: 1 << 20, G: 1 << 30 };

/** `tcp-established,ghost-limit=100M`, with or without dashes; or what is wrong with it. */
export function parseCriuOptions(text: string): CriuOptions | { readonly wrong: string } {
  const given = new Set<string>();
  let ghostLimit = GHOST_LIMIT;
  for (const word of text.split(/[\s,]+/).filter((each) => each !== "")) {
    const [name = "", value = ""] = word.replace(/^--/, "").split("=");
    if (!(CRIU_OPTIONS as readonly string[]).includes(name)) return { wrong: name };
    given.add(`--${name}`);
    if (name !== "ghost-limit") continue;
    const [, digits = "", unit = ""] = /^(\d{1,12})([KMG]?)$/i.exec(value) ?? [];
    if (digits === "") return { wrong: word };
    ghostLimit = Number(digits) * (UNITS[unit.toUpperCase()] ?? 1);
  }
  return { given, ghostLimit };
}

/** No options. */
export const NO_OPTIONS: CriuOptions = { given: new Set(), ghostLimit: GHOST_LIMIT };
