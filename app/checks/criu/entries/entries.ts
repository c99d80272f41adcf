// Checks of entries, by message. References are collected, and resolved once all entries have been read.

import { FILE_FIELD_OF_MESSAGE, FILE_FIELDS } from "../../../decoder/criu/format/file-types.ts";
import { REMAP, remapTarget, remapType } from "../../../decoder/criu/format/remap.ts";
import { AT_PAGESZ, pageSizeIn, validPageSize } from "../../../decoder/criu/memory/address-space.ts";
import { VMA_FILE, VMA_SHARED, VMA_STATUS } from "../../../decoder/criu/memory/mappings.ts";
import { PAGEMAP_ENTRY } from "../../../decoder/criu/memory/pagemap-entry.ts";
import { NEWEST_VERSION } from "../../../decoder/criu/walk/newer.ts";
import { eachBytes, eachVarint, exact, fieldNumber, plan } from "../../../decoder/criu/wire/wire.ts";
import { NONE } from "../../../model/checkpoint.ts";
import { MOST_NEEDS } from "../../needs.ts";
import { addNote } from "../kept.ts";
import { noteCredentials, noteLimit, noteMapping } from "../needs/note-host.ts";
import {
  fault,
  has,
  isFound,
  isOfType,
  low,
  pathReference,
  type Reference,
  refer,
  reference,
  type Scan,
  scanInto,
  typedReference,
  typeWords,
} from "../scan.ts";
import { callFor } from "../set/members.ts";
import { noteRange, onPagemap, onPagemapHead, PAGEMAP_HEAD } from "../set/memory.ts";
import { onTree } from "../set/tree.ts";
import { BODIES, type Body, checkBody, MESSAGE_BODIES, MESSAGE_FIELDS, SLOT_BEFORE_TYPES } from "./file-bodies.ts";
import { onFilters } from "./filters.ts";
import { type Handler, handler } from "./handler.ts";
import { readChecked } from "./read-checked.ts";
import { checkShape, messageIn, shapeOf } from "./shapes.ts";
import { onCore, onIds, onInventory, onMount } from "./tasks.ts";
import { checkCapabilities } from "./threads.ts";
import { OWN_ENTRY } from "./watches.ts";

const VMAS = fieldNumber("mm_entry", "vmas");
export const VMA = plan("vma_entry", ["shmid", "status", "start", "end"]);
const CGROUP_SETS = fieldNumber("cgroup_entry", "sets");
const CGROUP_SET = plan("cg_set_entry", ["id"]);
const PTY = plan("tty_pty_entry", ["index"]);
const SCM = fieldNumber("sk_packet_entry", "scm");
const RIGHTS = fieldNumber("scm_entry", "rights");

/** In the column of types: greater than any type. */
const NO_TYPE = 255;
const MESSAGES = MESSAGE_FIELDS.map((field) => messageIn("file_entry", field));

const GHOST = reference("ghost", "ghost-missing", "An unlinked file", "remap_id", "the contents");
const UNLINKED = pathReference("A remap", "orig_id", "the unlinked file, open file");
const HARD_LINK = pathReference("An unlinked file", "remap_id", "the hard link, open file");
const DIRECTORY = pathReference("A working directory", "cwd_id", "the open file");
const ROOT = pathReference("A root", "root_id", "the open file");
const EXECUTABLE = pathReference("An executable", "exe_file_id", "the open file");
/** A packet for no socket is left out, unless there are files in it. */
const PACKET = reference("file", "file-missing", "A queued packet", "id_for", "the socket");
const LOST_PACKET: Reference = { ...PACKET, severity: "warning" };
const PACKET_RIGHTS = reference("file", "file-missing", "A packet's rights", "scm.rights", "the open file");
export const PIPE_DATA = reference("pipe", "data-without-pipe", "Data of a pipe", "pipe_id", "the pipe");
/** The slots of pipe_data_entry that are kept. */
export const CONTENTS_SLOTS = [1, 2, 3];
/** By the status of the mapping: of a memfd, of another file. Plugins restore mappings of files as they like. */
const mappingOf = (field: string) => ({
  memfd: typedReference("memfd", "A mapping", field, "the memfd, open file"),
  file: pathReference("A mapping", field, "the open file"),
  any: reference("file", "file-missing", "A mapping", field, "the open file"),
});
const MAPPING = mappingOf("vmas.shmid");
const OLD_MAPPING = mappingOf("shmid");
const SOCKET_MAPPING = typedReference("psk", "A mapping", "vmas.shmid", "the packet socket, open file");

