// Kinds of open file that the format has no record for, told by the name that /proc gives them. An image written from
// outside the kernel has them as GENERIC files under that name.

import { type FileKind, fileKind } from "../../model/names.ts";

/** How names begin, as Linux fs/anon_inodes.c, fs/nsfs.c and mm/memfd.c make them. */
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

/** The kind that bytes start … end - 1 tell as the name of a GENERIC file (an index into FILE_KINDS); 0: none. */
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
