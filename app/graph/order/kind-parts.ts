// The parts into which bars and histograms divide descriptors: those of shared files, and private ones by kind.
//
// Casts `as number` read typed arrays within bounds checked by the loop or by the caller.

import { NONE } from "../../model/checkpoint.ts";
import { FILE_KINDS, type FileKind } from "../../model/names/names.ts";
import type { Graph } from "./graph.ts";

/** Parts from left to right. */
export const KIND_PARTS = ["shared", "file", "pipe", "socket", "other", "missing"] as const;
export type KindPart = (typeof KIND_PARTS)[number];

const FILES: readonly FileKind[] = [
  "generic",
  "regular",
  "directory",
  "external",
  "memfd",
  "character device",
  "block device",
  "symbolic link",
];

const partOfName = (name: FileKind): KindPart => {
  if (FILES.includes(name)) return "file";
  if (name === "pipe" || name === "fifo") return "pipe";
  return name === "socket" ? "socket" : "other";
};

/** By kind: the index of its part. */
const PART_OF_KIND = Uint8Array.from(FILE_KINDS, (name) => KIND_PARTS.indexOf(partOfName(name)));
const SHARED = KIND_PARTS.indexOf("shared");
const MISSING = KIND_PARTS.indexOf("missing");

/** By file: the index in KIND_PARTS of the part of its descriptors. */
export function partsByFile({ files: { count, kind, firstHolder } }: Graph): Uint8Array {
  const parts = new Uint8Array(count);
  let first = firstHolder[0] as number;
  for (let file = 0; file < count; file++) {
    const end = firstHolder[file + 1] as number;
    parts[file] = end - first > 1 ? SHARED : (PART_OF_KIND[kind[file] as number] as number);
    first = end;
  }
  return parts;
}

/** The index of a descriptor's part in KIND_PARTS, by its file (NONE: missing). Called for millions of descriptors. */
export const partOfFile = (parts: Uint8Array, file: number): number =>
  file === NONE ? MISSING : (parts[file] as number);

/** What a part holds, in words: `private files`. */
export const PART_TITLES: Readonly<Record<KindPart, string>> = {
  shared: "shared",
  file: "files",
  pipe: "pipes",
  socket: "sockets",
  other: "other kinds",
  missing: "missing from the image",
};
