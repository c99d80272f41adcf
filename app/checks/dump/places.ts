// Whether CRIU can dump a file by its path: directories, executables, mapped files and descriptors with a path.

import { visible } from "../../model/text/text.ts";
import { sizeText } from "../../model/text/words.ts";
import type { FileFacts, PlaceFacts, TaskFacts } from "./facts.ts";
import { type Fault, fault } from "./findings.ts";
import { isFirst, type Scope, shown } from "./scope.ts";

/** f_type of statfs(2): Linux include/uapi/linux/magic.h, ipc/mqueue.c. */
export const FILE_SYSTEM = {
  anonymous: 0x09041934,
  pidfd: 0x50494446,
  proc: 0x9fa0,
  devpts: 0x1cd1,
  pipe: 0x50495045,
  shared: 0x01021994,
  messageQueue: 0x19800202,
  secret: 0x5345434d,
  huge: 0x958458f6,
} as const;

export function checkPlace(scope: Scope, { pid }: TaskFacts, place: PlaceFacts): void {
  // The executable is mapped, too.
  if (!isFirst(scope, `${pid} ${place.mount} ${place.name}`)) return;
  const found = pathFault(scope, place, place.use);
  if (found !== null) scope.report(found.code, { pid, path: place.name }, found.message);
}

/**
 * What is wrong with a file that CRIU dumps by its path; `null`: nothing.
 *
 * @param what The file in a sentence: `descriptor 3`, `working directory`.
 */
export function pathFault(scope: Scope, file: FileFacts, what: string): Fault | null {
  const { facts, hidden } = scope;
  const { mount, fileSystem } = file;
  const name = shown(file);
  if (isUnknown(scope, file)) {
    // Those of a mounted mqueue file system are also opened through a mount of the kernel's own.
    if (fileSystem === FILE_SYSTEM.messageQueue)
      return fault("dump-message-queue", `${what} is the message queue ${name}`);
    if (fileSystem === FILE_SYSTEM.secret)
      return fault("dump-secret-memory", `${what} is secret memory, which only its process can read`);
    if (fileSystem === FILE_SYSTEM.huge) return hugePagesFault(scope, file.blockSize, what);
    const where = `on mount ${mount}, which none of the processes has in its mount table`;
    return fault("dump-mount-unknown", `${what}, ${name}, is ${where}`);
  }
  if (mount !== null && hidden.has(mount)) {
    const point = visible(facts.machine.mounts[mount]?.mountPoint ?? "");
    return fault(
      "dump-mount-hidden",
      `${what}, ${name}, is on mount ${mount} at ${point}, which is hidden by another mount`,
    );
  }
  const isGenerated = fileSystem === FILE_SYSTEM.proc || fileSystem === FILE_SYSTEM.devpts;
  return isGenerated ? null : nameFault(scope, file, what);
}

/** What is wrong with the name of a file: it was removed, or leads to another file. */
function nameFault({ options }: Scope, file: FileFacts, what: string): Fault | null {
  const { links, bytes, at } = file;
  const name = shown(file);
  if (links === 0) {
    if (bytes <= options.ghostLimit) return null;
    const size = `${sizeText(bytes)} on disk, more than ${sizeText(options.ghostLimit)}`;
    return fault("dump-ghost-size", `${what}, ${name}, has been removed and takes up ${size}`);
  }
  if (at === "missing")
    return fault("dump-linked", `${what}, ${name}, is no longer at this path, but has another name`);
  if (at === "other") return fault("dump-path-taken", `${what} is no longer the file at ${name}`);
  return at === "error" ? fault("dump-path-error", `${what}: ${name} cannot be resolved`) : null;
}

/** Whether a file's mount is in no mount table of the processes. */
export const isUnknown = ({ facts }: Scope, { mount }: FileFacts): boolean =>
  mount !== null && facts.machine.hasAllMounts && facts.machine.mounts[mount] === undefined;

/** CRIU knows huge pages by the device number of one that it maps itself: there has to be one. */
export function hugePagesFault({ facts }: Scope, pageSize: number, what: string): Fault | null {
  if (facts.machine.hugePages[pageSize] === true) return null;
  return fault("dump-huge-pages", `${what} uses ${sizeText(pageSize)} huge pages, and no other is free`);
}
