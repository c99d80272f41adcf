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
  "external",
  "enable-fs",
  "enable-external-masters",
] as const;

/** Options that will be passed to `criu dump`. */
export interface CriuOptions {
  readonly given: ReadonlySet<string>;
  /** Bytes on disk that an unlinked file may have. */
  readonly ghostLimit: number;
  /** Mount points that come from outside (`--external mnt[PATH]:KEY`); `all`: CRIU finds them itself (`mnt[]`). */
  readonly externalMounts: ReadonlySet<string> | "all";
}

/** CRIU's default: 1 MiB. */
const GHOST_LIMIT = 1 << 20;
const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1 << 10, M: 1 << 20, G: 1 << 30 };

/** `tcp-established,ghost-limit=100M`, with or without dashes; or what is wrong with it. */
export function parseCriuOptions(text: string): CriuOptions | { readonly wrong: string } {
  const given = new Set<string>();
  const mounts = new Set<string>();
  let ghostLimit = GHOST_LIMIT;
  // As on CRIU's command line, a value may follow after a space.
  const joined = text.replaceAll(/(external|enable-fs|ghost-limit|irmap-scan-path)\s+(?=[^\s-])/g, "$1=");
  for (const word of joined.split(/[\s,]+/).filter((each) => each !== "")) {
    const [, name = "", value = ""] = /^(?:--)?([^=]*)=?(.*)$/.exec(word) ?? [];
    if (!(CRIU_OPTIONS as readonly string[]).includes(name)) return { wrong: name };
    // The value says what is external.
    if (name !== "external") given.add(`--${name}`);
    const mount = name === "external" ? /^mnt\[([^\]]*)\]/.exec(value)?.[1] : undefined;
    if (mount !== undefined) mounts.add(mount);
    if (name !== "ghost-limit") continue;
    const [, digits = "", unit = ""] = /^(\d{1,12})([KMG]?)$/i.exec(value) ?? [];
    if (digits === "") return { wrong: word };
    ghostLimit = Number(digits) * (UNITS[unit.toUpperCase()] ?? 1);
  }
  return { given, ghostLimit, externalMounts: mounts.has("") ? "all" : mounts };
}

/** No options. */
export const NO_OPTIONS: CriuOptions = { given: new Set(), ghostLimit: GHOST_LIMIT, externalMounts: new Set() };
