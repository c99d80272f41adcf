// Checks of entries, by message. References are collected and resolved when all entries have been read.

import { FILE_FIELDS } from "../../decoder/criu/file-types.ts";
import { MEMBER_KINDS } from "../../decoder/criu/member-kinds.ts";
import { eachBytes, eachVarint, fieldNumber, type Plan, plan } from "../../decoder/criu/wire.ts";
import { NONE } from "../../model/checkpoint.ts";
import { fault, has, low, refer, type Scan, scanInto } from "./scan.ts";

/** How the entries of one message are checked. */
export interface Handler {
  readonly plan: Plan;
  /** The entry's message is bytes[start … end - 1]; its values are in `scan.out`. */
  check(scan: Scan, seen: number, bytes: Uint8Array, start: number, end: number): void;
}

const handler = (message: Parameters<typeof plan>[0], names: readonly string[], check: Handler["check"]): Handler => ({
  plan: plan(message, names),
  check,
});

/** What an open file's own message says, by its field in file_entry. */
const BODIES: Readonly<Record<string, Handler>> = {
  pipe: handler("pipe_entry", ["pipe_id"], (scan, seen) => {
    if (has(seen, 1)) scan.spaces.pipe.add(low(scan, 1), scan.record);
  }),
  fifo: handler("fifo_entry", ["pipe_id", "regf_id"], (scan, seen) => {
    if (has(seen, 1)) scan.spaces.pipe.add(low(scan, 1), scan.record);
    if (has(seen, 2)) refer(scan, "file", "file-missing", "A FIFO", "fifo.regf_id", "the open file", low(scan, 2));
  }),
  usk: handler("unix_sk_entry", ["ino", "peer"], (scan, seen) => {
    if (has(seen, 1)) scan.spaces.socket.add(low(scan, 1), scan.record);
    const peer = has(seen, 2) ? low(scan, 2) : 0;
    if (peer !== 0) refer(scan, "socket", "peer-missing", "A unix socket", "usk.peer", "the peer", peer);
  }),
  tty: handler("tty_file_entry", ["tty_info_id", "regf_id"], (scan, seen) => {
    const [info, path] = [low(scan, 1), low(scan, 2)];
    if (has(seen, 1))
      refer(scan, "terminal", "terminal-missing", "A terminal", "tty.tty_info_id", "the terminal", info);
    if (has(seen, 2)) refer(scan, "file", "file-missing", "A terminal", "tty.regf_id", "the open file", path);
  }),
  memfd: handler("memfd_file_entry", ["inode_id"], (scan, seen) => {
    if (has(seen, 1)) refer(scan, "memfd", "memfd-missing", "A memfd", "memfd.inode_id", "the inode", low(scan, 1));
  }),
};

const BODY_NAMES = Object.keys(BODIES);
const VMAS = fieldNumber("mm_entry", "vmas");
const VMA = plan("vma_entry", ["shmid", "status"]);
/** VMA_FILE_PRIVATE and VMA_FILE_SHARED: shmid is the id of an open file. */
const VMA_FILE = (1 << 6) | (1 << 7);
const SCM = fieldNumber("sk_packet_entry", "scm");
const RIGHTS = fieldNumber("scm_entry", "rights");
const IDS = plan("task_kobj_ids_entry", ["files_id"]);
const GHOST = 1;

