// Contents that a set keeps as they are, and that no table takes apart: of unlinked files, of tmpfs mounts, policies of
// AppArmor, … Two of them are compared by size and checksum.

import { crc32, crc32WithZeros } from "../../decoder/archive/checksums.ts";
import { remapTarget } from "../../decoder/criu/format/remap.ts";
import { type Source, SourceError } from "../../decoder/source.ts";
import { NONE, nameBytes } from "../../model/checkpoint.ts";
import { recordEnd } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import type { Tables } from "../tables.ts";
import { messageOf, type SetReader } from "./set-reader.ts";

/** Bytes that are read at once. */
const PIECE = 1 << 20;

interface Digest {
  readonly size: number;
  readonly digest: string;
}

const hex = (word: number): string => word.toString(16).padStart(8, "0");

/** Size and checksum of some bytes. */
export const digestOf = (bytes: Uint8Array): Digest => ({ size: bytes.length, digest: hex(crc32(bytes)) });

/** Reads the table of contents. */
export async function readContents(set: SetReader, tables: Tables): Promise<void> {
  if (!tables.wants("contents")) return;
  tables.hold("contents");
  await readGhosts(set, tables);
  await readFileSystems(set, tables);
  for (const kind of ["apparmor", "autofs"]) {
    for (const [member] of set.members.ofKind(kind)) {
      const source = set.source(member);
      if (source !== undefined) tables.add("contents", { kind, ...(await digestOfRest(set, source, 0)) });
    }
  }
}

/** Size and checksum of a member from an offset on. */
async function digestOfRest(set: SetReader, source: Source, from: number): Promise<Digest> {
  const crc = await crcOf(set, source, from, source.size, 0);
  return { size: Math.max(0, source.size - from), digest: hex(crc) };
}

/** The checksum of some bytes of a member after those of `before`. */
async function crcOf(set: SetReader, source: Source, from: number, end: number, before: number): Promise<number> {
  let crc = before;
  for (let at = from; at < end; at += PIECE) {
    set.throwIfAborted();
    crc = crc32(await source.read(at, Math.min(PIECE, end - at)), crc);
  }
  return crc;
}

/**
 * Size and checksum of an unlinked file. If it has holes, its contents are runs with an entry each, whose number depends on
 * how the file system allocated them: the checksum is that of the whole file.
 */
async function digestOfGhost(set: SetReader, source: Source, member: number, attributes: RecordRow): Promise<Digest> {
  const { records } = set.checkpoint;
  let size: number | null = null;
  let crc = 0;
  let at = 0;
  for await (const entry of set.entriesOf(member, 0)) {
    const ghost = messageOf(entry, "ghost_file_entry");
    if (ghost !== null) {
      if (!ghost.number("chunks")) break;
      size = ghost.number("size") ?? 0;
    }
    const chunk = messageOf(entry, "ghost_chunk_entry");
    if (chunk === null || size === null) continue;
    const [offset, length] = [chunk.number("off") ?? 0, chunk.number("len") ?? 0];
    const start = recordEnd(records, entry.record);
    crc = crc32WithZeros(crc, Math.max(0, offset - at));
    crc = await crcOf(set, source, start, Math.min(source.size, start + length), crc);
    at = offset + length;
  }
  if (size === null) return digestOfRest(set, source, recordEnd(records, attributes));
  return { size, digest: hex(crc32WithZeros(crc, Math.max(0, size - at))) };
}

/** Unlinked files, which are in ghost-file-ID.img after an entry with their attributes. */
async function readGhosts(set: SetReader, tables: Tables): Promise<void> {
  const { checkpoint } = set;
  for await (const entry of set.entries("remap-fpath")) {
    const remap = messageOf(entry, "remap_file_path_entry");
    const [file, id] = [set.fileOfId(remap?.number("orig_id") ?? NONE), remap?.number("remap_id") ?? null];
    if (id === null) continue;
    const member = set.members.find("ghost-file", remapTarget(id, remap?.number("remap_type") ?? null));
    const source = set.source(member);
    const attributes = attributesOf(set, member);
    if (source === undefined || attributes === null) continue;
    const digest = await digestOfGhost(set, source, member, attributes);
    const name = file === NONE ? null : nameBytes(checkpoint, file);
    const own = file === NONE ? null : (checkpoint.files.id[file] as number);
    tables.add("contents", { kind: "unlinked file", name, ...digest, file: own }, NONE, entry.record);
  }
}

/** The record with the attributes of an unlinked file; `null`: there is none. */
function attributesOf({ checkpoint: { records }, recordsOf }: SetReader, member: number): RecordRow | null {
  const [first, end] = recordsOf(member);
  for (let row = first; row < end; row++) {
    if (records.kinds[records.kind[row] as number]?.struct === "ghost_file_entry") return row;
  }
  return null;
}

/** Members with archives of what is on a tmpfs, and the field of mnt_entry with their number. */
const ARCHIVES = [
  ["tmpfs", "mnt_id"],
  ["tmpfs-dev", "root_dev"],
] as const;

async function readFileSystems(set: SetReader, tables: Tables): Promise<void> {
  const points = new Map<string, Uint8Array | null>();
  for await (const entry of set.entries("mountpoints")) {
    const mount = messageOf(entry, "mnt_entry");
    for (const [kind, field] of ARCHIVES) {
      const key = `${kind} ${mount?.number(field)}`;
      if (!points.has(key)) points.set(key, mount?.bytes("mountpoint") ?? null);
    }
  }
  for (const [kind] of ARCHIVES) {
    for (const [member, number] of set.members.ofKind(kind)) {
      const source = set.source(member);
      if (source === undefined) continue;
      const name = points.get(`${kind} ${number}`);
      const digest = await digestOfArchive(set, source);
      if (digest !== null) tables.add("contents", { kind: "tmpfs", name, ...digest });
    }
  }
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

/** Size and checksum of what a gzip file contains, as it says; `null`: it is none. */
async function trailerOf(source: Source): Promise<Digest | null> {
  if (source.size < GZIP_HEADER + GZIP_TRAILER) return null;
  const [first, second] = await source.read(0, 2);
  if (first !== 0x1f || second !== 0x8b) return null;
  const bytes = await source.read(source.size - GZIP_TRAILER, GZIP_TRAILER);
  const view = new DataView(bytes.buffer, bytes.byteOffset, GZIP_TRAILER);
  return { size: view.getUint32(4, true), digest: hex(view.getUint32(0, true)) };
}
