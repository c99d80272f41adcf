// Records of objects that tasks share: credentials (CRED, GROUPINFO), working directory and root (FS), memory (MM). A
// task names them by objref; their values become details of the task (model/detail-keys.ts).

import { NONE } from "../../../model/checkpoint.ts";
import type { Details } from "../../../model/fields.ts";
import { capabilityNames } from "../../../model/names/capabilities.ts";
import { signalName } from "../../../model/names/signals.ts";
import { HAS_STATUS, namesOtherKernel } from "../../../model/outside.ts";
import type { TaskRow } from "../../../model/rows.ts";
import { bytesView, visibleText } from "../../../model/text/text.ts";
import { CAPABILITY_SETS } from "../fields/meaning.ts";
import { structReader } from "../struct-reader.ts";
import { expectPath, readStruct, recordBytes, resolve, type Walk } from "../walk/walk.ts";
import { OBJECTS } from "./actions.ts";

/** Objects that have details of tasks. */
const KINDS: ReadonlySet<string> = new Set(["CRED", "GROUPINFO", "FS", "MM"]);

/** OBJREF announces an object of a type. */
export function announceTaskObject({ taskObjects, objectTypes }: Walk, objtype: number, objref: number): void {
  const type = objectTypes[objtype];
  if (type !== undefined && KINDS.has(type)) taskObjects.announced.set(type, objref);
}

const IDS = ["uid", "euid", "suid", "fsuid", "gid", "egid", "sgid", "fsgid"] as const;

/** CRED: ids, groups and capabilities. */
export function onCred(walk: Walk): void {
  const objref = walk.taskObjects.announced.get("CRED");
  if (objref === undefined || walk.dialect.struct("ckpt_hdr_cred") === undefined) return;
  const reader = readStruct(walk, "ckpt_hdr_cred");
  const details: Record<string, Details[string]> = {};
  for (const id of IDS) details[id] = reader.number(id);
  const groups = walk.taskObjects.groups.get(reader.number("groupinfo_ref"));
  if (groups !== undefined) details.groups = groups;
  walk.taskObjects.credentials.set(objref, details);
  const isOutside = namesOtherKernel(walk.facts);
  if (isOutside && reader.number("cap_s.padding") !== HAS_STATUS) return;
  for (const [key, letter] of CAPABILITY_SETS) {
    details[key] = capabilityNames([0, 1].map((word) => reader.number(`cap_s.cap_${letter}_${word}`)));
  }
  // /proc does not have them.
  if (!isOutside) details.securebits = reader.number("cap_s.securebits");
}

/** Most bytes of a GROUPINFO that are read: 65,536 groups. */
const GROUPINFO_BYTES = 512 * 1024;

/** GROUPINFO: supplementary groups, as far as they are in the window. */
export const onGroupinfo = (walk: Walk): void => addGroups(walk, recordBytes(walk));

/** The same, of a GROUPINFO that is longer than what the window has of it. */
export async function readGroupinfo(walk: Walk): Promise<void> {
  addGroups(walk, await walk.source.read(walk.pos, Math.min(walk.length, GROUPINFO_BYTES)));
}

function addGroups({ taskObjects, dialect, littleEndian }: Walk, record: Uint8Array): void {
  const objref = taskObjects.announced.get("GROUPINFO");
  const layout = dialect.struct("ckpt_hdr_groupinfo");
  const offset = layout?.byName.get("groups")?.offset;
  if (objref === undefined || offset === undefined) return;
  const view = bytesView(record);
  const count = Math.min(structReader(layout, record, littleEndian).number("ngroups"), (record.length - offset) >> 2);
  const groups = Array.from({ length: Math.max(0, count) }, (_, at) => view.getUint32(offset + 4 * at, littleEndian));
  taskObjects.groups.set(objref, groups);
}

/** FS: the FILE_NAMEs of the working directory and of the root follow. */
export function onFs(walk: Walk): void {
  expectPath(walk, NONE);
  walk.fsPathsLeft = 2;
  const { taskObjects } = walk;
  const objref = taskObjects.announced.get("FS");
  taskObjects.currentFs = {};
  if (walk.dialect.struct("ckpt_hdr_fs") !== undefined) {
    taskObjects.currentFs.umask = readStruct(walk, "ckpt_hdr_fs").number("umask");
  }
  if (objref !== undefined) taskObjects.fs.set(objref, taskObjects.currentFs);
}

/** FILE_NAME after FS: the working directory, then the root. `bytes`: the path. */
export function onFsPath({ taskObjects, fsPathsLeft }: Walk, bytes: Uint8Array): void {
  if (taskObjects.currentFs !== null) taskObjects.currentFs[fsPathsLeft === 2 ? "cwd" : "root"] = visibleText(bytes);
}

/** MM: names the executable. */
export function onMm(walk: Walk): void {
  const objref = walk.taskObjects.announced.get("MM");
  if (objref === undefined || walk.dialect.struct("ckpt_hdr_mm") === undefined) return;
  walk.taskObjects.exe.set(objref, readStruct(walk, "ckpt_hdr_mm").number("exe_objref"));
}

/** TASK_CREDS: the credentials of the current task. */
export function onTaskCreds(walk: Walk): void {
  if (walk.task === NONE || walk.dialect.struct("ckpt_hdr_task_creds") === undefined) return;
  const objref = readStruct(walk, "ckpt_hdr_task_creds").number("cred_ref");
  addAll(walk, walk.task, walk.taskObjects.credentials.get(objref) ?? {});
}

/** Adds details of the task from the objects that TASK_OBJS names. */
export function addTaskObjects(walk: Walk, task: TaskRow): void {
  const reader = readStruct(walk, "ckpt_hdr_task_objs");
  const exe = walk.taskObjects.exe.get(reader.number("mm_objref"));
  const file = exe === undefined ? NONE : resolve(walk, exe, OBJECTS.FILE);
  if (file !== NONE) walk.builder.taskDetails.add(task, "exe", file);
  addAll(walk, task, walk.taskObjects.fs.get(reader.number("fs_objref")) ?? {});
}

function addAll({ builder }: Walk, task: TaskRow, details: Details): void {
  for (const [key, value] of Object.entries(details)) builder.taskDetails.add(task, key, value);
}

/** Adds how a task ended, from its wait status. */
export function addExit({ builder, recognition }: Walk, task: TaskRow, status: number): void {
  const signal = status & 0x7f;
  const exit =
    signal === 0
      ? { code: (status >> 8) & 0xff }
      : { signal: signalName(signal, recognition.machine.arch) ?? `signal ${signal}` };
  builder.taskDetails.add(task, "exit", exit);
}
