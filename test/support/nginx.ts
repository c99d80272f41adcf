// A small state with the interesting cases: a shared table, a shared open file, a zombie, misleading names.

import type { State } from "./state.ts";

export const NGINX: State = {
  tasks: [
    { pid: 1, ppid: 0, comm: "init", table: 0, state: "sleeping" },
    { pid: 412, ppid: 1, comm: "nginx", table: 1, state: "running" },
    { pid: 413, ppid: 412, comm: "nginx-log", table: 1 },
    { pid: 500, ppid: 412, comm: "tail\u202e", table: 2 },
    { pid: 501, ppid: 500, comm: "gone", state: "zombie" },
  ],
  tables: [
    [
      { fd: 0, file: 0 },
      { fd: 1, file: 0 },
    ],
    [
      { fd: 0, file: 0 },
      { fd: 1, file: 1 },
      { fd: 2, file: 1 },
      { fd: 5, file: 2, closeOnExec: true },
      { fd: 7, file: 3 },
    ],
    [
      { fd: 3, file: 1 },
      { fd: 4, file: 4 },
    ],
  ],
  files: [
    { kind: "regular", path: "/dev/null", pos: 0n, flags: 0o2, mode: 3 },
    { kind: "regular", path: "/var/log/nginx/access.log", pos: 4096n, flags: 0o2001, mode: 2 },
    { kind: "socket", path: "socket:[tcp 0.0.0.0:80]", stable: 8, flags: 0o2 },
    { kind: "regular", path: "/tmp/a b", pos: 9007199254740993n, flags: 0o100002 },
    { kind: "pipe", path: "pipe:[41433]", stable: 6 },
    { kind: "regular", path: "/usr/bin/nginx", pos: 9007199254740992n, flags: 0 },
  ],
};
