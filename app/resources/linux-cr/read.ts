// Reads the tables of a Linux-CR image, in one walk over its records. OBJREF announces an object, whose record follows;
// the record that names objects by their objrefs comes after them, and says which task they are of.

import type { Image } from "../../decoder/image.ts";
import { NONE, type Records } from "../../model/checkpoint.ts";
import { writtenOutside } from "../../model/outside.ts";
import { recordKind } from "../../model/records.ts";
import type { RecordRow, TaskRow } from "../../model/rows.ts";
import { spec, type Tables } from "../tables.ts";
import { segmentFlags } from "../words.ts";
import { createMemory, hugePageSize, type MemoryReader } from "./mappings.ts";
import { type Draft, sysctlsOf } from "./objects.ts";
import { readOpeners } from "./openers.ts";
import { createRecordReader, type RecordReader, type Struct, take } from "./record-reader.ts";
import { onlyRecorded } from "./recorded.ts";
import { createSharedObjects, type SharedObjects } from "./shared-objects.ts";
import { createTasks, type TaskReader } from "./tasks.ts";

/** What one walk has found so far. */
interface Walk {
  readonly reader: RecordReader;
  readonly tables: Tables;
  readonly memory: MemoryReader;
  readonly objects: SharedObjects;
  readonly tasks: TaskReader;
  /** The latest objref of each type of object. */
  readonly announced: Map<string, number>;
  /** The record that the next one may belong to. */
  following: Following | null;
}

/** A record that further records belong to. */
interface Following {
  /** The kind of the records that follow; any other ends it. */
  readonly kind: "STRING" | "BUFFER";
  /** Takes what follows the header of such a record; returns whether another one is expected. */
  take(payload: Uint8Array): boolean;
  /** Ends it: no further record follows. */
  end(): void;
}

type OnRecord = (walk: Walk, struct: Struct, record: number) => void;

const announcedAs = ({ announced }: Walk, type: string): number => announced.get(type) ?? NONE;

const UTS_NAMES = 2;

/** By name of record. */
const HANDLERS: Readonly<Record<string, OnRecord>> = {
  OBJREF: ({ reader, announced }, struct) => {
    const type = reader.dialect.enumName("CKPT_OBJ", struct.number("objtype"));
    if (type !== undefined) announced.set(type, struct.number("objref"));
  },
  TASK: ({ tasks }, struct, record) => tasks.begin(struct, record),
  SECURITY(walk, struct) {
    const reference = struct.number("ptrref");
    walk.following = {
      kind: "STRING",
      take(payload) {
        walk.objects.label(reference, untilNul(payload));
        return false;
      },
      end: () => undefined,
    };
  },
  TTY: (walk, struct) => walk.objects.terminal(announcedAs(walk, "TTY"), struct),
  USER: (walk, struct) => walk.objects.user(announcedAs(walk, "USER"), struct),
  GROUPINFO: (walk, struct) => walk.objects.groups(announcedAs(walk, "GROUPINFO"), struct),
  CRED: (walk, struct) => walk.objects.credentials(announcedAs(walk, "CRED"), struct),
  TASK_CREDS: ({ tasks }, struct) => tasks.bindCredentials(struct),
  NS: (walk, struct) => walk.objects.namespaces(announcedAs(walk, "NS"), struct),
  TASK_NS: ({ tasks }, struct) => tasks.bindNamespaces(struct),
  SIGHAND: (walk, struct, record) => walk.objects.actions(announcedAs(walk, "SIGHAND"), struct, record),
  SIGNAL: ({ tasks }, struct, record) => tasks.signal(struct, record),
  SIGPENDING: ({ tasks }, struct) => tasks.pending(struct),
  SIGNAL_TASK: ({ tasks }, struct) => tasks.blocked(struct),
  MM(walk, struct, record) {
    const objref = announcedAs(walk, "MM");
    walk.objects.memory(objref, struct);
    walk.memory.begin(objref, struct, record);
  },
  VMA: ({ memory }, struct, record) => memory.mapping(struct, record),
  PGARR: ({ memory }, struct) => memory.pages(struct),
  TASK_OBJS({ tasks, memory }, struct, record) {
    tasks.bindObjects(struct, record);
    const owner = tasks.owner();
    if (owner !== null) memory.use(struct.number("mm_objref"), owner);
  },
  UTS_NS(walk, struct, record) {
    const row: Record<string, Uint8Array | number> = { namespace: announcedAs(walk, "UTS_NS") };
    take(row, spec("uts"), struct, walk.reader.checkpoint.machine.arch);
    if (row.nodename === undefined) walk.following = namesOf(walk, row, record);
    else walk.tables.add("uts", row, NONE, record);
  },
  IPC_NS(walk, struct, record) {
    walk.tables.hold("ipc", "sysctls");
    const namespace = announcedAs(walk, "IPC_NS");
    for (const setting of sysctlsOf(struct)) {
      if (!walk.tables.add("sysctls", { namespace, kind: "ipc", ...setting }, NONE, record)) return;
    }
  },
  IPC_SHM: (walk, struct, record) => addIpc(walk, "shm", struct, record),
  IPC_MSG: (walk, struct, record) => addIpc(walk, "msg", struct, record),
  IPC_SEM(walk, struct, record) {
    const row = ipcRow(walk, "sem", struct);
    const count = struct.big("sem_nsems");
    if (count === null || count === 0n) {
      walk.tables.add("ipc", { ...row, values: count === null ? null : [] }, NONE, record);
    } else walk.following = semaphoresOf(walk, row, Number(count), record);
  },
  TASK_SEM_UNDO(walk, struct, record) {
    const row: Draft = {};
    take(row, spec("undo"), struct, walk.reader.checkpoint.machine.arch);
    walk.following = adjustmentsOf(walk, row, struct.number("semadj_count"), record);
  },
};

