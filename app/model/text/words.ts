// Words and numbers as every view, export and message writes them: counts, sizes, flags, times, names of files.

import { type Checkpoint, NONE, nameBytes } from "../checkpoint.ts";
import { FILE_KINDS, type FileKind } from "../names/names.ts";
import { u8At, u32At } from "../read.ts";
import type { FileRow } from "../rows.ts";
import { plainTexts, shownText } from "./text.ts";

/** A count with its thousands separated: `1,234,567`. For counts only: values are shown digit by digit. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** A count with its noun: `1 task`, `1,200 tasks`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

/** ` and 1,200 more`; empty for none. */
export const andMore = (count: number): string => (count > 0 ? ` and ${grouped(count)} more` : "");

/** How many descriptors hold an open file: `⟨1,200⟩`. */
export const holdersText = (count: number): string => `⟨${grouped(count)}⟩`;

/** Singular and plural for kinds whose plural is not formed with an s, or whose own word is not a noun for a file. */
const KIND_NOUNS: Readonly<Partial<Record<FileKind, readonly [one: string, several: string]>>> = {
  unknown: ["file of unknown kind", "files of unknown kind"],
  generic: ["file", "files"],
  regular: ["file", "files"],
  directory: ["directory", "directories"],
  inotify: ["inotify instance", "inotify instances"],
  fanotify: ["fanotify group", "fanotify groups"],
  tun: ["tun device", "tun devices"],
  bpf: ["bpf object", "bpf objects"],
  external: ["external file", "external files"],
};

/** A count of open files of a kind (index into FILE_KINDS): `3 sockets`, `1 directory`. */
export function countedKind(count: number, kind: number): string {
  return counted(count, ...nounsOf(kind));
}

/** An open file of a kind (index into FILE_KINDS): `socket`, `directory`. */
export const kindNoun = (kind: number): string => nounsOf(kind)[0];

function nounsOf(kind: number): readonly [one: string, several: string] {
  const name = FILE_KINDS[kind] ?? "unknown";
  return KIND_NOUNS[name] ?? [name, `${name}s`];
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A size in the largest unit that leaves at least 1: `512 B`, `4.2 MiB`, `120 MiB`. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 1023.5 and above would be rounded to 1024.
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number.isInteger(value) || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** A flags word in octal, as C writes it: `02002`. */
export function flagsText(flags: number): string {
  return flags === 0 ? "0" : `0${(flags >>> 0).toString(8)}`;
}

/** The label of the fact that says which CRIU releases can have written a set. */
export const WRITTEN_BY = "written by";

/**
 * The program that wrote an image: `Linux-CR v23-rc2`, `CRIU 4.2 or later`. The dialect of a CRIU set describes only
 * its framing.
 */
export function writerText({ format, dialect, facts }: Pick<Checkpoint, "format" | "dialect" | "facts">): string {
  if (format === "linux-cr") return `Linux-CR ${dialect}`;
  return facts.find(({ label }) => label === WRITTEN_BY)?.value ?? "CRIU";
}

/** Seconds since 1970 as a date: `2009-10-25 08:30:00 UTC`. If it is not a valid date, the bare number. */
export function timeText(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return String(seconds);
  return date
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");
}

/**
 * The name of an open file with everything misleading made visible, shortened if it is longer than any path. A file
 * without a name is called by its kind, `(pipe)`; a file that is missing from the image (NONE) is `(missing)`.
 */
export function fileName(checkpoint: Checkpoint, file: FileRow): string {
  if (file === NONE) return "(missing)";
  return shownText(nameBytes(checkpoint, file)) || namelessFile(checkpoint, file);
}

/** A function that gives the names of files as `fileName` does. */
export type FileNames = (file: FileRow) => string;

/** The names of the files of a checkpoint, for listings: cheaper than `fileName` for many of them. */
export function fileNames(checkpoint: Checkpoint): FileNames {
  const { nameOffset, nameLength } = checkpoint.files;
  const plain = plainTexts(checkpoint.text);
  // A line of a listing often needs the name of its file more than once.
  let last: FileRow = NONE;
  let name = "";
  return (file) => {
    if (file === NONE) return fileName(checkpoint, file);
    if (file === last) return name;
    const start = u32At(nameOffset, file);
    const length = u32At(nameLength, file);
    name = (length <= MOST_PLAIN ? plain(start, start + length) : null) || fileName(checkpoint, file);
    last = file;
    return name;
  };
}

/** Longer names may have to be shortened. */
export const MOST_PLAIN = 256;

/** What a file without a name is called: `(pipe)`. */
function namelessFile({ files }: Checkpoint, file: FileRow): string {
  return `(${FILE_KINDS[u8At(files.kind, file)] ?? "unknown"})`;
}
