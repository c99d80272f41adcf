// The parts into which bars and histograms divide descriptors: those of shared files, and private ones by kind.

import { FILE_KINDS, type FileKind } from "../../model/names.ts";

/** Parts from left to right. */
export const KIND_PARTS = ["shared", "file", "pipe", "socket", "other", "missing"] as const;
export type KindPart = (typeof KIND_PARTS)[number];

const FILES: ReadonlySet<FileKind> = new Set([
  "generic",
  "regular",
  "directory",
  "external",
  "memfd",
  "character device",
  "block device",
  "symbolic link",
]);

/** The part of a private file, by the index of its kind. */
export function partOfKind(kind: number): KindPart {
  const name = FILE_KINDS[kind] ?? "unknown";
  if (FILES.has(name)) return "file";
  if (name === "pipe" || name === "fifo") return "pipe";
  return name === "socket" ? "socket" : "other";
}

/** What a part holds, in words: `private files`. */
export const PART_TITLES: Readonly<Record<KindPart, string>> = {
  shared: "shared",
  file: "files",
  pipe: "pipes",
  socket: "sockets",
  other: "other kinds",
  missing: "missing from the image",
};
