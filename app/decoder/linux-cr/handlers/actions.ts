// The records and objects that have a handler, as look-ups by the numbers of a dialect.

import { type FileKind, fileKind } from "../../../model/names/names.ts";
import type { Dialect } from "../catalogue/dialect.ts";
import { TYPES } from "../walk/kinds.ts";

const numbered = <const T extends readonly string[]>(names: T) =>
  Object.fromEntries(names.map((name, index) => [name, index + 1])) as { [K in T[number]]: number };

/** A number for each record that has a handler. Other records are only listed. handlers.ts calls the handlers. */
export const ACTIONS = numbered([
  "OBJREF",
  "FILE",
  "FILE_NAME",
  "FILE_DESC",
  "FILE_TABLE",
  "TASK",
  "STRING",
  "TASK_OBJS",
  "BUFFER",
  "TREE",
  "PIDS",
  "SOCKET",
  "SOCKET_UNIX",
  "SOCKET_INET",
  "SOCKET_FRAG",
  "TTY",
  "TTY_LDISC",
  "EPOLL_ITEMS",
  "PIPE_BUF",
  "FILE_PIPE",
  "FS",
  "MM",
  "CRED",
  "GROUPINFO",
  "TASK_CREDS",
  "HPAGE",
  "HEADER",
  "ERROR",
  "TAIL",
]);

/** Kinds of object that have a handler. Others are only listed. */
export const OBJECTS = numbered(["FILE_TABLE", "FILE", "SOCK", "TTY"]);

const KIND_OF_FILE: Record<string, FileKind> = {
  GENERIC: "generic",
  PIPE: "pipe",
  FIFO: "fifo",
  SOCKET: "socket",
  TTY: "tty",
  EPOLL: "epoll",
  EVENTFD: "eventfd",
};

/** Action by record type; 0: none. */
export function actionsByType(dialect: Dialect): Uint8Array {
  const actions = new Uint8Array(TYPES);
  for (const [name, action] of Object.entries(ACTIONS)) {
    const type = dialect.recordType(name);
    if (type !== undefined) actions[type] = action;
  }
  return actions;
}

/** Kind of object by objtype; 0: none of OBJECTS. */
export function objectKindsByType(dialect: Dialect): Uint8Array {
  const actions = new Uint8Array(256);
  for (const [name, action] of Object.entries(OBJECTS)) {
    const type = dialect.enums.CKPT_OBJ?.get(name);
    if (type !== undefined) actions[type] = action;
  }
  return actions;
}

/** Names of object types by number. */
export function objectTypeNames(dialect: Dialect): string[] {
  const names: string[] = [];
  for (const [name, value] of dialect.enums.CKPT_OBJ ?? []) if (name !== "MAX") names[value] = name;
  return Array.from(names, (name) => name ?? "unknown");
}

/** FILE_KINDS index by f_type; 0: unknown. */
export function fileKindsByType(dialect: Dialect): Uint8Array {
  const kinds = new Uint8Array(16);
  for (const [name, value] of dialect.enums.CKPT_FILE ?? []) {
    const kind = KIND_OF_FILE[name];
    if (kind !== undefined) kinds[value] = fileKind(kind);
  }
  return kinds;
}
