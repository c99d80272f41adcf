// The dump step by step: the worked example of the format's description, the order of records, and how a dump fails.

import { expect, describe as suite, test } from "vitest";
import type { Image } from "../../app/decoder/image.ts";
import { openImage } from "../../app/decoder/open.ts";
import { bytesSource } from "../../app/decoder/source.ts";
import type { Description, FileDescription } from "../../app/encoder/description.ts";
import type { WritableDialect } from "../../app/encoder/encode.ts";
import { detailsOf } from "../../app/model/detail-store.ts";
import { encodeAll } from "../support/images.ts";

async function open(bytes: Uint8Array): Promise<Image> {
  const image = await openImage([bytesSource("image", bytes)]);
  if ("refused" in image) throw new Error(image.refused);
  return image;
}

async function recordNames(bytes: Uint8Array): Promise<string[]> {
  const { records } = (await open(bytes)).checkpoint;
  return Array.from({ length: records.count }, (_, row) => records.kinds[records.kind[row] ?? 0]?.name ?? "");
}

const file = (id: number, more: Partial<FileDescription> = {}): FileDescription => ({
  id,
  kind: "regular",
  path: `/tmp/${id}`,
  pos: "0",
  flags: 2,
  mode: 31,
  version: "0",
  ...more,
});

const task = { pid: 1234, ppid: 1, tgid: 1234, comm: "bash", state: "running", fileTable: 1 } as const;
const fds = (...files: number[]) => files.map((id, fd) => ({ fd, file: id, closeOnExec: false }));

suite("the worked example", () => {
  const example: Description = {
    tasks: [{ ...task, comm: "demo" }],
    files: [file(9, { path: "/tmp/a", pos: "12" })],
    fileTables: [
      {
        id: 1,
        // Out of order on purpose: a dump scans descriptors in ascending order.
        fds: [
          { fd: 3, file: 9, closeOnExec: true },
          { fd: 0, file: 9, closeOnExec: false },
        ],
      },
    ],
  };

  test("has the bytes that were computed by hand", () => {
    const { bytes, result } = encodeAll(example, { dialect: "seed", time: 1243450000 });
    expect(result).toBe(0);
    expect(bytes.length).toBe(802);
    const hex = Buffer.from(bytes.subarray(283, 490)).toString("hex").replace(/../g, "$& ").trim();
    expect(hex).toBe(
      [
        "65 00 00 00 20 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 11 00 00 00 10 00 00 00 00 00 00 00",
        "04 00 00 00 18 00 00 00 64 65 6d 6f 00 00 00 00 00 00 00 00 00 00 00 00 05 00 00 00 10 00 00 00",
        "01 00 00 00 01 00 00 00 2d 01 00 00 10 00 00 00 02 00 00 00 00 00 00 00 05 00 00 00 10 00 00 00",
        "02 00 00 00 02 00 00 00 30 01 00 00 28 00 00 00 01 00 00 00 1f 00 00 00 02 00 00 00 00 00 00 00",
        "0c 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 2f 01 00 00 0f 00 00 00 2f 74 6d 70 2f 61 00 2e",
        "01 00 00 18 00 00 00 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 2e 01 00 00 18 00 00 00 02",
        "00 00 00 03 00 00 00 01 00 00 00 00 00 00 00",
      ].join(" "),
    );
  });
});

