// Fields that hold an objref, as data: the object that they name, and the rule that is broken if there is none.

import type { Dialect } from "../../decoder/linux-cr/catalogue/dialect.ts";
import type { RecordKind } from "../../model/checkpoint.ts";

/** What a field refers to. */
interface Target {
  /** Type of object (CKPT_OBJ_…) that it must be; absent: any. */
  readonly object?: string;
  /** Such objects have numbers without an OBJREF record, so that an unknown number is not a fault … */
  readonly unrecorded?: true;
  /** … up to this dialect only. */
  readonly unrecordedUntil?: string;
  /** 0 and below mean that there is none; absent: 0 is an unknown number like any other. */
  readonly optional?: true;
  /** 0 and below are reported by the check of the record. */
  readonly checked?: true;
  /** The object may be described later. */
  readonly forward?: true;
  /** The record describes the object itself, which does not count as a use. */
  readonly own?: true;
  /** Code for a number that names nothing; H12 if absent. */
  readonly unknown?: string;
  /** Code for a number that names an object of another type; H13 if absent. */
  readonly mismatch?: string;
}

const optional = true;
const unrecorded = true;

/** By record and field, without the names of the enclosing structs. */
const TARGETS: Readonly<Record<string, Target>> = {
  "FILE_DESC.fd_objref": { object: "FILE", checked: true },
  "TASK_OBJS.files_objref": { object: "FILE_TABLE", unknown: "H39" },
  "TASK_OBJS.mm_objref": { object: "MM", optional },
  "TASK_OBJS.fs_objref": { object: "FS", optional },
  "TASK_OBJS.sem_undo_objref": { object: "SEM_UNDO", optional },
  "TASK_OBJS.sighand_objref": { object: "SIGHAND", optional },
  "TASK_OBJS.signal_objref": { object: "SIGNAL", optional, unrecorded },
  "TASK_NS.ns_objref": { object: "NS" },
  "TASK_CREDS.cred_ref": { object: "CRED" },
  "TASK_CREDS.ecred_ref": { object: "CRED" },
  "NS.uts_objref": { object: "UTS_NS", optional, unrecordedUntil: "v17" },
  "NS.ipc_objref": { object: "IPC_NS", optional, unrecordedUntil: "v17" },
  "NS.net_objref": { object: "NET_NS", optional },
  "CRED.user_ref": { object: "USER" },
  "CRED.groupinfo_ref": { object: "GROUPINFO" },
  "CRED.sec_ref": { object: "SECURITY", optional, unrecorded },
  "USER.userns_ref": { object: "USER_NS" },
  "USER_NS.creator_ref": { object: "USER", optional },
  "FILE.f_credref": { object: "CRED", unknown: "H25", mismatch: "H25" },
  "FILE.f_secref": { object: "SECURITY", optional, unrecorded },
  "FILE.pipe_objref": { unrecorded },
  "FILE.sock_objref": { object: "SOCK" },
  "FILE.tty_objref": { object: "TTY" },
  "MM.exe_objref": { object: "FILE", optional },
  "VMA.vma_objref": { optional, unrecorded },
  "VMA.ino_objref": { optional, unrecorded },
  "TTY.link_objref": { object: "TTY", optional, forward: true },
  "TTY.file_objref": { optional, unrecorded },
  "SIGNAL.tty_objref": { object: "TTY", optional, unrecorded },
  "EPOLL_ITEMS.epfile_objref": { object: "FILE" },
  "SOCKET_UNIX.this": { object: "SOCK", own: true },
  "SOCKET_UNIX.peer": { object: "SOCK", optional, forward: true },
  "SOCKET_UNIX.peercred": { optional, unrecorded },
  "SOCKET_BUFFER.sk_objref": { object: "SOCK", optional },
  "SOCKET_BUFFER.pr_objref": { object: "SOCK", optional },
  "IPC_SHM.objref": { optional, unrecorded },
};

/** Types of object that something must refer to. For the others, references are not always recorded. */
export const MUST_BE_USED: readonly string[] = [
  "FILE",
  "MM",
  "FS",
  "SIGHAND",
  "NS",
  "UTS_NS",
  "IPC_NS",
  "CRED",
  "USER",
  "USER_NS",
  "GROUPINFO",
  "SOCK",
];

/** A field of one kind of record that refers to an object. */
export interface Reference {
  /** As in the catalogue, with the names of the enclosing structs. */
  readonly field: string;
  /** Offset in bytes from the start of the record. */
  readonly offset: number;
  /** Number of the type in the dialect, and its name; -1: any type. */
  readonly type: number;
  readonly typeName: string;
  readonly unrecorded: boolean;
  readonly optional: boolean;
  readonly checked: boolean;
  readonly forward: boolean;
  readonly own: boolean;
  readonly unknown: string;
  readonly mismatch: string;
}

/** The references of one kind of record in a dialect. */
export function referencesOf(kind: RecordKind, dialect: Dialect, dialects: readonly string[]): Reference[] {
  const layout = kind.struct === null ? undefined : dialect.struct(kind.struct);
  const references: Reference[] = [];
  for (const field of layout?.fields ?? []) {
    const target = TARGETS[`${kind.name}.${field.name.slice(field.name.lastIndexOf(".") + 1)}`];
    if (target === undefined || field.size !== 4) continue;
    const { object, unrecordedUntil } = target;
    const type = object === undefined ? -1 : (dialect.enums.CKPT_OBJ?.get(object) ?? -1);
    const early = unrecordedUntil !== undefined && dialects.indexOf(dialect.name) <= dialects.indexOf(unrecordedUntil);
    references.push({
      field: field.name,
      offset: field.offset,
      type,
      typeName: object ?? "",
      // A dialect without the type has no record that announces it.
      unrecorded: target.unrecorded === true || early || (object !== undefined && type < 0),
      optional: target.optional === true,
      checked: target.checked === true,
      forward: target.forward === true,
      own: target.own === true,
      unknown: target.unknown ?? "H12",
      mismatch: target.mismatch ?? "H13",
    });
  }
  return references;
}