function addIpc(walk: Walk, kind: string, struct: Struct, record: number): void {
  walk.tables.add("ipc", ipcRow(walk, kind, struct), NONE, record);
}

/** mlock_uid of a segment that is not locked. */
const NOBODY = 0xffff_ffff;

function ipcRow(walk: Walk, kind: string, struct: Struct): Draft {
  const { arch } = walk.reader.checkpoint.machine;
  const row: Draft = { namespace: announcedAs(walk, "IPC_NS"), kind, hugePages: null };
  if (kind === "shm") row.hugePages = hugePageSize(struct.number("shift"));
  take(row, spec("ipc"), struct, arch);
  const permissions = struct.inner("perms", "ckpt_hdr_ipc_perms");
  if (permissions !== null) {
    take(row, spec("ipc"), permissions, arch);
    row.label = walk.objects.labelAt(permissions.number("sec_ref"));
  }
  const flags = kind === "shm" ? struct.big("flags") : null;
  if (flags !== null) row.flags = segmentFlags(Number(flags));
  if (row.lockedBy === NOBODY) row.lockedBy = null;
  return row;
}

/** Sizes of a `struct sem`: { int semval; int sempid; }, from Linux 2.6.35 on with two pointers of 32 or 64 bits. */
const SEMAPHORE_SIZES: readonly number[] = [8, 16, 24];

/** The BUFFER after IPC_SEM: the kernel's array of `struct sem`. */
function semaphoresOf({ tables, reader }: Walk, row: Draft, count: number, record: number): Following {
  let values: readonly number[] | null = null;
  return {
    kind: "BUFFER",
    take(payload) {
      const size = payload.length / count;
      if (SEMAPHORE_SIZES.includes(size)) {
        const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
        const { littleEndian } = reader.checkpoint.machine;
        values = Array.from({ length: count }, (_, nth) => view.getInt32(nth * size, littleEndian));
      }
      this.end();
      return false;
    },
    end: () => tables.add("ipc", { ...row, values }, NONE, record),
  };
}

/** Bytes of an adjustment: a short. */
const ADJUSTMENT = 2;

