// The parts into which bars and histograms divide descriptors: those of shared files, and private ones by kind.

import { NONE } from "../../model/checkpoint.ts";
import { FILE_KINDS, type FileKind } from "../../model/names.ts";
import { u8At } from "../../model/read.ts";
import { type Graph, holdersOf } from "./graph.ts";

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

/** The index of a descriptor's part in KIND_PARTS, by its file (NONE: missing). Called for millions of descriptors. */
export const partOfFile = (graph: Graph, file: number): number => {
  if (file === NONE) return MISSING;
  return holdersOf(graph, file) > 1 ? SHARED : (PART_OF_KIND[u8At(graph.files.kind, file)] as number);
};

/** What a part holds, in words: `private files`. */
export const PART_TITLES: Readonly<Record<KindPart, string>> = {
  shared: "shared",
  file: "files",
  pipe: "pipes",
  socket: "sockets",
  other: "other kinds",
  missing: "missing from the image",
};
