// Reports files that the inventory or the process tree refers to but the set lacks.

import { NONE, type Problem, type Severity } from "../../../model/checkpoint.ts";
import { i32At, u8At } from "../../../model/read.ts";
import type { TaskRow } from "../../../model/rows.ts";
import { baseName } from "../../../model/text/paths.ts";
import { visible } from "../../../model/text/text.ts";
import { MEMBER_KINDS, OF_NETWORK } from "../format/member-kinds.ts";
import { fdinfoNumber, mayBeDead, NAMESPACE_FIELDS } from "../handlers/on-tasks.ts";
import type { PlacedMember } from "../sets/placing.ts";
import { report, type SetContext } from "./context.ts";
import { NEWEST_VERSION } from "./newer.ts";

/** Members with one type of open file each, before CRIU 3.4. */
const FILE_KINDS_BY_NAME = MEMBER_KINDS.flatMap(({ name, file }) => (file === undefined ? [] : [name]));

/** Members that describe a namespace, by the field of task_kobj_ids_entry with its number. */
const NAMESPACE_MEMBERS: Readonly<Record<string, string>> = {
  net_ns_id: "netns",
  ipc_ns_id: "ipcns-var",
  uts_ns_id: "utsns",
  mnt_ns_id: "mountpoints",
  user_ns_id: "userns",
};
const NAMESPACE_KINDS = NAMESPACE_FIELDS.map((field) => NAMESPACE_MEMBERS[field]);

/** Reports missing files, and those that are empty. A task's missing table is added, empty. */
export function reportMissing(set: SetContext): void {
  const { builder, seen, facts } = set;
  reportNewerVersion(set);
  reportEmpty(set);
  if (facts.parentEntries > 0 && (set.metadata.parent ?? null) === null) {
    const message = "Pages are in the parent set, the previous dump, which is missing.";
    report(set, "warning", "missing-parent", message, null);
  }
  if (facts.isPreDump && !seen.kinds.has("pstree")) {
    const message = "This is a pre-dump: it has memory only. The dump that follows it has the tasks.";
    report(set, "note", "pre-dump", message, null);
    return;
  }
  if (!seen.kinds.has("inventory"))
    missing(set, "warning", "inventory.img", "the version was detected from other files.");
  if (!seen.kinds.has("pstree")) {
    missing(set, "error", "pstree.img", "there is no process tree; a failed dump leaves none.");
  }
  const hasFiles = ["files", ...FILE_KINDS_BY_NAME].some((name) => seen.kinds.has(name));
  if (!hasFiles && builder.tasks.count > 0) missing(set, "error", "files.img", "no open files are known.");
  if (!seen.kinds.has("pstree")) return;
  for (let task = 0; task < builder.tasks.count; task++) reportMissingOfTask(set, task);
  reportMissingNamespaces(set);
  reportCores(set);
  reportMissingOfFiles(set);
}

function reportNewerVersion(set: SetContext): void {
  const { imageVersion } = set.facts;
  const isNewer = imageVersion !== null && imageVersion > NEWEST_VERSION;
  const message = `inventory.img has img_version ${imageVersion}, which is newer than that of CRIU 4.2 (${NEWEST_VERSION}); only what is known is shown.`;
  if (isNewer) report(set, "warning", "newer-version", message, null);
  for (let member = 0; member < set.placed.length; member++) {
    const { kind, source, isUnknownImage } = set.placed[member] as PlacedMember;
    if (MEMBER_KINDS[kind] !== undefined || !(isNewer || isUnknownImage)) continue;
    report(set, "note", "unknown-member", `${visible(baseName(source.name))} is of an unknown kind.`, null, member);
  }
}

/** Reports members that lack an entry but must have one. */
function reportEmpty(set: SetContext): void {
  const { seen, placed } = set;
  const hasUnused = seen.empty.length > 0 && hasUnusedFile(set);
  for (const member of seen.empty) {
    const { kind, source } = placed[member] as PlacedMember;
    if (MEMBER_KINDS[kind]?.name === "fdinfo" && !hasUnused) continue;
    set.complete = false;
    const message = `${visible(baseName(source.name))} has no entry: it is damaged or cut.`;
    report(set, "error", "empty-member", message, Math.max(0, source.size), member);
  }
}

/** Whether neither a descriptor nor anything else refers to an open file. */
function hasUnusedFile({ builder }: SetContext): boolean {
  const { files, descriptors } = builder;
  const used = new Uint8Array(files.count);
  for (let row = 0; row < descriptors.count; row++) {
    const file = i32At(descriptors.file, row);
    if (file >= 0) used[file] = 1;
  }
  for (let file = 0; file < files.count; file++) if (used[file] === 0 && u8At(files.use, file) === 0) return true;
  return false;
}

/** Reports the members of namespaces that tasks are in, but CRIU was not. */
function reportMissingNamespaces(set: SetContext): void {
  const { tasks } = set;
  const { rootNamespaces } = tasks;
  if (rootNamespaces === null) return;
  const names = new Set<string>();
  for (const ids of tasks.namespaces) {
    if (ids === undefined) continue;
    for (let at = 0; at < ids.length; at++) {
      const id = ids[at] as number;
      const kind = NAMESPACE_KINDS[at];
      if (id === NONE || kind === undefined || id === rootNamespaces[at] || hasMember(set, kind, id)) continue;
      if (kind === "netns" && isLeftEmpty(set, id)) continue;
      names.add(`${kind}-${id}.img`);
    }
  }
  for (const name of names) missing(set, "warning", name, "a task is in a namespace that it describes.");
}

