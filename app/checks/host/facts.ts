// Facts of a host: what `ckptscope facts` writes, and the reader for it. A file of facts comes from another machine and
// may be cut, edited or of another version: it is read whole or refused with a sentence.

import { shortText, visible } from "../../model/text/text.ts";
import { mismatch, type Shape, type Shaped } from "./shape.ts";

const text = (about?: string) => ({ is: "text", ...(about === undefined ? {} : { about }) }) as const;
const count = (about?: string) => ({ is: "count", ...(about === undefined ? {} : { about }) }) as const;
const flag = (about?: string) => ({ is: "flag", ...(about === undefined ? {} : { about }) }) as const;
const nullable = <const S extends Shape>(of: S, about?: string) =>
  ({ is: "nullable", of, ...(about === undefined ? {} : { about }) }) as const;
const list = <const S extends Shape>(of: S, about?: string) =>
  ({ is: "list", of, ...(about === undefined ? {} : { about }) }) as const;
const map = <const S extends Shape>(of: S, about?: string) =>
  ({ is: "map", of, ...(about === undefined ? {} : { about }) }) as const;
const object = <const K extends { readonly [key: string]: Shape }>(keys: K, about?: string) =>
  ({ is: "object", keys, ...(about === undefined ? {} : { about }) }) as const;

/** The version of the format. */
export const FACTS_SCHEMA = 1;
/** The value of `kind`, by which a file of facts is recognised. */
export const FACTS_KIND = "host-facts";

const FILE = object({
  path: text("As the image names it"),
  "pathBytes?": text("The same in base64, where it is not valid UTF-8"),
  type: text(
    "regular, directory, character device, block device, fifo, socket, symbolic link, missing, or unknown: it could not be looked up",
  ),
  "error?": text("Why it could not be looked up: EACCES"),
  "mode?": count("st_mode, with the type"),
  "size?": text("Bytes"),
  "uid?": count(),
  "gid?": count(),
  "device?": text("Major and minor number of its device: 254:0"),
  "inode?": text(),
  "target?": text("Where the path leads, if a part of it is a symbolic link"),
  "buildId?": nullable(text(), "The build id of an ELF file, in hexadecimal; null: it has none"),
  "sha256?": text("The checksum of its contents (--checksums)"),
  "immutable?": flag("It cannot be opened for writing (chattr +i)"),
  "appendOnly?": flag("It can be opened for appending only (chattr +a)"),
  "openBy?": list(object({ pid: count(), name: text() }), "For a FIFO: processes that have it open"),
  "queued?": count("For a FIFO that a process has open: bytes in it"),
});

const SOCKET = object({
  protocol: text("tcp or udp"),
  state: text("listen, established, bound, …"),
  local: text("127.0.0.1:80, [::1]:80"),
  remote: nullable(text()),
  reuse: nullable(flag(), "SO_REUSEADDR; null: not known"),
  v6Only: nullable(flag(), "IPV6_V6ONLY; null: not known, or not IPv6"),
  pid: nullable(count(), "A process that has it open; null: not known"),
  name: nullable(text("Its name")),
});

/** The shape of a file of facts. Lists that are absent were left out: what they decide is unknown. */
export const FACTS_SHAPE = object({
  kind: { is: "constant", value: FACTS_KIND },
  schema: { is: "constant", value: FACTS_SCHEMA },
  made: object(
    {
      by: text("The program and its version"),
      at: text("When: ISO 8601, UTC"),
      host: nullable(text("The host's name")),
      root: nullable(text(), "The directory that paths were looked up in; null: /"),
      image: nullable(text(), "The image whose paths, pids and addresses were looked up; null: none"),
      uid: count("Effective user id of the process that made them"),
      capabilities: list(text(), "Its effective capabilities"),
      terminal: flag("Its standard input is a terminal"),
    },
    "How the facts were made",
  ),
  kernel: object({ release: text(), version: text(), machine: text("As uname -m: x86_64"), pageSize: count() }),
  cpu: object({ model: text(), flags: list(text(), "As in /proc/cpuinfo") }),
  "limits?": list(
    object({ resource: text("RLIMIT_NOFILE"), soft: nullable(text()), hard: nullable(text()) }),
    "Resource limits of the process that made the facts; null: unlimited",
  ),
  "sysctls?": map(text(), "Kernel settings that affect a restore: fs.nr_open"),
  "security?": list(text(), "Loaded security modules: apparmor"),
  "mounts?": list(object({ at: text(), type: text(), source: text(), readOnly: flag(), device: text() })),
  "filesystems?": list(text(), "Types of file systems, as in /proc/filesystems"),
  "pids?": list(count(), "Ids in use: of processes, threads, sessions and process groups"),
  "processes?": list(
    object({ id: count(), as: text("process, thread, session, process group"), name: text() }),
    "The ids in use that the image has, too",
  ),
  "sockets?": list(SOCKET),
  "unix?": list(
    object({ path: text("An abstract name begins with @"), pid: nullable(count()), name: nullable(text()) }),
    "Bound names of unix sockets",
  ),
  "interfaces?": list(object({ name: text(), up: flag(), addresses: list(text()) })),
  "ptys?": list(count(), "Numbers of pseudo-terminals in use"),
  "locks?": list(
    object({
      lock: text("POSIX, FLOCK, OFDLCK, LEASE"),
      write: flag(),
      pid: count(),
      device: text(),
      inode: text(),
      start: text(),
      end: nullable(text(), "The last byte; null: to the end"),
    }),
    "Locks and leases, as in /proc/locks",
  ),
  "files?": list(FILE, "What the paths that an image names lead to"),
});

/** Facts of a host. */
export type HostFacts = Shaped<typeof FACTS_SHAPE>;
export type FileFacts = Shaped<typeof FILE>;
export type SocketFacts = Shaped<typeof SOCKET>;

/** Largest file of facts that is read, in bytes: parsed, it takes up to twenty times as much memory. */
export const MOST_FACTS_BYTES = 64 * 2 ** 20;

/** Text from a file of facts, made visible and shortened. */
export const shownFact = (text: string): string => shortText(visible(text));

/** Whether bytes look like a file of facts: it begins with an object that has its kind. */
export const looksLikeFacts = (start: string): boolean => /^\s*\{[^[\]]{0,400}"kind"\s*:\s*"host-facts"/.test(start);

/** The facts in a file's text, or why it is refused, as a sentence. */
export function readFacts(source: string): { readonly facts: HostFacts } | { readonly refused: string } {
  let value: unknown;
  try {
    // Some editors and shells put a byte order mark before the text.
    value = JSON.parse(source.replace(/^\ufeff/, ""));
  } catch {
    const cut = looksLikeFacts(source.slice(0, 1000)) ? " It may have been cut: make it again." : "";
    return { refused: `This is not a file of host facts: it is not valid JSON.${cut}` };
  }
  const { kind, schema } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  if (kind !== FACTS_KIND) return { refused: "This is not a file of host facts: make one with ckptscope facts." };
  if (schema !== FACTS_SCHEMA) {
    // Objects are not printed: JSON.stringify overflows the stack if they are deeply nested.
    const version =
      typeof schema === "object" ? "none" : visible(String(JSON.stringify(schema) ?? "none")).slice(0, 40);
    const how = "Make them with this version of ckptscope.";
    return {
      refused: `The facts have schema version ${version}; this program reads version ${FACTS_SCHEMA}. ${how}`,
    };
  }
  const wrong = mismatch(value, FACTS_SHAPE);
  if (wrong !== null) return { refused: `The facts are damaged: ${visible(wrong).slice(0, 300)}.` };
  return { facts: value as HostFacts };
}