suite("the order of records in v23-rc2", () => {
  test("is the format's, with every kind of file", async () => {
    const socket = (id: number, details: FileDescription["details"]): FileDescription =>
      file(id, { kind: "socket", path: null, details: { socket: id, ...details } });
    const description: Description = {
      tasks: [task, { ...task, pid: 1235 }, { ...task, pid: 1236, tgid: 1236, state: "zombie", fileTable: null }],
      files: [
        file(1, { kind: "epoll", path: null, details: { targets: [{ fd: 1, events: 1, data: "7", file: 2 }] } }),
        socket(2, { family: "unix", type: "stream", state: "established", peer: 3 }),
        socket(3, { family: "unix", type: "stream", state: "established", peer: 2 }),
        socket(4, { family: "inet", type: "stream", state: "listen", local: "127.0.0.1:80" }),
        file(5, { kind: "pipe", path: null, details: { pipe: 77 } }),
        file(6, { kind: "pipe", path: null, details: { pipe: 77 } }),
        file(7, { kind: "fifo", path: "/run/fifo", details: { pipe: 78 } }),
        file(8, { kind: "tty", path: null, details: { index: 3, side: "slave" } }),
        file(9, { kind: "eventfd", path: null, details: { count: "5", eventfdFlags: 0 } }),
      ],
      fileTables: [{ id: 1, fds: fds(1, 2, 3, 4, 5, 6, 7, 8, 9) }],
    };
    const { bytes } = encodeAll(description, { dialect: "v23-rc2" });
    const opening = "HEADER BUFFER BUFFER BUFFER HEADER_ARCH CONTAINER BUFFER LSM_INFO PIDS BUFFER TREE BUFFER";
    const processor = "TASK STRING THREAD RESTART_BLOCK CPU";
    const credentials = "OBJREF OBJREF GROUPINFO OBJREF OBJREF USER_NS USER CRED TASK_CREDS";
    const namespaces = "OBJREF OBJREF UTS_NS OBJREF IPC_NS IPC IPC IPC NS TASK_NS";
    const table = [
      "OBJREF FILE_TABLE",
      "OBJREF FILE FILE_DESC",
      "OBJREF OBJREF SOCKET OBJREF SOCKET SOCKET_UNIX SOCKET_UNIX FILE FILE_DESC",
      "OBJREF FILE FILE_DESC",
      "OBJREF OBJREF SOCKET SOCKET_INET FILE FILE_DESC",
      "OBJREF FILE PIPE_BUF FILE_DESC",
      "OBJREF FILE FILE_DESC",
      "OBJREF FILE FILE_NAME PIPE_BUF FILE_DESC",
      "OBJREF OBJREF TTY TTY_LDISC OBJREF TTY TTY_LDISC FILE FILE_DESC",
      "OBJREF FILE FILE_DESC",
      "EPOLL_ITEMS BUFFER SOCKET_QUEUE SOCKET_QUEUE SOCKET_QUEUE SOCKET_QUEUE",
    ].join(" ");
    const memory = "OBJREF MM BUFFER MM_CONTEXT MM_CONTEXT_LDT";
    const rest = "OBJREF FS FILE_NAME FILE_NAME OBJREF SIGHAND TASK_OBJS SIGNAL SIGPENDING SIGPENDING SIGNAL_TASK";
    const thread = `${processor} TASK_CREDS TASK_NS TASK_OBJS SIGPENDING SIGNAL_TASK`;
    const first = [processor, credentials, namespaces, table, memory, rest].join(" ");
    expect((await recordNames(bytes)).join(" ")).toBe([opening, first, thread, "TASK STRING", "TAIL"].join(" "));
    const { checkpoint } = await open(bytes);
    expect(checkpoint.problems).toEqual([]);
    expect([...checkpoint.tasks.table]).toEqual([0, 0, -1]);
  });
});

test.each([
  ["netlink", "xfrm", 6],
  ["netlink", "usersock", 2],
  ["can", "raw", 1],
  ["inet", "tcp", 6],
  ["vsock", undefined, 0],
  ["family 99", "protocol 6", 6],
])("the protocol of a socket is one of its family: %s %s", async (family, protocol, number) => {
  const details = { socket: 1, family, type: "raw", ...(protocol === undefined ? {} : { protocol }), state: "close" };
  const description: Description = {
    tasks: [task],
    files: [file(1, { kind: "socket", path: null, details })],
    fileTables: [{ id: 1, fds: fds(1) }],
  };
  const image = await open(encodeAll(description, { dialect: "v23-rc2" }).bytes);
  const { records } = image.checkpoint;
  const names = Array.from({ length: records.count }, (_, row) => records.kinds[records.kind[row] ?? 0]?.name);
  const fields = await image.fields(names.indexOf("SOCKET"));
  expect(fields.find(({ name }) => name === "sock.protocol")?.raw).toBe(String(number));
  expect(detailsOf(image.checkpoint, 0)).toMatchObject({ family, ...(protocol === undefined ? {} : { protocol }) });
});