/** Entries by their messages. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  inventory_entry: onInventory,
  core_entry: onCore,
  pstree_entry: onTree,
  // Before CRIU 3.4 what an epoll watches was in a file of its own.
  eventpoll_tfd_entry: handler("eventpoll_tfd_entry", ["id", "tfd"], (scan, seen) => {
    const file = has(seen, 1) ? scan.fileRows.get(low(scan, 1)) : NONE;
    if (file !== NONE && has(seen, 2)) addNote(scan.kept.watches, scan.record, file, OWN_ENTRY, scan.out, [2]);
  }),
  // Before CRIU 1.3 limits had a file of their own.
  rlimit_entry: handler("rlimit_entry", [], (scan, _seen, bytes, start, end) => {
    noteLimit(scan, bytes, start, end);
  }),
  creds_entry: handler("creds_entry", [], (scan, _seen, bytes, start, end) => {
    noteCredentials(scan, bytes, start, end);
    checkCapabilities(scan, bytes, start, end, "");
  }),
  task_kobj_ids_entry: onIds,
  mnt_entry: onMount,
  pidns_entry: handler("pidns_entry", ["ext_key"], (scan, seen) => {
    if (has(seen, 1)) scan.externalPids.add(scan.memberNumber);
  }),
  cgroup_entry: handler("cgroup_entry", [], (scan, _seen, bytes, start, end) => {
    eachBytes(bytes, start, end, CGROUP_SETS, (from, to) => {
      const seen = scanInto(scan, bytes, from, to, CGROUP_SET);
      if (has(seen, 1)) scan.spaces.cgroup.add(low(scan, 1), scan.record);
    });
  }),
  seccomp_entry: onFilters,
  pagemap_head: { plan: PAGEMAP_HEAD, check: onPagemapHead },
  pagemap_entry: { plan: PAGEMAP_ENTRY, check: onPagemap },
  file_entry: { ...handler("file_entry", ["type", "id", ...MESSAGE_FIELDS], checkFile), leaves: true },
  fdinfo_entry: handler("fdinfo_entry", ["id", "flags", "type", "fd"], (scan, seen) => {
    const fd = low(scan, 4);
    const flags = has(seen, 2) ? low(scan, 2) : 0;
    if (flags > 1)
      fault(scan, "descriptor-flags", "flags", `Descriptor ${fd} has the flags ${flags}; FD_CLOEXEC is 1.`);
    if (has(seen, 1) && has(seen, 3)) checkType(scan, fd, low(scan, 1), low(scan, 3));
  }),
  remap_file_path_entry: handler("remap_file_path_entry", ["remap_id", "remap_type", "orig_id"], (scan, seen) => {
    if (!has(seen, 1)) return;
    // The decoder reports one that is missing.
    if (has(seen, 3) && scan.fileRows.get(low(scan, 3)) !== NONE) refer(scan, UNLINKED, low(scan, 3));
    const stored = has(seen, 2) ? low(scan, 2) : null;
    const type = remapType(low(scan, 1), stored);
    const target = remapTarget(low(scan, 1), stored);
    if (type === REMAP.ghost) {
      scan.ghostsNamed.add(target, scan.record);
      refer(scan, GHOST, target);
    } else if (type === REMAP.linked) {
      const message = `Open file ${target}, a hard link, stands in for an unlinked file and must exist at restore.`;
      fault(scan, "link-remap", "remap_id", message);
      if (has(seen, 3)) scan.hostNotes.links.set(target, low(scan, 3));
      refer(scan, HARD_LINK, target);
    }
  }),
  ghost_file_entry: handler("ghost_file_entry", ["mode", "size"], (scan, seen) => {
    if (!has(seen, 1) || !has(seen, 2)) return;
    scan.ghosts.set(scan.memberNumber, { mode: low(scan, 1), size: exact(scan.out, 2) });
  }),
  fs_entry: handler("fs_entry", ["cwd_id", "root_id"], (scan, seen) => {
    const [cwd, root] = [low(scan, 1), low(scan, 2)];
    if (has(seen, 1)) refer(scan, DIRECTORY, cwd);
    if (has(seen, 2)) refer(scan, ROOT, root);
  }),
  mm_entry: handler("mm_entry", ["exe_file_id"], (scan, seen, bytes, start, end) => {
    if (has(seen, 1)) refer(scan, EXECUTABLE, low(scan, 1));
    scan.pageSize = pageSizeIn(bytes, start, end) ?? scan.pageSize;
    let nth = 0;
    eachBytes(bytes, start, end, VMAS, (from, to) => {
      checkMapping(scan, scanInto(scan, bytes, from, to, VMA), nth++);
    });
  }),
  vma_entry: handler("vma_entry", [], (scan, _seen, bytes, start, end) => {
    checkMapping(scan, scanInto(scan, bytes, start, end, VMA), NONE);
  }),
  sk_packet_entry: handler("sk_packet_entry", ["id_for"], (scan, seen, bytes, start, end) => {
    const socket = low(scan, 1);
    let hasFiles = false;
    eachBytes(bytes, start, end, SCM, (from, to) =>
      eachVarint(bytes, from, to, RIGHTS, (id) => {
        hasFiles = true;
        refer(scan, PACKET_RIGHTS, id);
      }),
    );
    if (has(seen, 1)) refer(scan, hasFiles ? PACKET : LOST_PACKET, socket);
  }),
  pipe_data_entry: handler("pipe_data_entry", ["pipe_id", "bytes", "size"], (scan, seen) => {
    if (!has(seen, 1)) return;
    addNote(scan.kept.contents, scan.record, NONE, seen, scan.out, CONTENTS_SLOTS);
  }),
  tty_info_entry: handler("tty_info_entry", ["id", "type", "rdev", "pty"], (scan, seen, bytes) => {
    if (!has(seen, 1)) return;
    const [id, type, device] = [low(scan, 1), low(scan, 2), low(scan, 3)];
    scan.spaces.terminal.add(id, scan.record);
    const index = has(seen, 4) ? scanInto(scan, bytes, low(scan, 4), scan.out[9] as number, PTY) : 0;
    scan.notes.terminals.set(id, { type, device, index: has(index, 1) ? low(scan, 1) : NONE });
  }),
  file_lock_entry: handler("file_lock_entry", ["flag", "pid", "fd"], (scan, seen) => {
    if (!has(seen, 1) || !has(seen, 2) || !has(seen, 3)) return;
    const [kind, pid, fd] = [low(scan, 1), low(scan, 2) | 0, low(scan, 3) | 0];
    if (scan.notes.locks.length < MOST_NEEDS) scan.notes.locks.push({ pid, fd, kind, record: scan.record });
  }),
  memfd_inode_entry: handler("memfd_inode_entry", ["inode_id", "size", "shmid"], (scan, seen) => {
    if (has(seen, 1)) scan.spaces.memfd.add(low(scan, 1), scan.record);
    const isEmpty = low(scan, 2) === 0 && scan.out[5] === 0;
    if (!has(seen, 2) || isEmpty || !has(seen, 3)) return;
    callForShared(scan, low(scan, 3), "shmid", "it has the contents of a memfd");
  }),
};

function checkFile(scan: Scan, seen: number, bytes: Uint8Array, start: number, end: number): void {
  if (!has(seen, 2)) {
    if (scan.areMessagesLeft) checkFileShape(scan, bytes, start, end);
    return;
  }
  const type = has(seen, 1) ? low(scan, 1) : 0;
  const id = low(scan, 2);
  scan.types[scan.file] = Math.min(type, NO_TYPE);
  scan.file++;
  // The first message that it has.
  const messages = seen >>> (SLOT_BEFORE_TYPES + 1);
  const index = 31 - Math.clz32(messages & -messages);
  const own = MESSAGE_FIELDS[index];
  const slot = SLOT_BEFORE_TYPES + 1 + index;
  const from = low(scan, slot);
  const to = scan.out[2 * slot + 1] as number;
  const inside = own === undefined ? NONE : readBody(scan, index, bytes, from, to, start, end);
  // A set of a newer version is refused in the first place.
  if (own === undefined && FILE_FIELDS[type] === undefined && scan.inventory.version <= NEWEST_VERSION) {
    fault(scan, "file-type-newer", "type", `Open file ${id} has the type ${type}, which CRIU 4.2 does not know.`);
  }
  // Without the message of its type, the decoder reports it; types of later releases have messages of their own.
  if (has(seen, 1) && (FILE_FIELDS[type] ?? null) === null && (own !== undefined || type === 0)) {
    fault(scan, "file-undescribed", "type", `Open file ${id} has the type ${type}, which no open file has.`);
  }
  if (own === undefined) return;
  const body = MESSAGE_BODIES[index] as Body;
  if (has(inside, body.idSlot) && low(scan, body.idSlot) !== id) {
    const other = low(scan, body.idSlot);
    const message = `Open file ${id} has the id ${other} in its own message, which is the one that CRIU uses.`;
    fault(scan, "file-id-differs", `${own}.id`, message);
  }
  checkBody(scan, body, inside, bytes, from, to);
}

/** Reads the message of an open file. Checks its shape, unless the check of the entry at `start` included it. */
function readBody(scan: Scan, index: number, bytes: Uint8Array, from: number, to: number, start: number, end: number) {
  const body = MESSAGE_BODIES[index] as Body;
  if (scan.areMessagesLeft) {
    const shape = shapeOf(MESSAGES[index] ?? "");
    const seen = shape === null ? NONE : readChecked(bytes, from, to, shape, body, scan.out, scan.words);
    if (seen !== NONE) return seen;
    checkFileShape(scan, bytes, start, end);
  }
  return scanInto(scan, bytes, from, to, body.plan);
}

