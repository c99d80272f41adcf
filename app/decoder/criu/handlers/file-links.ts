// Links to open files: their uses, further records, and the paths of FIFOs and terminals.

import { HAS, USE } from "../../../model/checkpoint.ts";
import { fileKind } from "../../../model/names/names.ts";
import { i32At, u8At, u32At } from "../../../model/read.ts";
import type { FileRow, RecordRow } from "../../../model/rows.ts";
import { reportRecord, type SetContext } from "../walk/context.ts";
import { indexRows, linkedRows, linkLookup, specialFirst } from "../walk/rows.ts";

const TUN = fileKind("tun");

/** Most files with one id to search. */
const SEARCH_LIMIT = 64;

/** Most links from files to further records, beyond one for each file. */
const LINK_LIMIT = 1 << 20;

/** Marks the open file with an id as used by something other than a descriptor. */
export function markUse({ builder, files }: SetContext, id: number, use: number): void {
  const file = files.byId.row(id);
  if (file >= 0) builder.files.use[file] = u8At(builder.files.use, file) | use;
}

/**
 * The open file with an id and a type, as CRIU looks files up: a tun device has a REG entry with the same id. Failing
 * that, the first with the id; -1 if there is none. `type` 0: any.
 */
export function fileOfType({ files }: SetContext, id: number, type: number): FileRow {
  const { byId, types } = files;
  const found = byId.row(id);
  if (found < 0 || type === 0 || types[found] === type) return found;
  const first = byId.first(id);
  const end = Math.min(byId.end(id), first + SEARCH_LIMIT);
  for (let at = first; at < end; at++) if (types[u32At(byId.rows, at)] === type) return u32At(byId.rows, at);
  return found;
}

/** Links a further record to a file. Returns whether it did. */
export function linkRecord(set: SetContext, file: FileRow, record: RecordRow): boolean {
  const isLinked = mayLink(set);
  if (isLinked) set.builder.addFileRecord(file, record);
  return isLinked;
}

/**
 * Whether one more record may be linked to a file: links are limited, because a crafted image could link every record
 * to every file.
 */
export const mayLink = ({ builder, files }: SetContext): boolean =>
  files.linkedRecords++ < LINK_LIMIT + builder.files.count;

/**
 * Must be called when all open files have been read: resolves ids to files, and gives FIFOs and terminals the paths of
 * their REG entries.
 */
export function closeFiles(set: SetContext): void {
  const { builder, files } = set;
  const { links, lookups, memfdInodes } = files;
  files.byId = indexRows(builder.files.id, builder.files.count);
  // Files whose path is in a REG entry.
  const special = new Uint8Array(builder.files.count);
  for (let at = 0; at < links.paths.count; at++) special[links.paths.rows[at] as FileRow] = 1;
  const hasSharedIds = !files.byId.isUnique && reportSharedIds(set, special);
  takePaths(set, special);
  if (hasSharedIds) files.byId = specialFirst(files.byId, special, builder.files.id);
  lookups.pipeEnds = linkLookup(links.pipes);
  lookups.inetSockets = linkedRows(links.inetSockets);
  lookups.terminals = linkedRows(links.terminals);
  const memfdsOf = linkedRows(links.memfds);
  for (const [at, record] of memfdInodes.record.entries()) {
    memfdsOf(memfdInodes.ids.keys[at] as number, (file) => linkRecord(set, file, record));
  }
}

/**
 * Reports files with the same id and type. Returns whether a tun device (or a FIFO or terminal before CRIU 3.6) shares
 * its id with the REG entry of its path: references that do not say a type then mean the device.
 */
function reportSharedIds(set: SetContext, special: Uint8Array): boolean {
  const { files } = set.builder;
  const { types, byId } = set.files;
  const { rows } = byId;
  let found = false;
  for (let at = 1; at < rows.length; at++) {
    const file = u32At(rows, at);
    const previous = u32At(rows, at - 1);
    const id = u32At(files.id, file);
    if (id !== u32At(files.id, previous)) continue;
    if (special[file] !== special[previous]) found = true;
    else if (types[file] === types[previous]) {
      const message = `Two open files have the id ${id}; references to it mean the first one.`;
      reportRecord(set, i32At(files.record, file), "duplicate-file-id", message);
    }
  }
  return found;
}

/** Gives FIFOs and terminals the path, and flags that they lack, of their REG entries; tun devices only the flags. */
function takePaths(set: SetContext, special: Uint8Array): void {
  const { byId, links } = set.files;
  for (let at = 0; at < links.paths.count; at++) {
    const owner = links.paths.rows[at] as FileRow;
    const id = links.paths.keys[at] as number;
    const first = byId.first(id);
    const end = Math.min(byId.end(id), first + SEARCH_LIMIT);
    for (let found = first; found < end; found++) {
      const path = u32At(byId.rows, found);
      if (special[path] === 1) continue;
      takePath(set, owner, path);
      break;
    }
  }
}

function takePath(set: SetContext, owner: FileRow, path: FileRow): void {
  const { files } = set.builder;
  // All tun devices have one path; the name of the network device says more.
  const keepsName = u8At(files.kind, owner) === TUN;
  if (!keepsName) {
    files.nameOffset[owner] = u32At(files.nameOffset, path);
    files.nameLength[owner] = u32At(files.nameLength, path);
    set.builder.setVarying(owner, files.nameVarying[path] ?? 0);
  }
  const lacksFlags = (u8At(files.has, owner) & HAS.flags) === 0;
  if (lacksFlags) files.flags[owner] = u32At(files.flags, path);
  const taken = keepsName ? HAS.flags : HAS.path | HAS.flags;
  files.has[owner] = u8At(files.has, owner) | (u8At(files.has, path) & taken);
  files.use[path] = u8At(files.use, path) | USE.pathOf;
  set.files.pathFiles.push(path);
  set.files.pathOwners.push(owner);
  linkRecord(set, owner, i32At(files.record, path));
}

/** A FIFO or terminal is unlinked if the REG entry of its path is. Must be called when all members have been read. */
export function takeDeletions({ builder, files }: SetContext): void {
  const { has } = builder.files;
  for (const [at, owner] of files.pathOwners.entries()) {
    const path = files.pathFiles[at] as FileRow;
    has[owner] = u8At(has, owner) | (u8At(has, path) & HAS.deleted);
  }
}
