// Who holds a file, port or pipe: the descriptors and tasks that refer to it.

import { type Checkpoint, commBytes, HAS, hasPids, NONE, nameBytes, taskNumber, USE } from "../model/checkpoint.ts";
import { detailsOf, taskDetailsOf } from "../model/detail-store.ts";
import { FILE_KINDS, flagNames } from "../model/names/names.ts";
import { i32At, u8At, u32At, u64At } from "../model/read.ts";
import type { FileRow, TableRow, TaskRow } from "../model/rows.ts";
import { decodeText, encodeText, textAndBytes } from "../model/text/text.ts";
import { fileName } from "../model/text/words.ts";
import { UNLINKED_SUFFIX, unlinkedOf } from "../model/unlinked.ts";
import type { SourceFacts } from "./json/show-json.ts";

/** The subject of a search. */
export type Target =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "port"; readonly port: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "deleted" };

/** Something that keeps a file open, as it is printed. */
export interface Holder {
  /** `null`: the image does not say. */
  readonly pid: number | null;
  /** Index of the task where the image has no pids. */
  readonly task?: number;
  readonly comm: string;
  /** In base64, if `comm` is not valid UTF-8. */
  readonly commBytes?: string;
  /** `null`: it is not a descriptor that holds the file. */
  readonly fd: number | null;
  /** How the file is held otherwise: `executable`, `working directory`, `root`, `mapping`, … */
  readonly use?: string;
  readonly kind: string;
  /** The file's path, or the name it is shown with. */
  readonly name: string;
  /** In base64, if `name` is not valid UTF-8. */
  readonly nameBytes?: string;
  /** Whether it was unlinked; in a Linux-CR image, whether its path says so. */
  readonly deleted: boolean;
  readonly pos: string | null;
  readonly flags: number | null;
  readonly flagNames: readonly string[] | null;
}

/** `:PORT` or `ADDRESS:PORT`, a path, or a name as it is shown, such as `pipe:[41433]`. */
export function parseTarget(text: string): Target | { readonly refused: string } {
  const port = /^(?:\*|localhost)?:(\d+)$/.exec(text)?.[1];
  if (port !== undefined) {
    const number = Number(port);
    return number > 0 && number < 65_536
      ? { kind: "port", port: number }
      : { refused: `${port} is not a port; use 1 to 65535` };
  }
  if (text === "") return { refused: "nothing to search for" };
  if (text.startsWith("/") && !text.startsWith("/memfd:")) {
    return { kind: "path", path: text.length > 1 ? text.replace(/\/+$/, "") : text };
  }
  return { kind: "name", name: text };
}

/** Whether an address as it is shown ends in a port: `127.0.0.1:80`, `[::1]:80`. */
const hasPort = (address: string, port: number): boolean => new RegExp(`:${port}(?!\\d)`).test(address);

/** Keys of a socket's details that hold an address. */
const ADDRESS_KEYS = ["local", "remote", "source", "destination"] as const;

/** Whether `name` matches a file's name, in full or as in: `x` for `/var/log/x`, `memfd:a` for `/memfd:a`. */
function hasName(text: string, name: string): boolean {
  return text === name || text.slice(text.lastIndexOf("/") + 1) === name || text === `/${name}`;
}

/**
 * Returns a test whether an open file matches. Its inputs are prepared once, because there can be millions of files.
 */
function matcher(checkpoint: Checkpoint, target: Target): (file: FileRow) => boolean {
  const { has } = checkpoint.files;
  switch (target.kind) {
    case "deleted":
      return (file) => unlinkedOf(checkpoint, file) !== null;
    case "path": {
      const path = encodeText(target.path);
      const unlinked = encodeText(`${target.path}${decodeText(UNLINKED_SUFFIX)}`);
      const isNamed = (file: FileRow, name: Uint8Array): boolean =>
        u32At(checkpoint.files.nameLength, file) === name.length && nameEndsIn(checkpoint, file, name);
      return (file) =>
        (u8At(has, file) & HAS.path) !== 0 &&
        (isNamed(file, path) || (isNamed(file, unlinked) && unlinkedOf(checkpoint, file) === "named"));
    }
    case "name": {
      // Bytes that are not UTF-8 are shown as U+FFFD: a name with that character can stand for any bytes.
      const end = encodeText(target.name.includes("\ufffd") ? "" : target.name);
      return (file) =>
        nameEndsIn(checkpoint, file, end) && hasName(decodeText(nameBytes(checkpoint, file)), target.name);
    }
    case "port":
      return (file) => isAtPort(checkpoint, file, target.port);
  }
}

/** Whether the name of an open file ends in these bytes. */
function nameEndsIn({ files, text }: Checkpoint, file: FileRow, end: Uint8Array): boolean {
  const start = u32At(files.nameOffset, file) + u32At(files.nameLength, file) - end.length;
  if (start < u32At(files.nameOffset, file)) return false;
  let at = end.length - 1;
  while (at >= 0 && text[start + at] === end[at]) at--;
  return at < 0;
}

function isAtPort(checkpoint: Checkpoint, file: FileRow, port: number): boolean {
  if (FILE_KINDS[u8At(checkpoint.files.kind, file)] !== "socket") return false;
  const values = detailsOf(checkpoint, file);
  return ADDRESS_KEYS.some((key) => {
    const value = values[key];
    return typeof value === "string" && !value.startsWith("/") && hasPort(value, port);
  });
}

