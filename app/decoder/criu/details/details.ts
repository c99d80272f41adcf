// Reads the details of open files that have no column, from their entries.

import { furtherRecords, HAS, hasFurtherRecords, NONE } from "../../../model/checkpoint.ts";
import { deviceText } from "../../../model/names/named-values.ts";
import { u8At } from "../../../model/read.ts";
import type { FileRow } from "../../../model/rows.ts";
import type { Builder } from "../../builder.ts";
import type { DetailFilter } from "../../source.ts";
import { statDeviceText } from "../format/meaning.ts";
import { enumName } from "../format/messages.ts";
import { REMAP, remapType } from "../format/remap.ts";
import type { DecodedSet } from "../walk/decoded-set.ts";
import { createEntryReader, type EntryBytes } from "../wire/inspect.ts";
import { createSharedValueReader, type Values } from "../wire/values.ts";
import { scratch } from "../wire/wire.ts";
import { createAlike } from "./alike.ts";
import { ALONE, createRunReader, type GivenKernel } from "./alike-runs.ts";
import { addSteps, describeBySteps, type Steps } from "./alike-steps.ts";
import { type About, add, addMount, type FileRows, type Related, relatedOf } from "./detail-rows.ts";
import { FILE_ROWS } from "./file-details.ts";
import {
  createFields,
  type FileBody,
  isBlank,
  type MessageFields,
  NO_BODY,
  placeBody,
  readFileFields,
} from "./file-fields.ts";
import { createSocketOptionsReader } from "./socket-options.ts";

/** At most this many further records of a file are read for its details. */
const RELATED_LIMIT = 1000;

/**
 * Returns a function that reads the details of open files that are not in columns, of one file or of several that
 * follow one another, and adds them to `details` and their links to `links`. It returns the first file that it has not
 * read: at once if the entries about the one that it was called for are in memory.
 *
 * @param flags By file: what is done about it, as alike-runs.ts has it.
 * @param kernel With the values of `details`; `null`: files are read one by one.
 */
export function createDetailsReader(
  set: DecodedSet,
  builder: Pick<Builder, "fileDetails" | "links">,
  isNeeded: DetailFilter,
  flags: Uint8Array,
  kernel: GivenKernel | null,
): (file: FileRow) => FileRow | Promise<FileRow> {
  const { checkpoint, sources } = set;
  const { files, fileRecords } = checkpoint;
  const readOwn = createEntryReader(checkpoint, sources);
  const readRelated = createEntryReader(checkpoint, sources);
  const valuesOf = createSharedValueReader();
  const aboutOf = createAbouts(set, builder, isNeeded, valuesOf);
  const describe = createDescriber(aboutOf);
  const describeNew = createDescriber(aboutOf, false);
  const addRelated = (related: Related[], found: EntryBytes | null): void => {
    if (!found?.message) return;
    related.push({ message: found.message, entry: found, values: valuesOf(found, related.length === 0) });
  };
  const recordsOf = (file: FileRow) => furtherRecords(fileRecords, file).subarray(0, RELATED_LIMIT);
  /** The other entries about a file; `null` if one of them is not in memory. */
  const relatedNow = (file: FileRow): readonly Related[] | null => {
    if (!hasFurtherRecords(fileRecords, file)) return NO_RELATED;
    const related: Related[] = [];
    for (const record of recordsOf(file)) {
      const found = readRelated(record);
      if (found instanceof Promise) {
        // It is read again, and what is wrong with it reported then.
        found.catch(() => null);
        return null;
      }
      addRelated(related, found);
    }
    return related;
  };
  const readRun =
    kernel === null
      ? null
      : createRunReader(kernel, flags, {
          aboutAlike: aboutOf,
          describeNew(file, entry) {
            const related = relatedNow(file);
            // One that can no longer be read is not the same for all files that are alike.
            return related?.length === recordsOf(file).length ? describeNew(file, entry, related) : null;
          },
        });
  /** Reads a file, or several; `null` if more has to be read first. */
  const readNow = (file: FileRow, entry: EntryBytes | null): FileRow | null => {
    if (entry === null) return file + 1;
    const next = readRun === null || ((flags[file] ?? 0) & ALONE) === 0 ? file : readRun(file, entry);
    if (next > file) return next;
    const related = relatedNow(file);
    if (related === null) return null;
    describe(file, entry, related);
    return file + 1;
  };
  const readLater = async (file: FileRow, entry: EntryBytes | null): Promise<FileRow> => {
    const related: Related[] = [];
    for (const record of recordsOf(file)) addRelated(related, await readRelated(record));
    if (entry !== null) describe(file, entry, related);
    return file + 1;
  };
  return (file) => {
    const own = readOwn(files.record[file] ?? -1);
    const readOf = (entry: EntryBytes | null) => readNow(file, entry) ?? readLater(file, entry);
    return own instanceof Promise ? own.then(readOf) : readOf(own);
  };
}

