// Pipes with only one end in the tree: CRIU dumps them, and the other end is gone after a restore.

import type { DumpSubject } from "./findings.ts";
import type { Scope } from "./scope.ts";

const PIPE = /^pipe:\[\d+\]$/;
/** O_ACCMODE: O_RDONLY, O_WRONLY; O_RDWR is both ends. */
const ACCESS = 3;
const [READING, WRITING] = [0, 1];

/** One pipe: the first descriptor of it, and which ends are in the tree. */
interface Pipe {
  readonly subject: DumpSubject;
  readonly fd: number;
  isRead: boolean;
  isWritten: boolean;
}

/** Reports pipes without one of their ends, each once, by its first descriptor. */
export function checkPipes({ facts, report }: Scope): void {
  const pipes = new Map<string, Pipe>();
  for (const { pid, descriptors } of facts.tasks) {
    for (const { fd, name, flags } of descriptors) {
      if (!PIPE.test(name)) continue;
      const known = pipes.get(name) ?? { subject: { pid, fd, path: name }, fd, isRead: false, isWritten: false };
      pipes.set(name, known);
      known.isRead ||= (flags & ACCESS) !== WRITING;
      known.isWritten ||= (flags & ACCESS) !== READING;
    }
  }
  for (const { subject, fd, isRead, isWritten } of pipes.values()) {
    if (isRead && isWritten) continue;
    const [other, effect] = isRead ? ["write", "a read returns end-of-file"] : ["read", "a write fails with EPIPE"];
    report(
      "dump-pipe-outside",
      subject,
      `no process in the tree has the ${other} end of descriptor ${fd}: after a restore, ${effect}`,
    );
  }
}
