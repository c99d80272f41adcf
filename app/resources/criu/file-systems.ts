// Contents of tmpfs mounts, which CRIU keeps as compressed tar archives.

import { digestOfEntries } from "../../decoder/archive/tar-entries.ts";
import { type Source, SourceError } from "../../decoder/source.ts";
import { sameBytes } from "../../model/text/text.ts";
import type { Tables } from "../tables.ts";
import { type Digest, digestOfRest, hex } from "./digest.ts";
import { messageOf, type SetReader } from "./set-reader.ts";

/** Members with archives of the files of a tmpfs, and the field of mnt_entry with their number. */
const ARCHIVES = [
  ["tmpfs", "mnt_id"],
  ["tmpfs-dev", "root_dev"],
] as const;

/** The archive of the files of a tmpfs. */
interface FileSystem {
  /** Its mount point. */
  readonly name: Uint8Array | null;
  readonly source: Source;
}

async function fileSystemsOf(set: SetReader): Promise<FileSystem[]> {
  const points = new Map<string, Uint8Array | null>();
  for await (const entry of set.entries("mountpoints")) {
    const mount = messageOf(entry, "mnt_entry");
    for (const [kind, field] of ARCHIVES) {
      const key = `${kind} ${mount?.number(field)}`;
      if (!points.has(key)) points.set(key, mount?.bytes("mountpoint") ?? null);
    }
  }
  return ARCHIVES.flatMap(([kind]) =>
    set.members.ofKind(kind).flatMap(([member, number]) => {
      const source = set.source(member);
      return source === undefined ? [] : [{ name: points.get(`${kind} ${number}`) ?? null, source }];
    }),
  );
}

/**
 * Adds the contents of tmpfs mounts. After a restore, an archive can have the same entries in another order: it then
 * gets the checksum of the archive in the other set.
 */
export async function readFileSystems(set: SetReader, tables: Tables, compared: SetReader | null): Promise<void> {
  const others = compared === null ? [] : await fileSystemsOf(compared);
  for (const { name, source } of await fileSystemsOf(set)) {
    const digest = await digestOfArchive(set, source);
    if (digest === null) continue;
    const same = name === null ? [] : others.filter((each) => each.name !== null && sameBytes(each.name, name));
    const [other] = same;
    const known = other === undefined ? null : await digestOfArchive(set, other.source);
    const differs = known !== null && known.size === digest.size && known.digest !== digest.digest;
    const isSame = differs && other !== undefined && (await haveSameEntries(set, other.source, source));
    tables.add("contents", { kind: "tmpfs", name, ...(isSame ? known : digest) });
  }
}

async function haveSameEntries(set: SetReader, one: Source, other: Source): Promise<boolean> {
  const before = await digestOfEntries(one, set.throwIfAborted);
  return before !== null && before === (await digestOfEntries(other, set.throwIfAborted));
}

/** `null`: the set is in a compressed archive, of which only the ends of such members, often large, are kept. */
async function digestOfArchive(set: SetReader, source: Source): Promise<Digest | null> {
  try {
    return (await trailerOf(source)) ?? (await digestOfRest(set, source, 0));
  } catch (error) {
    if (error instanceof SourceError) return null;
    throw error;
  }
}

/** RFC 1952: a file has a header of ten bytes, and ends with the checksum and the size of what it contains. */
const [GZIP_HEADER, GZIP_TRAILER] = [10, 8];

/** The size and checksum that a gzip file states of its contents; `null`: it is not a gzip file. */
async function trailerOf(source: Source): Promise<Digest | null> {
  if (source.size < GZIP_HEADER + GZIP_TRAILER) return null;
  const [first, second] = await source.read(0, 2);
  if (first !== 0x1f || second !== 0x8b) return null;
  const bytes = await source.read(source.size - GZIP_TRAILER, GZIP_TRAILER);
  const view = new DataView(bytes.buffer, bytes.byteOffset, GZIP_TRAILER);
  return { size: view.getUint32(4, true), digest: hex(view.getUint32(0, true)) };
}