function checkFileShape(scan: Scan, bytes: Uint8Array, start: number, end: number): void {
  const shape = shapeOf("file_entry");
  if (shape !== null) checkShape(scan, bytes, start, end, shape, "file_entry");
}

/** FD_TYPES__UND: find_file_desc_raw() in criu/files.c takes a file of any type. */
const ANY_TYPE = 0;

/** Checks that a descriptor's type is that of its open file. */
function checkType(scan: Scan, fd: number, id: number, type: number): void {
  if (type === ANY_TYPE || isOfType(scan, id, type)) return;
  const own = typeWords(scan.types[scan.fileRows.get(id)] as number);
  fault(scan, "descriptor-type", "type", `Descriptor ${fd} is a ${typeWords(type)}, and its open file a ${own}.`);
}

/** An address space as the kernel notes it: the second slot has the page size from the auxiliary vector. */
export const SPACE = plan("mm_entry", ["exe_file_id", "mm_saved_auxv"]);
export const PAGE_SIZE_KEY: ReadonlyMap<number, number> = new Map([[SPACE.slot.mm_saved_auxv, AT_PAGESZ]]);

/** Checks an address space, an mm_entry, without its mappings. Its values are in the slots of SPACE. */
export function checkSpace(scan: Scan, seen: number): void {
  const size = has(seen, 2) ? validPageSize(low(scan, 2)) : null;
  if (has(seen, 1)) refer(scan, EXECUTABLE, low(scan, 1));
  scan.pageSize = size ?? scan.pageSize;
}

