// A Linux-CR image of a server that has left descriptors open.

import { encode } from "../../app/encoder/encode.ts";
import { concat } from "./tar.ts";

/**
 * The image's bytes: 1234 redis-server has `path` open `times` times, and 4096 sh nothing out of the ordinary.
 *
 * @param first Number of the first descriptor of `path`.
 */
export function leakyServer(
  times: number,
  first = 10,
  path = "/var/log/x",
  dialect: "seed" | "v23-rc2" = "v23-rc2",
): Uint8Array {
  const file = (id: number, path: string) => ({
    id,
    kind: "generic" as const,
    path,
    pos: "0",
    flags: 2,
    mode: 31,
    version: "0",
  });
  const task = (pid: number, comm: string, fileTable: number) => ({
    pid,
    ppid: pid === 1234 ? 0 : 1234,
    tgid: pid,
    comm,
    state: "running" as const,
    fileTable,
  });
  const leaked = Array.from({ length: times }, (_, at) => at);
  return concat([
    ...encode(
      {
        tasks: [task(1234, "redis-server", 0), task(4096, "sh", 1)],
        fileTables: [
          {
            id: 0,
            fds: [
              { fd: 0, file: 0, closeOnExec: false },
              ...leaked.map((at) => ({ fd: first + at, file: 1 + at, closeOnExec: true })),
            ],
          },
          { id: 1, fds: [{ fd: 0, file: 0, closeOnExec: false }] },
        ],
        files: [file(0, "/dev/null"), ...leaked.map((at) => file(1 + at, path))],
      },
      { dialect },
    ),
  ]);
}
