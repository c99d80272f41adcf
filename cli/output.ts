// The file that a command writes: complete or not at all, and never in place of something else.

import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { constants as osConstants } from "node:os";
import { dirname, join } from "node:path";
import { isatty } from "node:tty";
import { HEAD_BYTES } from "../app/decoder/archive/forms.ts";
import { memberOfName } from "../app/decoder/criu/format/member-names.ts";
import { isImageByBytes } from "../app/decoder/find-images.ts";
import { visible } from "../app/model/text/text.ts";
import { CliError, systemReason } from "./error.ts";
import { isReadFrom } from "./input.ts";

/** A file that is being written. */
export interface Output {
  /** Appends bytes; false once the reader of a FIFO has gone away. @throws CliError */
  write(bytes: Uint8Array): boolean;
  /** Gives the file its name. @throws CliError, leaving any file that had the name unchanged. */
  finish(): void;
  /** Discards what was written, unless the file is finished. */
  discard(): void;
}

/** Names of standard output, which must be written to without opening it again: it may be a file with a position. */
export const isStandardOutput = (path: string): boolean =>
  ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].includes(path);

/** How a file may be written. */
interface OutputOptions {
  /** Whether an existing regular file may be replaced. */
  readonly force: boolean;
  /** Paths of the images that are read: they and their files are never replaced. */
  readonly inputs?: readonly string[];
}

/**
 * Opens a file to be written, mode 0600. It has no name until it is finished, so that nothing is left behind if this
 * process is killed. Devices and FIFOs are written to directly.
 *
 * @throws CliError if `path` exists and may not be replaced, or the file cannot be made.
 */
export async function openOutput(path: string, { force, inputs = [] }: OutputOptions): Promise<Output> {
  const link = await loadLink();
  return guarded(path, () => {
    if (inputs.some((input) => isOfInput(path, input))) {
      throw new CliError(`cannot write ${visible(path)}: it belongs to the image that is read`);
    }
    if (path === "") throw new CliError("the name of the output file is empty");
    if (path.endsWith("/")) throw new CliError(`cannot write ${visible(path)}: is a directory`);
    if (targetOf(path, force) === "device") return openDevice(path);
    return (link === null ? null : openNameless(path, force, link)) ?? openTemporary(path, force);
  });
}

/** Whether a file, under any name, is an image that is read, or a part of an image that is read from a directory. */
function isOfInput(path: string, input: string): boolean {
  const [file, read] = [path, input].map((each) => statSync(each, { throwIfNoEntry: false, bigint: true }));
  if (!file?.isFile() || read === undefined) return false;
  if (!read.isDirectory()) return file.dev === read.dev && file.ino === read.ino;
  return (memberOfName(path) !== null || isImageByBytes(headOf(path))) && isReadFrom(input, file);
}

function headOf(path: string): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES);
  const file = openSync(path, "r");
  try {
    return head.subarray(0, readSync(file, head));
  } finally {
    closeSync(file);
  }
}

/** Runs an operation on the file; system errors become a line for the user. */
function guarded<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`cannot write ${visible(path)}: ${systemReason(error)}`);
  }
}

/**
 * What the name refers to: nothing, a regular file that may be replaced, or a device or FIFO. @throws CliError for the
 * rest.
 */
function targetOf(path: string, force: boolean): "new" | "old" | "device" {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return "new";
  const refuse = (reason: string): CliError => new CliError(`cannot write ${visible(path)}: ${reason}`);
  if (stat.isSymbolicLink()) {
    // Links such as /dev/fd/63 (a process substitution) are followed, and their target is written to directly.
    const followed = statSync(path, { throwIfNoEntry: false });
    if (followed !== undefined && isDevice(followed)) return "device";
    throw refuse("is a symbolic link; give the name of a file");
  }
  if (isDevice(stat)) return "device";
  if (stat.isDirectory()) throw refuse("is a directory");
  if (!stat.isFile()) throw refuse(stat.isBlockDevice() ? "is a block device" : "is not a regular file");
  if (!force) throw refuse("the file exists; use --force to replace it");
  return "old";
}

const isDevice = (stat: Stats): boolean => stat.isCharacterDevice() || stat.isFIFO();

/** @throws CliError if it is a terminal. */
function openDevice(path: string): Output {
  const file = openSync(path, constants.O_WRONLY | constants.O_NOCTTY);
  const terminal = isatty(file);
  if (terminal || !isDevice(fstatSync(file))) {
    closeSync(file);
    throw new CliError(`refusing to write to ${visible(path)}: it ${terminal ? "is a terminal" : "was replaced"}`);
  }
  return outputTo(path, file, { publish: () => {}, remove: () => {} });
}

