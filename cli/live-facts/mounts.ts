// The mount tables of processes.

import { readFileSync, readlinkSync } from "node:fs";
import type { MountFacts, TaskFacts } from "../../app/checks/dump/facts.ts";

/** Mounts by number; `isComplete`: whether they are all mounts in the namespaces of the processes. */
export interface MountTable {
  readonly mounts: Readonly<Record<string, MountFacts>>;
  readonly isComplete: boolean;
}

/**
 * The mounts in the mount namespaces of processes. The table that a process sees lacks what is outside its root
 * directory, so the table of a process with another root directory is incomplete.
 */
export function readMounts(tasks: readonly TaskFacts[], own: string | undefined): MountTable {
  const mounts: Record<string, MountFacts> = {};
  /** By namespace: whether all of it has been read. */
  const done = new Map<string, boolean>();
  for (const { pid, namespaces } of tasks) {
    const namespace = namespaces.mnt;
    if (namespace === undefined || done.get(namespace) === true) continue;
    const source = namespace === own ? "self" : pid;
    try {
      readTable(readFileSync(`/proc/${source}/mountinfo`, "utf8"), namespace, mounts);
      done.set(namespace, source === "self" || readlinkSync(`/proc/${pid}/root`) === "/");
    } catch {
      // It has ended.
      done.set(namespace, false);
    }
  }
  return { mounts, isComplete: [...done.values()].every(Boolean) };
}

/** Lines of /proc/PID/mountinfo: proc(5). */
function readTable(text: string, namespace: string, mounts: Record<string, MountFacts>): void {
  for (const line of text.split("\n")) {
    const [head = "", tail = ""] = line.split(" - ");
    const [id, parent, device, root = "/", mountPoint, , ...groups] = head.split(" ");
    const [type = "", , superOptions = ""] = tail.split(" ");
    if (id === undefined || parent === undefined || device === undefined || mountPoint === undefined) continue;
    const [shared, master] = [groupOf(groups, "shared:"), groupOf(groups, "master:")];
    mounts[id] = {
      parent,
      device,
      mountPoint: unescaped(mountPoint),
      type,
      superOptions,
      namespace,
      ...(root === "/" ? {} : { root: unescaped(root) }),
      ...(shared === undefined ? {} : { shared }),
      ...(master === undefined ? {} : { master }),
    };
  }
}

const groupOf = (fields: readonly string[], name: string): string | undefined =>
  fields.find((field) => field.startsWith(name))?.slice(name.length);

/** `\040` stands for a space: proc(5). */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
