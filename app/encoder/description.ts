// The contents of an image to be written, as plain data. The document of `show --json` is such a description. Data
// that it lacks (registers, names of the kernel, the bytes after comm's NUL) can be carried over from another image.

import type { Details } from "../model/fields.ts";

/** A list that the encoder reads entry by entry: an array, or an object that makes entries on demand. */
export interface Sequence<T> {
  readonly length: number;
  at(index: number): T | undefined;
}

/** The contents of one image. */
export interface Description {
  readonly tasks: Sequence<TaskDescription>;
  readonly fileTables: Sequence<TableDescription>;
  readonly files: Sequence<FileDescription>;
  /** Values of HEADER and of the records after it; absent: those of a contemporary kernel. */
  readonly machine?: MachineDescription;
}

/** One task. Names and values are those of `show --json`. */
export interface TaskDescription {
  readonly pid: number | null;
  readonly ppid: number | null;
  readonly tgid: number | null;
  readonly pgid?: number | null;
  readonly sid?: number | null;
  readonly comm: string;
  /** Base64 of comm's bytes, if they are not UTF-8. */
  readonly commBytes?: string;
  /** A word of TASK_STATES; `null` is written as running. */
  readonly state: string | null;
  /** How a zombie has ended, as wait(2) gives it; absent: 0. */
  readonly exitCode?: number;
  /** Id of the file table; `null`: none. */
  readonly fileTable: number | null;
  /** Working directory and root (FS); absent: `/`. */
  readonly workingDirectory?: string;
  readonly root?: string;
  readonly umask?: number;
  readonly credentials?: Credentials;
  /** Further values of /proc/PID/status; absent: not recorded. */
  readonly status?: TaskStatus;
  /** Soft and hard resource limits by number (RLIMIT_CPU is 0), as decimal strings; absent: unlimited. */
  readonly limits?: readonly (readonly [string, string])[];
  readonly carried?: CarriedTask;
}

/** Credentials of a task, as in CRED. Tasks with equal credentials share the object. */
export interface Credentials {
  /** Real, effective, saved and file system ids. */
  readonly uids: readonly [number, number, number, number];
  readonly gids: readonly [number, number, number, number];
  readonly groups: readonly number[];
}

/** Capabilities and signals of a task. Each set is a 64-bit number, as a decimal string. */
export interface TaskStatus {
  readonly capabilities: CapabilitySets;
  readonly signals: SignalSets;
}

/** Bit 0 is CAP_CHOWN. */
export interface CapabilitySets {
  readonly effective: string;
  readonly permitted: string;
  readonly inheritable: string;
  readonly bounding: string;
}

/** Bit 0 is signal 1, SIGHUP. */
export interface SignalSets {
  readonly blocked: string;
  /** Signals that wait for this thread. */
  readonly pending: string;
  /** Signals that wait for any thread of the process. */
  readonly sharedPending: string;
  readonly ignored: string;
  /** Signals with a handler. */
  readonly caught: string;
}

/** Records of a task to be written unchanged: payloads in base64, by record name. */
export interface CarriedTask {
  /** All 16 bytes of comm, in base64. */
  readonly comm?: string;
  /** Values of TASK by field. */
  readonly task?: Readonly<Record<string, string>>;
  readonly records?: Readonly<Record<string, string>>;
}

/** One file table. */
export interface TableDescription {
  readonly id: number;
  readonly fds: Sequence<DescriptorDescription>;
  /** The number of descriptors in FILE_TABLE; absent: the actual number. */
  readonly announced?: number;
}

/** One descriptor. */
export interface DescriptorDescription {
  readonly fd: number;
  /** Id of the open file; `null`: the descriptor was closed during the dump. */
  readonly file: number | null;
  readonly closeOnExec: boolean;
}

/** One open file. */
export interface FileDescription {
  readonly id: number;
  /** A word of FILE_KINDS. */
  readonly kind: string;
  readonly path: string | null;
  /** Base64 of the path's bytes, if they are not UTF-8. */
  readonly pathBytes?: string;
  /** The name of a file without a path. */
  readonly name?: string | null;
  /** 64-bit values are decimal strings. */
  readonly pos: string | null;
  readonly flags: number | null;
  readonly mode: number | null;
  readonly version: string | null;
  /** As in `show --json`: a pipe's number, a socket's addresses, an epoll's targets. */
  readonly details?: Details;
  /** Whether the path is longer than an image can hold, and so not known. */
  readonly pathTooLong?: boolean;
  /** Whether the file lies outside the root that paths are relative to. */
  readonly outsideRoot?: boolean;
}

/** Values of the records before the first task. */
export interface MachineDescription {
  /** Values of HEADER by field; absent ones have the dialect's usual value. */
  readonly header?: Readonly<Record<string, string>>;
  readonly release?: string;
  readonly version?: string;
  readonly machine?: string;
  readonly hostname?: string;
  readonly domain?: string;
  /** Values of HEADER_ARCH by field. */
  readonly arch?: Readonly<Record<string, string>>;
  /** The three BUFFERs after HEADER as they were read, in base64, with the bytes after each text's NUL. */
  readonly carriedNames?: readonly string[];
}