/** What happens to a file at its end. */
interface Ending {
  publish(): void;
  remove(): void;
}

/** An open file as an Output. */
function outputTo(path: string, file: number, { publish, remove }: Ending): Output {
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    closeSync(file);
  };
  return {
    write: (bytes) =>
      guarded(path, () => {
        try {
          for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
          return true;
        } catch (error) {
          if ((error as { code?: string }).code === "EPIPE") return false;
          throw error;
        }
      }),
    finish: () =>
      guarded(path, () => {
        syncToDisk(file);
        publish();
        close();
      }),
    discard() {
      if (!open) return;
      close();
      remove();
    },
  };
}

/** Some systems report a full disk only now. Devices cannot be synced. */
function syncToDisk(file: number): void {
  try {
    fsyncSync(file);
  } catch (error) {
    if ((error as { code?: string }).code !== "EINVAL") throw error;
  }
}

/** Linux include/uapi/asm-generic/fcntl.h: __O_TMPFILE with O_DIRECTORY. */
const O_TMPFILE = 0o20000000 | (constants.O_DIRECTORY ?? 0);
const MODE = 0o600;

/** A file without a name in the directory of `path`; `null`: the file system has no such files. */
function openNameless(path: string, force: boolean, link: Link): Output | null {
  let file: number;
  try {
    file = openSync(dirname(path), O_TMPFILE | constants.O_WRONLY, MODE);
  } catch (error) {
    if (["EOPNOTSUPP", "ENOTSUP", "EISDIR", "EINVAL"].includes((error as { code?: string }).code ?? "")) return null;
    throw error;
  }
  return outputTo(path, file, {
    publish() {
      if (targetOf(path, force) === "new") {
        link(file, path);
        return;
      }
      const part = temporaryName(path);
      link(file, part);
      replace(part, path, force);
    },
    remove: () => {},
  });
}

/** Signals that end this process; the temporary file is removed first. */
const ENDING: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/** A file with a temporary name in the directory of `path`. */
function openTemporary(path: string, force: boolean): Output {
  const part = temporaryName(path);
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
  const file = openSync(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, MODE);
  const remove = (): void => {
    for (const name of ENDING) process.off(name, onSignal);
    rmSync(part, { force: true });
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    remove();
    process.kill(process.pid, signal);
  };
  for (const name of ENDING) process.on(name, onSignal);
  return outputTo(path, file, {
    publish() {
      if (targetOf(path, force) === "new") linkOrRename(part, path);
      else replace(part, path, force);
      remove();
    },
    remove,
  });
}

const temporaryName = (path: string): string =>
  join(dirname(path), `.ckptscope-${process.pid}-${randomBytes(6).toString("hex")}`);

/** Renames a temporary file onto an existing one, or removes it. */
function replace(part: string, path: string, force: boolean): void {
  try {
    if (targetOf(path, force) === "device") throw new CliError(`cannot write ${visible(path)}: it was replaced`);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** Gives a new name without replacing a file that took the name meanwhile, where the file system has hard links. */
function linkOrRename(part: string, path: string): void {
  try {
    linkSync(part, path);
  } catch (error) {
    if (!["EPERM", "EOPNOTSUPP", "ENOTSUP", "ENOSYS", "EMLINK"].includes((error as { code?: string }).code ?? "")) {
      throw error;
    }
    renameSync(part, path);
  }
}

/** Gives an open file a name. @throws CliError */
type Link = (file: number, path: string) => void;

// Linux include/uapi/linux/fcntl.h.
const AT_FDCWD = -100;
const AT_SYMLINK_FOLLOW = 0x400;

/** linkat(2); `null`: koffi, which calls it, is not installed. */
async function loadLink(): Promise<Link | null> {
  if (process.platform !== "linux") return null;
  try {
    const { default: koffi } = await import("koffi");
    const linkat = koffi.load(null).func("int linkat(int, const char *, int, const char *, int)");
    return (file, path) => {
      if (linkat(AT_FDCWD, `/proc/self/fd/${file}`, AT_FDCWD, path, AT_SYMLINK_FOLLOW) === 0) return;
      throw Object.assign(new Error(`linkat failed with errno ${koffi.errno()}`), { code: errorName(koffi.errno()) });
    };
  } catch {
    return null;
  }
}

const errorName = (errno: number): string =>
  Object.entries(osConstants.errno).find(([, number]) => number === errno)?.[0] ?? "";
