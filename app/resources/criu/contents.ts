// Contents that a set keeps as they are, and that no table takes apart: of unlinked files, of tmpfs mounts, policies of
// AppArmor, … Two of them are compared by size and checksum.

import { crc32WithZeros } from "../../decoder/archive/compression/checksums.ts";
import { remapTarget } from "../../decoder/criu/format/remap.ts";
import type { Source } from "../../decoder/source.ts";
import { NONE, nameBytes } from "../../model/checkpoint.ts";
import { recordEnd } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import type { Tables } from "../tables.ts";
import { crcOf, type Digest, digestOfRest, hex } from "./digest.ts";
import { readFileSystems } from "./file-systems.ts";
import { messageOf, type SetReader } from "./set-reader.ts";

/**
 * Reads the table of contents.
 *
 * @param compared The set that it is compared with.
 */
export async function readContents(set: SetReader, tables: Tables, compared: SetReader | null): Promise<void> {
  if (!tables.wants("contents")) return;
  tables.hold("contents");
  await readGhosts(set, tables);
  await readFileSystems(set, tables, compared);
  for (const kind of ["apparmor", "autofs"]) {
    for (const [member] of set.members.ofKind(kind)) {
      const source = set.source(member);
      if (source !== undefined) tables.add("contents", { kind, ...(await digestOfRest(set, source, 0)) });
    }
  }
}

/**
 * Size and checksum of an unlinked file. If it has holes, its contents are runs with an entry each, whose number
 * depends on how the file system allocated them: the checksum is that of the whole file.
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
