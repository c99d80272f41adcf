// Values of sockets that are not among their details: the network namespace and the label of each.

import { createEntryReader, type EntryBytes } from "../../decoder/criu/wire/inspect.ts";
import { createValueReader } from "../../decoder/criu/wire/values.ts";
import { eachBytes, fieldNumber, isSet, low, type Plan, plan, scan, scratch } from "../../decoder/criu/wire/wire.ts";
import { NONE } from "../../model/checkpoint.ts";
import type { Side } from "../../model/comparison/side.ts";
import { fileKind } from "../../model/names/names.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { type ChosenDescriptors, descriptorsOfKind } from "../descriptors-of-kind.ts";
import { type PairedDescriptors, sameSockets } from "../same-sockets.ts";
import { type SocketFacts, socketTable } from "../sockets.ts";
import type { ResourceTable } from "../table.ts";
import type { Tables } from "../tables.ts";
import { messageOf, type SetReader } from "./set-reader.ts";

const SOCKET = fileKind("socket");

/** The messages of sockets, by their fields in file_entry. */
const SOCKETS = [
  ["isk", "inet_sk_entry"],
  ["usk", "unix_sk_entry"],
  ["nlsk", "netlink_sk_entry"],
  ["psk", "packet_sock_entry"],
] as const;

const MESSAGES = SOCKETS.map(([name, message]) => ({
  name,
  message: message as string,
  field: fieldNumber("file_entry", name),
  /** The namespace is in slot 1. */
  namespace: plan(message, ["ns_id"]) as Plan,
}));

/** The messages are in the slots 1 to 4. */
const IN_FILES: Plan = plan(
  "file_entry",
  SOCKETS.map(([name]) => name),
);

/** The network namespaces and the labels of sockets. */
export async function readSocketFacts(set: SetReader, tables: Tables): Promise<SocketFacts | null> {
  if (!tables.wants("sockets")) return null;
  const chosen = descriptorsOfKind(set.checkpoint, SOCKET);
  return { namespaces: await readNamespaces(set, chosen), labels: await readLabels(set) };
}

/**
 * The tables of sockets of two sets. Rows that are the same in both are left out, unless sockets may be in different
 * namespaces: these are known only once tasks are compared.
 *
 * @param haveOneNetwork Whether all tasks of each set are in one network namespace.
 */
export async function readComparedSockets(
  sets: Readonly<Record<Side, SetReader>>,
  pairs: PairedDescriptors,
  haveOneNetwork: boolean,
): Promise<Record<Side, ResourceTable>> {
  const { before, after } = sets;
  const checkpoints = { before: before.checkpoint, after: after.checkpoint };
  const labels = { before: await readLabels(before), after: await readLabels(after) };
  const leftOut = haveOneNetwork ? sameSockets(checkpoints, pairs, labels) : null;
  const tableOf = async (side: Side): Promise<ResourceTable> => {
    const chosen = descriptorsOfKind(checkpoints[side], SOCKET, leftOut?.[side]);
    const namespaces = await readNamespaces(sets[side], chosen);
    return socketTable(checkpoints[side], { namespaces, labels: labels[side] }, chosen);
  };
  return { before: await tableOf("before"), after: await tableOf("after") };
}

/** CRIU writes labels only where SELinux is in use. */
const SELINUX = 1;

/** The labels of sockets, which CRIU stores with descriptors. */
async function readLabels(set: SetReader): Promise<ReadonlyMap<FileRow, Uint8Array>> {
  const labels = new Map<FileRow, Uint8Array>();
  let module: number | null = null;
  for await (const entry of set.entries("inventory"))
    module = messageOf(entry, "inventory_entry")?.number("lsmtype") ?? null;
  if (module !== SELINUX) return labels;
  const { files, descriptors } = set.checkpoint;
  const read = createEntryReader(set.checkpoint, set.sources);
  const valuesOf = createValueReader();
  for (let row = 0; row < descriptors.count; row++) {
    const file = i32At(descriptors.file, row);
    if (file === NONE || u8At(files.kind, file) !== SOCKET || labels.has(file)) continue;
    set.throwIfAborted();
    const reading = read(i32At(descriptors.record, row));
    const entry = reading instanceof Promise ? await reading : reading;
    const label = entry === null ? null : valuesOf(entry).bytes("xattr_security_selinux");
    if (label !== null) labels.set(file, label);
  }
  return labels;
}

/**
 * By open file, the ids of the network namespaces of sockets, as in the table of namespaces; NaN: unknown, or none of
 * the descriptors leads to it.
 */
async function readNamespaces(set: SetReader, { rows }: ChosenDescriptors): Promise<Float64Array> {
  const { files, descriptors } = set.checkpoint;
  const found = new Float64Array(files.count).fill(Number.NaN);
  const read = createEntryReader(set.checkpoint, set.sources);
  const namespaceOf = namespaceReader();
  for (let at = 0; at < rows.length; at++) {
    const file = i32At(descriptors.file, u32At(rows, at));
    if (!Number.isNaN(found[file])) continue;
    set.throwIfAborted();
    const reading = read(i32At(files.record, file));
    const entry = reading instanceof Promise ? await reading : reading;
    if (entry !== null) found[file] = namespaceOf(entry);
  }
  return found;
}

/** A function that reads the namespace of an entry; NaN: it has none. */
function namespaceReader(): (entry: EntryBytes) => number {
  const out = scratch();
  const valuesOf = createValueReader();
  let id = Number.NaN;
  let bytes = new Uint8Array(0) as Uint8Array;
  let current = IN_FILES;
  // Repeated occurrences of a field are one message.
  const visit = (start: number, end: number): void => {
    if (isSet(scan(bytes, start, end, current, out), 1)) id = low(out, 1);
  };
  return (entry) => {
    id = Number.NaN;
    bytes = entry.bytes;
    const isInFiles = entry.message === "file_entry";
    const seen = isInFiles ? scan(bytes, entry.start, entry.end, IN_FILES, out) : 0;
    for (let at = 0; at < MESSAGES.length; at++) {
      const { name, message, field, namespace } = MESSAGES[at] as (typeof MESSAGES)[number];
      // Sets had a member for each kind of file before.
      if (isInFiles ? !isSet(seen, at + 1) && !entry.isCut : entry.message !== message) continue;
      current = namespace;
      // The rest of a message that is cut off counts, too.
      if (entry.isCut) id = valuesOf(entry).number(isInFiles ? `${name}.ns_id` : "ns_id") ?? id;
      else if (isInFiles) eachBytes(bytes, entry.start, entry.end, field, visit);
      else visit(entry.start, entry.end);
    }
    return id;
  };
}
