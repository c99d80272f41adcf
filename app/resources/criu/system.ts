// Namespaces, and what each of them holds: host names, mounts, network devices; control groups; plugins.

import { enumName, type MessageName } from "../../decoder/criu/messages.ts";
import { bytesIn, type Message, messageIn, messagesIn, numberIn } from "../../decoder/criu/read-message.ts";
import { NONE } from "../../model/checkpoint.ts";
import type { Input } from "../table.ts";
import { spec, type Tables } from "../tables.ts";
import { deviceFlags, mountFlags } from "../words.ts";
import { messageOf, type SetReader, take } from "./set-reader.ts";

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

/** Reads the tables of the image as a whole, and namespaces and control groups of tasks. */
export async function readSystem(set: SetReader, tables: Tables): Promise<void> {
  const inventory = await readInventory(set);
  if (inventory !== null) tables.hold("plugins");
  const plugins = messageIn(inventory, "plugins_entry")?.plugins;
  for (const name of Array.isArray(plugins) ? plugins : []) tables.add("plugins", { name: name as Uint8Array });
  await readNamespaces(set, tables, messageIn(inventory, "root_ids"));
  await readEach(set, tables, "utsns", "utsns_entry", "uts");
  await readEach(set, tables, "mountpoints", "mnt_entry", "mounts", addMountWords);
  await readEach(set, tables, "netdev", "net_device_entry", "netdev", addDeviceWords);
  await readControlGroups(set, tables);
}

async function readInventory(set: SetReader): Promise<Message | null> {
  for await (const entry of set.entries("inventory")) return messageOf(entry, "inventory_entry");
  return null;
}

async function readNamespaces(set: SetReader, tables: Tables, root: Message | null): Promise<void> {
  if (!tables.wants("namespaces")) return;
  const add = (pid: number, record: number, ids: Message | null): void => {
    for (const [kind, field] of NAMESPACES) {
      const id = numberIn(ids, field);
      const own = numberIn(root, field);
      if (id === null) continue;
      tables.add("namespaces", { pid, kind, id, own: own === null ? null : id !== own }, set.taskOfPid(pid), record);
    }
  };
  for await (const entry of set.entries("ids")) {
    add(entry.number, entry.record, messageOf(entry, "task_kobj_ids_entry"));
  }
  // Old sets have the ids in the cores.
  if (set.members.ofKind("ids").length > 0) return;
  const only = new Set(["ids"]);
  for await (const entry of set.entries("core")) {
    add(entry.number, entry.record, messageIn(messageOf(entry, "core_entry", only), "ids"));
  }
}

/** Reads a table whose rows are the entries of one kind of member, which is numbered by namespace. */
async function readEach(
  set: SetReader,
  tables: Tables,
  kind: string,
  message: MessageName,
  resource: string,
  addWords?: (row: Draft, entry: Message) => void,
): Promise<void> {
  if (!tables.wants(resource)) return;
  if (set.members.ofKind(kind).length > 0) tables.hold(resource);
  for await (const entry of set.entries(kind)) {
    const found = messageOf(entry, message);
    if (found === null) continue;
    const row: Draft = { namespace: entry.number };
    addWords?.(row, found);
    take(row, spec(resource), message, found, set.arch);
    if (!tables.add(resource, row, NONE, entry.record)) return;
  }
}

function addMountWords(row: Draft, mount: Message): void {
  const type = numberIn(mount, "fstype") ?? 0;
  const name = enumName("fstype", type);
  // AUTO: the name is beside it. UNSUPPORTED: the mount is external, or the root.
  row.type = bytesIn(mount, "fsname") ?? (name === null ? `type ${type}` : type === 0 ? null : name.toLowerCase());
  row.flags = mountFlags(((numberIn(mount, "flags") ?? 0) | (numberIn(mount, "sb_flags") ?? 0)) >>> 0);
}

function addDeviceWords(row: Draft, device: Message): void {
  row.type = enumName("nd_type", numberIn(device, "type") ?? 0);
  row.flags = deviceFlags(numberIn(device, "flags") ?? 0);
  const address = bytesIn(device, "address");
  row.address = address === null ? null : Array.from(address, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** A control group of a set of them. */
interface Group {
  readonly controller: Uint8Array;
  readonly path: Uint8Array;
}

/** Adds the control groups of each task, and of its threads that have others. */
async function readControlGroups(set: SetReader, tables: Tables): Promise<void> {
  if (!tables.wants("cgroups")) return;
  const sets = new Map<number, readonly Group[]>();
  for await (const entry of set.entries("cgroup")) {
    tables.hold("cgroups");
    for (const each of messagesIn(messageOf(entry, "cgroup_entry"), "sets")) {
      const id = numberIn(each, "id");
      if (id !== null) sets.set(id, messagesIn(each, "ctls").map(groupOf));
    }
  }
  if (sets.size === 0) return;
  const owners = new Map<number, { pid: number; set: number }>();
  for await (const entry of set.entries("pstree")) {
    const item = messageOf(entry, "pstree_entry");
    const pid = numberIn(item, "pid") ?? NONE;
    const threads = item?.threads;
    for (const tid of Array.isArray(threads) ? (threads as number[]) : []) {
      if (tid !== pid) owners.set(tid, { pid, set: NONE });
    }
  }
  const only = new Set(["tc", "thread_core"]);
  const ofTask = new Map<number, number>();
  for await (const entry of set.entries("core")) {
    const core = messageOf(entry, "core_entry", only);
    const tc = numberIn(messageIn(core, "tc"), "cg_set");
    const id = numberIn(messageIn(core, "thread_core"), "cg_set") ?? tc;
    const pid = tc === null ? (owners.get(entry.number)?.pid ?? entry.number) : entry.number;
    if (tc !== null) ofTask.set(pid, tc);
    else if (id === ofTask.get(pid)) continue;
    for (const group of id === null ? [] : (sets.get(id) ?? [])) {
      if (!tables.add("cgroups", { pid, tid: entry.number, ...group }, set.taskOfPid(pid), entry.record)) return;
    }
  }
}

const groupOf = (member: Message): Group => ({
  controller: bytesIn(member, "name") ?? new Uint8Array(0),
  path: bytesIn(member, "path") ?? new Uint8Array(0),
});
