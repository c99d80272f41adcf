// What an epoll watches: a list in its details, and links.

import { NONE } from "../../../model/checkpoint.ts";
import { deviceText } from "../../../model/names/named-values.ts";
import type { FileRow } from "../../../model/rows.ts";
import { type JsonBytes, writeInteger, writePiece, writeRaw, writeValue } from "../../../model/text/json-bytes.ts";
import { encodeText, jsonText } from "../../../model/text/text.ts";
import { bitWords, EPOLL_EVENTS } from "../format/meaning.ts";
import type { EntryBytes } from "../wire/inspect.ts";
import { highAt, lowAt, PART, WIRE_AT, WRONG } from "../wire/parts.ts";
import { fieldNumber, high, isSet, low, plan, scan } from "../wire/wire.ts";
import { type About, allRelated, fieldIn, fileId, writeExact } from "./detail-rows.ts";
import { fieldsOf } from "./file-fields.ts";

const [OPEN_LIST, CLOSE_LIST, COMMA] = [encodeText("["), encodeText("]"), encodeText(",")];

const TARGETS = fieldIn(fieldsOf("eventpoll_file_entry"), "tfd");
const MESSAGE = "eventpoll_tfd_entry";
const TARGET = plan(MESSAGE, ["tfd", "events", "data", "inode", "dev"]);
const { tfd: FD, events: EVENTS, data: DATA, inode: INODE, dev: DEVICE } = TARGET.slot;

/** What is written before the values of a target. */
const [FD_KEY, FILE_KEY, EVENTS_KEY] = [encodeText('{"fd":'), encodeText(',"file":'), encodeText(',"events":')];
const [DATA_KEY, INODE_KEY, DEVICE_KEY] = [encodeText(',"data":'), encodeText(',"inode":'), encodeText(',"device":')];

/**
 * The values of a target in their order, for the kernel: what is before each, and its field;
 * that of a file's id has none.
 */
export const TARGET_VALUES: readonly { readonly piece: Uint8Array; readonly field: number }[] = [
  { piece: FD_KEY, field: fieldNumber(MESSAGE, "tfd") },
  { piece: FILE_KEY, field: 0 },
  { piece: EVENTS_KEY, field: fieldNumber(MESSAGE, "events") },
  { piece: DATA_KEY, field: fieldNumber(MESSAGE, "data") },
  { piece: INODE_KEY, field: fieldNumber(MESSAGE, "inode") },
  { piece: DEVICE_KEY, field: fieldNumber(MESSAGE, "dev") },
];

const CLOSE = encodeText("}");

/**
 * The number of what an epoll watches. Adds its links. There are often many, so they are
 * written without an object for each.
 */
export function targets(about: About): number {
  const { details, fields } = about;
  const { parts, entry } = fields;
  const out = about.needs("targets") ? details.write() : null;
  let count = 0;
  for (let at = fields.first; at < fields.end && count < parts.most; at += PART) {
    if (parts.list[at] !== TARGETS.number) continue;
    if (parts.list[at + WIRE_AT] === WRONG) break;
    addTarget(out, about, count++, entry, lowAt(parts, at), highAt(parts, at));
  }
  for (const { entry: own } of allRelated(about, MESSAGE)) {
    addTarget(out, about, count++, own, own.start, own.end);
  }
  if (out === null) return NONE;
  if (count === 0) writePiece(out, OPEN_LIST);
  writePiece(out, CLOSE_LIST);
  return details.indexOfWritten();
}

/**
 * Adds one target, in bytes start … end - 1 of an entry: its link, and to `out` its text.
 * `before`: how many are written.
 */
function addTarget(
  out: JsonBytes | null,
  about: About,
  before: number,
  entry: EntryBytes,
  start: number,
  end: number,
): void {
  const { words, file } = about;
  const seen = scan(entry.bytes, start, end, TARGET, words);
  const watched = isSet(seen, FD) ? about.set.epollTarget(file, low(words, FD)) : NONE;
  if (watched !== NONE) about.links.add(file, "watches", watched, isSet(seen, EVENTS) ? low(words, EVENTS) : 0);
  if (out !== null) writeTarget(out, about, before, seen, about.needsIds("targets") ? watched : null);
}

/** Writes the target that was read last. @param watched `null`: without the ids of the file. */
function writeTarget(out: JsonBytes, about: About, before: number, seen: number, watched: FileRow | null): void {
  const { words } = about;
  writePiece(out, before === 0 ? OPEN_LIST : COMMA);
  writePiece(out, FD_KEY);
  writeOrNull(out, isSet(seen, FD) ? low(words, FD) : null);
  if (watched !== null) {
    writePiece(out, FILE_KEY);
    writeOrNull(out, fileId(about, watched));
  }
  writePiece(out, EVENTS_KEY);
  writePiece(out, eventsPiece(about, isSet(seen, EVENTS) ? low(words, EVENTS) : 0));
  writePiece(out, DATA_KEY);
  writeWide(out, words, seen, DATA);
  if (isSet(seen, INODE) && watched !== null) {
    writePiece(out, INODE_KEY);
    writeWide(out, words, seen, INODE);
    writePiece(out, DEVICE_KEY);
    writeValue(out, deviceText(isSet(seen, DEVICE) ? low(words, DEVICE) : 0));
  }
  writePiece(out, CLOSE);
}

/** The names of events as JSON. Most targets have one of a few masks. */
function eventsPiece({ pieces }: About, events: number): Uint8Array {
  const known = pieces.get(events);
  if (known !== undefined) return known;
  const piece = encodeText(jsonText(bitWords(EPOLL_EVENTS, events)));
  pieces.set(events, piece);
  return piece;
}

function writeOrNull(out: JsonBytes, value: number | null): void {
  if (value === null) writeRaw(out, "null");
  else writeInteger(out, value);
}

/** Writes a number of 64 bits. */
function writeWide(out: JsonBytes, words: Uint32Array, seen: number, slot: number): void {
  if (isSet(seen, slot)) writeExact(out, "uint64", low(words, slot), high(words, slot));
  else writeRaw(out, "null");
}
