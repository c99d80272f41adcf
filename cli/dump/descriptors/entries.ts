// The entries of descriptors in /proc: /proc/PID/fdinfo/FD and the links /proc/PID/fd/FD. Most
// of the time of a dump goes to them.

import { closeSync, openSync, readlinkSync, readSync } from "node:fs";
import { getSystemErrorName } from "node:util";

/** Reads entries. Both functions throw an error with the system's code, such as ENOENT for a closed descriptor. */
export interface Entries {
  /** Where both functions put what they read, in place of what was there. */
  readonly bytes: Buffer;
  /** Reads the beginning of fdinfo, at most 4096 bytes; returns how many bytes it is. */
  info(pid: number, fd: number): number;
  /** Reads the target of the link; returns how many bytes it is. */
  link(pid: number, fd: number): number;
  close(): void;
}

const SIZE = 4096;

/** Reads entries by their paths. */
export function entriesByPath(): Entries {
  const bytes = Buffer.allocUnsafe(SIZE);
  return {
    bytes,
    info(pid, fd) {
      const file = openSync(`/proc/${pid}/fdinfo/${fd}`, "r");
      try {
        return readSync(file, bytes, 0, SIZE, null);
      } finally {
        closeSync(file);
      }
    },
    link: (pid, fd) => readlinkSync(`/proc/${pid}/fd/${fd}`, "buffer").copy(bytes),
    close() {},
  };
}

const O_CLOEXEC = 0o2000000;

/**
 * Reads entries relative to the directories of a process, which takes about half the time; by
 * their paths where koffi is not available.
 */
export async function openEntries(): Promise<Entries> {
  try {
    const { default: koffi } = await import("koffi");
    const libc = koffi.load(null);
    const openat = libc.func("int openat(int, const char *, int)");
    const read = libc.func("int read(int, void *, int)");
    const close = libc.func("int close(int)");
    const readlinkat = libc.func("int readlinkat(int, const char *, void *, int)");
    const bytes = Buffer.allocUnsafe(SIZE);
    const checked = (result: number): number => {
      if (result >= 0) return result;
      const code = getSystemErrorName(-koffi.errno());
      throw Object.assign(new Error(code), { code });
    };
    const [infos, links] = [directoryOf("fdinfo"), directoryOf("fd")];
    return {
      bytes,
      info(pid, fd) {
        const file = checked(openat(infos.of(pid), String(fd), O_CLOEXEC));
        try {
          return checked(read(file, bytes, SIZE));
        } finally {
          close(file);
        }
      },
      link: (pid, fd) => checked(readlinkat(links.of(pid), String(fd), bytes, SIZE)),
      close() {
        infos.close();
        links.close();
      },
    };
  } catch {
    return entriesByPath();
  }
}

/** Keeps a directory of /proc/PID open, of one process at a time: callers read one process after the other. */
function directoryOf(name: string) {
  let [current, handle] = [0, -1];
  const close = (): void => {
    if (handle >= 0) closeSync(handle);
    handle = -1;
  };
  return {
    of(pid: number): number {
      if (pid === current && handle >= 0) return handle;
      close();
      handle = openSync(`/proc/${pid}/${name}`, "r");
      current = pid;
      return handle;
    },
    close,
  };
}
