// Kinds of open file that the format has no record for, by their names in /proc. Images written from outside the kernel
// store them as GENERIC files with such a name.

import { type FileKind, fileKind } from "../../../model/names/names.ts";

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
/** Beginnings of names, as bytes, with the kinds (indices into FILE_KINDS) that they stand for. */
export const NAMED_KINDS = BEGINNINGS.map(([text, kind]) => ({ text: bytesOf(text), kind: fileKind(kind) }));

/** The entries of the table for each pair of first bytes; most names have none. */
const byFirstBytes = new Map(
  NAMED_KINDS.map(({ text }) => [pair(text, 0), NAMED_KINDS.filter((other) => pair(other.text, 0) === pair(text, 0))]),
);
/** 1 for each pair of first bytes in the table. */
const IN_TABLE = new Uint8Array(1 << 16);
for (const first of byFirstBytes.keys()) IN_TABLE[first] = 1;

/** The byte at `at` and the one after it, as one number. */
function pair(bytes: ArrayLike<number>, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Whether a name may be that of such a kind, by its beginning. */
export const mayHaveKind = (name: string): boolean => IN_TABLE[(name.charCodeAt(0) << 8) | name.charCodeAt(1)] === 1;

/** The kind of a GENERIC file (an index into FILE_KINDS) whose name is bytes[start … end - 1]; 0: none of these. */
export function kindByName(bytes: Uint8Array, start: number, end: number): number {
  const first = pair(bytes, start);
  if (IN_TABLE[first] === 0) return 0;
  for (const { text, kind } of byFirstBytes.get(first) ?? []) {
    if (text.length > end - start) continue;
    let at = 0;
    while (at < text.length && bytes[start + at] === text[at]) at++;
    if (at === text.length) return kind;
  }
  return 0;
}