/**
 * Whether the set has nothing of a network namespace: `--empty-ns net`, as with `docker
 * checkpoint`, dumps nothing of it.
 */
const isLeftEmpty = ({ placed }: SetContext, id: number): boolean =>
  !placed.some(({ kind, number }) => number === id && OF_NETWORK.includes(MEMBER_KINDS[kind]?.name ?? ""));

const CORE = MEMBER_KINDS.findIndex(({ name }) => name === "core");

/** The most orphan cores that are named. */
const MOST_CORES = 100;

/** Reports threads without a core, and cores whose task or thread is not in the process tree. */
function reportCores(set: SetContext): void {
  const { builder, tasks, placed } = set;
  const known = new Set<number>();
  for (let task = 0; task < builder.tasks.count; task++) known.add(i32At(builder.tasks.pid, task));
  for (let at = 0; at < tasks.threadIds.length; at++) {
    const thread = tasks.threadIds[at] as number;
    if (mayBeDead(set, tasks.threadOwners[at] as number)) continue;
    known.add(thread);
    if (!hasMember(set, "core", thread)) missing(set, "warning", `core-${thread}.img`, CALLED_FOR);
  }
  let reported = 0;
  for (let member = 0; member < placed.length; member++) {
    const { kind, number, source } = placed[member] as PlacedMember;
    if (kind !== CORE || Number.isNaN(number) || known.has(number)) continue;
    if (reported++ >= MOST_CORES) break;
    set.complete = false;
    const message = `${visible(baseName(source.name))} is the core of no task or thread of the process tree.`;
    report(set, "warning", "orphan-core", message, null, member);
  }
}

function reportMissingOfTask(set: SetContext, task: TaskRow): void {
  const { builder, seen, tasks } = set;
  const pid = i32At(builder.tasks.pid, task);
  if (pid === NONE) return;
  if (!tasks.hasCore[task]) missing(set, "error", `core-${pid}.img`, "a task's name and state are unknown.");
  if (mayBeDead(set, task)) return;
  const number = fdinfoNumber(set, task);
  if (number === undefined) missing(set, "error", `ids-${pid}.img`, "a task's file table is unknown.");
  else if (!hasMember(set, "fdinfo", number)) {
    missing(set, "error", `fdinfo-${number}.img`, "a task's descriptors are unknown.");
    if (!seen.tables.has(number)) {
      seen.tables.add(number);
      builder.addTable(number, NONE, NONE);
    }
  }
  for (const kind of ["fs", "mm", "pagemap"]) {
    if (!hasMember(set, kind, pid)) missing(set, "warning", `${kind}-${pid}.img`, CALLED_FOR);
  }
}

/** The most ghost files that are named. */
const MOST_GHOSTS = 100;

/** Reports members without which it is not known what open files are. The checks report each reference to them. */
function reportMissingOfFiles(set: SetContext): void {
  const { seen, files } = set;
  const { memfds, terminals, ghosts } = files.links;
  const lacks = (name: string, why: string): void => {
    set.complete = false;
    report(set, "warning", "missing-entries", `${name} ${isOrCannot(set, name)}: ${why}`, null);
  };
  if (memfds.count > 0 && !seen.kinds.has("memfd")) {
    lacks("memfd.img", "the names and seals of memfds are unknown.");
  }
  if (terminals.count > 0 && !seen.kinds.has("tty-info")) {
    lacks("tty-info.img", "the settings of terminals are unknown.");
  }
  if ((seen.numbers.get("ghost-file")?.size ?? 0) > 0 && !seen.kinds.has("remap-fpath")) {
    lacks("remap-fpath.img", "it is unknown which files were unlinked.");
  }
  const numbers = new Set(
    ghosts.keys.subarray(0, ghosts.count).filter((number) => !hasMember(set, "ghost-file", number)),
  );
  for (const number of [...numbers].slice(0, MOST_GHOSTS)) {
    lacks(`ghost-file-${number.toString(16)}.img`, "it has the attributes and contents of an unlinked file.");
  }
}

const CALLED_FOR = "the process tree refers to it.";

const hasMember = ({ seen }: SetContext, kind: string, number: number): boolean =>
  seen.numbers.get(kind)?.has(number) ?? false;

function missing(set: SetContext, severity: Severity, name: string, why: string): void {
  set.complete = false;
  report(set, severity, "missing-member", `${name} ${isOrCannot(set, name)}: ${why}`, null);
}

const CANNOT_BE_READ = "cannot be read";

/** A member that does not begin like its kind exists, but cannot be used. */
const isOrCannot = ({ seen }: SetContext, name: string): string => (seen.hasFile(name) ? CANNOT_BE_READ : "is missing");

/** Whether a problem says that a member exists but cannot be used. What is wrong with it is reported separately. */
export const isUnusableMember = ({ code, message }: Problem): boolean =>
  code === "missing-member" && message.includes(` ${CANNOT_BE_READ}: `);
