// An image set becomes a Checkpoint: members in an order in which what is referred to comes first, each entry a
// record, tasks from pstree and cores, tables from fdinfo, open files from files.img or its forerunners.

import {
  type Checkpoint,
  type Fact,
  HAS,
  type Machine,
  type Member,
  NONE,
  type RecordKind,
  type Severity,
  USE,
} from "../../model/checkpoint.ts";
import { taskState } from "../../model/names.ts";
import { visible, visibleText } from "../../model/text.ts";
import { sizeText } from "../../model/words.ts";
import { createBuilder } from "../builder.ts";
import { type DecodeOptions, type Source, SourceError } from "../source.ts";
import { walkEntries } from "./entries.ts";
import { markEpollTargets } from "./epoll.ts";
import { createFileReader } from "./files.ts";
import { type Framing, framingOf } from "./framing.ts";
import { MEMBER_KINDS } from "./member-kinds.ts";
import { baseName } from "./member-names.ts";
import { enumName, MAGICS } from "./messages.ts";
import { isRaw, type PlacedMember, placeMembers, withHead } from "./place.ts";
import { addLink, createLinks, indexRows, linkedRows, type RowIndex, specialFirst } from "./rows.ts";
import { eachBytes, eachVarint, fieldNumber, MALFORMED, type Plan, plan, scan, scratch } from "./wire.ts";

/** What is known of a container from beside the image set. */
export interface Metadata {
  readonly time: number | null;
  readonly facts: readonly Fact[];
  readonly problems: readonly { readonly severity: Severity; readonly code: string; readonly message: string }[];
}

/** A decoded set, with what looking closer at it takes. */
export interface DecodedSet {
  readonly checkpoint: Checkpoint;
  readonly sources: readonly Source[];
  /** File id → row. */
  readonly fileOfId: RowIndex;
  /** By member, for pagemap images: pages that are present. */
  readonly pages: ReadonlyMap<number, number>;
  /** epoll, by row of the open file: rows of the files that it watches, by descriptor number. */
  readonly epollTargets: (file: number, fd: number) => number;
  /** pipe_id → rows of its ends. */
  readonly pipeEnds: (pipe: number, visit: (row: number) => void) => void;
  /** Inode → rows of unix sockets. */
  readonly unixSockets: (inode: number, visit: (row: number) => void) => void;
}

const PSTREE = plan("pstree_entry", ["pid", "ppid", "pgid", "sid"]);
const CORE = plan("core_entry", ["mtype", "tc", "ids"]);
const TASK_CORE = plan("task_core_entry", ["task_state", "comm", "stop_signo"]);
const IDS = plan("task_kobj_ids_entry", ["files_id", "time_ns_id"]);
const FDINFO = plan("fdinfo_entry", ["id", "flags", "fd"]);
const INVENTORY = plan("inventory_entry", [
  "img_version",
  "fdinfo_per_id",
  "lsmtype",
  "network_lock_method",
  "plugins_entry",
  "dump_criu_run_id",
  "allow_uprobes",
]);
const FS = plan("fs_entry", ["cwd_id", "root_id"]);
const MM = plan("mm_entry", ["exe_file_id"]);
const VMA = plan("vma_entry", ["shmid", "status"]);
const VMAS = fieldNumber("mm_entry", "vmas");
const PAGEMAP = plan("pagemap_entry", ["compat_nr_pages", "in_parent", "flags", "nr_pages"]);
const REMAP = plan("remap_file_path_entry", ["orig_id", "remap_id", "remap_type"]);
const GHOST = plan("ghost_file_entry", ["chunks"]);
const CHUNK = plan("ghost_chunk_entry", ["len"]);
const PIPE_DATA = plan("pipe_data_entry", ["pipe_id"]);
const SK_PACKET = plan("sk_packet_entry", ["id_for"]);
const SCM = fieldNumber("sk_packet_entry", "scm");
const RIGHTS = fieldNumber("scm_entry", "rights");
const MEMFD_INODE = plan("memfd_inode_entry", ["name", "inode_id"]);
const TTY_INFO = plan("tty_info_entry", ["id"]);
const TTY_DATA = plan("tty_data_entry", ["tty_id"]);
const UTSNS = plan("utsns_entry", ["nodename"]);
const OWNER = plan("eventpoll_tfd_entry", ["id", "tfd"]);

/** vma_entry.status: the mapping's shmid is a file id. */
const VMA_FILE = (1 << 6) | (1 << 7);
/** pagemap_entry.flags */
const PE_PRESENT = 4;

