// The records and objects that have a handler, as look-ups by the numbers of a dialect.

import { type FileKind, fileKind } from "../../model/names.ts";
import type { Dialect } from "./dialect.ts";
import { TYPES } from "./kinds.ts";

// Literals, whose values are known when code is compiled. In an object that was made from a list of names, V8 would look up
// each of them whenever it is used.

/** A number for each record that has a handler. Other records are only listed. handlers.ts calls the handlers. */
export const ACTIONS = {
  OBJREF: 1,
  FILE: 2,
  FILE_NAME: 3,
  FILE_DESC: 4,
  FILE_TABLE: 5,
  TASK: 6,
  STRING: 7,
  TASK_OBJS: 8,
  BUFFER: 9,
  TREE: 10,
  PIDS: 11,
  SOCKET: 12,
  SOCKET_UNIX: 13,
  SOCKET_INET: 14,
  SOCKET_FRAG: 15,
  TTY: 16,
  TTY_LDISC: 17,
  EPOLL_ITEMS: 18,
  PIPE_BUF: 19,
  FILE_PIPE: 20,
  FS: 21,
  MM: 22,
  CRED: 23,
  GROUPINFO: 24,
  TASK_CREDS: 25,
  HPAGE: 26,
  HEADER: 27,
  ERROR: 28,
  TAIL: 29,
} as const;

/** Kinds of object that have a handler. Others are only listed. */
export const OBJECTS = { FILE_TABLE: 1, FILE: 2, SOCK: 3, TTY: 4 } as const;

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
