// Open files in the document of `ckptscope show --json`, written from columns.

import { type Checkpoint, HAS, NO_MOUNT, NO_SIZE } from "../model/checkpoint.ts";
import { detailsOf, valueAt } from "../model/detail-store.ts";
import { FILE_KINDS, flagNames } from "../model/names.ts";
import { i32At, MOST_EXACT, u8At, u16At, u32At, u64At } from "../model/read.ts";
import type { FileRow } from "../model/rows.ts";
import { base64, decodeText, jsonText, strictText } from "../model/text.ts";
import type { JsonBytes } from "./json-bytes.ts";

/** Text under `key`, and its bytes in base64 under `${key}Bytes` if they are not valid UTF-8. */
export function textKeys<Key extends string>(key: Key, bytes: Uint8Array): Readonly<Record<Key, string>> {
  const text = strictText(bytes);
  const keys = text === null ? { [key]: decodeText(bytes), [`${key}Bytes`]: base64(bytes) } : { [key]: text };
  return keys as Record<Key, string>;
}

/** A function that writes the entries of open files, in ascending order. */
export function fileWriter(out: JsonBytes, checkpoint: Checkpoint): (row: FileRow) => undefined {
  const { files, machine, text } = checkpoint;
  const kinds = FILE_KINDS.map((kind) => `,"kind":${jsonText(kind)}`);
  const writeDetails = detailsWriter(out, checkpoint);
  // Few combinations of flags occur.
  const flagTexts = new Map<number, string>();
  const flagsText = (flags: number): string => {
    const known = flagTexts.get(flags);
    if (known !== undefined) return known;
    const made = `,"flags":${flags},"flagNames":${jsonText(flagNames(flags, machine.arch))}`;
    flagTexts.set(flags, made);
    return made;
  };
  const cut = new Set(checkpoint.problems.map((problem) => problem.cut?.file));
  const positions = exactWriter(out, files.pos);
  const versions = exactWriter(out, files.version);
  return (row) => {
    const has = u8At(files.has, row);
    const start = u32At(files.nameOffset, row);
    const end = start + u32At(files.nameLength, row);
    out.raw('{"id":');
    out.integer(u32At(files.id, row));
    out.raw(kinds[u8At(files.kind, row)] ?? ',"kind":"unknown"');
    if ((has & HAS.path) !== 0) {
      out.raw(',"path":');
      if (!out.text(text, start, end)) {
        // The keys after `"path":`, without the braces around them.
        out.raw(jsonText(textKeys("path", text.subarray(start, end))).slice('{"path":'.length, -1));
      }
    } else {
      // The made-up name of a file without a path.
      out.raw(',"path":null,"name":');
      if (start === end) out.raw("null");
      else if (!out.text(text, start, end)) out.value(decodeText(text.subarray(start, end)));
    }
    out.raw(',"pos":');
    if ((has & HAS.pos) === 0) out.raw("null");
    else positions(row);
    out.raw((has & HAS.flags) === 0 ? ',"flags":null,"flagNames":null' : flagsText(u32At(files.flags, row)));
    out.raw(',"mode":');
    if ((has & HAS.mode) === 0) out.raw("null");
    else out.integer(u32At(files.mode, row));
    out.raw(',"version":');
    if ((has & HAS.version) === 0) out.raw("null");
    else versions(row);
    out.raw(',"details":');
    writeDetails(row, has);
    out.raw(cut.has(row) ? ',"cut":true}' : "}");
  };
}

/** A function that writes a value of a column of 64 bits, as a string. An empty column has zeros. */
function exactWriter(out: JsonBytes, column: BigUint64Array): (row: number) => void {
  // By words, as reading a BigUint64Array allocates an object for each value.
  const words = new Uint32Array(column.buffer, column.byteOffset, 2 * column.length);
  return (row) => {
    if (column.length === 0) {
      out.raw('"0"');
      return;
    }
    const high = u32At(words, 2 * row + 1);
    out.raw('"');
    if (high < MOST_EXACT) out.integer(high * 2 ** 32 + u32At(words, 2 * row));
    else out.raw(u64At(column, row).toString());
    out.raw('"');
  };
}

/** Details of a file that are compared with each other for keys that occur twice; more are written as an object. */
const FEW_DETAILS = 64;

/** A function that writes the details of files with a path that are in columns. */
function inodeWriter(out: JsonBytes, { files }: Checkpoint): (row: FileRow) => void {
  const sizes = exactWriter(out, files.size);
  const external = FILE_KINDS.indexOf("external");
  return (row) => {
    const mode = u32At(files.inodeMode, row);
    const mount = i32At(files.mountId, row);
    out.raw('{"mode":');
    if (mode === 0) out.raw("null");
    else out.integer(mode);
    out.raw(',"size":');
    if (u64At(files.size, row) === NO_SIZE) out.raw("null");
    else sizes(row);
    if (mount !== NO_MOUNT) {
      out.raw(',"mountId":');
      out.integer(mount);
    }
    out.raw(u8At(files.kind, row) === external ? ',"external":true}' : "}");
  };
}

/** A function that writes the details of open files, in ascending order. */
function detailsWriter(out: JsonBytes, checkpoint: Checkpoint): (row: FileRow, has: number) => void {
  const { fileDetails: store } = checkpoint;
  const keys = store.keys.map((key) => `${jsonText(key)}:`);
  const writeInode = inodeWriter(out, checkpoint);
  let next = 0;
  /** Writes entries first … end - 1 of the store; false if that is not all, or not the same as their object. */
  const write = (first: number, end: number): boolean => {
    for (let at = first; at < end; at++) {
      const key = u16At(store.key, at);
      for (let other = first; other < at; other++) if (store.key[other] === key) return false;
      out.raw(at === first ? "{" : ",");
      out.raw(keys[key] ?? "");
      const value = u32At(store.value, at);
      if (!out.json(store.pool, u32At(store.start, value), u32At(store.start, value + 1))) {
        out.value(valueAt(store, at));
      }
    }
    out.raw(end === first ? "{}" : "}");
    return true;
  };
  return (row, has) => {
    if ((has & HAS.inode) !== 0) {
      if ((has & HAS.details) !== 0) out.value(detailsOf(checkpoint, row));
      else writeInode(row);
      return;
    }
    while (next < store.count && u32At(store.row, next) < row) next++;
    const first = next;
    while (next < store.count && store.row[next] === row) next++;
    const length = out.length;
    if (next - first <= FEW_DETAILS && write(first, next)) return;
    out.cut(length);
    out.value(detailsOf(checkpoint, row));
  };
}
