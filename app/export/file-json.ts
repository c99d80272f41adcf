// Open files in the document of `ckptscope show --json`, written from columns.

import { type Checkpoint, HAS, NO_MOUNT, NO_SIZE } from "../model/checkpoint.ts";
import { detailsOf, valueAt } from "../model/detail-store.ts";
import {
  type JsonBytes,
  writeInteger,
  writePiece,
  writeRaw,
  writeText,
  writeValue,
  writeWritten,
} from "../model/json-bytes.ts";
import { FILE_KINDS, flagNames } from "../model/names.ts";
import { i32At, MOST_EXACT, u8At, u16At, u32At, u64At } from "../model/read.ts";
import type { FileRow } from "../model/rows.ts";
import { base64, decodeText, encodeText, jsonText, strictText } from "../model/text.ts";

/** Text under `key`, and its bytes in base64 under `${key}Bytes` if they are not valid UTF-8. */
export function textKeys<Key extends string>(key: Key, bytes: Uint8Array): Readonly<Record<Key, string>> {
  const text = strictText(bytes);
  const keys = text === null ? { [key]: decodeText(bytes), [`${key}Bytes`]: base64(bytes) } : { [key]: text };
  return keys as Record<Key, string>;
}

const ID = encodeText('{"id":');
const POS = encodeText(',"pos":');
const NULL = encodeText("null");
const NO_VERSION = encodeText(',"version":null,"details":');
const VERSION = encodeText(',"version":');
const DETAILS = encodeText(',"details":');
const CUT = encodeText(',"cut":true}');
const END = encodeText("}");

/** A function that writes the entries of open files, in ascending order. */
export function fileWriter(out: JsonBytes, checkpoint: Checkpoint): (row: FileRow) => undefined {
  const { files, text } = checkpoint;
  const kindsBefore = (key: string) => FILE_KINDS.map((kind) => encodeText(`,"kind":${jsonText(kind)}${key}`));
  const withPath = kindsBefore(',"path":');
  // The made-up name of a file without a path.
  const withName = kindsBefore(',"path":null,"name":');
  const unknown = FILE_KINDS.indexOf("unknown");
  const writeDetails = detailsWriter(out, checkpoint);
  const flagsAndMode = flagsAndModePieces(checkpoint);
  const cut = new Set(checkpoint.problems.map((problem) => problem.cut?.file));
  const positions = exactWriter(out, files.pos);
  const versions = exactWriter(out, files.version);
  return (row) => {
    const has = u8At(files.has, row);
    const start = u32At(files.nameOffset, row);
    const end = start + u32At(files.nameLength, row);
    writePiece(out, ID);
    writeInteger(out, u32At(files.id, row));
    const kinds = (has & HAS.path) !== 0 ? withPath : withName;
    writePiece(out, kinds[u8At(files.kind, row)] ?? (kinds[unknown] as Uint8Array));
    if ((has & HAS.path) !== 0) {
      if (!writeText(out, text, start, end)) {
        // The keys after `"path":`, without the braces around them.
        writeRaw(out, jsonText(textKeys("path", text.subarray(start, end))).slice('{"path":'.length, -1));
      }
    } else if (start === end) writePiece(out, NULL);
    else if (!writeText(out, text, start, end)) writeValue(out, decodeText(text.subarray(start, end)));
    writePiece(out, POS);
    if ((has & HAS.pos) === 0) writePiece(out, NULL);
    else positions(row);
    writePiece(out, flagsAndMode(row));
    if ((has & HAS.version) === 0) writePiece(out, NO_VERSION);
    else {
      writePiece(out, VERSION);
      versions(row);
      writePiece(out, DETAILS);
    }
    writeDetails(row, has);
    writePiece(out, cut.size > 0 && cut.has(row) ? CUT : END);
  };
}

