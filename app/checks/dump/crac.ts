// What CRaC says of the same processes: a JVM refuses open files and sockets before it calls CRIU.

import type { CriuOptions } from "./criu-options.ts";
import type { DescriptorFacts, DumpFacts, TaskFacts } from "./facts.ts";
import type { DumpFinding } from "./findings.ts";
import { shown } from "./scope.ts";

const TYPE = 0o170000;
const [REGULAR, DIRECTORY, SOCKET] = [0o100000, 0o040000, 0o140000];
const STANDARD_ERROR = 2;

/** Options that CRaC's engine gives to CRIU, besides those of the user. */
export const withCracOptions = ({ given, ghostLimit }: CriuOptions): CriuOptions => ({
  given: new Set([...given, "--shell-job"]),
  ghostLimit,
});

/** Open files and sockets that a JVM refuses, as findings. Others than JVMs have none. */
export function cracFindings({ tasks }: DumpFacts): DumpFinding[] {
  return tasks.flatMap((task) => {
    const home = javaHome(task);
    if (home === null) return [];
    return task.descriptors.flatMap((descriptor) => findingOf(task, descriptor, home) ?? []);
  });
}

/** `/usr/lib/jvm/jdk-21` of a process that runs its bin/java; `null`: not a JVM. */
function javaHome({ places, mappings }: TaskFacts): string | null {
  const executable = places.find(({ use }) => use === "executable")?.name ?? "";
  const [, home] = /^(.*)\/bin\/java$/.exec(executable) ?? [];
  if (home !== undefined) return home;
  // A launcher of its own: the directory of libjvm.so, without lib/server.
  const library = mappings.find(({ name }) => name.endsWith("/libjvm.so"))?.name;
  return library === undefined ? null : library.replace(/\/(jre\/)?lib\/.*$/, "");
}

function findingOf({ pid }: TaskFacts, descriptor: DescriptorFacts, home: string): DumpFinding | null {
  const { fd, mode, name } = descriptor;
  // What the JVM was started with stays open.
  if (fd <= STANDARD_ERROR) return null;
  const about = { severity: "error", verdict: "refused", pid, fd, path: name } as const;
  const type = mode & TYPE;
  if (type === SOCKET) {
    const { local = "", remote = "" } = descriptor.socket ?? {};
    const ends = [local, remote].filter((end) => end !== "").join(" to ");
    const message = `CheckpointOpenSocketException: descriptor ${fd}, ${ends === "" ? shown(descriptor) : ends}, is left open`;
    return { code: "crac-open-socket", message, ...about };
  }
  const isFile = type === REGULAR || type === DIRECTORY;
  if (!isFile || isJvms(name, home)) return null;
  const message = `CheckpointOpenFileException: descriptor ${fd}, ${shown(descriptor)}, is left open`;
  return { code: "crac-open-file", message, ...about };
}

/** Whether the JVM itself has opened a file, and closes it or keeps it. */
const isJvms = (name: string, home: string): boolean =>
  name.startsWith(`${home}/`) || name.endsWith(".jar") || name.includes("/hsperfdata_");

/** What to do about a finding in the words of CRaC. */
export function cracRemedy(code: string, remedy: string): string {
  const isOpen = code === "crac-open-file" || code === "crac-open-socket";
  const own = "Close it in beforeCheckpoint() of a Resource and open it again in afterRestore()";
  return isOpen || code.startsWith("dump-mapped") ? remedy : `${own}. ${remedy}`;
}
