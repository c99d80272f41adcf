// Entries of open files: in files.img or, before CRIU 3.4, in an image for each type.

import type { RecordRow } from "../../../model/rows.ts";
import { FILE_FIELDS } from "../format/file-types.ts";
import { type Entry, type Handler, reportDamage, reportRecord, type SetContext, typesFor } from "../walk/context.ts";
import { noteNewer } from "../walk/newer.ts";
import { high, isSet, low, MALFORMED, plan, scan } from "../wire/wire.ts";
import type { FileReader } from "./file-reader.ts";
import { FILE_READERS } from "./file-readers.ts";

const FILE = plan("file_entry", ["type", "id", ...FILE_FIELDS.filter((field) => field !== null)]);
const TYPE = 1;
const ID = 2;
/** The message of a file of type t is in slot t + 2. */
const SLOT_BEFORE_TYPES = 2;

/** The last type that CRIU 4.2 has. */
const LAST_TYPE = FILE_FIELDS.length - 1;
/** Types from this one on only exist during a restore. */
const FIRST_RESTORE_TYPE = 65_534;

/** By fd_types number; `null`: there is no such type. */
const READERS: readonly (FileReader | null)[] = FILE_FIELDS.map((field) =>
  field === null ? null : (FILE_READERS[field] ?? null),
);

/** file_entry: an open file, with a message of its type. */
export function onFile(set: SetContext, { bytes, start, end, record }: Entry): number {
  const { builder, values } = set;
  const seen = scan(bytes, start, end, FILE, values);
  if (seen & MALFORMED) reportDamage(set, record);
  if (!isSet(seen, ID)) {
    reportNoId(set, record);
    return 0;
  }
  const file = builder.addFile(low(values, ID), record);
  const type = isSet(seen, TYPE) ? low(values, TYPE) : 0;
  typesFor(set.files, file + 1)[file] = type;
  const slot = type + SLOT_BEFORE_TYPES;
  const reader = READERS[type] ?? null;
  if (reader === null) {
    builder.setName(file, `unknown type ${type}`);
    if (type > LAST_TYPE && type < FIRST_RESTORE_TYPE) noteNewer(set, `open files of type ${type}`);
  } else if (!isSet(seen, slot)) {
    set.complete = false;
    reportRecord(set, record, "file-without-body", `An open file of type ${type} has no message of that type.`);
    builder.setName(file, "unknown");
  } else {
    const inner = reader(set, file, bytes, low(values, slot), high(values, slot));
    if (inner & MALFORMED) reportDamage(set, record);
  }
  return 0;
}

/** Every type of file has its id in field 1. */
const ID_ONLY = plan("reg_file_entry", ["id"]);

/** A handler for an image with open files of one type, given as the field of file_entry. */
export function onFileOfType(field: string): Handler {
  const reader = FILE_READERS[field];
  if (reader === undefined) throw new Error(`There is no reader for ${field}`);
  const type = FILE_FIELDS.indexOf(field);
  return (set, { bytes, start, end, record }) => {
    const seen = scan(bytes, start, end, ID_ONLY, set.values);
    if (!isSet(seen, ID_ONLY.slot.id)) {
      reportNoId(set, record);
      return 0;
    }
    const file = set.builder.addFile(low(set.values, ID_ONLY.slot.id), record);
    typesFor(set.files, file + 1)[file] = type;
    return reader(set, file, bytes, start, end);
  };
}

function reportNoId(set: SetContext, record: RecordRow): void {
  set.complete = false;
  reportRecord(set, record, "file-without-id", "An open file has no id, so nothing can refer to it.");
}
