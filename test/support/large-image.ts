// A Linux-CR image with any number of descriptors, for tests of how the page scales.

import { encode } from "../../app/encoder/encode.ts";

/** Descriptors of one table. */
const PER_TABLE = 1000;

const sequence = <T>(length: number, make: (index: number) => T) => ({ length, at: make });

/**
 * The image's bytes, piece by piece. Descriptor i leads to file i, of path `/srv/data/<n>/file.db` with n a number
 * below `descriptors` that occurs once, and position i × 4096 + `moved`. Tasks are `worker-0` … with pids from 1.
 */
export function largeImage(descriptors: number, moved = 0): Generator<Uint8Array, number> {
  const tables = Math.ceil(descriptors / PER_TABLE);
  return encode(
    {
      tasks: sequence(tables, (index) => ({
        pid: index + 1,
        ppid: index === 0 ? 0 : 1,
        tgid: index + 1,
        comm: `worker-${index}`,
        state: "running",
        fileTable: index,
      })),
      fileTables: sequence(tables, (index) => ({
        id: index,
        fds: sequence(Math.min(PER_TABLE, descriptors - index * PER_TABLE), (fd) => ({
          fd,
          file: index * PER_TABLE + fd,
          closeOnExec: false,
        })),
      })),
      files: sequence(descriptors, (index) => ({
        id: index,
        kind: "generic",
        path: `/srv/data/${(index * 7919) % descriptors}/file.db`,
        pos: String(index * 4096 + moved),
        flags: 2,
        mode: 31,
        version: "0",
      })),
    },
    { dialect: "v23-rc2" },
  );
}
