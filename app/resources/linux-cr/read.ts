// Reads the tables of a Linux-CR image, in one walk over its records. OBJREF announces an object, whose record follows;
// the record that names objects by their objrefs comes after them, and says which task they are of.

import type { Image } from "../../decoder/image.ts";
import { NONE } from "../../model/checkpoint.ts";
import { recordKind } from "../../model/records.ts";
import { spec, type Tables } from "../tables.ts";
import { createMemory, type MemoryReader } from "./mappings.ts";
import { createRecordReader, type RecordReader, type Struct, take } from "./record-reader.ts";
import { createTasks, type TaskReader } from "./tasks.ts";

/** What one walk has found so far. */
interface Walk {
  readonly reader: RecordReader;
  readonly tables: Tables;
  readonly memory: MemoryReader;
  readonly tasks: TaskReader;
  /** The latest objref of each type of object. */
  readonly announced: Map<string, number>;
  /** The names of an UTS namespace of the first version, which follow as STRINGs. */
  names: Uint8Array[] | null;
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
  GROUPINFO: (walk, struct) => walk.tasks.groups(announcedAs(walk, "GROUPINFO"), struct),
  CRED: (walk, struct, record) => walk.tasks.credentials(announcedAs(walk, "CRED"), struct, record),
  TASK_CREDS: ({ tasks }, struct) => tasks.bindCredentials(struct),
  NS: (walk, struct) => walk.tasks.namespaces(announcedAs(walk, "NS"), struct),
  TASK_NS: ({ tasks }, struct) => tasks.bindNamespaces(struct),
  SIGHAND: (walk, struct, record) => walk.tasks.actions(announcedAs(walk, "SIGHAND"), struct, record),
  SIGNAL: ({ tasks }, struct, record) => tasks.limits(struct, record),
  SIGPENDING: ({ tasks }, struct) => tasks.pending(struct),
  SIGNAL_TASK: ({ tasks }, struct) => tasks.blocked(struct),
  MM: (walk, struct, record) => walk.memory.begin(announcedAs(walk, "MM"), struct, record),
  VMA: ({ memory }, struct, record) => memory.mapping(struct, record),
  PGARR: ({ memory }, struct) => memory.pages(struct),
  TASK_OBJS({ tasks, memory }, struct) {
    tasks.bindObjects(struct);
    const owner = tasks.owner();
    if (owner !== null) memory.use(struct.number("mm_objref"), owner);
  },
  UTS_NS(walk, struct, record) {
    const row: Record<string, Uint8Array | number> = { namespace: announcedAs(walk, "UTS_NS") };
    take(row, spec("uts"), struct, walk.reader.checkpoint.machine.arch);
    // In the first version the names follow.
    if (row.nodename === undefined) walk.names = [];
    else walk.tables.add("uts", row, NONE, record);
  },
  IPC_NS: ({ tables }) => tables.hold("ipc"),
  IPC_SHM: (walk, struct, record) => addIpc(walk, "shm", struct, record),
  IPC_MSG: (walk, struct, record) => addIpc(walk, "msg", struct, record),
  IPC_SEM: (walk, struct, record) => addIpc(walk, "sem", struct, record),
};

function addIpc(walk: Walk, kind: string, struct: Struct, record: number): void {
  const { reader, tables } = walk;
  const { arch } = reader.checkpoint.machine;
  const row: Record<string, number | string | bigint | null> = { namespace: announcedAs(walk, "IPC_NS"), kind };
  take(row, spec("ipc"), struct, arch);
  const [permissions] = struct.entries("perms", "ckpt_hdr_ipc_perms", 1);
  if (permissions !== undefined) take(row, spec("ipc"), permissions, arch);
  if (kind === "msg") {
    row.messages = struct.number("q_qnum");
    row.usedBytes = struct.big("q_cbytes");
  }
  tables.add("ipc", row, NONE, record);
}

/** Fills the tables that are asked for. */
export async function readLinuxCr(image: Image, tables: Tables, signal?: AbortSignal): Promise<void> {
  const { records } = image.checkpoint;
  const reader = createRecordReader(image, signal);
  const walk: Walk = {
    reader,
    tables,
    memory: createMemory(reader, tables),
    tasks: createTasks(reader, tables),
    announced: new Map(),
    names: null,
  };
  const handlers = records.kinds.map(({ name }) => HANDLERS[name] ?? null);
  for (let record = 0; record < records.count; record++) {
    const at = recordKind(records, record);
    const [kind, handler] = [records.kinds[at], handlers[at] ?? null];
    if (kind?.name === "STRING" && walk.names !== null) await takeName(walk, record);
    if (kind === undefined || handler === null) continue;
    // Most objects are open files, which are in no table here. Each follows right after its OBJREF.
    if (kind.name === "OBJREF" && nameAt(image, record + 1) === "FILE") continue;
    const struct = await reader.struct(record, kind.struct);
    if (struct !== null) handler(walk, struct, record);
  }
  walk.tasks.end();
}

function nameAt({ checkpoint: { records } }: Image, record: number): string | undefined {
  return record < records.count ? records.kinds[recordKind(records, record)]?.name : undefined;
}

const MOST_NAME = 1024;

/** A STRING after the UTS_NS of the first version: the node's name, then the domain's. */
async function takeName(walk: Walk, record: number): Promise<void> {
  const bytes = await walk.reader.payload(record, MOST_NAME);
  const nul = bytes.indexOf(0);
  walk.names?.push(nul < 0 ? bytes : bytes.subarray(0, nul));
  if (walk.names?.length !== UTS_NAMES) return;
  const [nodename = null, domainname = null] = walk.names;
  walk.tables.add("uts", { namespace: announcedAs(walk, "UTS_NS"), nodename, domainname }, NONE, record);
  walk.names = null;
}