const ARCHITECTURES: Readonly<Record<number, { arch: string; wordSize: 4 | 8; littleEndian: boolean }>> = {
  1: { arch: "x86-64", wordSize: 8, littleEndian: true },
  2: { arch: "arm", wordSize: 4, littleEndian: true },
  3: { arch: "aarch64", wordSize: 8, littleEndian: true },
  4: { arch: "powerpc64", wordSize: 8, littleEndian: true },
  5: { arch: "s390x", wordSize: 8, littleEndian: false },
  6: { arch: "mips", wordSize: 8, littleEndian: true },
  7: { arch: "loongarch64", wordSize: 8, littleEndian: true },
  8: { arch: "riscv64", wordSize: 8, littleEndian: true },
};

const STATE_OF_NUMBER: Readonly<Record<number, number>> = {
  1: taskState("running"),
  2: taskState("zombie"),
  3: taskState("stopped"),
  4: taskState("helper"),
  5: taskState("thread"),
  6: taskState("zombie"),
};
const DEAD = 2;

/** Members are read ahead by this many, so that a set of small files is not read one answer at a time. */
const READ_AHEAD = 16;
const HEAD_SIZE = 64 << 10;

/** No entry of a descriptor or an open file is smaller, in bytes: room is not made for more. */
const SMALLEST_ENTRY = 12;

/** A set smaller than this is decoded before a first part of it could be shown. */
const PART_SIZE = 4 << 20;

/** Records beyond the first that describe open files: more than these, and one for each file, are not linked. */
const FILE_RECORD_LIMIT = 1 << 20;

/** Of entries with one id no more than this are looked through. */
const SEARCH_LIMIT = 64;

const KIND_INDEX: ReadonlyMap<string, number> = new Map(MEMBER_KINDS.map(({ name }, index) => [name, index]));
const kindIndex = (name: string): number => KIND_INDEX.get(name) ?? -1;
const FIRST_AFTER_FILES = kindIndex("eventpoll-tfd");

const seenSlot = (seen: number, slot: number): boolean => ((seen >> slot) & 1) === 1;

/**
 * Decodes the files of one set, given in any order; files that are none of a set's are left out. What cannot be
 * read is a problem of the checkpoint, never an exception; only aborting rejects.
 */
