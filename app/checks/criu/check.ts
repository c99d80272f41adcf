// Checks a CRIU image set: one walk over the entries that name something, member by member in blocks; what they name is
// looked for when all have been read, as the members' order says nothing.

import { FILE_FIELDS } from "../../decoder/criu/files.ts";
import { MEMBER_KINDS, memberOfName } from "../../decoder/criu/members.ts";
import { eachBytes, eachVarint, fieldNumber, type Plan, plan, scan, scratch } from "../../decoder/criu/wire.ts";
import { createIdIndex, type IdIndex } from "../../decoder/id-index.ts";
import type { Image } from "../../decoder/image.ts";
import { openWindow, type Window } from "../../decoder/window.ts";
import { type Checkpoint, HAS, holderCount, NONE, taskCount } from "../../model/checkpoint.ts";
import { FILE_KINDS, taskState } from "../../model/names.ts";
import { createFindingList, type Finding, type FindingList, type Findings } from "../finding.ts";
import { flagMasks, leftOverNames, opensDirectoryForWriting } from "../open-flags.ts";
import type { CheckOptions } from "../options.ts";
import { addProblems, isDamaged } from "./problems.ts";
import { CRIU_RULES } from "./rules.ts";

/** What numbers name. */
type Space = "file" | "socket" | "pipe" | "terminal" | "memfd" | "table" | "ghost";

/** References of one kind, to be looked for at the end. */
interface References {
  readonly code: string;
  readonly space: Space;
  /** Name of the field in its entry, or in the message of the open file. */
  readonly field: string;
  /** What is missing, for a sentence: `… names ${what} 3, which the set does not hold.` */
  readonly what: string;
  readonly who: string;
  readonly ids: number[];
  readonly records: number[];
}

/** The walk of the checks through one set. */
interface Scan {
  readonly checkpoint: Checkpoint;
  readonly list: FindingList;
  readonly spaces: Readonly<Record<Space, IdIndex>>;
  readonly references: Map<string, References>;
  /** fd_types of open files, by row. */
  readonly types: Uint8Array;
  /** Row of the first open file with an id. */
  readonly fileRows: IdIndex;
  /** Pids of tasks that are dead. */
  readonly dead: IdIndex;
  readonly out: Uint32Array;
  record: number;
  member: number;
  /** The number in the member's name. */
  memberNumber: number;
  /** The kind of open file that the member's entries are, before CRIU 3.4; `null`: none, or files.img. */
  memberFile: string | null;
  /** Row of the next open file. */
  file: number;
  /** Something names what the set does not hold; what seems unused may be what was meant. */
  dangling: boolean;
}

interface Handler {
  readonly plan: Plan;
  /** The entry's message is bytes[start … end - 1]; its values are in `scan.out`. */
  check(scan: Scan, seen: number, bytes: Uint8Array, start: number, end: number): void;
}

const has = (seen: number, slot: number): boolean => ((seen >> slot) & 1) === 1;
const low = ({ out }: Scan, slot: number): number => out[2 * slot] as number;