/** An object for the files whose fields are in `fields`. @param bodyOf The type of the current one. */
type AboutOf = (fields: MessageFields, bodyOf: () => FileBody | null) => About;

/** A function that makes these. */
function createAbouts(
  set: DecodedSet,
  { fileDetails, links }: Pick<Builder, "fileDetails" | "links">,
  isNeeded: DetailFilter,
  valuesOf: ReturnType<typeof createSharedValueReader>,
): AboutOf {
  const { kind } = set.checkpoint.files;
  const shared = { set, links, details: fileDetails, words: scratch(), pieces: new Map() };
  const options = createSocketOptionsReader(fileDetails);
  return (fields, bodyOf) => {
    const about: About = {
      ...shared,
      file: NONE,
      related: NO_RELATED,
      options,
      fields,
      needs: (key) => isNeeded(key, u8At(kind, about.file)) !== false,
      needsIds: (key) => isNeeded(key, u8At(kind, about.file)) === true,
      values: () => {
        const values = valuesOf(fields.entry, about.related.length === 0);
        return fields.entry.message === "file_entry" ? values.inside(bodyOf()?.name ?? "") : values;
      },
    };
    return about;
  };
}

/**
 * Adds the details of a file from its entry and others. Returns how to do so for files that are
 * alike; `null` if none can be.
 */
type Describer = (file: FileRow, entry: EntryBytes, related?: readonly Related[]) => Steps | null;

/** @param looksUp Whether to look for files that are like the described one. */
function createDescriber(aboutOf: AboutOf, looksUp = true): Describer {
  const fields = createFields();
  let body: FileBody | null = null;
  const about = aboutOf(fields, () => body);
  const alike = createAlike();
  /** How files are described that others are like. */
  const known: Steps[] = [];
  const place = { body: NO_BODY, start: 0 };
  return (file, entry, related = NO_RELATED) => {
    about.file = file;
    about.related = related;
    const isAlone = looksUp && related.length === 0 && !isDeleted(about) && placeBody(place, entry);
    const comparison = isAlone ? (FILE_ROWS[place.body.name]?.comparison ?? null) : null;
    if (comparison !== null) {
      const found = alike.find(fields, entry, place.start, entry.end, comparison);
      body = place.body;
      if (found !== NONE) {
        addSteps(about, known[found] as Steps);
        return null;
      }
    }
    body = readFileFields(fields, entry);
    const rows = body === null ? undefined : FILE_ROWS[body.name];
    if (body === null || rows === undefined) return null;
    const steps = describeFile(about, rows, body);
    const number = comparison === null ? NONE : alike.add();
    if (number !== NONE) known[number] = steps;
    return steps;
  };
}

const NO_RELATED: readonly Related[] = [];

/** Adds the details of a file. Returns how to do so for files that are alike. */
function describeFile(about: About, type: FileRows, body: FileBody): Steps {
  const steps = describeBySteps(about, type, body, () => {
    if (body.owner !== null && !isBlank(about.fields, body.owner)) addOwner(about, about.values());
  });
  if (isDeleted(about)) addUnlinked(about);
  if (about.related.length > 0) addPath(about, body.owner === null);
  return steps;
}

const isDeleted = ({ set, file }: About): boolean => ((set.checkpoint.files.has[file] ?? 0) & HAS.deleted) !== 0;

/** fown_entry.pid_type. */
const OWNER_TYPES: Readonly<Record<number, string>> = { 0: "pid", 1: "tgid", 2: "pgid", 3: "sid" };

/**
 * Adds which process gets signals for a file (F_SETOWN), and which signal (F_SETSIG), if any does.
 *
 * @param prefix Of the names of its fields, if it is in another message.
 */
function addOwner(about: About, values: Values, prefix = ""): void {
  const field = (name: string): number | null => values.number(`${prefix}fown.${name}`);
  // If the entry is cut off, the last of these are unknown.
  const [pid, signal] = [field("pid"), field("signum")];
  const [uid, euid] = [field("uid"), field("euid")];
  if (!pid && !signal && !uid && !euid) return;
  const number = field("pid_type");
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

/** Adds what the REG entry with the path of a FIFO, terminal or tun device says; the owner only if `takesOwner`. */
function addPath(about: About, takesOwner: boolean): void {
  const path = about.related.find(({ message, values }) => message === "reg_file_entry" || values.has("reg.id"));
  if (path === undefined) return;
  const { values } = path;
  const prefix = values.has("reg.id") ? "reg." : "";
  add(about, "pathFile", values.number(`${prefix}id`));
  about.details.set(about.file, "mode", values.number(`${prefix}mode`));
  addMount(about, values.number(`${prefix}mnt_id`));
  if (takesOwner) addOwner(about, values, prefix);
}