/**
 * Checks a mapping, whose values are in the slots of VMA.
 *
 * @param nth Which of the mappings in its mm_entry it is; NONE: it has an entry of its own.
 */
export function checkMapping(scanned: Scan, seen: number, nth: number): void {
  const [id, status] = [low(scanned, 1), has(seen, 2) ? low(scanned, 2) : 0];
  noteRange(scanned, seen, status, nth);
  checkAlignment(scanned, seen, nth);
  if (has(seen, 1) && has(seen, 2)) referMapped(scanned, seen, nth, id, status);
}

/** Notes what a mapping with a status refers to; its range is in the slots 3 and 4. */
export function referMapped(scanned: Scan, seen: number, nth: number, id: number, status: number): void {
  if ((status & VMA_FILE) !== 0) noteMapping(scanned, seen, id, (status & VMA_STATUS.fileShared) !== 0);
  if ((status & VMA_FILE) !== 0) refer(scanned, mappingReference(scanned, nth, id, status), id);
  else if ((status & VMA_STATUS.socket) !== 0) refer(scanned, SOCKET_MAPPING, id);
  else if ((status & VMA_STATUS.sysv) !== 0) {
    if (!scanned.segments.has(id)) scanned.segments.set(id, { record: scanned.record, nth });
  } else if ((status & VMA_SHARED) !== 0)
    callForShared(scanned, id, placeOf(nth), "it has the contents of shared memory");
}