/** The BUFFER after TASK_SEM_UNDO: what is added to each semaphore. */
function adjustmentsOf(walk: Walk, row: Draft, count: number, record: number): Following {
  const objref = announcedAs(walk, "SEM_UNDO");
  const { littleEndian } = walk.reader.checkpoint.machine;
  let values: readonly number[] | null = null;
  return {
    kind: "BUFFER",
    take(payload) {
      if (payload.length === count * ADJUSTMENT) {
        const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
        values = Array.from({ length: count }, (_, nth) => view.getInt16(nth * ADJUSTMENT, littleEndian));
      }
      this.end();
      return false;
    },
    end: () => walk.objects.undo(objref, { ...row, values }, record),
  };
}

/** The STRINGs after the UTS_NS of the first version: the node's name, then the domain's. */
function namesOf({ tables }: Walk, row: Draft, record: number): Following {
  const names: Uint8Array[] = [];
  const end = (): void => {
    const [nodename = null, domainname = null] = names;
    if (nodename !== null) tables.add("uts", { ...row, nodename, domainname }, NONE, record);
  };
  return {
    kind: "STRING",
    take(payload) {
      names.push(untilNul(payload));
      if (names.length < UTS_NAMES) return true;
      end();
      return false;
    },
    end,
  };
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const nul = bytes.indexOf(0);
  return nul < 0 ? bytes : bytes.subarray(0, nul);
}

/** Fills the requested tables. */
export async function readLinuxCr(image: Image, wanted: Tables, signal?: AbortSignal): Promise<void> {
  const { records } = image.checkpoint;
  const withStatus = new Set<TaskRow>();
  const tables = writtenOutside(image.checkpoint) ? onlyRecorded(wanted, withStatus) : wanted;
  const reader = createRecordReader(image, signal);
  const objects = createSharedObjects(image.checkpoint.machine.arch);
  const walk: Walk = {
    reader,
    tables,
    memory: createMemory(reader, tables),
    objects,
    tasks: createTasks(reader, objects, tables, withStatus),
    announced: new Map(),
    following: null,
  };
  const nextOfTables = finderOfTables(records);
  for (let record = nextOfTables(0); record < records.count; ) {
    const kind = records.kinds[recordKind(records, record)];
    const handler = HANDLERS[kind?.name ?? ""];
    if (walk.following !== null) await follow(walk, kind?.name, record);
    if (kind !== undefined && handler !== undefined && nextOfTables(record) === record) {
      const struct = await reader.struct(record, kind.struct);
      if (struct !== null) handler(walk, struct, record);
    }
    record = walk.following === null ? nextOfTables(record + 1) : record + 1;
  }
  walk.following?.end();
  walk.tasks.end();
  if (tables.wants("openers"))
    await readOpeners(image, { objects, tables, credentialsOf: walk.tasks.credentialsOf }, signal);
}

/** Most bytes of a record that follows: SEMMSL of the kernel, 32,000 semaphores with their pointers. */
const MOST_FOLLOWING = 32_000 * 24;

/** Passes a record to the one that it may belong to. */
async function follow(walk: Walk, kind: string | undefined, record: number): Promise<void> {
  const { following } = walk;
  if (following?.kind === kind) {
    if (following?.take(await walk.reader.payload(record, MOST_FOLLOWING)) === true) return;
  } else following?.end();
  walk.following = null;
}

/**
 * A function that finds the first record from one on that is handled; the number of records if there is none. Most
 * objects are open files, which are in no table here: each follows right after its OBJREF.
 */
function finderOfTables({ kind, kinds, count }: Records): (record: RecordRow) => RecordRow {
  const isHandled = Uint8Array.from(kinds, ({ name }) => Number(Object.hasOwn(HANDLERS, name)));
  const isObjref = Uint8Array.from(kinds, ({ name }) => Number(name === "OBJREF"));
  const isFile = Uint8Array.from(kinds, ({ name }) => Number(name === "FILE"));
  return (from) => {
    let record = from;
    for (; record < count; record++) {
      const own = kind[record] as number;
      if (isHandled[own] === 0) continue;
      if (isObjref[own] === 0 || record + 1 === count || isFile[kind[record + 1] as number] === 0) break;
    }
    return record;
  };
}
