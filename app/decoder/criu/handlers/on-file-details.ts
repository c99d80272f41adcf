// Entries that describe open files further, or refer to them: memfd inodes, watches, remaps, ghosts, terminals, data in
// pipes and sockets, working directories.

import { HAS, NONE, USE } from "../../../model/checkpoint.ts";
import { i32At, u8At } from "../../../model/read.ts";
import type { FileRow } from "../../../model/rows.ts";
import { REMAP, remapTarget, remapType } from "../format/remap.ts";
import { type Entry, reportRecord, type SetContext, since, taskOfPid } from "../walk/context.ts";
import { addLink, type LinkedRows, linkedRows } from "../walk/rows.ts";
import {
  eachBytes,
  eachVarint,
  fieldNumber,
  high,
  isSet,
  low,
  MALFORMED,
  type Plan,
  plan,
  scan,
} from "../wire/wire.ts";
import { fileOfType, linkRecord, markUse } from "./file-links.ts";
import { addTaskFile } from "./on-task-details.ts";

const MEMFD_INODE = plan("memfd_inode_entry", ["name", "inode_id"]);
const EPOLL_TARGET = plan("eventpoll_tfd_entry", ["id", "tfd"]);
/** Marks of fanotify have the owner's id in the same field. */
const WATCH = plan("inotify_wd_entry", ["id"]);
const REMAP_PLAN = plan("remap_file_path_entry", ["orig_id", "remap_id", "remap_type"]);
const GHOST = plan("ghost_file_entry", ["chunks"]);
const GHOST_CHUNK = plan("ghost_chunk_entry", ["len"]);
const TTY_INFO = plan("tty_info_entry", ["id"]);
const TTY_DATA = plan("tty_data_entry", ["tty_id"]);
const SK_PACKET = plan("sk_packet_entry", ["id_for"]);
const SCM = fieldNumber("sk_packet_entry", "scm");
const RIGHTS = fieldNumber("scm_entry", "rights");
export const FS = plan("fs_entry", ["cwd_id", "root_id", "umask"]);

/** fd_types of files with a path. */
const REG = 1;

/** memfd_inode_entry: the name of a memfd. */
export function onMemfdInode(set: SetContext, { bytes, start, end, record }: Entry): number {
  const { values, builder } = set;
  const { ids, nameOffset, nameLength, record: records } = set.files.memfdInodes;
  const { name, inode_id } = MEMFD_INODE.slot;
  const seen = scan(bytes, start, end, MEMFD_INODE, values);
  since(set, 314);
  if (isSet(seen, name) && isSet(seen, inode_id)) {
    addLink(ids, low(values, inode_id), records.length);
    nameOffset.push(builder.addText(bytes, low(values, name), high(values, name)));
    nameLength.push(high(values, name) - low(values, name));
    records.push(record);
  }
  return seen;
}

/** eventpoll_tfd_entry, before CRIU 3.4: a file that an epoll watches. Part of the epoll's entry since. */
export function onEpollTarget(set: SetContext, { bytes, start, end, record }: Entry): number {
  const { values } = set;
  const { id, tfd } = EPOLL_TARGET.slot;
  const seen = scan(bytes, start, end, EPOLL_TARGET, values);
  const epoll = fileIn(set, seen, id);
  if (epoll >= 0) {
    linkRecord(set, epoll, record);
    if (isSet(seen, tfd)) addLink(set.files.links.epolls, low(values, tfd), epoll);
  }
  return seen;
}

/** inotify_wd_entry, fanotify_mark_entry, before CRIU 3.4: a watch or mark. Part of the file's entry since. */
export function onWatch(set: SetContext, { bytes, start, end, record }: Entry): number {
  const seen = scan(bytes, start, end, WATCH, set.values);
  const file = fileIn(set, seen, WATCH.slot.id);
  if (file >= 0) linkRecord(set, file, record);
  return seen & ~MALFORMED;
}

/** remap_file_path_entry: an unlinked file. */
export function onRemap(set: SetContext, { bytes, start, end, record, isCut }: Entry): number {
  const { values, builder } = set;
  const { slot } = REMAP_PLAN;
  const seen = scan(bytes, start, end, REMAP_PLAN, values);
  const file = fileIn(set, seen, slot.orig_id);
  if (file < 0) {
    const id = isSet(seen, slot.orig_id) ? `open file ${low(values, slot.orig_id)}` : "an open file";
    reportRecord(set, record, "missing-file", `A remap refers to ${id}, which is missing from this set.`);
    return seen;
  }
  const stored = isSet(seen, slot.remap_type) ? low(values, slot.remap_type) : null;
  const id = isSet(seen, slot.remap_id) ? low(values, slot.remap_id) : NONE;
  linkRecord(set, file, record);
  // A missing type has a meaning, but this entry may have lost its type.
  if (stored === null && isCut) return seen;
  const type = remapType(id, stored);
  if (type <= REMAP.ghost) builder.files.has[file] = u8At(builder.files.has, file) | HAS.deleted;
  if (id === NONE) return seen;
  const target = remapTarget(id, stored);
  if (type === REMAP.ghost) addLink(set.files.links.ghosts, target, file);
  else if (type === REMAP.linked) linkRemap(set, file, fileOfType(set, target, REG));
  return seen;
}