/** Entries by their messages. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  file_entry: handler("file_entry", ["type", "id", ...BODY_NAMES], (scan, seen, bytes) => {
    if (!has(seen, 2)) return;
    scan.types[scan.file] = has(seen, 1) ? low(scan, 1) : 0;
    scan.file++;
    const index = BODY_NAMES.findIndex((_, at) => has(seen, 3 + at));
    const body = BODIES[BODY_NAMES[index] ?? ""];
    if (body === undefined) return;
    const [from, to] = [low(scan, 3 + index), scan.out[2 * (3 + index) + 1] as number];
    body.check(scan, scanInto(scan, bytes, from, to, body.plan), bytes, from, to);
  }),
  fdinfo_entry: handler("fdinfo_entry", ["id", "flags", "type", "fd"], (scan, seen) => {
    const fd = low(scan, 4);
    const flags = has(seen, 2) ? low(scan, 2) : 0;
    if (flags > 1)
      fault(scan, "descriptor-flags", "flags", `Descriptor ${fd} has the flags ${flags}; FD_CLOEXEC is 1.`);
    const file = has(seen, 1) ? scan.fileRows.get(low(scan, 1)) : NONE;
    const type = low(scan, 3);
    if (file === NONE || !has(seen, 3) || scan.types[file] === 0 || scan.types[file] === type) return;
    const words = (number: number): string => FILE_FIELDS[number] ?? `type ${number}`;
    const own = words(scan.types[file] as number);
    fault(scan, "descriptor-type", "type", `Descriptor ${fd} is a ${words(type)}, and its open file a ${own}.`);
  }),
  remap_file_path_entry: handler("remap_file_path_entry", ["remap_id", "remap_type"], (scan, seen) => {
    // Without a type it is a ghost: older sets had nothing else.
    if (!has(seen, 1) || (has(seen, 2) && low(scan, 2) !== GHOST)) return;
    refer(scan, "ghost", "ghost-missing", "An unlinked file", "remap_id", "the contents", low(scan, 1));
  }),
  fs_entry: handler("fs_entry", ["cwd_id", "root_id"], (scan, seen) => {
    const [cwd, root] = [low(scan, 1), low(scan, 2)];
    if (has(seen, 1)) refer(scan, "file", "file-missing", "A working directory", "cwd_id", "the open file", cwd);
    if (has(seen, 2)) refer(scan, "file", "file-missing", "A root", "root_id", "the open file", root);
  }),
  mm_entry: handler("mm_entry", ["exe_file_id"], (scan, seen, bytes, start, end) => {
    const exe = low(scan, 1);
    if (has(seen, 1)) refer(scan, "file", "file-missing", "An executable", "exe_file_id", "the open file", exe);
    eachBytes(bytes, start, end, VMAS, (from, to) => checkMapping(scan, bytes, from, to, "vmas.shmid"));
  }),
  vma_entry: handler("vma_entry", [], (scan, _seen, bytes, start, end) => {
    checkMapping(scan, bytes, start, end, "shmid");
  }),
  sk_packet_entry: handler("sk_packet_entry", ["id_for"], (scan, seen, bytes, start, end) => {
    const socket = low(scan, 1);
    if (has(seen, 1)) refer(scan, "file", "file-missing", "A queued packet", "id_for", "the socket", socket);
    eachBytes(bytes, start, end, SCM, (from, to) =>
      eachVarint(bytes, from, to, RIGHTS, (id) =>
        refer(scan, "file", "file-missing", "A packet's rights", "scm.rights", "the open file", id),
      ),
    );
  }),
  pipe_data_entry: handler("pipe_data_entry", ["pipe_id"], (scan, seen) => {
    const pipe = low(scan, 1);
    if (has(seen, 1)) refer(scan, "pipe", "data-without-pipe", "Data of a pipe", "pipe_id", "the pipe", pipe);
  }),
  tty_info_entry: handler("tty_info_entry", ["id"], (scan, seen) => {
    if (has(seen, 1)) scan.spaces.terminal.add(low(scan, 1), scan.record);
  }),
  memfd_inode_entry: handler("memfd_inode_entry", ["inode_id"], (scan, seen) => {
    if (has(seen, 1)) scan.spaces.memfd.add(low(scan, 1), scan.record);
  }),
  task_kobj_ids_entry: handler("task_kobj_ids_entry", ["files_id"], (scan, seen) => {
    if (has(seen, 1)) checkFilesId(scan, low(scan, 1), "files_id");
  }),
  core_entry: handler("core_entry", ["ids"], (scan, seen, bytes) => {
    if (!has(seen, 1)) return;
    const [from, to] = [low(scan, 1), scan.out[3] as number];
    if (has(scanInto(scan, bytes, from, to, IDS), 1)) checkFilesId(scan, low(scan, 1), "ids.files_id");
  }),
};

function checkMapping(scanned: Scan, bytes: Uint8Array, start: number, end: number, field: string): void {
  const seen = scanInto(scanned, bytes, start, end, VMA);
  if (!has(seen, 1) || !has(seen, 2) || (low(scanned, 2) & VMA_FILE) === 0) return;
  refer(scanned, "file", "file-missing", "A mapping", field, "the open file", low(scanned, 1));
}

function checkFilesId(scanned: Scan, id: number, field: string): void {
  if (scanned.dead.get(scanned.memberNumber) !== NONE) {
    scanned.dangling = true;
    const message = `Task ${scanned.memberNumber} is dead and has the file table ${id}.`;
    fault(scanned, "dead-task-with-descriptors", field, message);
  } else refer(scanned, "table", "table-missing", `Task ${scanned.memberNumber}`, field, "the file table", id);
}

/** By message: the field of file_entry that an image of one kind of open file stands for. */
const FILE_OF_MESSAGE: ReadonlyMap<string, string> = new Map(
  MEMBER_KINDS.flatMap(({ file, message }) => (file === undefined || message === null ? [] : [[message, file]])),
);

/** What checks entries with this message; `null`: they name nothing. */
export function handlerOf(struct: string | null): Handler | null {
  if (struct === null) return null;
  const file = FILE_OF_MESSAGE.get(struct);
  return file === undefined ? (HANDLERS[struct] ?? null) : fileHandler(BODIES[file] ?? null);
}

/** An entry of an image of one kind of open file: a row of its own, if it has an id. */
function fileHandler(body: Handler | null): Handler {
  return {
    plan: body?.plan ?? { slots: new Uint8Array(512) },
    check(scanned, seen, bytes, start, end) {
      const { files } = scanned.checkpoint;
      if (files.record[scanned.file] !== scanned.record) return;
      scanned.types[scanned.file] = Math.max(0, FILE_FIELDS.indexOf(scanned.memberFile));
      scanned.file++;
      body?.check(scanned, seen, bytes, start, end);
    },
  };
}
