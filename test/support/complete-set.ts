// A CRIU set with entries of the messages that no recorded set has.

import type { Source } from "../../app/decoder/source.ts";
import { FOWN, imageBytes, type Message } from "./criu-set.ts";
import { editEntries, setNumber, withFile } from "./edit-set.ts";
import { resourcefulSet } from "./resourceful-set.ts";

const TASK = 25_572;
/** Namespaces of resourcefulSet that its task is in, and a pid namespace. */
const [IPC, NETWORK, PROCESSES] = [9, 13, 15];
const [PACKETSK, FANOTIFY, BPFMAP] = [10, 12, 19];
/** Ids of open files, which are their descriptors as well. */
const [MAP, MARKS, PACKETS] = [901, 902, 903];
/** A socket of the recorded set. */
const RECEIVER = 15;
const SELINUX = 1;

/** Fields 1, 2, … with these values. */
const fields = (...values: readonly (number | string | Uint8Array | Message)[]): Message =>
  values.map((value, at) => [at + 1, value] as const);

const OPTIONS: Message = fields(212_992, 212_992, 0, 0, 0, 0);

const map: Message = fields(MAP, 2, 0, FOWN, 1, 4, 8, 77, 16, 0, 4096, 0, "counts", 0, 25, 0);

const mountMark: Message = [...fields(MARKS, 2, 0, 0x20, 0, 8), [8, fields(25, "/tmp")]];
const marks: Message = [...fields(MARKS, 2, FOWN, 4, 0), [6, mountMark]];

const ring: Message = fields(4096, 4, 2048, 8, 60, 0, 0);
const packets: Message = [
  ...fields(PACKETS, 2, 768, 2, 1, FOWN, OPTIONS, 1, 0, 0, 0, 0, 0, 0, 0),
  [16, fields(1, 0, Uint8Array.of(1, 0, 94, 0, 0, 1))],
  ...[17, 18, 19].map((field): Message[number] => [field, field === 17 ? 7 : ring]),
  [20, NETWORK],
];

/** An entry appended to those of a member. */
function appended(set: readonly Source[], name: string, message: Message): Source[] {
  // The message without magics and size.
  const bytes = imageBytes("MM", [message]).subarray(12);
  return editEntries(set, name, (entries) => [...entries, bytes]);
}

/** A member with fields added to its first entry. */
function extended(set: readonly Source[], name: string, message: Message): Source[] {
  const bytes = imageBytes("MM", [message]).subarray(12);
  return editEntries(set, name, ([first = new Uint8Array(0), ...rest]) => [
    Uint8Array.from([...first, ...bytes]),
    ...rest,
  ]);
}

const permissions: Message = fields(0o644, 0, 0);
const inner: Message = [
  ...[[1, "inner"] as const, [3, fields("memory.max", "4096", permissions)] as const, [4, permissions] as const],
];
const outer: Message = [
  [1, "/outer"],
  [2, inner],
  [3, fields("cpu.max", "max 100000", permissions)],
  [4, permissions],
];

/** The set: resourcefulSet and one entry of every message that neither it nor a recorded set has. */
export function completeSet(): Source[] {
  let set: Source[] = resourcefulSet();
  set = setNumber(set, "inventory.img", "inventory_entry", 0, "lsmtype", SELINUX);
  for (const [type, id, field, file] of [
    [BPFMAP, MAP, 21, map],
    [FANOTIFY, MARKS, 14, marks],
    [PACKETSK, PACKETS, 6, packets],
  ] as const) {
    set = appended(set, "files.img", [...fields(type, id), [field, file]]);
    set = appended(set, "fdinfo-2.img", fields(id, 0, type, id, "system_u:system_r:kernel_t:s0"));
  }
  set = extended(set, `mm-${TASK}.img`, [[16, fields(4096, 8, 4096)]]);
  set = extended(set, "cgroup.img", [[2, [[1, "cpu"] as const, [2, outer] as const, [3, 1] as const]]]);
  set = withFile(set, `ipcns-msg-${IPC}.img`, messageQueue());
  set = withFile(set, `netns-${NETWORK}.img`, imageBytes("NETNS", [[[7, fields(NETWORK, 1)]]]));
  set = setNumber(set, `ids-${TASK}.img`, "task_kobj_ids_entry", 0, "pid_ns_id", PROCESSES);
  set = withFile(set, `pidns-${PROCESSES}.img`, imageBytes("PIDNS", [fields("pidns")]));
  set = withFile(set, "irmap-cache", imageBytes("IRMAP_CACHE", [fields(8, 5, "/etc/passwd")]));
  set = withFile(set, "stats-restore", imageBytes("STATS", [[[2, fields(1, 2, 3, 4, 5)]]]));
  set = withFile(set, "binfmt-misc.img", imageBytes("BINFMT_MISC", [handler]));
  const packet: Message = [...fields(RECEIVER, 0), [4, fields(1, MAP)], [128, fields(0, 0, TASK)]];
  set = withFile(set, "sk-queues.img", imageBytes("SK_QUEUES", [packet]));
  return set;
}

const handler: Message = fields("wine", 1, "/usr/bin/wine", "F", "exe", "4d5a", "ffff", 0);

/** A queue with a message of 8 bytes. */
function messageQueue(): Uint8Array {
  const queue = imageBytes("IPCNS_MSG", [fields(fields(77, 0, 0, 0, 0, 0o600, 1), 16_384, 1), fields(1, 8)]);
  return Uint8Array.from([...queue, ...new Uint8Array(8)]);
}
