// Writes an image, following the specification's dump, from a description instead of the state of a kernel.

import { createIdIndex } from "../decoder/id-index.ts";
import type { Dialect } from "../decoder/linux-cr/catalogue/dialect.ts";
import { dialectFor, HEADER_MAGIC, TAIL_MAGIC } from "../decoder/linux-cr/recognise.ts";
import { concatenated, encodeText } from "../model/text/text.ts";
import type { Description, TaskDescription } from "./description.ts";
import type { Dump, ObjectOperations, Terminal } from "./dump.ts";
import { dumpFile } from "./files.ts";
import { createObjectHash } from "./objects.ts";
import { writePids } from "./pids.ts";
import { dumpSocket } from "./sockets.ts";
import {
  AUXV_WORDS,
  checkpointSeedTask,
  checkpointTask,
  dumpCredentials,
  dumpFs,
  dumpGroups,
  dumpHandlers,
  dumpHostNames,
  dumpIpcNamespace,
  dumpMemory,
  dumpNamespaces,
  dumpUser,
  dumpUserNamespace,
} from "./tasks.ts";
import { dumpTerminal, noteTerminal } from "./terminals.ts";
import { fromBase64, nameArray, textBytes } from "./text.ts";
import { createWriter, type FieldValues } from "./writer.ts";

/** Dialects that can be written. */
export const WRITABLE_DIALECTS = ["seed", "v23-rc2"] as const;
export type WritableDialect = (typeof WRITABLE_DIALECTS)[number];

/** Options of `encode`. */
export interface EncodeOptions {
  readonly dialect: WritableDialect;
  /** Byte order of the image; little-endian unless this says otherwise. */
  readonly littleEndian?: boolean;
  /** When the dump was taken, in seconds since 1970; 0 if absent. The description's header takes precedence. */
  readonly time?: number;
}

/** Values of the records with which an image of a dialect begins. */
interface Opening {
  readonly archId: number;
  readonly header: FieldValues;
  readonly headerArch: FieldValues;
  readonly release: string;
  readonly version: string;
  readonly machine: string;
}

const UTS_LENGTH = 65;
const uts = (prefix: string, names: readonly string[]): FieldValues =>
  Object.fromEntries(names.map((name) => [`${prefix}uts_${name}_len`, UTS_LENGTH]));

const OPENINGS: Readonly<Record<WritableDialect, Opening>> = {
  seed: {
    archId: 1,
    header: { major: 2, minor: 6, patch: 30, rev: 1, ...uts("", ["release", "version", "machine"]) },
    headerArch: { has_fxsr: 1, xstate_size: 512 },
    release: "2.6.30",
    version: "#1 SMP",
    machine: "i686",
  },
  "v23-rc2": {
    archId: 2,
    header: {
      major: 2,
      minor: 6,
      patch: 37,
      rev: 6,
      "constants.task_comm_len": 16,
      "constants.at_vector_size": AUXV_WORDS,
      "constants.signal_nsig": 64,
      ...uts("constants.", ["sysname", "nodename", "release", "version", "machine", "domainname"]),
      "constants.rlimit_nlimits": 16,
      "constants.n_tty_buf_size": 4096,
      "constants.tty_termios_nccs": 19,
      // CHECKPOINT_SUBTREE: not all tasks of the system.
      uflags: 1,
    },
    headerArch: { has_fxsr: 1, xstate_size: 512 },
    release: "2.6.37",
    version: "#1 SMP",
    machine: "x86_64",
  },
};

/** The kinds of shared object, except file tables: see tables.ts. */
const OPERATIONS: ObjectOperations = {
  FILE: dumpFile,
  SOCK: dumpSocket,
  TTY: dumpTerminal,
  CRED: dumpCredentials,
  GROUPINFO: dumpGroups,
  USER: dumpUser,
  USER_NS: dumpUserNamespace,
  NS: dumpNamespaces,
  UTS_NS: dumpHostNames,
  IPC_NS: dumpIpcNamespace,
  MM: dumpMemory,
  FS: dumpFs,
  SIGHAND: dumpHandlers,
};

/**
 * Encodes an image.
 *
 * Yields the image in chunks of about 64 KiB. Returns 0, or the negative errno with which the dump failed; like the
 * kernel, it then ends the image with an ERROR record and its text instead of a TAIL.
 *
 * - -EBADF: a descriptor has no open file, or a file has no checkpoint operation in the dialect or lies outside the root;
 * - -EBUSY: a task has no file table;
 * - -ENAMETOOLONG: a path is longer than 4095 bytes.
 */
