// Builds a CRIU image set like a host's with many services: seven files a task, and open files of many kinds. A restore
// would accept it: `check` reports nothing.

import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { EXECUTABLE_ID, realInventory, realTask } from "./criu-real-task.ts";
import { FOWN, imageBytes, inventoryAndTree, type Message, regularFile } from "./criu-set.ts";

const SOCKET_OPTIONS: Message = [
  ...[1, 2].map((number) => [number, 212_992] as const),
  ...[3, 4, 5, 6].map((number) => [number, 0] as const),
  [7, 1],
  ...[8, 9, 10, 11, 12, 13, 14].map((number) => [number, 0] as const),
];

/** Adds open files; each returns the fd_types number and the id of what it added. */
function openFiles() {
  const files: Message[] = [];
  const pipeData: Message[] = [];
  let nextId = 1;
  let nextInode = 50_000;
  const add = (type: number, field: number, body: (id: number) => Message): readonly [number, number] => {
    const id = nextId++;
    files.push([
      [1, type],
      [2, id],
      [field, body(id)],
    ]);
    return [type, id];
  };
  const pipeEnd = (pipe: number, flags: number) =>
    add(2, 18, (id) => [
      [1, id],
      [2, pipe],
      [3, flags],
      [4, FOWN],
    ]);
  const unixEnd = (inode: number, peer: number) =>
    add(5, 16, (id) => [
      [1, id],
      [2, inode],
      [3, 1],
      [4, 1],
      [5, 2],
      [6, 0],
      [7, 0],
      [8, peer],
      [9, FOWN],
      [10, SOCKET_OPTIONS],
      [11, ""],
    ]);
  return {
    files,
    /** CRIU writes what each pipe contains, even if it is empty. */
    pipeData,
    regular: (path: string) => add(1, 3, (id) => regularFile(id, path)),
    directory: (path: string): number => {
      const [, id] = add(1, 3, (own) => [
        [1, own],
        [2, 0],
        [3, 0],
        [5, FOWN],
        [6, path],
        [10, 0o40755],
      ]);
      return id;
    },
    pipe: () => {
      const pipe = nextInode++;
      pipeData.push([
        [1, pipe],
        [2, 0],
        [3, 65_536],
      ]);
      return [pipeEnd(pipe, 0), pipeEnd(pipe, 1)];
    },
    unixPair: () => {
      const inode = nextInode;
      nextInode += 2;
      return [unixEnd(inode, inode + 1), unixEnd(inode + 1, inode)];
    },
    connection: (port: number) =>
      add(4, 4, (id) => [
        [1, id],
        [2, nextInode++],
        [3, 2],
        [4, 1],
        [5, 6],
        [6, 1],
        [7, 443],
        [8, port],
        [9, 2],
        [10, 0],
        [11, 0x0100007f],
        [12, 0x0200a8c0],
        [13, FOWN],
        [14, SOCKET_OPTIONS],
      ]),
    eventfd: (counter: number) =>
      add(6, 8, (id) => [
        [1, id],
        [2, 2],
        [3, FOWN],
        [4, counter],
      ]),
    timer: () =>
      add(17, 12, (id) => [
        [1, id],
        [2, 2],
        [3, FOWN],
        [4, 1],
        [5, 0],
        [6, 0],
        [7, id],
        [8, 5],
        [9, 0],
        [10, 0],
      ]),
    epoll: (fds: readonly number[]) =>
      add(7, 9, (id) => [
        [1, id],
        [2, 2],
        [3, FOWN],
        ...fds.map((fd): Message[number] => [
          4,
          [
            [1, id],
            [2, fd],
            [3, 1],
            [4, fd],
          ],
        ]),
      ]),
  };
}

/** What a task of the set has open, as fd_types numbers and ids; as many as `count` says. */
function opened(add: ReturnType<typeof openFiles>, task: number, count: number): (readonly [number, number])[] {
  const held: (readonly [number, number])[] = [];
  const shares = [
    () => [add.regular(`/srv/service-${task}/data-${held.length}`)],
    () => [add.regular(`/usr/lib/library-${held.length}.so`)],
    () => add.pipe(),
    () => add.unixPair(),
    () => [add.connection(1024 + ((task * 100 + held.length) % 60_000))],
    () => [add.regular(`/var/log/service-${task}/${held.length}.log`)],
    () => [add.eventfd(task)],
    () => [add.timer()],
    () => [add.connection(1024 + ((task * 100 + held.length) % 60_000))],
    () => [add.epoll([3, 5, 6, 8])],
  ];
  for (let at = 0; held.length < count; at++) held.push(...(shares[at % shares.length]?.() ?? []));
  return held.slice(0, count);
}

/** The files of a set with `tasks` tasks, each with a table of its own. */
export function mixedCriuSet(tasks: number, descriptorsPerTask: number): Source[] {
  const { pids, members } = inventoryAndTree(tasks);
  members[0] = ["inventory.img", realInventory()];
  const add = openFiles();
  const [, program] = add.regular("/usr/bin/service");
  if (program !== EXECUTABLE_ID) throw new Error("the executable is not the first file");
  const root = add.directory("/");
  pids.forEach((pid, task) => {
    const id = task + 1;
    members.push(...realTask(pid, task, id));
    members.push([
      `fs-${pid}.img`,
      imageBytes("FS", [
        [
          [1, root],
          [2, root],
          [3, 0o22],
        ],
      ]),
    ]);
    const table = opened(add, task, descriptorsPerTask).map(
      ([type, file], fd): Message => [
        [1, file],
        [2, fd % 7 === 0 ? 1 : 0],
        [3, type],
        [4, fd],
      ],
    );
    members.push([`fdinfo-${id}.img`, imageBytes("FDINFO", table)]);
  });
  members.push(["files.img", imageBytes("FILES", add.files)]);
  members.push(["pipes-data.img", imageBytes("PIPES_DATA", add.pipeData)]);
  return members.map(([name, bytes]) => bytesSource(name, bytes));
}
