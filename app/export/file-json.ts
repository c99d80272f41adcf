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
  const details = detailsWriter(out, checkpoint);
  const pieces = commonPieces(checkpoint);
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
    const common = pieces(row);
    const isCut = cut.size > 0 && cut.has(row);
    if (!isCut && common.whole !== null && details.areNone(row, has)) {
      writePiece(out, common.whole);
      return;
    }
    writePiece(out, common.flagsAndMode);
    if ((has & HAS.version) === 0) writePiece(out, NO_VERSION);
    else {
      writePiece(out, VERSION);
      versions(row);
      writePiece(out, DETAILS);
    }
    details.write(row, has);
    writePiece(out, isCut ? CUT : END);
  };
}

/** What open files with the same flags and mode have in common. */
interface Common {
  readonly mode: number | null;
  readonly hasVersion: boolean;
  /** The keys for flags and mode. */
  readonly flagsAndMode: Uint8Array;
  /** These, and everything after them of a file without details; `null` if versions differ. */
  readonly whole: Uint8Array | null;
}

/** A function that returns what an open file has in common with others, most of which share a few combinations. */
function commonPieces({ files, machine }: Checkpoint): (row: FileRow) => Common {
  /** By flags, -1 for none: the last that they occurred with. */
  const made = new Map<number, Common>();
  return (row) => {
    const has = u8At(files.has, row);
    const flags = (has & HAS.flags) === 0 ? -1 : u32At(files.flags, row);
    const mode = (has & HAS.mode) === 0 ? null : u32At(files.mode, row);
    const hasVersion = (has & HAS.version) !== 0;
    const known = made.get(flags);
    if (known !== undefined && known.mode === mode && known.hasVersion === hasVersion) return known;
    const values = flags < 0 ? [null, null] : [flags, flagNames(flags, machine.arch)];
    const text = `,"flags":${values[0]},"flagNames":${jsonText(values[1])},"mode":${mode}`;
    const isSame = !hasVersion || files.version.length === 0;
    const rest = `,"version":${hasVersion ? '"0"' : null},"details":{}}`;
    const common = {
      mode,
      hasVersion,
      flagsAndMode: encodeText(text),
      whole: isSame ? encodeText(text + rest) : null,
    };
    made.set(flags, common);
    return common;
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

const [OPEN, COMMA] = ["{", ","];
const NO_DETAILS = encodeText("{}");

/** Writes the details of open files, in ascending order. */
interface DetailsWriter {
  /** Whether an open file has no details at all. */
  areNone(row: FileRow, has: number): boolean;
  write(row: FileRow, has: number): void;
}

function detailsWriter(out: JsonBytes, checkpoint: Checkpoint): DetailsWriter {
  const { fileDetails: store } = checkpoint;
  const [firstKeys, nextKeys] = [OPEN, COMMA].map((before) =>
    store.keys.map((key) => encodeText(`${before}${jsonText(key)}:`)),
  ) as [Uint8Array[], Uint8Array[]];
  const writeInode = inodeWriter(out, checkpoint);
  let next = 0;
  /** Writes entries first … end - 1 of the store; false if that is not all, or not the same as their object. */
  const write = (first: number, end: number): boolean => {
    for (let at = first; at < end; at++) {
      const key = u16At(store.key, at);
      for (let other = first; other < at; other++) if (store.key[other] === key) return false;
      writePiece(out, (at === first ? firstKeys : nextKeys)[key] as Uint8Array);
      const value = u32At(store.value, at);
      if (!writeWritten(out, store.pool, u32At(store.start, value), u32At(store.start, value + 1))) {
        writeValue(out, valueAt(store, at));
      }
    }
    writePiece(out, end === first ? NO_DETAILS : END);
    return true;
  };
  /** Moves to the first detail of a row or of one after it. */
  const moveTo = (row: FileRow): void => {
    while (next < store.count && u32At(store.row, next) < row) next++;
  };
  return {
    areNone(row, has) {
      if ((has & HAS.inode) !== 0) return false;
      moveTo(row);
      return next === store.count || store.row[next] !== row;
    },

    write(row, has) {
      if ((has & HAS.inode) !== 0) {
        if ((has & HAS.details) !== 0) writeValue(out, detailsOf(checkpoint, row));
        else writeInode(row);
        return;
      }
      moveTo(row);
      const first = next;
      while (next < store.count && store.row[next] === row) next++;
      const length = out.length;
      if (next - first <= FEW_DETAILS && write(first, next)) return;
      out.length = length;
      writeValue(out, detailsOf(checkpoint, row));
    },
  };
}