export function* encode(description: Description, options: EncodeOptions): Generator<Uint8Array, number> {
  const dump = begin(description, options);
  const { writer } = dump;
  const opening = OPENINGS[options.dialect];
  const seed = options.dialect === "seed";
  writeHeader(dump, opening, options.time ?? 0);
  if (!seed) {
    writer.record("CONTAINER");
    writer.record("BUFFER", {}, nameArray(encodeText(LSM_NAME), LSM_NAME_LENGTH));
    writer.record("LSM_INFO", {}, encodeText(LSM_TEXT));
    writePids(dump);
  }
  const checkpoint = seed ? checkpointSeedTask : checkpointTask;
  for (let row = 0; row < description.tasks.length; row++) {
    const task = description.tasks.at(row) as TaskDescription;
    dump.task = task;
    const result = yield* checkpoint(dump, task);
    if (result < 0) {
      writeError(dump, task, result, seed);
      yield writer.take();
      return result;
    }
    if (writer.full) yield writer.take();
  }
  writer.record("TAIL", { magic: TAIL_MAGIC });
  yield writer.take();
  return 0;
}

/** Name of the security_operations of a kernel without a security module. */
const LSM_NAME = "default";
const LSM_NAME_LENGTH = 11;
const LSM_TEXT = "dummy";

function begin(description: Description, options: EncodeOptions): Dump {
  const opening = OPENINGS[options.dialect];
  const littleEndian = options.littleEndian ?? true;
  const dialect: Dialect = dialectFor(options.dialect, opening.archId, littleEndian).dialect;
  const { files, fileTables } = description;
  const fileRows = createIdIndex();
  const tableRows = createIdIndex();
  const terminals = new Map<number, Terminal>();
  const socketRows = new Map<number, number>();
  for (let row = 0; row < files.length; row++) {
    const file = files.at(row);
    if (file === undefined) continue;
    fileRows.add(file.id, row);
    if (file.kind === "tty") noteTerminal(terminals, file);
    const socket = file.details?.socket;
    if (file.kind === "socket" && typeof socket === "number") socketRows.set(socket, row);
  }
  for (let row = 0; row < fileTables.length; row++) tableRows.add(fileTables.at(row)?.id ?? 0, row);
  const writer = createWriter(dialect, littleEndian);
  return {
    description,
    dialect,
    littleEndian,
    writer,
    records: {
      objref: writer.recorder("OBJREF", ["objtype", "objref"]),
      descriptor: writer.recorder("FILE_DESC", ["fd_objref", "fd_descriptor", "fd_close_on_exec"]),
      files: new Map(),
    },
    hash: createObjectHash({ FILE_TABLE: fileTables.length, FILE: files.length, SOCK: files.length }),
    operations: OPERATIONS,
    fileRows,
    tableRows,
    terminals,
    socketRows,
    names: opening,
    deferred: [],
    task: null,
    credentials: 0,
    insidePeer: false,
    failedStep: "",
  };
}

function writeHeader({ writer, description }: Dump, opening: Opening, time: number): void {
  const { machine = {} } = description;
  writer.record("HEADER", {
    magic: HEADER_MAGIC,
    arch_id: opening.archId,
    ...opening.header,
    time,
    ...machine.header,
  });
  const texts = [
    machine.release ?? opening.release,
    machine.version ?? opening.version,
    machine.machine ?? opening.machine,
  ];
  for (const [index, text] of texts.entries()) {
    const carried = machine.carriedNames?.[index];
    const bytes = carried === undefined ? nameArray(encodeText(text), UTS_LENGTH) : fromBase64(carried);
    writer.record("BUFFER", {}, bytes);
  }
  writer.record("HEADER_ARCH", { ...opening.headerArch, ...machine.arch });
}

/** Longest message of the seed, without its two NULs. */
const SEED_MESSAGE = 254;

/** Writes the reason of a failed dump: an ERROR record, and a STRING with a NUL before the message. */
function writeError(dump: Dump, task: TaskDescription, error: number, seed: boolean): void {
  const { writer } = dump;
  const pid = task.pid ?? 0;
  const position = writer.position;
  writer.record("ERROR");
  if (seed) {
    const message = concatenated([`task ${pid} (`, commOf(task), `), files_struct: ${error}`]);
    writer.record("STRING", {}, concatenated(["\0", message.subarray(0, SEED_MESSAGE), "\0"]));
    return;
  }
  const where = `[err ${error}][pos ${position}][E @ ${dump.failedStep}:0]`;
  writer.record("STRING", {}, concatenated([`\0${where}[pid ${pid} tsk `, commOf(task), "]files_struct\n"]));
}

/** The bytes of a task's comm up to its NUL. */
function commOf({ comm, commBytes, carried }: TaskDescription): Uint8Array {
  if (carried?.comm === undefined) return textBytes(comm, commBytes);
  const bytes = fromBase64(carried.comm);
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