/** The holders of the matches, by task, then descriptor; those without a known task come last. */
export function holdersOf(checkpoint: Checkpoint, target: Target): Holder[] {
  const { tasks, tables, files } = checkpoint;
  const isMeant = matcher(checkpoint, target);
  const wanted = new Uint8Array(files.count);
  for (let file = 0; file < files.count; file++) if (isMeant(file)) wanted[file] = 1;
  const search: Search = {
    checkpoint,
    target,
    wanted,
    known: new Uint8Array(files.count),
    found: [],
  };
  for (let task = 0; task < tasks.count; task++) {
    const table = i32At(tasks.table, task);
    if (table !== NONE) addDescriptors(search, table, task);
    addDirectories(search, task);
  }
  for (let table = 0; table < tables.count; table++) {
    if (u32At(tables.firstTask, table + 1) === u32At(tables.firstTask, table)) addDescriptors(search, table, NONE);
  }
  addOtherUses(search);
  return search.found;
}

interface Search {
  readonly checkpoint: Checkpoint;
  readonly target: Target;
  /** For each open file, 1 if it matches. */
  readonly wanted: Uint8Array;
  /** For each open file, the uses (USE) whose tasks are known; DESCRIPTOR: a descriptor holds it. */
  readonly known: Uint8Array;
  readonly found: Holder[];
}

/** No bit of USE. */
const DESCRIPTOR = 0x80;

function addDescriptors({ checkpoint, wanted, known, found }: Search, table: TableRow, task: TaskRow): void {
  const { tables, descriptors } = checkpoint;
  for (let row = u32At(tables.first, table); row < u32At(tables.first, table + 1); row++) {
    const file = i32At(descriptors.file, row);
    if (file === NONE || wanted[file] === 0) continue;
    known[file] = u8At(known, file) | DESCRIPTOR;
    found.push({ ...ownerOf(checkpoint, task), fd: i32At(descriptors.fd, row), ...factsOf(checkpoint, file) });
  }
}

/** Details of a task that hold a file open, with their bit of USE. */
const TASK_USES = [
  ["exe", "executable", USE.executable],
  ["cwd", "working directory", USE.workingDirectory],
  ["root", "root", USE.root],
] as const;

/** The executable and directories of a task: an open file of the image, or a path alone. */
function addDirectories({ checkpoint, target, wanted, known, found }: Search, task: TaskRow): void {
  const values = taskDetailsOf(checkpoint, task);
  for (const [key, use, bit] of TASK_USES) {
    const value = values[key];
    if (typeof value === "number" && wanted[value] === 1) {
      known[value] = u8At(known, value) | bit;
      found.push({ ...ownerOf(checkpoint, task), fd: null, use, ...factsOf(checkpoint, value) });
    } else if (typeof value === "string" && isPathMeant(value, target)) {
      found.push({ ...ownerOf(checkpoint, task), fd: null, use, kind: "unknown", name: value, ...NO_FACTS });
    }
  }
}

const NO_FACTS = { deleted: false, pos: null, flags: null, flagNames: null } as const;

const isPathMeant = (path: string, target: Target): boolean =>
  target.kind === "path" ? path === target.path : target.kind === "name" && hasName(path, target.name);

/** Matching files that are used in some other way, or held by nothing in the image. */
function addOtherUses({ checkpoint, wanted, known, found }: Search): void {
  const { files } = checkpoint;
  for (let file = 0; file < files.count; file++) {
    if (wanted[file] === 0) continue;
    const seen = u8At(known, file);
    const rest = u8At(files.use, file) & ~seen;
    const uses = USES.filter(([bit]) => (rest & bit) !== 0).map(([, use]) => use);
    if (uses.length === 0 && seen === 0) uses.push("use unknown");
    for (const use of uses) found.push({ ...ownerOf(checkpoint, NONE), fd: null, use, ...factsOf(checkpoint, file) });
  }
}

/** Uses of a file that keep it open without a descriptor. */
const USES: readonly (readonly [bit: number, use: string])[] = [
  [USE.executable, "executable"],
  [USE.workingDirectory, "working directory"],
  [USE.root, "root"],
  [USE.mapping, "mapping"],
  [USE.inFlight, "in flight"],
];

type Owner = Pick<Holder, "pid" | "task" | "comm" | "commBytes">;

function ownerOf(checkpoint: Checkpoint, task: number): Owner {
  if (task === NONE) return { pid: null, comm: "" };
  const { value: comm, valueBytes } = textAndBytes(commBytes(checkpoint, task));
  const text = { comm, ...(valueBytes !== undefined && { commBytes: valueBytes }) };
  const number = taskNumber(checkpoint.tasks, task);
  return hasPids(checkpoint.tasks) ? { pid: number, ...text } : { pid: null, task: number, ...text };
}

function factsOf(checkpoint: Checkpoint, file: FileRow): Omit<Holder, keyof Owner | "fd" | "use"> {
  const { files, machine } = checkpoint;
  const has = u8At(files.has, file);
  const bytes = nameBytes(checkpoint, file);
  const { value, valueBytes } = textAndBytes(bytes);
  const flags = (has & HAS.flags) === 0 ? null : u32At(files.flags, file);
  return {
    kind: FILE_KINDS[u8At(files.kind, file)] ?? "unknown",
    name: bytes.length === 0 ? fileName(checkpoint, file) : value,
    ...(valueBytes !== undefined && { nameBytes: valueBytes }),
    deleted: unlinkedOf(checkpoint, file) !== null,
    pos: (has & HAS.pos) === 0 ? null : u64At(files.pos, file).toString(),
    flags,
    flagNames: flags === null ? null : flagNames(flags, machine.arch),
  };
}

/** The document that `who --json` prints. `source`: `null` for the processes of this machine. */
export interface WhoDocument {
  readonly schema: 1;
  readonly source: SourceFacts | null;
  readonly target: Target;
  readonly holders: readonly Holder[];
}
