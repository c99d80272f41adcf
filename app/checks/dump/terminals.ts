// Whether the terminals of the processes can be dumped: the slave of a pseudo-terminal needs its master.

import type { DescriptorFacts } from "./facts.ts";
import type { DumpSubject } from "./findings.ts";
import { type Scope, shown } from "./scope.ts";

/** A terminal: the number of a pseudo-terminal and which end it is. */
type Terminal = "other" | { readonly index: number; readonly isMaster: boolean };

/** Major numbers: Linux Documentation/admin-guide/devices.txt, criu/tty.c (get_tty_driver). */
const [VIRTUAL, AUXILIARY, SLAVE] = [4, 5, 136];
const SERIAL: ReadonlySet<number> = new Set([188, 204]);
const PTMX = 2;
const LAST_CONSOLE = 63;

/** The terminal that a device is; `null`: none that CRIU knows. */
export function terminalOf({ device: [major, minor], info }: DescriptorFacts): Terminal | null {
  if (major === VIRTUAL) return minor >= 1 && minor <= LAST_CONSOLE ? "other" : null;
  if (SERIAL.has(major)) return "other";
  if (major === SLAVE) return { index: minor, isMaster: false };
  const isMaster = (major === AUXILIARY && minor === PTMX) || (major >= 128 && major < SLAVE);
  if (isMaster) {
    const [, index = "-1"] = /^tty-index:\s*(\d+)$/m.exec(info.join("\n")) ?? [];
    return { index: Number(index), isMaster: true };
  }
  return major === AUXILIARY && minor < PTMX ? "other" : null;
}

/** Reports slaves without a master in the tree, each once, by its first descriptor. */
export function checkTerminals({ facts, report, options }: Scope): void {
  const masters = new Set<number>();
  const slaves = new Map<number, { readonly subject: DumpSubject; readonly message: string }>();
  for (const { pid, descriptors } of facts.tasks) {
    for (const descriptor of descriptors) {
      const terminal = terminalOf(descriptor);
      if (terminal === null || terminal === "other") continue;
      if (terminal.isMaster) masters.add(terminal.index);
      else if (!slaves.has(terminal.index)) {
        const { fd, name } = descriptor;
        const message = `descriptor ${fd} is the terminal ${shown(descriptor)}, whose master is not in the tree`;
        slaves.set(terminal.index, { subject: { pid, fd, path: name }, message });
      }
    }
  }
  const loose = [...slaves].filter(([index]) => !masters.has(index)).map(([, slave]) => slave);
  for (const [place, { subject, message }] of loose.entries()) {
    // With --shell-job, one is accepted.
    const isSecond = place > 0 && options.given.has("--shell-job");
    report(isSecond ? "dump-terminals" : "dump-terminal", subject, message);
  }
}
