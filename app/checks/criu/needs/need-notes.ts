// What a restore needs, noted while the entries that need it are checked.

import type { FileRow } from "../../../model/rows.ts";

/** What a restore needs, by the entries checked so far. */
export interface NeedNotes {
  /** Connected TCP sockets, external files, attached tun devices: rows of open files. */
  readonly connected: FileRow[];
  readonly externalFiles: FileRow[];
  readonly tuns: FileRow[];
  /** Unix sockets outside the dump, with their names. */
  readonly outsideSockets: { readonly file: FileRow; readonly path: Uint8Array }[];
  /** By file id: the first task that executes or maps the file, or has it as a directory. */
  readonly users: Map<number, number>;
  /** Terminals by tty_info id, each with a file that refers to it. */
  readonly terminals: Map<number, TerminalFacts>;
  readonly terminalFiles: Map<number, FileRow>;
  readonly locks: { readonly pid: number; readonly fd: number; readonly kind: number; readonly record: number }[];
  /** Keys of external mounts, as in the image. */
  readonly mounts: { readonly key: Uint8Array; readonly at: Uint8Array }[];
  /** A task has a mount namespace of its own. */
  ownRoot: boolean;
}

/** A tty_info_entry. */
export interface TerminalFacts {
  readonly type: number;
  /** st_rdev. */
  readonly device: number;
  readonly index: number;
}

/** Empty notes. */
export const beginNotes = (): NeedNotes => ({
  connected: [],
  externalFiles: [],
  tuns: [],
  outsideSockets: [],
  users: new Map(),
  terminals: new Map(),
  terminalFiles: new Map(),
  locks: [],
  mounts: [],
  ownRoot: false,
});
