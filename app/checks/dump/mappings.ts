// Whether CRIU can dump a mapping.

import { modeKind } from "../../model/names/names.ts";
import { visible } from "../../model/text/text.ts";
import type { FileFacts, MappingFacts, TaskFacts } from "./facts.ts";
import { type Fault, fault } from "./findings.ts";
import { FILE_SYSTEM, hugePagesFault, isUnknown, pathFault } from "./places.ts";
import { isFirst, type Scope } from "./scope.ts";

/** /dev/zero stands for memory. */
const ZERO = "1:5";
/** Shared memory without a path of its own: names that the kernel gives. */
const SHARED_MEMORY = /^\/(memfd:|dev\/zero \(deleted\)|SYSV[0-9a-f]{8})/;

export function checkMapping(scope: Scope, { pid }: TaskFacts, mapping: MappingFacts): void {
  const { range, name, flags } = mapping;
  const subject = { pid, range, ...(name === "" ? {} : { path: name }) };
  const found = mappingFault(scope, pid, mapping);
  if (found !== null) scope.report(found.code, subject, found.message);
  if (flags.includes("sl")) scope.report("dump-sealed", subject, "the mapping can be changed after a restore");
}

function mappingFault(scope: Scope, pid: number, mapping: MappingFacts): Fault | null {
  const { name, flags, file } = mapping;
  const what = name === "" ? "the mapping" : `the mapping of ${visible(name)}`;
  // Only root may follow the links in map_files; the name says the same.
  const isAnonymous =
    file === null ? name.startsWith("anon_inode:") : modeKind(file.mode) === "unknown" && !name.startsWith("/[aio]");
  if (isAnonymous) return fault("dump-mapped-anonymous", `the mapping belongs to ${visible(name)}`);
  if (name === "[uprobes]") return fault("dump-uprobes", "the mapping holds the kernel's probes");
  // vvar and the like are the kernel's, the same in every process.
  const isKernels = name.startsWith("[v");
  if (!isKernels && (flags.includes("io") || flags.includes("pf"))) {
    const isDevice = file !== null && modeKind(file.mode) === "character device";
    return fault(isDevice ? "dump-mapped-device" : "dump-mapped-io", `${what} is device memory`);
  }
  if (flags.includes("ht") && (file === null || isUnknown(scope, file))) {
    return hugePagesFault(scope, mapping.pageSize, what);
  }
  if (name.startsWith("/SYSV") && mapping.access.endsWith("s")) {
    if (scope.ownTypes.has("ipc")) return null;
    return fault("dump-mapped-sysv", "the mapping is a segment in this machine's IPC namespace");
  }
  return file === null || name.startsWith("/[aio]") ? null : fileFault(scope, pid, mapping, file);
}

function fileFault(scope: Scope, pid: number, { name }: MappingFacts, file: FileFacts): Fault | null {
  const kind = modeKind(file.mode);
  if (kind === "socket" || (kind === "character device" && file.device.join(":") === ZERO)) return null;
  if (kind !== "regular") return fault("dump-mapped-device", `the mapping belongs to ${visible(name)}`);
  if (file.fileSystem === FILE_SYSTEM.shared && SHARED_MEMORY.test(name) && isUnknown(scope, file)) return null;
  if (!isFirst(scope, `${pid} ${file.mount} ${name}`)) return null;
  return pathFault(scope, file, "the mapped file");
}
