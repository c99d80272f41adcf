// Descriptors of processes, with their sockets and, for epolls, whether their targets are still held.

import type { DescriptorFacts, TaskFacts } from "../../app/checks/dump/facts.ts";
import {
  createReader,
  type Descriptor,
  listDescriptors,
  readDescriptor,
  readFurther,
} from "../dump/descriptors/descriptors.ts";
import { targetFinder } from "../dump/descriptors/epoll.ts";
import type { Kcmp } from "../dump/kcmp.ts";
import type { FileReader } from "./files.ts";
import type { SocketReader } from "./sockets.ts";

interface Sources {
  readonly files: FileReader;
  readonly sockets: SocketReader;
  readonly kcmp: Kcmp | null;
}

const SOCKET = /^socket:\[(\d+)\]$/;
const INODE_LINE = /^ino:/;
const TARGET = /^tfd:\s*(\d+) .*?(?: ino:([\da-f]+))?(?: sdev:[\da-f]+)?\s*$/;

export function createDescriptorReader({ files, sockets, kcmp }: Sources) {
  const reader = createReader();
  const known: Descriptor[] = [];
  const byFacts = new Map<DescriptorFacts, Descriptor>();
  const readOne = (pid: number, fd: number): DescriptorFacts | null => {
    const descriptor = readDescriptor(reader, pid, fd);
    if (descriptor === null) return null;
    const file = files.read(pid, `/proc/${pid}/fd/${fd}`, descriptor.opening.mount);
    if (file === null) return null;
    const inode = SOCKET.exec(file.name)?.[1];
    const facts: DescriptorFacts = {
      ...file,
      fd,
      flags: descriptor.flags,
      info: readFurther(descriptor).filter((line) => line !== "" && !INODE_LINE.test(line)),
      socket: inode === undefined ? null : sockets.read(pid, fd, inode),
      targets: [],
    };
    known.push(descriptor);
    byFacts.set(facts, descriptor);
    return facts;
  };
  return {
    /** The descriptors of a process; empty: it has ended. @throws CliError if they may not be read. */
    read: (pid: number): DescriptorFacts[] => (listDescriptors(pid) ?? []).flatMap((fd) => readOne(pid, fd) ?? []),
    /** Fills in the targets of epolls, once all descriptors are known. */
    withTargets(tasks: readonly TaskFacts[]): TaskFacts[] {
      const find = targetFinder(known, Int32Array.from(known.keys()), kcmp);
      const targetsOf = (facts: DescriptorFacts): DescriptorFacts["targets"] => {
        const epoll = byFacts.get(facts);
        const counts = new Map<number, number>();
        return facts.info.flatMap((line) => {
          const [, number, inode] = TARGET.exec(line) ?? [];
          if (number === undefined || epoll === undefined) return [];
          const fd = Number(number);
          const offset = counts.get(fd) ?? 0;
          counts.set(fd, offset + 1);
          if (kcmp === null) return null;
          const decimal = inode === undefined ? null : BigInt(`0x${inode}`).toString();
          return find(epoll, { epoll: facts.fd, fd, offset }, decimal) !== null;
        });
      };
      return tasks.map((task) => ({
        ...task,
        descriptors: task.descriptors.map((each) =>
          each.info.some((line) => line.startsWith("tfd:")) ? { ...each, targets: targetsOf(each) } : each,
        ),
      }));
    },
  };
}
