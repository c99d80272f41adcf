// Reads the details of open files that have no column, from their entries.

import { furtherRecords, HAS, hasFurtherRecords, NONE } from "../../model/checkpoint.ts";
import { u8At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import type { Builder } from "../builder.ts";
import type { DetailFilter } from "../source.ts";
import { createAlike } from "./alike.ts";
import type { DecodedSet } from "./decoded-set.ts";
import { type About, add, addRow, type FileRows, type Related, type Row, relatedOf } from "./detail-rows.ts";
import { FILE_ROWS } from "./file-details.ts";
import { createFields, type FileBody, isBlank, NO_BODY, placeBody, readFileFields } from "./file-fields.ts";
import { createEntryReader, type EntryBytes, type EntryReader } from "./inspect.ts";
import { deviceText, statDeviceText } from "./meaning.ts";
import { enumName } from "./messages.ts";
import { REMAP, remapType } from "./remap.ts";
import { createSocketOptionsReader } from "./socket-options.ts";
import { createSharedValueReader, type Values } from "./values.ts";
import { scratch } from "./wire.ts";

/** At most this many further records of a file are read for its details. */
const RELATED_LIMIT = 1000;

/**
 * Returns a function that reads the details of an open file that are not in columns, and adds them to `details` and its
 * links to `links`. It has done so when it returns if the file's entry is in memory and no other describes the file.
 */
export function createDetailsReader(
  set: DecodedSet,
  { fileDetails, links }: Pick<Builder, "fileDetails" | "links">,
  isNeeded: DetailFilter,
): (file: FileRow) => undefined | Promise<void> {
  const { checkpoint, sources } = set;
  const { files, fileRecords } = checkpoint;
  const readOwn = createEntryReader(checkpoint, sources);
  const readRelated = createEntryReader(checkpoint, sources);
  const valuesOf = createSharedValueReader();
  const fields = createFields();
  const alike = createAlike();
  /** How files are described that others are like. */
  const known: Steps[] = [];
  const place = { body: NO_BODY, start: 0 };
  let body: FileBody | null = null;
  const about: About = {
    set,
    file: NONE,
    links,
    related: NO_RELATED,
    details: fileDetails,
    options: createSocketOptionsReader(fileDetails),
    fields,
    words: scratch(),
    needs: (key) => isNeeded(key, u8At(files.kind, about.file)),
    pieces: new Map(),
    values: () => {
      const values = valuesOf(fields.entry, about.related.length === 0);
      return fields.entry.message === "file_entry" ? values.inside(body?.name ?? "") : values;
    },
  };
  const describe = (file: FileRow, entry: EntryBytes | null, related: readonly Related[]): undefined => {
    if (entry === null) return;
    about.file = file;
    about.related = related;
    const isAlone = related.length === 0 && !isDeleted(about) && placeBody(place, entry);
    const comparison = isAlone ? (FILE_ROWS[place.body.name]?.comparison ?? null) : null;
    if (comparison !== null) {
      const found = alike.find(fields, entry, place.start, entry.end, comparison);
      body = place.body;
      if (found !== NONE) return addSteps(about, known[found] as Steps);
    }
    body = readFileFields(fields, entry);
    const rows = body === null ? undefined : FILE_ROWS[body.name];
    if (body === null || rows === undefined) return;
    const steps = describeFile(about, rows, body);
    const number = comparison === null ? NONE : alike.add();
    if (number !== NONE) known[number] = steps;
  };
  const readAll = async (file: FileRow, own: ReturnType<EntryReader>): Promise<void> => {
    const entry = await own;
    const related: Related[] = [];
    for (const record of entry === null ? [] : furtherRecords(fileRecords, file).subarray(0, RELATED_LIMIT)) {
      const found = await readRelated(record);
      if (!found?.message) continue;
      related.push({ message: found.message, entry: found, values: valuesOf(found, related.length === 0) });
    }
    describe(file, entry, related);
  };
  return (file) => {
    const entry = readOwn(files.record[file] ?? -1);
    const isAlone = !hasFurtherRecords(fileRecords, file);
    return isAlone && !(entry instanceof Promise) ? describe(file, entry, NO_RELATED) : readAll(file, entry);
  };
}

const NO_RELATED: readonly Related[] = [];

/** What to add for files that are alike. */
interface Steps {
  /** Pairs of the numbers of a key and its value, or of ROW and a row. */
  readonly pairs: readonly number[];
  readonly rows: readonly Row[];
}

const ROW = NONE;

/** Adds the details of a file as those of one that it is like. */
function addSteps(about: About, { pairs, rows }: Steps): undefined {
  const { details, file } = about;
  for (let at = 0; at < pairs.length; at += 2) {
    const key = pairs[at] as number;
    const value = pairs[at + 1] as number;
    if (key === ROW) addRow(about, rows[value] as Row);
    else details.addNumbered(file, key, value);
  }
}

/** Adds the details of a file by its rows. Returns how to do so for files that are alike. */
function describeFile(about: About, type: FileRows, { owner }: FileBody): Steps {
  const { details } = about;
  const pairs: number[] = [];
  let done = details.count();
  const note = (): void => {
    for (; done < details.count(); done++) {
      const key = details.keyOf(done);
      if (about.needs(details.nameOfKey(key))) pairs.push(key, details.valueOf(done));
    }
  };
  const rows = type.others?.areFor(about) === true ? type.others.rows : type.rows;
  for (const [at, row] of rows.entries()) {
    addRow(about, row);
    if (row.isSame) {
      note();
      continue;
    }
    if (row.add !== null || about.needs(row.key)) pairs.push(ROW, at);
    done = details.count();
  }
  if (owner !== null && !isBlank(about.fields, owner)) addOwner(about, about.values());
  note();
  if (isDeleted(about)) addUnlinked(about);
  if (about.related.length > 0) addPath(about);
  return { pairs, rows };
}

const isDeleted = ({ set, file }: About): boolean => ((set.checkpoint.files.has[file] ?? 0) & HAS.deleted) !== 0;

/** fown_entry.pid_type. */
const OWNER_TYPES: Readonly<Record<number, string>> = { 0: "pid", 1: "tgid", 2: "pgid", 3: "sid" };

/** Adds which process gets signals for a file (F_SETOWN), and which signal (F_SETSIG), if any does. */
function addOwner(about: About, values: Values): void {
  // If the entry is cut off, the last of these are unknown.
  const [pid, signal] = [values.number("fown.pid"), values.number("fown.signum")];
  const [uid, euid] = [values.number("fown.uid"), values.number("fown.euid")];
  if (!pid && !signal && !uid && !euid) return;
  const number = values.number("fown.pid_type");
  const type = number === null ? null : (OWNER_TYPES[number] ?? number);
  add(about, "owner", { pid, type, signal, uid, euid });
}

/** Adds the remap of an unlinked file, and the attributes of the ghost file in which CRIU keeps its contents. */
function addUnlinked(about: About): void {
  const ghost = relatedOf(about, "ghost_file_entry");
  const remap = relatedOf(about, "remap_file_path_entry");
  add(about, "unlinked", true);
  const stored = remap?.number("remap_type") ?? null;
  const type = remapType(remap?.number("remap_id") ?? 0, stored);
  // Without the bit of a ghost, a type that is not stored may as well be cut off.
  if (stored !== null || type === REMAP.ghost) add(about, "remap", enumName("remap_type", type));
  if (ghost === null) return;
  add(about, "ghost", {
    uid: ghost.number("uid"),
    gid: ghost.number("gid"),
    mode: ghost.number("mode"),
    size: ghost.exact("size"),
    ...(ghost.has("rdev") && { device: statDeviceText(ghost.number("rdev") ?? 0) }),
    ...(ghost.has("symlnk_target") && { target: ghost.text("symlnk_target") }),
  });
  add(about, "modified", modifiedText(ghost));
  // A socket has an inode of its own.
  if (ghost.has("ino")) about.details.set(about.file, "inode", ghost.exact("ino"));
  if (ghost.has("dev")) add(about, "inodeDevice", deviceText(ghost.number("dev") ?? 0));
}

/** When a ghost file was modified, in seconds since 1970; `null` if it is not recorded. */
function modifiedText(ghost: Values): string | null {
  const [seconds, rest] = [ghost.exact("mtim.tv_sec"), ghost.number("mtim.tv_usec")];
  return seconds === null || rest === null ? null : `${seconds}.${String(rest).padStart(6, "0")}`;
}

/** Adds for a FIFO or terminal the id and mode of the REG entry with its path. */
function addPath(about: About): void {
  const path = about.related.find(({ message, values }) => message === "reg_file_entry" || values.has("reg.id"));
  if (path === undefined) return;
  const { values } = path;
  add(about, "pathFile", values.number("reg.id") ?? values.number("id"));
  about.details.set(about.file, "mode", values.number("reg.mode") ?? values.number("mode"));
}