/** The hard link `link` (-1: missing) has the contents of the unlinked `file`. */
function linkRemap(set: SetContext, file: FileRow, link: FileRow): void {
  const { files } = set.builder;
  if (link < 0) return;
  files.use[link] = u8At(files.use, link) | USE.linkRemap;
  linkRecord(set, file, i32At(files.record, link));
}

/** ghost_file_entry: the contents of an unlinked file. The file's number is the remap_id. */
export function onGhost(set: SetContext, { bytes, start, end, record, number }: Entry): number {
  const { lookups, links } = set.files;
  lookups.ghosts ??= linkedRows(links.ghosts);
  lookups.ghosts(number, (file) => linkRecord(set, file, record));
  return scan(bytes, start, end, GHOST, set.values);
}

/** ghost_chunk_entry: a run of an unlinked file's contents. */
export const onGhostChunk = (set: SetContext, { bytes, start, end }: Entry): number =>
  scan(bytes, start, end, GHOST_CHUNK, set.values);

/** tty_info_entry: a terminal, which several open files can share. */
export const onTtyInfo = (set: SetContext, entry: Entry): number =>
  linkByNumber(set, entry, TTY_INFO, set.files.lookups.terminals);

/** tty_data_entry: the contents of a terminal's buffer. */
export const onTtyData = (set: SetContext, entry: Entry): number =>
  linkByNumber(set, entry, TTY_DATA, set.files.lookups.terminals);

/** Links an entry to the files with the number that is the plan's only field. */
function linkByNumber(set: SetContext, entry: Entry, numberPlan: Plan, files: LinkedRows): number {
  const seen = scan(entry.bytes, entry.start, entry.end, numberPlan, set.values);
  if (isSet(seen, 1)) files(low(set.values, 1), (file) => linkRecord(set, file, entry.record));
  return seen;
}

/** sk_packet_entry: a packet in a socket's queue, with the open files in flight in it. */
export function onPacket(set: SetContext, { bytes, start, end, record }: Entry): number {
  const seen = scan(bytes, start, end, SK_PACKET, set.values);
  const socket = fileIn(set, seen, SK_PACKET.slot.id_for);
  if (socket >= 0) linkRecord(set, socket, record);
  eachBytes(bytes, start, end, SCM, (from, to) =>
    eachVarint(bytes, from, to, RIGHTS, (id) => markUse(set, id, USE.inFlight)),
  );
  return seen;
}

/** tcp_stream_entry: the state of a TCP connection. The file's number is the socket's inode. */
export function onTcpStream(set: SetContext, { record, number }: Entry): number {
  set.files.lookups.inetSockets(number, (file) => linkRecord(set, file, record));
  return 0;
}

/** fs_entry: a task's working directory and root. */
export function onFs(set: SetContext, entry: Entry): number {
  const seen = scan(entry.bytes, entry.start, entry.end, FS, set.values);
  addFs(set, entry, seen);
  return seen;
}

/** Adds the values of an fs_entry, as FS extracts them. */
export function addFs(set: SetContext, { number }: Entry, seen: number): void {
  const { values } = set;
  const { cwd_id, root_id, umask } = FS.slot;
  const task = taskOfPid(set, number);
  if (isSet(seen, cwd_id)) {
    markUse(set, low(values, cwd_id), USE.workingDirectory);
    addTaskFile(set, task, "cwd", low(values, cwd_id));
  }
  if (isSet(seen, root_id)) {
    markUse(set, low(values, root_id), USE.root);
    addTaskFile(set, task, "root", low(values, root_id));
  }
  if (isSet(seen, umask) && task >= 0) set.builder.taskDetails.add(task, "umask", low(values, umask));
}

/** The file with the id in a slot; -1 if there is none. */
const fileIn = ({ files, values }: SetContext, seen: number, slot: number): FileRow =>
  isSet(seen, slot) ? files.byId.row(low(values, slot)) : -1;
