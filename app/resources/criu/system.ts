// Namespaces, and what each of them holds: host names, mounts, network devices; control groups; plugins.

import { enumName, type MessageName } from "../../decoder/criu/format/messages.ts";
import type { Values } from "../../decoder/criu/wire/values.ts";
import { isSet, low, MALFORMED, plan, scan, scratch } from "../../decoder/criu/wire/wire.ts";
import { NONE } from "../../model/checkpoint.ts";
import { areSameColumns } from "../../model/comparison/difference.ts";
import { createSharing } from "../sharing.ts";
import type { Input, Resources } from "../table.ts";
import { spec, type Tables } from "../tables.ts";
import { deviceFlags } from "../words.ts";
import { readGroupProperties } from "./cgroup-properties.ts";
import { readContents } from "./contents.ts";
import { deviceOptions } from "./device-options.ts";
import { digestOf } from "./digest.ts";
import { readFirewall } from "./firewall.ts";
import { readMounts } from "./mounts.ts";
import { readNetwork } from "./network.ts";
import { messageOf, type NumberedEntry, type SetReader, take } from "./set-reader.ts";
import { readSysctls } from "./sysctls.ts";
import { memberComparer, type Unchanged } from "./unchanged.ts";

type Draft = Record<string, Input>;

/** Namespaces by the names in /proc/PID/ns, and the fields of task_kobj_ids_entry with their ids. */
const NAMESPACES = [
  ["cgroup", "cgroup_ns_id"],
  ["ipc", "ipc_ns_id"],
  ["mnt", "mnt_ns_id"],
  ["net", "net_ns_id"],
  ["pid", "pid_ns_id"],
  ["time", "time_ns_id"],
  ["user", "user_ns_id"],
  ["uts", "uts_ns_id"],
] as const;

/** Namespaces that the restore can provide by a name, and the entries with their names. */
const EXTERNAL = [
  ["net", "netns_entry"],
  ["pid", "pidns_entry"],
] as const;

/** A set that is compared with this one, and its tables. */
export interface ComparedTables {
  readonly set: SetReader;
  readonly tables: Resources;
}

/** Reads the tables of the image as a whole, and namespaces and control groups of tasks. */
export async function readSystem(
  set: SetReader,
  tables: Tables,
  { unchanged, compared }: { readonly unchanged: Unchanged; readonly compared: ComparedTables | null },
): Promise<void> {
  const inventory = await readInventory(set);
  if (inventory !== null) tables.hold("plugins");
  for (const name of inventory?.inside("plugins_entry").texts("plugins") ?? []) tables.add("plugins", { name });
  await readNamespaces(set, tables, inventory?.nested("root_ids") ?? null, compared);
  await readEach(set, tables, "utsns", "utsns_entry", "uts");
  await readIdMaps(set, tables);
  await readMounts(set, tables);
  await readEach(set, tables, "netdev", "net_device_entry", "netdev", addDeviceWords);
  await readNetwork(set, tables);
  await readFirewall(set, tables);
  await readSysctls(set, tables);
  await readGroupProperties(set, tables);
  await readEach(set, tables, "binfmt-misc", "binfmt_misc_entry", "binfmt");
  await readNewerHandlers(set, tables);
  await readContents(set, tables, compared?.set ?? null);
  await readControlGroups(set, tables, unchanged.cgroups ? unchanged.cores : new Set());
}

async function readInventory(set: SetReader): Promise<Values | null> {
  for await (const entry of set.entries("inventory")) return messageOf(entry, "inventory_entry");
  return null;
}

