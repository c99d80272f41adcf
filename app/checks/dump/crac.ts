// What CRaC refuses in the same processes: a JVM rejects open files and sockets before it calls CRIU.

import { modeKind } from "../../model/names/names.ts";
import { visible } from "../../model/text/text.ts";
import type { CriuOptions } from "./criu-options.ts";
import type { DescriptorFacts, DumpFacts, MachineFacts, TaskFacts } from "./facts.ts";
import type { DumpFinding } from "./findings.ts";
import { shown } from "./scope.ts";

const STANDARD_ERROR = 2;

/** The options that CRaC's engine passes to CRIU, besides the user's. */
export const withCracOptions = (options: CriuOptions): CriuOptions => ({
  ...options,
  given: new Set([...options.given, "--shell-job"]),
});

/** Open files and sockets that a JVM refuses, as findings; none for other processes. */
export function cracFindings({ tasks, machine }: DumpFacts): DumpFinding[] {
  return tasks.flatMap((task) => {
    const home = javaHome(task);
    if (home === null) return [];
    return task.descriptors.flatMap((descriptor) => findingOf(task, descriptor, home, machine) ?? []);
  });
}

/** `/usr/lib/jvm/jdk-21` of a process that runs its bin/java; `null`: not a JVM. */
function javaHome({ places, mappings }: TaskFacts): string | null {
  const executable = places.find(({ use }) => use === "executable")?.name ?? "";
  const [, home] = /^(.*)\/bin\/java$/.exec(executable) ?? [];
  if (home !== undefined) return home;
  // A custom launcher: the directory of libjvm.so, without lib/server.
  const library = mappings.find(({ name }) => name.endsWith("/libjvm.so"))?.name;
  return library === undefined ? null : library.replace(/\/(jre\/)?lib\/.*$/, "");
}

function findingOf(
  { pid }: TaskFacts,
  descriptor: DescriptorFacts,
  home: string,
  machine: MachineFacts,
): DumpFinding | null {
  const { fd, mode, name } = descriptor;
  // Inherited at start, and kept open.
  if (fd <= STANDARD_ERROR) return null;
  const about = { severity: "error", verdict: "refused", pid, fd, path: name } as const;
  const kind = modeKind(mode);
  if (kind === "socket") {
    const ends = endsOf(descriptor, machine);
    // The JDK keeps an unconnected socket to wake threads that read from a socket being closed.
    if (ends === "") return null;
    const message = `CheckpointOpenSocketException: descriptor ${fd}, ${ends}, is left open`;
    return { code: "crac-open-socket", message, ...about };
  }
  const isFile = kind === "regular" || kind === "directory";
  if (!isFile || isJvms(name, home)) return null;
  const message = `CheckpointOpenFileException: descriptor ${fd}, ${shown(descriptor)}, is left open`;
  return { code: "crac-open-file", message, ...about };
}

/** `127.0.0.1:80 to 10.0.0.1:4000`; empty: it is neither bound nor connected. */
function endsOf({ socket }: DescriptorFacts, { unixSockets }: MachineFacts): string {
  if (socket === null) return "";
  const unix = unixSockets[socket.inode];
  if (unix === undefined) return [socket.local, socket.remote].filter((end) => end !== "").join(" to ");
  return unix.name !== "" ? visible(unix.name) : unix.peer === "0" ? "" : `a unix socket to ${unix.peer}`;
}

/** Whether the JVM itself has opened a file, and closes it or keeps it. */
const isJvms = (name: string, home: string): boolean =>
  name.startsWith(`${home}/`) || name.endsWith(".jar") || name.includes("/hsperfdata_");

/** The remedy for a finding, in CRaC's terms. */
export function cracRemedy(code: string, remedy: string): string {
  const isOpen = code === "crac-open-file" || code === "crac-open-socket";
  const own = "Close it in beforeCheckpoint() of a Resource and open it again in afterRestore()";
  return isOpen || code.startsWith("dump-mapped") ? remedy : `${own}. ${remedy}`;
}