suite.each(["seed", "v23-rc2"] as const)("a dump that fails in %s", (dialect: WritableDialect) => {
  const failing: Record<string, { errno: number; change: Partial<Description>; last: string }> = {
    "a file has no checkpoint operation": {
      errno: -9,
      change: { files: [file(1), file(2, { kind: "unknown" })] },
      last: "OBJREF FILE FILE_NAME FILE_DESC OBJREF",
    },
    "a file lies outside the root": {
      errno: -9,
      change: { files: [file(1), file(2, { outsideRoot: true })] },
      last: "OBJREF FILE FILE_NAME FILE_DESC OBJREF FILE",
    },
    "a path is longer than a page": {
      errno: -36,
      change: { files: [file(1), file(2, { path: "/".padEnd(4096, "x") })] },
      last: "OBJREF FILE FILE_NAME FILE_DESC OBJREF FILE",
    },
    "a descriptor was closed meanwhile": {
      errno: -9,
      change: { files: [file(1)] },
      last: "OBJREF FILE FILE_NAME FILE_DESC",
    },
    "a task has no file table": {
      errno: -16,
      change: { tasks: [{ ...task, fileTable: null }] },
      last: "",
    },
  };

  test.each(Object.entries(failing))("because %s ends in an ERROR and no TAIL", async (_, { errno, change, last }) => {
    const sound: Description = {
      tasks: [task],
      files: [file(1), file(2)],
      fileTables: [{ id: 1, fds: fds(1, 2) }],
    };
    expect(encodeAll(sound, { dialect }).result).toBe(0);
    const { bytes, result } = encodeAll({ ...sound, ...change }, { dialect });
    expect(result).toBe(errno);
    const names = (await recordNames(bytes)).join(" ");
    expect(names.endsWith(`${last} ERROR STRING`)).toBe(true);
    const { checkpoint } = await open(bytes);
    expect(checkpoint.complete).toBe(false);
    const message = checkpoint.problems.find(({ code }) => code === "error-record")?.message;
    if (dialect === "seed") expect(message).toContain(`task 1234 (bash), files_struct: ${errno}`);
    else expect(message).toMatch(new RegExp(`\\[err ${errno}\\]\\[pos \\d+\\].*\\[pid 1234 tsk bash\\]`));
  });

  test("names the task with the bytes of its comm", async () => {
    const commBytes = Buffer.from([0x61, 0xff, 0x62]).toString("base64");
    const tasks = [{ ...task, comm: "a\ufffdb", commBytes, fileTable: null }];
    const { bytes, result } = encodeAll({ tasks, files: [], fileTables: [] }, { dialect });
    expect(result).toBe(-16);
    const error = Buffer.from(bytes).subarray(-100).toString("latin1");
    expect(error).toContain(dialect === "seed" ? "task 1234 (a\xffb), files_struct" : "[pid 1234 tsk a\xffb]");
  });

  test("writes the longest path that there can be", async () => {
    const files = [file(1, { path: "/".padEnd(4095, "x") })];
    const description = { tasks: [task], files, fileTables: [{ id: 1, fds: fds(1) }] };
    const { bytes, result } = encodeAll(description, { dialect });
    expect(result).toBe(0);
    expect((await open(bytes)).checkpoint.files.nameLength[0]).toBe(4095);
  });
});

test("the objref that a pseudo-terminal reserves is that of no other object", async () => {
  const terminal = (id: number, side: string) => file(id, { kind: "tty", path: null, details: { index: 3, side } });
  for (const sides of [["master", "slave"], ["slave", "master"], ["master"], ["slave"]]) {
    const files = sides.map((side, row) => terminal(row + 1, side));
    const description = { tasks: [task], files, fileTables: [{ id: 1, fds: fds(...files.map(({ id }) => id)) }] };
    const image = await open(encodeAll(description, { dialect: "v23-rc2" }).bytes);
    const { records } = image.checkpoint;
    const values = async (name: string, field: string): Promise<string[]> => {
      const rows = Array.from({ length: records.count }, (_, row) => row);
      const named = rows.filter((row) => records.kinds[records.kind[row] ?? 0]?.name === name);
      const fields = await Promise.all(named.map((row) => image.fields(row)));
      return fields.flatMap((all) => all.filter((each) => each.name === field).map(({ raw }) => raw));
    };
    const reserved = (await values("TTY", "file_objref")).filter((objref) => objref !== "0");
    expect(reserved).toHaveLength(1);
    expect(await values("OBJREF", "objref")).not.toContain(reserved[0]);
  }
});

test("terminals and listening sockets have the values of the description", async () => {
  const settings = (lflag: string) => ({
    iflag: "02402",
    oflag: "05",
    cflag: "0277",
    lflag,
    line: 2,
    inputSpeed: 9600,
    outputSpeed: 38_400,
    characters: "03 1c 7f 15 04 00 01 00 11 13 1a 00 12 0f 17 16 00 00 ff",
  });
  const size = { rows: 50, columns: 132, pixels: { width: 800, height: 600 } };
  const given = [
    { index: 3, side: "master", ...size, settings: settings("00") },
    { index: 3, side: "slave", ...size, settings: settings("0105073") },
    {
      socket: 3,
      family: "inet",
      type: "stream",
      protocol: "tcp",
      state: "listen",
      local: "127.0.0.1:80",
      backlog: 511,
    },
    // The field has 16 bits and a sign.
    { socket: 4, family: "unix", type: "stream", state: "listen", local: "/run/x", backlog: 65_535 },
  ];
  const files = given.map((details, row) =>
    file(row + 1, { kind: "side" in details ? "tty" : "socket", path: null, details }),
  );
  const description = { tasks: [task], files, fileTables: [{ id: 1, fds: fds(...files.map(({ id }) => id)) }] };
  const { checkpoint } = await open(encodeAll(description, { dialect: "v23-rc2" }).bytes);
  const read = files.map((_, row) => detailsOf(checkpoint, row));
  expect(read.slice(0, 2)).toMatchObject(given.slice(0, 2));
  expect(read.slice(2).map((details) => details?.backlog)).toEqual([511, 32_767]);
});

suite("sockets, pipes and the like in the seed", () => {
  test.each(["socket", "pipe", "epoll", "fifo", "tty"])("a %s has no checkpoint operation", (kind) => {
    const files = [file(1, { kind })];
    const description = { tasks: [task], files, fileTables: [{ id: 1, fds: fds(1) }] };
    expect(encodeAll(description, { dialect: "seed" }).result).toBe(-9);
  });
});