/** Namespaces, and what tasks share: their ids are in one entry. */
async function readNamespaces(
  set: SetReader,
  tables: Tables,
  root: Values | null,
  compared: ComparedTables | null,
): Promise<void> {
  if (!tables.wants(...OF_IDS)) return;
  if (compared !== null && (await haveSameIds(set, root, compared.set))) {
    for (const name of OF_IDS) if (compared.tables[name] !== undefined) tables.put(compared.tables[name]);
    return;
  }
  const sharing = createSharing(tables, "criu");
  const external = new Map<string, Uint8Array | null>();
  for (const [kind, message] of EXTERNAL) {
    for await (const entry of set.entries(`${kind}ns`)) {
      external.set(`${kind} ${entry.number}`, messageOf(entry, message)?.bytes("ext_key") ?? null);
    }
  }
  const kinds = NAMESPACES.map(([kind, field]) => ({ kind, field, own: root?.number(field) ?? null }));
  const add = (pid: number, record: number, ids: Pick<Values, "number"> | null): void => {
    if (ids === null) return;
    const task = set.taskOfPid(pid);
    sharing.add({ pid, task, record }, ids);
    for (const { kind, field, own } of kinds) {
      const id = ids.number(field);
      if (id === null) continue;
      const name = external.size === 0 ? null : (external.get(`${kind} ${id}`) ?? null);
      const row = { pid, kind, id, own: own === null ? null : id !== own, external: name };
      tables.add("namespaces", row, task, record);
    }
  };
  const idsOf = idsReader();
  for await (const entry of set.entries("ids")) add(entry.number, entry.record, idsOf(entry));
  // Old sets have the ids in the cores.
  if (set.members.ofKind("ids").length === 0) {
    for await (const entry of set.entries("core")) {
      add(entry.number, entry.record, messageOf(entry, "core_entry")?.nested("ids") ?? null);
    }
  }
  sharing.end();
}

/** The tables that are made from the ids of tasks. */
const OF_IDS = ["namespaces", "sharing"] as const;

/** Whether these tables are certainly the same in two sets. @param root The ids of the root task of the first. */
async function haveSameIds(set: SetReader, root: Values | null, other: SetReader): Promise<boolean> {
  const members = [...EXTERNAL.map(([kind]) => `${kind}ns`), "ids"];
  if (set.members !== other.members || set.members.ofKind("ids").length === 0) return false;
  if (!areSameColumns(set.checkpoint.tasks.pid, other.checkpoint.tasks.pid)) return false;
  const otherRoot = (await readInventory(other))?.nested("root_ids") ?? null;
  const isSameRoot = (field: string): boolean => (root?.number(field) ?? null) === (otherRoot?.number(field) ?? null);
  if (!NAMESPACES.every(([, field]) => isSameRoot(field))) return false;
  const isSame = memberComparer(other, set);
  for (const kind of members) {
    for (const [member, number] of set.members.ofKind(kind)) {
      // Rows name the records that they are read from.
      if (set.recordsOf(member)[0] !== other.recordsOf(member)[0]) return false;
      const same = isSame(kind, number);
      if ((same instanceof Promise ? await same : same) === null) return false;
    }
  }
  return true;
}

const IDS_FIELDS = [...NAMESPACES.map(([, field]) => field), "vm_id", "fs_id", "sighand_id"] as const;
const IDS = plan("task_kobj_ids_entry", IDS_FIELDS);

/** A function that reads ids-PID.img, of which there is one for each task, without splitting it into fields. */
function idsReader(): (entry: NumberedEntry) => Pick<Values, "number"> | null {
  const out = scratch();
  let seen = 0;
  const ids = {
    number(field: string): number | null {
      const slot = IDS.slot[field as (typeof IDS_FIELDS)[number]];
      return isSet(seen, slot) ? low(out, slot) : null;
    },
  };
  return (found) => {
    const { entry } = found;
    if (entry.message !== "task_kobj_ids_entry") return null;
    seen = scan(entry.bytes, entry.start, entry.end, IDS, out);
    return entry.isCut || (seen & MALFORMED) !== 0 ? messageOf(found, "task_kobj_ids_entry") : ids;
  };
}

/** Reads a table whose rows are the entries of one kind of member, which is numbered by namespace. */
async function readEach(
  set: SetReader,
  tables: Tables,
  kind: string,
  message: MessageName,
  resource: string,
  addWords?: (row: Draft, entry: Values, littleEndian: boolean) => void,
): Promise<void> {
  if (!tables.wants(resource)) return;
  if (set.members.ofKind(kind).length > 0) tables.hold(resource);
  for await (const entry of set.entries(kind)) {
    const found = messageOf(entry, message);
    if (found === null) continue;
    const row: Draft = Number.isNaN(entry.number) ? {} : { namespace: entry.number };
    addWords?.(row, found, set.littleEndian);
    take(row, spec(resource), message, found, set.arch);
    if (!tables.add(resource, row, NONE, entry.record)) return;
  }
}