export async function decodeSet(
  inputs: readonly Source[],
  options: DecodeOptions = {},
  metadata: Metadata = { time: null, facts: [], problems: [] },
): Promise<DecodedSet> {
  const builder = createBuilder();
  const problem = (severity: Severity, code: string, message: string, offset: number | null, member?: number) =>
    builder.addProblem({ severity, code, message, offset, ...(member === undefined ? {} : { member }) });
  for (const { severity, code, message } of metadata.problems) problem(severity, code, message, null);

  const placed = await placeMembers(inputs, (message) => problem("note", "duplicate-member", message, null));
  const members: Member[] = placed.map(({ source }) => ({ name: source.name, size: source.size }));
  const total = placed.reduce((sum, { kind, source }) => sum + (isRaw(kind) ? 0 : source.size), 0);

  const kinds: RecordKind[] = [];
  const kindNumbers = new Map<string, number>();
  const recordKind = (type: number, name: string, struct: string | null): number => {
    const key = `${name} ${struct}`;
    const known = kindNumbers.get(key);
    if (known !== undefined) return known;
    kindNumbers.set(key, kinds.length);
    return kinds.push({ type, name, struct }) - 1;
  };
  const magicKind = recordKind(NONE, "magic", "magic");
  const dataKind = recordKind(NONE, "data", null);

  const recordProblem = (record: number, code: string, message: string, severity: Severity = "error") =>
    problem(severity, code, message, builder.records.offset[record] ?? null, builder.records.member[record]);
  const files = createFileReader(builder, (record, code, message) => {
    whole = false;
    recordProblem(record, code, message);
  });
  const out = scratch();
  const low = (slot: number): number => out[2 * slot] as number;
  const high = (slot: number): number => out[2 * slot + 1] as number;

  // An archive that breaks off may have held more.
  let whole = metadata.problems.every(({ severity }) => severity !== "error");
  let framing: Framing | null = null;
  let imageVersion: number | null = null;
  let tablesById = true;
  let machineType = 0;
  let release = 0;
  let hostName: string | null = null;
  let lsm: string | null = null;
  let threads = 0;
  let memoryPages = 0;
  const since = (version: number): void => {
    if (version > release) release = version;
  };

  // Tasks: their table is told by ids images (or cores), before the tables are known.
  const filesIds: number[] = [];
  const deadTasks: boolean[] = [];
  const hasCore: boolean[] = [];
  let pidIndex: RowIndex | null = null;
  const taskOfPid = (pid: number): number => {
    pidIndex ??= indexRows(builder.tasks.pid, builder.tasks.count);
    return pidIndex.row(pid);
  };
  const threadIds: number[] = [];

  let fileIndex = indexRows([], 0);
  const markUse = (id: number, use: number): number => {
    const row = fileIndex.row(id);
    if (row >= 0) builder.files.use[row] = (builder.files.use[row] as number) | use;
    return row;
  };
  const remaps = createLinks();
  /** Row of a REG entry → row of the FIFO or terminal whose path it has. */
  const pathsOf = createLinks();
  let fileRecords = 0;
  /** Crafted numbers could link every record to every file: there is an end to it. */
  const linkRecord = (row: number, record: number): void => {
    if (fileRecords++ < FILE_RECORD_LIMIT + builder.files.count) builder.addFileRecord(row, record);
  };
  let pipeEnds: DecodedSet["pipeEnds"] = () => {};
  let inetSocketsOf: DecodedSet["pipeEnds"] = () => {};
  let terminalsOf: DecodedSet["pipeEnds"] = () => {};
  let ghostsOf: DecodedSet["pipeEnds"] | null = null;
  const memfdRecords: { inode: number; record: number }[] = [];
  const tableNumbers = new Set<number>();
  const pages = new Map<number, number>();
  const seenKinds = new Set<string>();
  const numbersOfKind = new Map<string, Set<number>>();

  /** Ends the open files: from here on ids lead to rows, and FIFOs and terminals have their paths. */
  const closeFiles = (): void => {
    const { files: rows } = builder;
    fileIndex = indexRows(rows.id, rows.count);
    const { paths } = files.links;
    const special = new Uint8Array(rows.count);
    for (const row of paths.rows) special[row] = 1;
    // Before CRIU 3.6 a FIFO or terminal shares its id with the REG entry of its path: descriptors mean the former.
    let shared = false;
    for (let at = 1; at < rows.count; at++) {
      const row = fileIndex.rows[at] as number;
      const before = fileIndex.rows[at - 1] as number;
      if (rows.id[row] !== rows.id[before]) continue;
      if (special[row] !== special[before]) shared = true;
      else {
        const message = `Two open files have the id ${rows.id[row]}; the first one is meant wherever it is named.`;
        recordProblem(rows.record[row] as number, "duplicate-file-id", message);
      }
    }
    for (let at = 0; at < paths.rows.length; at++) {
      const row = paths.rows[at] as number;
      const id = paths.keys[at] as number;
      const first = fileIndex.first(id);
      const end = Math.min(fileIndex.end(id), first + SEARCH_LIMIT);
      for (let found = first; found < end; found++) {
        const path = fileIndex.rows[found] as number;
        if (special[path] === 1) continue;
        rows.nameOffset[row] = rows.nameOffset[path] as number;
        rows.nameLength[row] = rows.nameLength[path] as number;
        rows.nameStable[row] = rows.nameStable[path] as number;
        rows.has[row] = (rows.has[row] as number) | ((rows.has[path] as number) & HAS.path);
        if (((rows.has[row] as number) & HAS.flags) === 0 && ((rows.has[path] as number) & HAS.flags) !== 0) {
          rows.flags[row] = rows.flags[path] as number;
          rows.has[row] = (rows.has[row] as number) | HAS.flags;
        }
        rows.use[path] = (rows.use[path] as number) | USE.pathOf;
        addLink(pathsOf, path, row);
        linkRecord(row, rows.record[path] as number);
        break;
      }
    }
    if (shared) fileIndex = specialFirst(fileIndex, special, rows.id);
    const { links } = files;
    pipeEnds = linkedRows(links.pipes);
    inetSocketsOf = linkedRows(links.inetSockets);
    terminalsOf = linkedRows(links.terminals);
    const memfdsOf = linkedRows(links.memfds);
    for (const { inode, record } of memfdRecords) memfdsOf(inode, (row) => linkRecord(row, record));
  };

  const setTask = (row: number, filesId: number, dead: boolean | null): void => {
    if (filesId >= 0) filesIds[row] = filesId;
    if (dead !== null) deadTasks[row] = dead;
  };

  const readCore = (bytes: Uint8Array, start: number, end: number, record: number, number: number): number => {
    const seen = scan(bytes, start, end, CORE, out);
    if (seenSlot(seen, 1) && machineType === 0) machineType = low(1);
    const [core, coreEnd] = seenSlot(seen, 2) ? [low(2), high(2)] : [-1, -1];
    const [ids, idsEnd] = seenSlot(seen, 3) ? [low(3), high(3)] : [-1, -1];
    let row = taskOfPid(number);
    if (core >= 0) {
      if (row < 0 && !seenKinds.has("pstree")) {
        row = builder.addTask(record);
        builder.tasks.pid[row] = number;
        builder.tasks.tgid[row] = number;
        pidIndex = null;
      }
      const inner = scan(bytes, core, coreEnd, TASK_CORE, out);
      if (seenSlot(inner, 3)) since(318);
      if (row >= 0) {
        hasCore[row] = true;
        if (seenSlot(inner, 1)) {
          builder.tasks.state[row] = STATE_OF_NUMBER[low(1)] ?? 0;
          setTask(row, -1, low(1) === DEAD);
        }
        if (seenSlot(inner, 2)) {
          let length = 0;
          const from = low(2);
          while (from + length < high(2) && bytes[from + length] !== 0) length++;
          builder.tasks.commOffset[row] = builder.addText(bytes, from, from + length);
          builder.tasks.commLength[row] = length;
        }
      }
    }
    if (ids >= 0 && row >= 0 && seenSlot(scan(bytes, ids, idsEnd, IDS, out), 1)) setTask(row, low(1), null);
    return seen;
  };

  /** What each message says beyond being a record. Returns the scan's bits, so that damage is told in one place. */
  const readEntry = (
    message: string,
    bytes: Uint8Array,
    start: number,
    end: number,
    record: number,
    { number }: PlacedMember,
    member: number,
  ): number => {
    switch (message) {
      case "inventory_entry": {
        const seen = scan(bytes, start, end, INVENTORY, out);
        if (seenSlot(seen, 1)) imageVersion = low(1);
        tablesById = seenSlot(seen, 2) && low(2) !== 0;
        if (seenSlot(seen, 3) && low(3) !== 0) lsm = enumName("lsmtype", low(3)) ?? String(low(3));
        if (seenSlot(seen, 4)) since(316);
        if (seenSlot(seen, 5) || seenSlot(seen, 6)) since(401);
        if (seenSlot(seen, 7)) since(402);
        return seen;
      }
      case "pstree_entry": {
        const seen = scan(bytes, start, end, PSTREE, out);
        const { tasks } = builder;
        const row = builder.addTask(record);
        if (seenSlot(seen, 1)) {
          tasks.pid[row] = low(1);
          tasks.tgid[row] = low(1);
        } else recordProblem(record, "task-without-pid", "A task of the process tree has no pid.");
        if (seenSlot(seen, 2)) tasks.ppid[row] = low(2);
        if (seenSlot(seen, 3)) tasks.pgid[row] = low(3);
        if (seenSlot(seen, 4)) tasks.sid[row] = low(4);
        const pid = low(1);
        eachVarint(bytes, start, end, fieldNumber("pstree_entry", "threads"), (thread) => {
          // A dead task's list is [0].
          if (thread === 0) return;
          threads++;
          if (thread !== pid) threadIds.push(thread);
        });
        return seen;
      }
      case "core_entry":
        return readCore(bytes, start, end, record, number);
      case "task_kobj_ids_entry": {
        const seen = scan(bytes, start, end, IDS, out);
        if (seenSlot(seen, 2)) since(314);
        const row = taskOfPid(number);
        if (row >= 0 && seenSlot(seen, 1)) setTask(row, low(1), null);
        return seen;
      }
      case "utsns_entry": {
        const seen = scan(bytes, start, end, UTSNS, out);
        if (seenSlot(seen, 1)) hostName ??= visibleText(bytes.subarray(low(1), high(1)));
        return seen;
      }
      case "memfd_inode_entry": {
        const seen = scan(bytes, start, end, MEMFD_INODE, out);
        since(314);
        if (seenSlot(seen, 1) && seenSlot(seen, 2)) {
          files.addMemfd(low(2), bytes, low(1), high(1));
          memfdRecords.push({ inode: low(2), record });
        }
        return seen;
      }
      case "eventpoll_tfd_entry": {
        const seen = scan(bytes, start, end, OWNER, out);
        const row = fileIndex.row(low(1));
        if (row >= 0 && seenSlot(seen, 1)) {
          linkRecord(row, record);
          if (seenSlot(seen, 2)) addLink(files.links.epolls, low(2), row);
        }
        return seen;
      }
      case "inotify_wd_entry":
      case "fanotify_mark_entry": {
        const seen = scan(bytes, start, end, OWNER, out);
        const row = fileIndex.row(low(1));
        if (row >= 0 && seenSlot(seen, 1)) linkRecord(row, record);
        return seen & ~MALFORMED;
      }
      case "remap_file_path_entry": {
        const seen = scan(bytes, start, end, REMAP, out);
        const row = seenSlot(seen, 1) ? fileIndex.row(low(1)) : -1;
        if (row >= 0) {
          // PROCFS is a file of a dead task's /proc. Without a type it is a ghost: older sets had nothing else.
          const type = seenSlot(seen, 3) ? low(3) : 1;
          if (type < 2) builder.files.has[row] = (builder.files.has[row] as number) | HAS.deleted;
          linkRecord(row, record);
          if (type === 1 && seenSlot(seen, 2)) addLink(remaps, low(2), row);
        } else recordProblem(record, "missing-file", `An unlinked file's id ${low(1)} is no open file of this set.`);
        return seen;
      }
      case "ghost_file_entry":
        ghostsOf ??= linkedRows(remaps);
        ghostsOf(number, (row) => linkRecord(row, record));
        return 0;
      case "tty_info_entry":
      case "tty_data_entry": {
        const seen = scan(bytes, start, end, message === "tty_info_entry" ? TTY_INFO : TTY_DATA, out);
        if (seenSlot(seen, 1)) terminalsOf(low(1), (row) => linkRecord(row, record));
        return seen;
      }
      case "pipe_data_entry": {
        const seen = scan(bytes, start, end, PIPE_DATA, out);
        if (seenSlot(seen, 1)) pipeEnds(low(1), (row) => linkRecord(row, record));
        return seen;
      }
      case "sk_packet_entry": {
        const seen = scan(bytes, start, end, SK_PACKET, out);
        const row = seenSlot(seen, 1) ? fileIndex.row(low(1)) : -1;
        if (row >= 0) linkRecord(row, record);
        eachBytes(bytes, start, end, SCM, (from, to) =>
          eachVarint(bytes, from, to, RIGHTS, (id) => markUse(id, USE.inFlight)),
        );
        return seen;
      }
      case "tcp_stream_entry":
        inetSocketsOf(number, (row) => linkRecord(row, record));
        return 0;
      case "fs_entry": {
        const seen = scan(bytes, start, end, FS, out);
        if (seenSlot(seen, 1)) markUse(low(1), USE.workingDirectory);
        if (seenSlot(seen, 2)) markUse(low(2), USE.root);
        return seen;
      }
      case "mm_entry": {
        const seen = scan(bytes, start, end, MM, out);
        if (seenSlot(seen, 1)) markUse(low(1), USE.executable);
        eachBytes(bytes, start, end, VMAS, markMapping);
        return seen;

        function markMapping(from: number, to: number): void {
          const inner = scan(bytes, from, to, VMA, out);
          if (seenSlot(inner, 1) && seenSlot(inner, 2) && (low(2) & VMA_FILE) !== 0) markUse(low(1), USE.mapping);
        }
      }
      case "vma_entry": {
        const seen = scan(bytes, start, end, VMA, out);
        if (seenSlot(seen, 1) && seenSlot(seen, 2) && (low(2) & VMA_FILE) !== 0) markUse(low(1), USE.mapping);
        return seen;
      }
      case "pagemap_entry": {
        const seen = scan(bytes, start, end, PAGEMAP, out);
        const inParent = seenSlot(seen, 2) && low(2) !== 0;
        const present = seenSlot(seen, 3) ? (low(3) & PE_PRESENT) !== 0 : !inParent;
        if (seenSlot(seen, 4)) since(402);
        const count = seenSlot(seen, 4) ? high(4) * 2 ** 32 + low(4) : seenSlot(seen, 1) ? low(1) : 0;
        if (present) {
          pages.set(member, (pages.get(member) ?? 0) + count);
          memoryPages += count;
        }
        return seen;
      }
      default:
        return 0;
    }
  };

  let bytesDone = 0;
  const report = (bytes: number): void => {
    options.signal?.throwIfAborted();
    options.onProgress?.({ bytes: bytesDone + bytes, size: total, objects: builder.records.count });
  };

  /** Decodes member `at`, whose first bytes are `head`. */
  const readMember = async (at: number, member: PlacedMember, head: Uint8Array): Promise<void> => {
    const { source } = member;
    const { size } = source;
    const kind = MEMBER_KINDS[member.kind];
    const rest = (from: number): void => builder.addGap(from, size - from, dataKind, at);
    const refuse = (code: string, message: string): void => {
      whole = false;
      problem("error", code, message, 0, at);
      rest(0);
    };
    if (kind === undefined || kind.magic === null) {
      rest(0);
      return;
    }
    const name = visible(baseName(source.name));
    const start = framingOf(kind, head);
    if (start === null) {
      if (size < 4) refuse("short-member", `${name} is too short for an image: ${size} bytes.`);
      else refuse("wrong-magic", `${name} does not begin with the magic number of its kind.`);
      return;
    }
    if (kind.name !== "inventory") framing ??= start.framing;
    builder.addRecord(0, start.length, magicKind, at);
    seenKinds.add(kind.name);
    if (kind.opaque) {
      rest(start.length);
      return;
    }
    const type = MAGICS[kind.magic];
    const ofMessage = recordKind(type, kind.name, kind.message);
    const ofFirst = kind.first === undefined ? ofMessage : recordKind(type, kind.name, kind.first);
    const ofChunk = recordKind(type, kind.name, "ghost_chunk_entry");
    const lengths = kind.payload && plan(kind.payload.message, kind.payload.lengths);
    const message = kind.message ?? "";
    const visitFile = kind.name === "files" ? files.addEntry : null;
    const legacy = kind.file;
    const table = kind.name === "fdinfo" ? builder.addTable(member.number, NONE, builder.records.count - 1) : NONE;
    if (table !== NONE) tableNumbers.add(member.number);
    let entries = 0;
    let chunked = false;

    const addData = (offset: number, length: number): void => {
      // What is announced past the end of the file is not there; the walk says so.
      const held = Math.min(length, size - offset);
      builder.addGap(offset, held, dataKind, at);
    };

    const visit = (bytes: Uint8Array, from: number, to: number, offset: number): number => {
      const nth = entries++;
      if (table !== NONE) {
        const record = builder.addRecord(offset, to - from + 4, ofMessage, at);
        readDescriptor(bytes, from, to, record, table);
        return 0;
      }
      if (visitFile !== null) {
        visitFile(bytes, from, to, builder.addRecord(offset, to - from + 4, ofMessage, at));
        return 0;
      }
      if (message === "ghost_file_entry") {
        const record = builder.addRecord(offset, to - from + 4, nth === 0 ? ofMessage : ofChunk, at);
        const seen = scan(bytes, from, to, nth === 0 ? GHOST : CHUNK, out);
        if (seen & MALFORMED) damaged(record);
        let payload = size - offset - 4 - (to - from);
        if (nth === 0) {
          chunked = seenSlot(seen, 1) && low(1) !== 0;
          if (chunked) payload = 0;
        } else payload = seenSlot(seen, 1) ? high(1) * 2 ** 32 + low(1) : 0;
        if (nth === 0) readEntry(message, bytes, from, to, record, member, at);
        addData(offset + 4 + (to - from), payload);
        return payload;
      }
      const record = builder.addRecord(offset, to - from + 4, nth === 0 ? ofFirst : ofMessage, at);
      if (legacy !== undefined) {
        files.addOfKind(legacy, bytes, from, to, record);
        return 0;
      }
      if (nth > 0 || kind.first === undefined) {
        if (readEntry(message, bytes, from, to, record, member, at) & MALFORMED) damaged(record);
      }
      if (lengths === undefined) return 0;
      const payload = payloadLength(bytes, from, to, lengths, out);
      addData(offset + 4 + (to - from), payload);
      return payload;
    };

    const oversized = (offset: number, length: number): void => {
      whole = false;
      problem("error", "oversized-entry", `An entry of ${length} bytes was passed over unread.`, offset, at);
      builder.addRecord(offset, length, dataKind, at);
    };

    const textBefore = builder.textBytes.length;
    // Room for as many entries as the first block suggests, once it is read.
    const guess = (bytes: number): void => {
      report(bytes);
      if (bytes === size || entries === 0 || bytes > 2 * HEAD_SIZE) return;
      const more = Math.ceil(Math.min((entries / bytes) * 1.05, 1 / SMALLEST_ENTRY) * (size - bytes));
      const text = Math.ceil(((builder.textBytes.length - textBefore) / bytes) * 1.05 * (size - bytes));
      if (table !== NONE) builder.reserve({ records: more, descriptors: more });
      else if (visitFile !== null || legacy !== undefined) builder.reserve({ records: more, files: more, text });
    };
    const walk = await walkEntries(withHead(source, head), start.length, visit, oversized, guess);
    if (walk.fault !== null) {
      whole = false;
      problem("error", walk.fault.code, `${name}: ${walk.fault.message}`, walk.end, at);
      const { count, offset, length } = builder.records;
      rest(Math.max(walk.end, (offset[count - 1] as number) + (length[count - 1] as number)));
    }
    if (kind.number === "decimal") {
      const numbers = numbersOfKind.get(kind.name) ?? new Set();
      numbersOfKind.set(kind.name, numbers.add(member.number));
    }
  };

  const damaged = (record: number): void => {
    whole = false;
    recordProblem(record, "damaged-entry", "The entry's message is damaged; what stands before the damage is shown.");
  };

  const readDescriptor = (bytes: Uint8Array, start: number, end: number, record: number, table: number): void => {
    const seen = scan(bytes, start, end, FDINFO, out);
    if (seen & MALFORMED) damaged(record);
    const fd = out[6] as number;
    if ((seen & 0b1000) === 0 || fd > 0x7fffffff) {
      recordProblem(record, "bad-descriptor", "A descriptor without a usable number is left out.");
      return;
    }
    const file = (seen & 0b10) === 0 ? -1 : fileIndex.row(out[2] as number);
    if (file < 0) missingFile(record, fd, (seen & 0b10) === 0 ? null : (out[2] as number));
    builder.addDescriptor(table, fd, file, (seen & 0b100) === 0 ? 0 : (out[4] as number) & 1, record);
  };

  const missingFile = (record: number, fd: number, id: number | null): void => {
    whole = false;
    const what = id === null ? "no open file" : `the open file ${id}, which this set does not hold`;
    recordProblem(record, "missing-file", `Descriptor ${fd} leads to ${what}.`);
  };

  /** Gives tasks their tables, which are known when all fdinfo images were read. */
  const linkTasks = (): void => {
    const { tasks, tables } = builder;
    const tableIndex = indexRows(tables.id, tables.count);
    for (let row = 0; row < tasks.count; row++) {
      if (deadTasks[row]) continue;
      const id = tablesById ? filesIds[row] : (tasks.pid[row] as number);
      if (id !== undefined && id >= 0) tasks.table[row] = tableIndex.row(id);
    }
  };

  // The loop over the members, read ahead.
  const heads: (Promise<Uint8Array | SourceError> | undefined)[] = [];
  const readHead = (at: number): void => {
    const member = placed[at];
    if (member === undefined || isRaw(member.kind)) return;
    const { source } = member;
    heads[at] = (async () => source.read(0, Math.min(HEAD_SIZE, source.size)))().catch((error: unknown) => {
      if (error instanceof SourceError) return error;
      throw error;
    });
    // Until its turn comes nobody waits for it.
    heads[at]?.catch(() => {});
  };
  for (let at = 0; at < READ_AHEAD; at++) readHead(at);
  let filesClosed = false;
  let partGiven = false;
  const givePart = (): void => {
    if (partGiven || total < PART_SIZE || options.onPart === undefined) return;
    partGiven = true;
    linkTasks();
    options.onPart(builder.finish(head(false)));
  };
  for (const [at, member] of placed.entries()) {
    readHead(at + READ_AHEAD);
    if (!filesClosed && member.kind >= FIRST_AFTER_FILES) {
      filesClosed = true;
      closeFiles();
    }
    if (member.kind > kindIndex("fdinfo")) givePart();
    let bytes: Uint8Array = new Uint8Array(0);
    if (heads[at] !== undefined) {
      report(0);
      const response = await heads[at];
      heads[at] = undefined;
      if (response instanceof SourceError) {
        unreadable(at, response);
        continue;
      }
      bytes = response;
    }
    const before = builder.records.count;
    try {
      await readMember(at, member, bytes);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      unreadable(at, error, before);
    }
    if (!isRaw(member.kind)) bytesDone += member.source.size;
  }
  if (!filesClosed) closeFiles();

  function unreadable(at: number, error: SourceError, before = builder.records.count): void {
    const { source } = placed[at] as PlacedMember;
    whole = false;
    problem("error", "unreadable-member", `${visible(baseName(source.name))}: ${error.message}`, null, at);
    const { count, offset, length } = builder.records;
    const done = count > before ? (offset[count - 1] as number) + (length[count - 1] as number) : 0;
    builder.addGap(done, source.size - done, dataKind, at);
  }

  for (const [at, path] of pathsOf.keys.entries()) {
    const row = pathsOf.rows[at] as number;
    builder.files.has[row] = (builder.files.has[row] as number) | ((builder.files.has[path] as number) & HAS.deleted);
  }
  addMissing();
  linkTasks();
  report(0);
  const checkpoint = builder.finish(head(whole));
  const epollTargets = markEpollTargets(checkpoint, files.links.epolls);

  return {
    checkpoint,
    sources: placed.map(({ source }) => source),
    fileOfId: fileIndex,
    pages,
    epollTargets,
    pipeEnds,
    unixSockets: linkedRows(files.links.unixSockets),
  };

  /** Says what the inventory and the process tree call for and the set does not hold. */
  function addMissing(): void {
    const missing = (severity: Severity, name: string, why: string): void => {
      whole = false;
      problem(severity, "missing-member", `${name} is missing: ${why}`, null);
    };
    if (!seenKinds.has("inventory")) missing("warning", "inventory.img", "the set's version is told by its files.");
    if (!seenKinds.has("pstree"))
      missing("error", "pstree.img", "there is no process tree; a dump that failed has none.");
    const anyFiles = seenKinds.has("files") || MEMBER_KINDS.some(({ name, file }) => file && seenKinds.has(name));
    if (!anyFiles && builder.tasks.count > 0) missing("error", "files.img", "no open files are known.");
    const has = (kind: string, number: number): boolean => numbersOfKind.get(kind)?.has(number) ?? false;
    const { tasks } = builder;
    for (let row = 0; row < tasks.count; row++) {
      const pid = tasks.pid[row] as number;
      if (!seenKinds.has("pstree") || pid === NONE) continue;
      if (!hasCore[row]) missing("error", `core-${pid}.img`, "a task's name and state are not known.");
      if (deadTasks[row]) continue;
      const id = tablesById ? filesIds[row] : pid;
      if (id === undefined) missing("error", `ids-${pid}.img`, "a task's file table is not known.");
      else if (!has("fdinfo", id)) {
        missing("error", `fdinfo-${id}.img`, "a task's descriptors are not known.");
        if (!tableNumbers.has(id)) {
          tableNumbers.add(id);
          builder.addTable(id, NONE, NONE);
        }
      }
      for (const kind of ["fs", "mm", "pagemap"]) {
        if (!has(kind, pid)) missing("warning", `${kind}-${pid}.img`, "the process tree calls for it.");
      }
    }
    for (const thread of threadIds) {
      if (!has("core", thread)) missing("warning", `core-${thread}.img`, "the process tree calls for it.");
    }
  }

  function head(complete: boolean) {
    const dialect: Framing = imageVersion === null ? (framing ?? "v1.1") : imageVersion >= 2 ? "v1.1" : "v1";
    if (seenKinds.has("files")) since(304);
    if (dialect === "v1.1") since(106);
    return {
      format: "criu" as const,
      dialect,
      evidence:
        imageVersion === null
          ? `The images begin ${dialect === "v1" ? "with their own magic alone" : "with the common magic"}; there is no inventory.`
          : `inventory.img has img_version ${imageVersion}.`,
      complete,
      machine: machine(),
      time: metadata.time,
      facts: allFacts(),
      members,
      recordKinds: kinds,
      objectTypes: [],
    };
  }

  function machine(): Machine {
    return ARCHITECTURES[machineType] ?? { arch: null, littleEndian: true, wordSize: null };
  }

  function allFacts(): Fact[] {
    const found: Fact[] = [...metadata.facts];
    const add = (label: string, value: string | null) => value !== null && found.push({ label, value });
    add("written by", release === 0 ? null : `CRIU ${Math.floor(release / 100)}.${release % 100} or later`);
    add("architecture", machine().arch);
    add("host name", hostName);
    add("security module", lsm);
    add("threads", threads > builder.tasks.count ? String(threads) : null);
    add("memory", memoryPages === 0 ? null : `${sizeText(memoryPages * 4096)} in ${memoryPages} pages of 4 KiB`);
    return found;
  }
}

/** How many raw bytes an entry announces behind itself. */
function payloadLength(bytes: Uint8Array, start: number, end: number, lengths: Plan, out: Uint32Array): number {
  const seen = scan(bytes, start, end, lengths, out);
  let sum = 0;
  for (const slot of [1, 2]) if (seenSlot(seen, slot)) sum += out[2 * slot] as number;
  return sum;
}