function refer(scan: Scan, space: Space, code: string, who: string, field: string, what: string, id: number): void {
  const key = `${code} ${who} ${field}`;
  let known = scan.references.get(key);
  if (known === undefined) {
    known = { code, space, field, what, who, ids: [], records: [] };
    scan.references.set(key, known);
  }
  known.ids.push(id);
  known.records.push(scan.record);
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

const scanInto = (scanned: Scan, bytes: Uint8Array, start: number, end: number, fields: Plan): number =>
  scan(bytes, start, end, fields, scanned.out);

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

/** Notes a fault of the entry at hand. Where its field lies is looked up at the end. */
function fault(scanned: Scan, code: string, field: string, message: string): void {
  faultAt(scanned, code, scanned.record, field, message);
}

function faultAt({ checkpoint, list }: Scan, code: string, record: number, field: string, message: string): void {
  const { records } = checkpoint;
  if (record === NONE) list.add(code, message, { record: null, field: null, offset: null });
  else {
    const offset = records.offset[record] as number;
    list.add(code, message, { record, field, offset, member: records.member[record] ?? 0 });
  }
}

function beginScan(checkpoint: Checkpoint): Scan {
  const { files, tables, tasks, members, dialect } = checkpoint;
  const fileRows = createIdIndex();
  for (let row = 0; row < files.count; row++) fileRows.add(files.id[row] as number, row);
  const table = createIdIndex();
  // A table that a task names and the set does not hold has no record.
  for (let row = 0; row < tables.count; row++) {
    const described = tables.record[row] !== NONE || tables.announced[row] !== NONE || hasDescriptors(checkpoint, row);
    if (described) table.add(tables.id[row] as number, row);
  }
  const ghost = createIdIndex();
  for (const [row, { name }] of members.entries()) {
    const member = memberOfName(name);
    const kind = member === null ? undefined : MEMBER_KINDS[member.kind]?.name;
    if (member !== null && kind === "ghost-file") ghost.add(member.number, row);
    if (member !== null && kind === "fdinfo") table.add(member.number, row);
  }
  const dead = createIdIndex();
  const zombie = taskState("zombie");
  for (let row = 0; row < tasks.count; row++) {
    const pid = tasks.pid[row] as number;
    if (pid >= 0 && tasks.state[row] === zombie) dead.add(pid, row);
  }
  return {
    checkpoint,
    list: createFindingList(CRIU_RULES, dialect, []),
    spaces: {
      file: fileRows,
      socket: createIdIndex(),
      pipe: createIdIndex(),
      terminal: createIdIndex(),
      memfd: createIdIndex(),
      table,
      ghost,
    },
    references: new Map(),
    types: new Uint8Array(files.count + 1),
    fileRows,
    dead,
    out: scratch(),
    record: NONE,
    member: NONE,
    memberNumber: NONE,
    memberFile: null,
    file: 0,
    dangling: checkpoint.problems.some(({ severity }) => severity === "error"),
  };
}

const hasDescriptors = ({ tables }: Checkpoint, table: number): boolean =>
  (tables.first[table + 1] ?? 0) > (tables.first[table] ?? 0);

/**
 * Checks a set.
 *
 * @throws the signal's reason if checking was aborted; SourceError if bytes cannot be had.
 */
export async function checkCriu(image: Image, options: CheckOptions = {}): Promise<Findings> {
  const { checkpoint, sources } = image;
  const { records, members } = checkpoint;
  const scanned = beginScan(checkpoint);
  const size = members.reduce((sum, member) => sum + member.size, 0);
  const handlers = records.kinds.map(({ struct }) => handlerOf(struct));
  let done = 0;
  let window: Window | null = null;
  for (let row = 0; row < records.count; ) {
    const member = records.member[row] ?? 0;
    if (member !== scanned.member) {
      done += members[scanned.member]?.size ?? 0;
      enterMember(scanned, member);
      const source = sources[member];
      window = source === undefined ? null : openWindow(source);
    }
    const end = window === null ? row + 1 : checkBlock(scanned, handlers, window, row);
    if (window !== null && end < records.count && (records.member[end] ?? 0) === member) {
      options.signal?.throwIfAborted();
      const offset = records.offset[end] as number;
      const need = records.length[end] as number;
      await window.fill(offset, need);
      options.onProgress?.({ bytes: done + offset, size, objects: end });
      // A member that became shorter has no more to check.
      if (window.end - offset < need) {
        row = skipMember(checkpoint, end);
        continue;
      }
    }
    row = end;
  }
  options.signal?.throwIfAborted();
  if (!isDamaged(checkpoint)) resolveReferences(scanned);
  checkColumns(scanned);
  const tablesTold = [...scanned.references.values()].some(({ code }) => code === "table-missing");
  addProblems(scanned.list, checkpoint, tablesTold);
  const found = scanned.list.finish();
  options.onProgress?.({ bytes: size, size, objects: records.count });
  return { ...found, findings: await withOffsets(image, found.findings) };
}

/** By message: the field of file_entry that an image of one kind of open file stands for. */
const FILE_OF_MESSAGE: ReadonlyMap<string, string> = new Map(
  MEMBER_KINDS.flatMap(({ file, message }) => (file === undefined || message === null ? [] : [[message, file]])),
);

/** What checks entries with this message; `null`: they name nothing. */
function handlerOf(struct: string | null): Handler | null {
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

function enterMember(scanned: Scan, member: number): void {
  const name = memberOfName(scanned.checkpoint.members[member]?.name ?? "");
  scanned.member = member;
  scanned.memberNumber = name === null || Number.isNaN(name.number) ? NONE : name.number;
  scanned.memberFile = (name === null ? undefined : MEMBER_KINDS[name.kind]?.file) ?? null;
}

/** The first row of another member, from `row` on. */
function skipMember({ records }: Checkpoint, row: number): number {
  const member = records.member[row] ?? 0;
  let next = row;
  while (next < records.count && (records.member[next] ?? 0) === member) next++;
  return next;
}

/** Checks entries of the member at hand from `row` on; returns the first row whose bytes are not at hand. */
function checkBlock(scanned: Scan, handlers: readonly (Handler | null)[], window: Window, from: number): number {
  const { count, offset, length, kind, member } = scanned.checkpoint.records;
  for (let row = from; row < count; row++) {
    if ((member[row] ?? 0) !== scanned.member) return row;
    const check = handlers[kind[row] as number];
    if (check === null || check === undefined) continue;
    const start = offset[row] as number;
    const end = start + (length[row] as number);
    if (start < window.start || end > window.end) return row;
    scanned.record = row;
    // An entry is its size and its message.
    const at = start - window.start + 4;
    const to = end - window.start;
    if (to < at) continue;
    check.check(scanned, scanInto(scanned, window.bytes, at, to, check.plan), window.bytes, at, to);
  }
  return count;
}

function resolveReferences(scanned: Scan): void {
  const { files } = scanned.checkpoint;
  for (const { code, space, field, what, who, ids, records } of scanned.references.values()) {
    // Where no open file is known at all, the missing image says it.
    if (files.count === 0 && space !== "table") continue;
    for (let at = 0; at < ids.length; at++) {
      const id = ids[at] as number;
      if (scanned.spaces[space].get(id) !== NONE) continue;
      scanned.dangling = true;
      const number = space === "ghost" ? `ghost-file-${id.toString(16)}.img` : String(id);
      faultAt(
        scanned,
        code,
        records[at] as number,
        field,
        `${who} names ${what} ${number}, which the set does not hold.`,
      );
    }
  }
}

/** Checks that the columns alone decide. */
function checkColumns(scanned: Scan): void {
  const { checkpoint } = scanned;
  checkTasks(scanned);
  checkOpenFiles(scanned);
  const { descriptors, tables, tasks } = checkpoint;
  for (let row = 1; row < descriptors.count; row++) {
    const fd = descriptors.fd[row] as number;
    if (descriptors.table[row] !== descriptors.table[row - 1] || descriptors.fd[row - 1] !== fd) continue;
    const message = `Descriptor ${fd} is there twice in one file table.`;
    faultAt(scanned, "descriptor-repeated", descriptors.record[row] as number, "fd", message);
  }
  // A set without a process tree has no tasks at all; that is told already.
  if (tasks.count === 0 || scanned.dangling) return;
  for (let table = 0; table < tables.count; table++) {
    if (taskCount(tables, table) > 0) continue;
    const id = tables.id[table] as number;
    if (scanned.spaces.table.get(id) === NONE) continue;
    const descriptor = tables.first[table] as number;
    const record = hasDescriptors(checkpoint, table) ? (descriptors.record[descriptor] as number) : NONE;
    faultAt(scanned, "table-without-task", record, "id", `No task uses the file table ${id}.`);
  }
}

function checkTasks(scanned: Scan): void {
  const { tasks } = scanned.checkpoint;
  const pids = createIdIndex();
  for (let row = 0; row < tasks.count; row++) {
    const pid = tasks.pid[row] as number;
    if (pid === NONE || pids.add(pid, row)) continue;
    faultAt(scanned, "pid-repeated", tasks.record[row] as number, "pid", `Two tasks have the pid ${pid}.`);
  }
  for (let row = 0; row < tasks.count; row++) {
    const parent = tasks.ppid[row] as number;
    if (parent <= 0 || pids.get(parent) !== NONE) continue;
    const message = `The parent of task ${tasks.pid[row]} is ${parent}, which the process tree does not hold.`;
    faultAt(scanned, "parent-missing", tasks.record[row] as number, "ppid", message);
  }
}

const PATH_KINDS: readonly string[] = ["regular", "directory", "character device", "block device", "generic"];

function checkOpenFiles(scanned: Scan): void {
  const { checkpoint } = scanned;
  const { files, tasks } = checkpoint;
  const masks = flagMasks(checkpoint.machine.arch);
  for (let row = 0; row < files.count; row++) {
    const held = files.has[row] as number;
    const record = files.record[row] as number;
    const id = files.id[row] as number;
    if ((held & HAS.pos) !== 0 && (files.pos[row] as bigint) >= 1n << 63n) {
      const position = BigInt.asIntN(64, files.pos[row] as bigint);
      faultAt(
        scanned,
        "position-impossible",
        record,
        "pos",
        `The position of open file ${id} is negative: ${position}.`,
      );
    }
    if ((held & HAS.flags) !== 0 && PATH_KINDS.includes(FILE_KINDS[files.kind[row] as number] ?? "")) {
      const flags = files.flags[row] as number;
      if ((flags & masks.leftOverMask) !== 0) {
        const names = leftOverNames(masks, flags).join(" and ");
        faultAt(scanned, "flags-left-over", record, "flags", `Open file ${id} has ${names}, which open(2) drops.`);
      }
      if (opensDirectoryForWriting(masks, flags)) {
        const message = `Open file ${id} is a directory (O_DIRECTORY) open for writing.`;
        faultAt(scanned, "directory-written", record, "flags", message);
      }
    }
    if (tasks.count > 0 && !scanned.dangling && files.use[row] === 0 && holderCount(files, row) === 0) {
      faultAt(scanned, "file-unused", record, "id", `Nothing uses open file ${id}.`);
    }
  }
}

/** The findings with the places of their fields, which only the entry taken apart tells. */
async function withOffsets(image: Image, findings: readonly Finding[]): Promise<Finding[]> {
  const placed: Finding[] = [];
  for (const finding of findings) {
    const { field, record } = finding;
    if (field === null || record === null) {
      placed.push(finding);
      continue;
    }
    const fields = await image.fields(record);
    const short = field.slice(field.lastIndexOf(".") + 1);
    // In files.img a file's own message is within the entry; in the images of older releases it is the entry.
    const found =
      fields.find(({ name }) => name === field) ??
      fields.find(({ name }) => name === short) ??
      fields.find(({ name }) => name.replaceAll(/\[\d+\]/g, "") === field) ??
      fields.find(({ name }) => /^\w+\.\w+$/.test(name) && name.endsWith(`.${short}`));
    placed.push(
      found === undefined ? { ...finding, field: null } : { ...finding, field: found.name, offset: found.offset },
    );
  }
  return placed;
}