/** A function that returns the keys for flags and mode of an open file, most of which share a few combinations. */
function flagsAndModePieces({ files, machine }: Checkpoint): (row: FileRow) => Uint8Array {
  /** By flags, -1 for none: the last mode that they occurred with, null for none. */
  const made = new Map<number, { readonly mode: number | null; readonly piece: Uint8Array }>();
  return (row) => {
    const has = u8At(files.has, row);
    const flags = (has & HAS.flags) === 0 ? -1 : u32At(files.flags, row);
    const mode = (has & HAS.mode) === 0 ? null : u32At(files.mode, row);
    const known = made.get(flags);
    if (known !== undefined && known.mode === mode) return known.piece;
    const values = flags < 0 ? [null, null] : [flags, flagNames(flags, machine.arch)];
    const piece = encodeText(`,"flags":${values[0]},"flagNames":${jsonText(values[1])},"mode":${mode}`);
    made.set(flags, { mode, piece });
    return piece;
  };
}

const ZERO = encodeText('"0"');
const QUOTE = encodeText('"');

/** A function that writes a value of a column of 64 bits, as a string. An empty column has zeros. */
function exactWriter(out: JsonBytes, column: BigUint64Array): (row: number) => void {
  // By words, as reading a BigUint64Array allocates an object for each value.
  const words = new Uint32Array(column.buffer, column.byteOffset, 2 * column.length);
  return (row) => {
    if (column.length === 0) {
      writePiece(out, ZERO);
      return;
    }
    const high = u32At(words, 2 * row + 1);
    writePiece(out, QUOTE);
    if (high < MOST_EXACT) writeInteger(out, high * 2 ** 32 + u32At(words, 2 * row));
    else writeRaw(out, u64At(column, row).toString());
    writePiece(out, QUOTE);
  };
}

/** Details of a file that are compared with each other for keys that occur twice; more are written as an object. */
const FEW_DETAILS = 64;

const MODE = encodeText('{"mode":');
const SIZE = encodeText(',"size":');
const MOUNT = encodeText(',"mountId":');
const EXTERNAL = encodeText(',"external":true}');

/** A function that writes the details of files with a path that are in columns. */
function inodeWriter(out: JsonBytes, { files }: Checkpoint): (row: FileRow) => void {
  const sizes = exactWriter(out, files.size);
  const external = FILE_KINDS.indexOf("external");
  return (row) => {
    const mode = u32At(files.inodeMode, row);
    const mount = i32At(files.mountId, row);
    writePiece(out, MODE);
    if (mode === 0) writePiece(out, NULL);
    else writeInteger(out, mode);
    writePiece(out, SIZE);
    if (u64At(files.size, row) === NO_SIZE) writePiece(out, NULL);
    else sizes(row);
    if (mount !== NO_MOUNT) {
      writePiece(out, MOUNT);
      writeInteger(out, mount);
    }
    writePiece(out, u8At(files.kind, row) === external ? EXTERNAL : END);
  };
}

const OPEN = encodeText("{");
const COMMA = encodeText(",");
const NO_DETAILS = encodeText("{}");

/** A function that writes the details of open files, in ascending order. */
function detailsWriter(out: JsonBytes, checkpoint: Checkpoint): (row: FileRow, has: number) => void {
  const { fileDetails: store } = checkpoint;
  const keys = store.keys.map((key) => encodeText(`${jsonText(key)}:`));
  const writeInode = inodeWriter(out, checkpoint);
  let next = 0;
  /** Writes entries first … end - 1 of the store; false if that is not all, or not the same as their object. */
  const write = (first: number, end: number): boolean => {
    for (let at = first; at < end; at++) {
      const key = u16At(store.key, at);
      for (let other = first; other < at; other++) if (store.key[other] === key) return false;
      writePiece(out, at === first ? OPEN : COMMA);
      writePiece(out, keys[key] as Uint8Array);
      const value = u32At(store.value, at);
      if (!writeWritten(out, store.pool, u32At(store.start, value), u32At(store.start, value + 1))) {
        writeValue(out, valueAt(store, at));
      }
    }
    writePiece(out, end === first ? NO_DETAILS : END);
    return true;
  };
  return (row, has) => {
    if ((has & HAS.inode) !== 0) {
      if ((has & HAS.details) !== 0) writeValue(out, detailsOf(checkpoint, row));
      else writeInode(row);
      return;
    }
    while (next < store.count && u32At(store.row, next) < row) next++;
    const first = next;
    while (next < store.count && store.row[next] === row) next++;
    const length = out.length;
    if (next - first <= FEW_DETAILS && write(first, next)) return;
    out.length = length;
    writeValue(out, detailsOf(checkpoint, row));
  };
}
