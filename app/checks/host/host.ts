// Facts of a host, indexed for the comparison.

import { decodeText, shownText } from "../../model/text/text.ts";
import type { FileFacts, HostFacts, SocketFacts } from "./facts.ts";
import { pathKey } from "./path-key.ts";

/** Facts of a host, and the options that will be passed to criu restore. */
export interface Host {
  readonly facts: HostFacts;
  /** Facts of the host of the dump; `null`: there are none. */
  readonly before: ReadonlyMap<string, FileFacts> | null;
  readonly files: ReadonlyMap<string, FileFacts> | null;
  readonly ids: ReadonlySet<number> | null;
  /** What the ids in use are, by id. */
  readonly processes: ReadonlyMap<number, string>;
  /** By protocol and port: `tcp 80`. */
  readonly sockets: ReadonlyMap<string, readonly SocketFacts[]> | null;
  /** Bound unix names → the process. */
  readonly names: ReadonlyMap<string, string> | null;
  readonly addresses: ReadonlySet<string> | null;
  readonly limits: ReadonlyMap<string, { readonly soft: bigint | null; readonly hard: bigint | null }> | null;
  /** Options without a value, and `--name=value`; `null`: the restore gets what it needs. */
  readonly options: ReadonlySet<string> | null;
  /** Whether criu may raise limits above the hard ones. */
  readonly mayRaise: boolean;
  /** Mounts that are read-only. */
  readonly readOnly: readonly string[];
}

/** Options of criu restore that change what is compared. */
export interface HostOptions {
  readonly facts?: IndexedFacts;
  /** Facts of the machine of the dump, at the time of the dump. */
  readonly dumpFacts?: IndexedFacts;
  /** Options that will be passed to criu restore: `--shell-job --root /r`. Absent: those that it needs. */
  readonly restoreOptions?: string;
}

const ASCII = /^[\0-\x7f]*$/;

const encoder = new TextEncoder();

/** The key of a path in facts. */
function keyOf({ path, pathBytes }: FileFacts): string {
  if (pathBytes !== undefined) {
    try {
      return atob(pathBytes);
    } catch {
      // Damaged: use the text.
    }
  }
  return ASCII.test(path) ? path : pathKey(encoder.encode(path));
}

/** Facts with an index of their files, for any number of comparisons. */
export interface IndexedFacts {
  readonly facts: HostFacts;
  /** By path, as in demands; `null`: the facts leave files out. */
  readonly files: ReadonlyMap<string, FileFacts> | null;
}

export function indexFacts(facts: HostFacts): IndexedFacts {
  if (facts.files === undefined) return { facts, files: null };
  const files = new Map<string, FileFacts>();
  for (const file of facts.files) files.set(keyOf(file), file);
  return { facts, files };
}

/** A limit as a number; `null`: unlimited. What is not a number counts as unlimited: nothing is reported about it. */
const limitOf = (value: string | null): bigint | null =>
  value !== null && /^\d{1,20}$/.test(value) ? BigInt(value) : null;

/** `pid 812 nginx`; "" if nothing is known. */
export const processText = (pid: number | null, name: string | null): string =>
  pid === null ? "" : `pid ${pid}${name === null ? "" : ` ${name}`}`;

/** Whether the maker of the facts could run criu. If not, criu will have other limits and privileges. */
const mayRestore = ({ made: { capabilities } }: HostFacts): boolean =>
  capabilities.includes("CAP_SYS_ADMIN") || capabilities.includes("CAP_CHECKPOINT_RESTORE");

/** Indexes facts. */
export function openHost({ facts, files }: IndexedFacts, { dumpFacts, restoreOptions }: HostOptions): Host {
  const { pids, processes = [], sockets, unix, interfaces, limits } = facts;
  const byPort = new Map<string, SocketFacts[]>();
  for (const socket of sockets ?? []) {
    const key = `${socket.protocol} ${socket.local.slice(socket.local.lastIndexOf(":") + 1)}`;
    const known = byPort.get(key);
    if (known === undefined) byPort.set(key, [socket]);
    else known.push(socket);
  }
  return {
    facts,
    before: dumpFacts?.files ?? null,
    files,
    ids: pids === undefined ? null : new Set(pids),
    processes: new Map(processes.map(({ id, as, name }) => [id, as === "process" ? name : `${as} of ${name}`])),
    sockets: sockets === undefined ? null : byPort,
    names: unix === undefined ? null : new Map(unix.map(({ path, pid, name }) => [path, processText(pid, name)])),
    addresses: interfaces === undefined ? null : new Set(interfaces.flatMap(({ addresses }) => addresses)),
    limits:
      limits === undefined || !mayRestore(facts)
        ? null
        : new Map(
            limits.map(({ resource, soft, hard }) => [resource, { soft: limitOf(soft), hard: limitOf(hard) }] as const),
          ),
    options: restoreOptions === undefined ? null : optionsIn(restoreOptions),
    mayRaise: facts.made.capabilities.includes("CAP_SYS_RESOURCE"),
    readOnly:
      facts.made.root !== null ? [] : (facts.mounts ?? []).filter(({ readOnly }) => readOnly).map(({ at }) => at),
  };
}

/**
 * `--root /r --tcp-close` → `--root`, `--tcp-close`; `--file-validation=filesize` also as it is. A comma separates
 * options, too, but not the parts of a value: `--enable-fs=fuse,nfs,--tcp-close`.
 */
export function optionsIn(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  const words = text
    .split(/\s+|,+(?=-)/)
    .map((word) => word.replace(/^,+|,+$/g, ""))
    .filter((word) => word !== "");
  for (const [at, word] of words.entries()) {
    if (!word.startsWith("-")) continue;
    const name = word.replace(/^-+/, "--").replace(/^--([a-zA-Z])$/, "-$1");
    const [plain = name] = name.split("=");
    found.add(SHORT[name] ?? plain);
    if (name.includes("=")) found.add(name);
    else if (words[at + 1]?.startsWith("-") === false) found.add(`${plain}=${words[at + 1]}`);
  }
  return found;
}

const SHORT: Readonly<Record<string, string>> = { "-j": "--shell-job", "-l": "--file-locks", "-r": "--root" };

/** A name of a unix socket as facts have it: an abstract one begins with `@`. */
export const nameOf = (path: Uint8Array): string =>
  path[0] === 0 ? `@${decodeText(path.subarray(1))}` : decodeText(path);

/** The same for people, by its exact bytes. */
export const shownName = (path: Uint8Array): string =>
  path[0] === 0 ? `@${shownText(path.subarray(1))}` : shownText(path);
