// Open files in the document of `ckptscope show --json`, written from columns.

import { type Checkpoint, HAS, NO_MOUNT, type OpenFiles } from "../../model/checkpoint.ts";
import { detailsOf, valueAt } from "../../model/detail-store.ts";
import { FILE_KINDS, flagNames } from "../../model/names/names.ts";
import { u8At, u16At, u32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { rangeFinder } from "../../model/search.ts";
import { type JsonBytes, writePiece, writeRaw, writeValue, writeWritten } from "../../model/text/json-bytes.ts";
import { base64, decodeText, encodeText, jsonText, strictText } from "../../model/text/text.ts";
import {
  call,
  entries,
  exact,
  memo,
  number,
  type Part,
  pick,
  piece,
  string,
  type Template,
  whenIs,
  whenSet,
} from "../rows/template.ts";

/** Text under `key`, and its bytes in base64 under `${key}Bytes` if they are not valid UTF-8. */
export function textKeys<Key extends string>(key: Key, bytes: Uint8Array): Readonly<Record<Key, string>> {
  const text = strictText(bytes);
  const keys = text === null ? { [key]: decodeText(bytes), [`${key}Bytes`]: base64(bytes) } : { [key]: text };
  return keys as Record<Key, string>;
}

const NULL = piece("null");
const QUOTE = piece('"');

/** How the entries of open files are written. */
export function fileTemplate(out: JsonBytes, checkpoint: Checkpoint, separator: Uint8Array): Template {
  const { files } = checkpoint;
  const cut = cutFiles(checkpoint);
  return {
    separator,
    parts: [
      piece('{"id":'),
      number(files.id),
      ...nameParts(out, checkpoint),
      piece(',"pos":'),
      whenSet(files.has, HAS.pos, [QUOTE, exact(files.pos), QUOTE], [NULL]),
      flagParts(checkpoint),
      piece(',"version":'),
      whenSet(files.has, HAS.version, versionParts(files.version), [NULL]),
      piece(',"details":'),
      ...detailParts(out, checkpoint),
      ...(cut === null ? [piece("}")] : [whenIs(cut, 1, [piece(',"cut":true}')], [piece("}")])]),
    ],
  };
}

/** 1 for files in whose records the image ends; `null` if there are none. */
function cutFiles({ files, problems }: Checkpoint): Uint8Array | null {
  const rows = problems.flatMap(({ cut }) => (cut?.file === undefined ? [] : [cut.file]));
  if (rows.length === 0) return null;
  const cut = new Uint8Array(files.count);
  for (const row of rows) cut[row] = 1;
  return cut;
}

/** Kind, path and made-up name. */
function nameParts(out: JsonBytes, { files, text }: Checkpoint): Part[] {
  const kinds = FILE_KINDS.map((kind) => encodeText(`,"kind":${jsonText(kind)}`));
  const unknown = kinds[FILE_KINDS.indexOf("unknown")] as Uint8Array;
  const texts = { pool: text, start: files.nameOffset, length: files.nameLength };
  const bytesOf = (row: number): Uint8Array => {
    const start = u32At(files.nameOffset, row);
    return text.subarray(start, start + u32At(files.nameLength, row));
  };
  const path = string(texts, (row) => {
    // The keys from `"path":` on, without it and the braces.
    writeRaw(out, jsonText(textKeys("path", bytesOf(row))).slice('{"path":'.length, -1));
  });
  const name = string(texts, (row) => writeValue(out, decodeText(bytesOf(row))));
  return [
    pick(files.kind, kinds, unknown),
    whenSet(
      files.has,
      HAS.path,
      [piece(',"path":'), path],
      [piece(',"path":null,"name":'), whenIs(files.nameLength, 0, [NULL], [name])],
    ),
  ];
}

/** Flags and mode. */
function flagParts({ files, machine }: Checkpoint): Part {
  const keys = [
    { values: files.has, mask: HAS.flags | HAS.mode },
    { values: files.flags, mask: -1 },
    { values: files.mode, mask: -1 },
  ];
  return memo(keys, (row) => {
    const has = u8At(files.has, row);
    const flags = (has & HAS.flags) === 0 ? null : u32At(files.flags, row);
    const mode = (has & HAS.mode) === 0 ? null : u32At(files.mode, row);
    const names = flags === null ? null : flagNames(flags, machine.arch);
    return encodeText(`,"flags":${flags},"flagNames":${jsonText(names)},"mode":${mode}`);
  });
}

/** An empty column has zeros. */
const versionParts = (version: BigUint64Array): Part[] =>
  version.length === 0 ? [piece('"0"')] : [QUOTE, exact(version), QUOTE];

/** Details that are compared with each other for keys that occur twice; more are written as an object. */
const FEW_DETAILS = 64;

function detailParts(out: JsonBytes, checkpoint: Checkpoint): Part[] {
  const { files, fileDetails } = checkpoint;
  const asObject = call((row) => writeValue(out, detailsOf(checkpoint, row)));
  const all = entries(fileDetails, entriesWriter(out, checkpoint));
  return [whenSet(files.has, HAS.inode, [whenSet(files.has, HAS.details, [asObject], inodeParts(files))], [all])];
}

/** The details of a file with a path that are in columns. */
function inodeParts({ inodeMode, size, mountId, kind }: OpenFiles): Part[] {
  return [
    piece('{"mode":'),
    whenIs(inodeMode, 0, [NULL], [number(inodeMode)]),
    piece(',"size":'),
    // NO_SIZE, as a signed number.
    whenIs(size, -1, [NULL], [QUOTE, exact(size), QUOTE]),
    whenIs(mountId, NO_MOUNT, [], [piece(',"mountId":'), number(mountId)]),
    whenIs(kind, FILE_KINDS.indexOf("external"), [piece(',"external":true}')], [piece("}")]),
  ];
}

const [OPEN, COMMA] = ["{", ","];
const NO_DETAILS = encodeText("{}");
const END = encodeText("}");

/** A function that writes the details of open files in the store, in ascending order. */
function entriesWriter(out: JsonBytes, checkpoint: Checkpoint): (row: FileRow) => void {
  const { fileDetails: store } = checkpoint;
  const [firstKeys, nextKeys] = [OPEN, COMMA].map((before) =>
    store.keys.map((key) => encodeText(`${before}${jsonText(key)}:`)),
  ) as [Uint8Array[], Uint8Array[]];
  const rangeOf = rangeFinder(store.row);
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
  return (row) => {
    const { first, end } = rangeOf(row);
    const { length } = out;
    if (end - first <= FEW_DETAILS && write(first, end)) return;
    out.length = length;
    writeValue(out, detailsOf(checkpoint, row));
  };
}