/** The least size of a page. */
const LEAST_PAGE = 4096;

/** Whether an address, by its low half, is at the start of a page. */
export const isAligned = (address: number): boolean => address % LEAST_PAGE === 0;

/** Mappings begin and end where pages do: mmap(2). */
function checkAlignment(scan: Scan, seen: number, nth: number): void {
  if (has(seen, 3) && !isAligned(low(scan, 3))) reportUnaligned(scan, nth, "start");
  if (has(seen, 4) && !isAligned(low(scan, 4))) reportUnaligned(scan, nth, "end");
}

function reportUnaligned(scan: Scan, nth: number, name: string): void {
  const field = nth === NONE ? name : `vmas[${nth}].${name}`;
  fault(scan, "value-impossible", field, `The ${name} of a mapping is not at the start of a page.`);
}

/** The most mappings of missing files that get a place; a set that lacks files.img can have any number. */
const MOST_PLACES = 1000;

/** The reference of a mapping to its file: if that is missing, one of its own, which says which mapping it is. */
function mappingReference(scan: Scan, nth: number, id: number, status: number): Reference {
  const { memfd, file, any } = nth === NONE ? OLD_MAPPING : MAPPING;
  const known = (status & VMA_STATUS.plugin) !== 0 ? any : (status & VMA_STATUS.memfd) !== 0 ? memfd : file;
  if (nth === NONE || isFound(scan, known, id) || scan.references.size >= MOST_PLACES) return known;
  const mayBeFound = scan.fileRows.get(id) !== NONE && (known.type === undefined || isOfType(scan, id, known.type));
  return mayBeFound ? known : { ...known, field: placeOf(nth) };
}

/** The field of a mapping that names shared memory. */
export const placeOf = (nth: number): string => (nth === NONE ? "shmid" : `vmas[${nth}].shmid`);

function callForShared(scan: Scan, number: number, field: string, why: string): void {
  // Before CRIU 1.0 the pages of shared memory had files of their own.
  if (scan.members.find("pages-shmem", number) !== NONE) return;
  callFor(scan, { kind: "pagemap-shmem", number, field, why });
}

/** The check for entries with this message; `null`: they refer to nothing. */
export function handlerOf(struct: string | null): Handler | null {
  if (struct === null) return null;
  const file = FILE_FIELD_OF_MESSAGE.get(struct);
  return file === undefined ? (HANDLERS[struct] ?? null) : fileHandler(BODIES[file] ?? null);
}

/** An entry of an image of one kind of open file: a row of its own, if it has an id. */
function fileHandler(body: Body | null): Handler {
  return {
    plan: body?.plan ?? { slots: new Uint8Array(512) },
    check(scanned, seen, bytes, start, end) {
      const { files } = scanned.checkpoint;
      if (files.record[scanned.file] !== scanned.record) return;
      scanned.types[scanned.file] = Math.max(0, FILE_FIELDS.indexOf(scanned.memberFile));
      scanned.file++;
      if (body !== null) checkBody(scanned, body, seen, bytes, start, end);
    },
  };
}
