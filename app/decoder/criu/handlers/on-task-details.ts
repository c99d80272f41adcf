// Details of tasks (model/detail-keys.ts): credentials, how a zombie ended, executable, working directory and root.

import { capabilityNames } from "../../../model/names/capabilities.ts";
import type { TaskRow } from "../../../model/rows.ts";
import { sameBytes } from "../../../model/text/text.ts";
import { signalName } from "../format/meaning.ts";
import { type Entry, type SetContext, taskOfPid } from "../walk/context.ts";
import { eachVarint, fieldNumber, isSet, low, plan, scan } from "../wire/wire.ts";
import { machineOf } from "./machine.ts";

const CREDS = plan("creds_entry", [
  ...(["uid", "euid", "suid", "fsuid", "gid", "egid", "sgid", "fsgid"] as const),
  ...(["secbits", "no_new_privs"] as const),
]);
const IDS = ["uid", "euid", "suid", "fsuid", "gid", "egid", "sgid", "fsgid"] as const;
const GROUPS = fieldNumber("creds_entry", "groups");

/** Sets of capabilities by their key. */
const CAPABILITY_SETS = [
  ["effective", fieldNumber("creds_entry", "cap_eff")],
  ["permitted", fieldNumber("creds_entry", "cap_prm")],
  ["inheritable", fieldNumber("creds_entry", "cap_inh")],
  ["bounding", fieldNumber("creds_entry", "cap_bnd")],
  ["ambient", fieldNumber("creds_entry", "cap_amb")],
] as const;

/** creds_entry: the ids, groups and capabilities of a task. In a file of its own before CRIU 2.0. */
export const onCreds = (set: SetContext, { bytes, start, end, number }: Entry): number =>
  readCreds(set, bytes, start, end, taskOfPid(set, number));

/** Reads the creds_entry bytes[start … end - 1] of a task; -1: the task is not in the set. */
export function readCreds(set: SetContext, bytes: Uint8Array, start: number, end: number, task: TaskRow): number {
  if (task < 0) return scan(bytes, start, end, CREDS, set.values);
  const { taskDetails } = set.builder;
  const { credentials } = set.tasks;
  const own = bytes.subarray(start, end);
  const known = credentials.find((other) => sameBytes(other.bytes, own));
  if (known !== undefined) {
    taskDetails.addCopies(task, known.first, known.end);
    return known.seen;
  }
  const first = taskDetails.count();
  const seen = addCreds(set, bytes, start, end, task);
  if (credentials.length < MOST_CREDENTIALS && own.length <= LARGEST_CREDENTIALS) {
    credentials.push({ bytes: own.slice(), seen, first, end: taskDetails.count() });
  }
  return seen;
}

/** Different credentials that are kept; any others are read again for each of their tasks. */
const MOST_CREDENTIALS = 16;
/** Bytes of credentials that are kept: tasks in very many groups have more. */
const LARGEST_CREDENTIALS = 4096;

function addCreds(set: SetContext, bytes: Uint8Array, start: number, end: number, task: TaskRow): number {
  const { values, builder } = set;
  const { slot } = CREDS;
  const seen = scan(bytes, start, end, CREDS, values);
  const { taskDetails } = builder;
  for (const key of IDS) if (isSet(seen, slot[key])) taskDetails.add(task, key, low(values, slot[key]));
  const securebits = isSet(seen, slot.secbits) ? low(values, slot.secbits) : null;
  const noNewPrivs = isSet(seen, slot.no_new_privs) && low(values, slot.no_new_privs) !== 0;
  taskDetails.add(task, "groups", numbersOf(bytes, start, end, GROUPS));
  for (const [key, field] of CAPABILITY_SETS) {
    taskDetails.add(task, key, capabilityNames(numbersOf(bytes, start, end, field)));
  }
  if (securebits !== null) taskDetails.add(task, "securebits", securebits);
  if (noNewPrivs) taskDetails.add(task, "noNewPrivs", true);
  return seen;
}

/** The most groups that are listed: as many as the kernel allows. */
const MOST_NUMBERS = 65_536;

function numbersOf(bytes: Uint8Array, start: number, end: number, field: number): number[] {
  const numbers: number[] = [];
  eachVarint(bytes, start, end, field, (value) => {
    if (numbers.length < MOST_NUMBERS) numbers.push(value);
  });
  return numbers;
}

/** How a task ended, from its wait status. */
export function addExit(set: SetContext, task: TaskRow, status: number): void {
  const signal = status & 0x7f;
  const exit =
    signal === 0
      ? { code: (status >> 8) & 0xff }
      : { signal: signalName(signal, machineOf(set).arch) ?? `signal ${signal}` };
  set.builder.taskDetails.add(task, "exit", exit);
}

/** A file that a task executes or works in, by its file id. */
export function addTaskFile(set: SetContext, task: TaskRow, key: "exe" | "cwd" | "root", id: number): void {
  const file = set.files.byId.row(id);
  if (task >= 0 && file >= 0) set.builder.taskDetails.add(task, key, file);
}
