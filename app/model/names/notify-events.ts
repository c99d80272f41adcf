// Names of the bits of inotify(7) and fanotify(7). Linux include/uapi/linux/inotify.h and fanotify.h.

import type { Bits } from "./bits.ts";

export const INOTIFY_EVENTS: Bits = [
  ["IN_ACCESS", 1],
  ["IN_MODIFY", 2],
  ["IN_ATTRIB", 4],
  ["IN_CLOSE_WRITE", 8],
  ["IN_CLOSE_NOWRITE", 0x10],
  ["IN_OPEN", 0x20],
  ["IN_MOVED_FROM", 0x40],
  ["IN_MOVED_TO", 0x80],
  ["IN_CREATE", 0x100],
  ["IN_DELETE", 0x200],
  ["IN_DELETE_SELF", 0x400],
  ["IN_MOVE_SELF", 0x800],
  ["IN_UNMOUNT", 0x2000],
  ["IN_Q_OVERFLOW", 0x4000],
  ["IN_IGNORED", 0x8000],
  ["IN_ONLYDIR", 0x1000000],
  ["IN_DONT_FOLLOW", 0x2000000],
  ["IN_EXCL_UNLINK", 0x4000000],
  ["IN_ISDIR", 0x40000000],
  ["IN_ONESHOT", 0x80000000],
];

export const FANOTIFY_EVENTS: Bits = [
  ["FAN_ACCESS", 1],
  ["FAN_MODIFY", 2],
  ["FAN_ATTRIB", 4],
  ["FAN_CLOSE_WRITE", 8],
  ["FAN_CLOSE_NOWRITE", 0x10],
  ["FAN_OPEN", 0x20],
  ["FAN_MOVED_FROM", 0x40],
  ["FAN_MOVED_TO", 0x80],
  ["FAN_CREATE", 0x100],
  ["FAN_DELETE", 0x200],
  ["FAN_DELETE_SELF", 0x400],
  ["FAN_MOVE_SELF", 0x800],
  ["FAN_OPEN_EXEC", 0x1000],
  ["FAN_Q_OVERFLOW", 0x4000],
  ["FAN_OPEN_PERM", 0x10000],
  ["FAN_ACCESS_PERM", 0x20000],
  ["FAN_OPEN_EXEC_PERM", 0x40000],
  ["FAN_EVENT_ON_CHILD", 0x8000000],
  ["FAN_ONDIR", 0x40000000],
];

/** Flags of fanotify_init(2). */
export const FANOTIFY_FLAGS: Bits = [
  ["FAN_CLOEXEC", 1],
  ["FAN_NONBLOCK", 2],
  ["FAN_CLASS_CONTENT", 4],
  ["FAN_CLASS_PRE_CONTENT", 8],
  ["FAN_UNLIMITED_QUEUE", 0x10],
  ["FAN_UNLIMITED_MARKS", 0x20],
  ["FAN_ENABLE_AUDIT", 0x40],
  ["FAN_REPORT_PIDFD", 0x80],
  ["FAN_REPORT_TID", 0x100],
  ["FAN_REPORT_FID", 0x200],
  ["FAN_REPORT_DIR_FID", 0x400],
  ["FAN_REPORT_NAME", 0x800],
  ["FAN_REPORT_TARGET_FID", 0x1000],
];

/** Flags of fanotify_mark(2) that a mark keeps. */
export const FANOTIFY_MARK_FLAGS: Bits = [
  ["FAN_MARK_IGNORED_SURV_MODIFY", 0x40],
  ["FAN_MARK_EVICTABLE", 0x200],
  ["FAN_MARK_IGNORE", 0x400],
];
