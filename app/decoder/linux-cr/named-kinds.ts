// Kinds of open file that the format has no record for, by their names in /proc. Images written from outside the kernel
// store them as GENERIC files with such a name.

import { type FileKind, fileKind } from "../../model/names.ts";

/** Beginnings of names, from Linux fs/anon_inodes.c, fs/nsfs.c and mm/memfd.c. */
const BEGINNINGS: readonly (readonly [string, FileKind])[] = [
  ["anon_inode:[signalfd]", "signalfd"],
  ["anon_inode:[timerfd]", "timerfd"],
  ["anon_inode:inotify", "inotify"],
  ["anon_inode:[fanotify]", "fanotify"],
  ["anon_inode:[pidfd]", "pidfd"],
  ["anon_inode:bpf", "bpf"],
  ["/memfd:", "memfd"],
  ["/dev/net/tun", "tun"],
  ...["cgroup", "ipc", "mnt", "net", "pid", "pid_for_children", "time", "time_for_children", "user", "uts"].map(
    (namespace) => [`${namespace}:[`, "namespace"] as const,
  ),
];

const bytesOf = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));
const TABLE = BEGINNINGS.map(([text, kind]) => ({ text: bytesOf(text), kind: fileKind(kind) }));
const FIRST_BYTES = new Set(TABLE.map(({ text }) => text[0]));

/** The kind of a GENERIC file (an index into FILE_KINDS) whose name is bytes[start … end - 1]; 0: none of these. */
export function kindByName(bytes: Uint8Array, start: number, end: number): number {
  if (!FIRST_BYTES.has(bytes[start])) return 0;
  for (const { text, kind } of TABLE) {
    if (text.length > end - start) continue;
    let at = 0;
    while (at < text.length && bytes[start + at] === text[at]) at++;
    if (at === text.length) return kind;
  }
  return 0;
}
