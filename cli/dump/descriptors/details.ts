// Details of an open file that depend on its kind: ends of pipes, sockets, terminals, eventfds, epolls, and what fdinfo
// says of other files without a path.

import { readFdinfo } from "../../../app/decoder/linux-cr/details/fdinfo-details.ts";
import type { Details } from "../../../app/model/fields.ts";
import type { EpollSlot } from "../kcmp.ts";
import { type Descriptor, type OpenFile, readFurther, slaveIndex } from "./descriptors.ts";
import type { SocketTables } from "./sockets.ts";

/** What the details of one file need from other files. */
export interface DetailsContext {
  /** What is known about the unix socket with this inode. */
  unixDetails(inode: string): Details;
  /** The size and settings of a terminal, as of a slave; `null`: not known. */
  terminal(descriptor: Descriptor): Details | null;
  readonly sockets: SocketTables;
  /** A number for a name, the same for the same name. */
  numberOf(name: string): number;
  /** Id of the open file that is a target of an epoll; `null`: not among the files. @param inode Of the target. */
  targetOf(epoll: Descriptor, slot: EpollSlot, inode: string | null): number | null;
  /** Whether a file lies outside the root directory of this process. */
  isOutside(descriptor: Descriptor, file: OpenFile | null): boolean;
}

/** @param id Id of the file in the image. */
export function detailsOf(descriptor: Descriptor, file: OpenFile, id: number, context: DetailsContext): Details {
  switch (file.kind) {
    case "pipe":
    case "fifo":
      return { pipe: context.numberOf(`${file.kind} ${file.inode}`) };
    case "socket":
      return { socket: id, ...context.sockets.find(descriptor, file.inode), ...context.unixDetails(file.inode) };
    case "tty":
      return terminalDetails(descriptor, file, context);
    case "eventfd":
      return eventfdDetails(readFurther(descriptor), descriptor.flags);
    case "epoll":
      return { targets: epollTargets(descriptor, context) };
    case "signalfd":
    case "timerfd":
    case "inotify":
    case "fanotify":
    case "pidfd":
    case "bpf": {
      const lines = readFurther(descriptor);
      return lines.length === 0 ? NOTHING : readFdinfo(file.kind, lines);
    }
    default:
      return NOTHING;
  }
}

const NOTHING: Details = {};

/** Details of a pseudo-terminal; empty for any other terminal. The settings of a master never change. */
function terminalDetails(descriptor: Descriptor, { device, name }: OpenFile, { terminal }: DetailsContext): Details {
  const slave = slaveIndex(device);
  if (slave !== null) return { index: slave, side: "slave", ...terminal(descriptor) };
  if (name === null || !name.endsWith("ptmx")) return {};
  const index = lineValue(readFurther(descriptor), "tty-index");
  if (index === null) return {};
  const { settings: _, ...size } = terminal(descriptor) ?? {};
  return { index: Number(index), side: "master", ...size };
}

/** The value of the line `name: value`; `null`: no such line. */
function lineValue(lines: readonly string[], name: string): string | null {
  const line = lines.find((candidate) => candidate.startsWith(`${name}:`));
  return line === undefined ? null : line.slice(name.length + 1).trim();
}

const EFD_SEMAPHORE = 1;
const O_NONBLOCK = 0o4000;

/** fdinfo shows the counter in hexadecimal. */
function eventfdDetails(lines: readonly string[], flags: number): Details {
  const count = lineValue(lines, "eventfd-count");
  const semaphore = lineValue(lines, "eventfd-semaphore") === "1" ? EFD_SEMAPHORE : 0;
  return {
    count: count === null ? null : BigInt(`0x${count}`).toString(),
    eventfdFlags: semaphore | (flags & O_NONBLOCK),
  };
}

const TARGET = /^tfd:\s*(\d+) events:\s*([\da-f]+) data:\s*([\da-f]+)(?:.* ino:([\da-f]+))?/;

/** What an epoll waits for. A target's descriptor may have been closed while its open file lives on: `file` is null. */
function epollTargets(descriptor: Descriptor, { targetOf }: DetailsContext): Details[] {
  /** How many targets with each number there were so far. */
  const counts = new Map<number, number>();
  return readFurther(descriptor).flatMap((line) => {
    const match = TARGET.exec(line);
    if (match === null) return [];
    const [, number = "0", events = "0", data = "0", inode] = match;
    const fd = Number(number);
    const offset = counts.get(fd) ?? 0;
    counts.set(fd, offset + 1);
    return {
      fd,
      events: Number.parseInt(events, 16),
      data: BigInt(`0x${data}`).toString(),
      file: targetOf(
        descriptor,
        { epoll: descriptor.fd, fd, offset },
        inode === undefined ? null : BigInt(`0x${inode}`).toString(),
      ),
    };
  });
}
