// What the paths that an image names lead to on this machine.

import { createHash } from "node:crypto";
import { type BigIntStats, closeSync, constants, lstatSync, openSync, readSync, statSync } from "node:fs";
import type { Demand } from "../../app/checks/host/demand.ts";
import type { FileFacts } from "../../app/checks/host/facts.ts";
import { modeKind } from "../../app/model/names/names.ts";
import { base64, decodeText, isUtf8 } from "../../app/model/text/text.ts";
import type { Attributes } from "./attributes.ts";
import { buildIdOf } from "./elf.ts";
import type { Fifos } from "./holders.ts";
import { codeOf, directoryOf, openResolver, type Resolver } from "./paths.ts";

/** What to read of a path besides its inode. */
interface Wanted {
  readonly path: Buffer;
  /** The path's bytes as Latin-1. */
  readonly key: string;
  buildId: boolean;
  attributes: boolean;
}

export interface FileOptions {
  /** A directory used as `/`; `null`: none. */
  readonly root: string | null;
  readonly checksums: boolean;
  readonly attributes: Attributes | null;
  readonly fifos: Fifos | null;
}

/** The paths of an image, each once, in its order. */
function wantedOf(demands: readonly Demand[]): Wanted[] {
  const found = new Map<string, Wanted>();
  const want = (path: Uint8Array): Wanted => {
    const key = Buffer.from(path.buffer, path.byteOffset, path.length).toString("latin1");
    let wanted = found.get(key);
    if (wanted === undefined) {
      wanted = { path: Buffer.from(path), key, buildId: false, attributes: false };
      found.set(key, wanted);
    }
    return wanted;
  };
  for (const demand of demands) {
    if (demand.kind === "file") {
      const wanted = want(demand.path);
      wanted.buildId ||= demand.buildId !== null || demand.use === "executable" || demand.use === "mapped";
      wanted.attributes ||= demand.isWritten;
    } else if (demand.kind === "name" || demand.kind === "lock") want(demand.path);
    else if (demand.kind === "socket-name" && demand.path[0] === 0x2f) {
      want(demand.path);
      want(directoryOf(Buffer.from(demand.path)));
    }
  }
  return [...found.values()];
}

/** Looks up the paths of an image. */
export function lookUpFiles(demands: readonly Demand[], options: FileOptions): FileFacts[] {
  const resolver = openResolver(options.root === null ? null : Buffer.from(options.root));
  return wantedOf(demands).map((wanted) => lookUp(wanted, resolver, options));
}

function lookUp(wanted: Wanted, resolver: Resolver, options: FileOptions): FileFacts {
  const { path, key } = wanted;
  const named = namesOf(wanted);
  if (path[0] !== 0x2f) return { ...named, type: "unknown", error: "EINVAL" };
  const end = key.lastIndexOf("/");
  const directory = resolver.directory(path, end);
  if ("error" in directory) return { ...named, ...absent(directory.error) };
  const isPlain = options.root === null && !directory.isLinked;
  const plain = isPlain ? path : Buffer.concat([directory.real, path.subarray(end)]);
  try {
    const link = lstatSync(plain, { bigint: true });
    const target = link.isSymbolicLink() ? resolver.file(path) : { real: plain, isLinked: directory.isLinked };
    if ("error" in target) return { ...named, ...absent(target.error) };
    const stat = link.isSymbolicLink() ? statSync(target.real, { bigint: true }) : link;
    const facts = inodeFacts(named, stat);
    if (target.isLinked) facts.target = linkText(target.real, options.root);
    return Object.assign(facts, further(wanted, target.real, stat, options));
  } catch (error) {
    return { ...named, ...absent(codeOf(error)) };
  }
}

const ASCII = /^[\0-\x7f]*$/;

type Names = Pick<FileFacts, "path" | "pathBytes">;
type Writable = { -readonly [K in keyof FileFacts]: FileFacts[K] };

function namesOf({ path, key }: Wanted): Names {
  if (ASCII.test(key)) return { path: key };
  const text = decodeText(path);
  return isUtf8(path) ? { path: text } : { path: text, pathBytes: base64(path) };
}

const absent = (error: string): Pick<FileFacts, "type" | "error"> =>
  error === "ENOENT" || error === "ENOTDIR" ? { type: "missing" } : { type: "unknown", error };

/** Facts of an inode. An object literal is faster to read than one spread from several. */
function inodeFacts(named: Names, stat: BigIntStats): Writable {
  const mode = Number(stat.mode);
  const facts: Writable = {
    path: named.path,
    type: modeKind(mode),
    mode,
    size: String(stat.size),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    device: deviceText(stat.dev),
    inode: String(stat.ino),
  };
  return named.pathBytes === undefined ? facts : { ...named, ...facts };
}

/** Major and minor number: glibc's gnu_dev_major, gnu_dev_minor. */
function deviceText(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

function linkText(real: Buffer, root: string | null): string {
  return decodeText(real.subarray(root === null ? 0 : Buffer.byteLength(root)));
}

/** What an open file, or other tables, say about a path. */
function further(wanted: Wanted, real: Buffer, stat: BigIntStats, options: FileOptions): Partial<FileFacts> {
  if (stat.isFIFO()) return options.fifos?.factsOf(stat) ?? {};
  if (!stat.isFile()) return {};
  const attributes = wanted.attributes ? (options.attributes?.(real) ?? {}) : {};
  return { ...attributes, ...contentsOf(wanted, real, options.checksums) };
}

function contentsOf({ buildId }: Wanted, real: Buffer, checksums: boolean): Partial<FileFacts> {
  if (!buildId && !checksums) return {};
  let fd: number;
  try {
    fd = openSync(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch {
    return {};
  }
  try {
    return { ...(buildId ? { buildId: buildIdOf(fd) } : {}), ...(checksums ? { sha256: checksumOf(fd) } : {}) };
  } catch {
    return {};
  } finally {
    closeSync(fd);
  }
}

const BLOCK = 1 << 20;

function checksumOf(fd: number): string {
  const hash = createHash("sha256");
  const block = new Uint8Array(BLOCK);
  for (let at = 0; ; ) {
    const count = readSync(fd, block, 0, BLOCK, at);
    if (count === 0) return hash.digest("hex");
    hash.update(block.subarray(0, count));
    at += count;
  }
}