/** Handlers of binfmt_misc in a user namespace, which releases after CRIU 4.2 keep in a form that is not known. */
async function readNewerHandlers(set: SetReader, tables: Tables): Promise<void> {
  if (!tables.wants("binfmt")) return;
  for await (const entry of set.entries("userns")) {
    tables.hold("binfmt");
    for (const bytes of messageOf(entry, "userns_entry")?.texts("binfmt_misc") ?? []) {
      tables.add("binfmt", { digest: digestOf(bytes).digest }, NONE, entry.record);
    }
  }
}

async function readIdMaps(set: SetReader, tables: Tables): Promise<void> {
  if (!tables.wants("idmaps")) return;
  for await (const entry of set.entries("userns")) {
    tables.hold("idmaps");
    const maps = messageOf(entry, "userns_entry");
    for (const kind of ["uid", "gid"]) {
      maps?.each(`${kind}_map`, (extent) => {
        const row: Draft = { namespace: entry.number, kind };
        take(row, spec("idmaps"), "uid_gid_extent", extent, set.arch);
        tables.add("idmaps", row, NONE, entry.record);
      });
    }
  }
}

function addDeviceWords(row: Draft, device: Values, littleEndian: boolean): void {
  row.type = enumName("nd_type", device.number("type") ?? 0);
  row.flags = deviceFlags(device.number("flags") ?? 0);
  const address = device.bytes("address");
  row.address = address === null ? null : Array.from(address, (byte) => byte.toString(16).padStart(2, "0")).join(":");
  row.options = deviceOptions(device, littleEndian);
}

/** A control group of a set of them. */
interface Group {
  readonly controller: Uint8Array;
  readonly path: Uint8Array;
  /** The beginning of the path that a cgroup namespace hides; `null`: it hides none, or the path is cut. */
  readonly root: Uint8Array | null;
}

/** The set of control groups that a thread is in. */
interface GroupedCore {
  readonly pid: number;
  readonly tid: number;
  readonly id: number | null;
  readonly record: number;
}

/**
 * Adds the control groups of each task, and of its threads that have others. @param leftOut Cores that are not read.
 */
async function readControlGroups(set: SetReader, tables: Tables, leftOut: ReadonlySet<number>): Promise<void> {
  if (!tables.wants("cgroups")) return;
  const sets = new Map<number, readonly Group[]>();
  for await (const entry of set.entries("cgroup")) {
    tables.hold("cgroups");
    messageOf(entry, "cgroup_entry")?.each("sets", (each) => {
      const id = each.number("id");
      if (id !== null) sets.set(id, each.each("ctls", groupOf));
    });
  }
  if (sets.size === 0) return;
  const owners = new Map<number, { pid: number; set: number }>();
  for await (const entry of set.entries("pstree")) {
    const item = messageOf(entry, "pstree_entry");
    const pid = item?.number("pid") ?? NONE;
    for (const tid of item?.numbers("threads") ?? []) {
      if (tid !== pid) owners.set(tid, { pid, set: NONE });
    }
  }
  const cores: GroupedCore[] = [];
  const ofTask = new Map<number, number | null>();
  for await (const entry of set.entries("core", leftOut)) {
    const core = messageOf(entry, "core_entry");
    // Older releases have one set for a task, in the core of its first thread alone.
    const own = core?.number("tc.cg_set") ?? null;
    const id = core?.number("thread_core.cg_set") ?? own;
    const pid = own === null ? (owners.get(entry.number)?.pid ?? entry.number) : entry.number;
    if (pid === entry.number) ofTask.set(pid, id);
    cores.push({ pid, tid: entry.number, id, record: entry.record });
  }
  for (const { pid, tid, id, record } of cores) {
    if (id === null || (tid !== pid && id === ofTask.get(pid))) continue;
    for (const group of sets.get(id) ?? []) {
      if (!tables.add("cgroups", { pid, tid, ...group }, set.taskOfPid(pid), record)) return;
    }
  }
}

function groupOf(member: Values): Group {
  const path = member.bytes("path") ?? new Uint8Array(0);
  const hidden = member.number("cgns_prefix") ?? 0;
  const root = hidden === 0 || hidden > path.length ? null : path.subarray(0, hidden);
  return { controller: member.bytes("name") ?? new Uint8Array(0), path, root };
}
