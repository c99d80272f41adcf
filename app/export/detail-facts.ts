// The details of an open file that are worth saying, in words: `state listen`, `local address 0.0.0.0:80`.

import { type Checkpoint, HAS } from "../model/checkpoint.ts";
import { type DetailSpec, detailText, fileDetail } from "../model/detail-keys.ts";
import { detailsOf, valueAt } from "../model/detail-store.ts";
import type { DetailValue } from "../model/fields.ts";
import { u8At, u16At, u32At } from "../model/read.ts";
import type { FileRow } from "../model/rows.ts";
import { rangeFinder } from "../model/search.ts";
import { encodeText, stillVisible } from "../model/text.ts";

/** A fact about a file. */
export interface DetailFact {
  /** Its value, `listen`, if that can be a word in the name of its file; else `null`. */
  readonly word: string | null;
  /** The word as bytes, if they are the same in all names; else `null`. */
  readonly plainWord: Uint8Array | null;
  /** Its title and value as bytes: `state listen`. */
  readonly piece: Uint8Array;
}

/** Titles of what is true of nearly every file, already in its name, or too long for a line; `--json` shows them. */
const LEFT_OUT = new Set([
  ...["inode mode", "size", "device of the inode", "terminal settings"],
  ...["family", "type", "protocol", "name", "outside the dump", "expirations", "time left"],
]);

/** Addresses of sockets that are not connected. */
const NO_ADDRESS = new Set(["0.0.0.0:0", "[::]:0"]);

const isFact = ({ compared, title }: DetailSpec): boolean =>
  (compared === "value" || compared === "volatile") && !LEFT_OUT.has(title);

/** Whether a detail of a file of a kind (index into FILE_KINDS) can be a fact. */
export const isFactKey = (key: string, kind: number): boolean => isFact(fileDetail(key, kind));

/** Printable ASCII without a backslash, which names show as it is. */
const PLAIN = /^[\x21-\x5b\x5d-\x7e]+$/;

/** The fact that a detail is; `null` if it is none, or has nothing to say. */
function factOf(spec: DetailSpec, value: DetailValue): DetailFact | null {
  if (!isFact(spec)) return null;
  if (value === null || value === "" || value === 0 || (Array.isArray(value) && value.length === 0)) return null;
  const text = stillVisible(detailText(spec, value));
  if (NO_ADDRESS.has(text)) return null;
  // What separates the words of names is part of none.
  const word = text.includes(" ") || text.includes("->") ? null : text;
  return {
    word,
    plainWord: word !== null && PLAIN.test(word) ? encodeText(word) : null,
    piece: encodeText(`${spec.title} ${text}`),
  };
}

/** Whether bytes start … end - 1 of a pool are a word of the made-up name of a file. */
export type NameSearch = (file: FileRow, pool: Uint8Array, start: number, end: number) => boolean;

/**
 * A function that appends the facts that are details of a file to a list. What many files have in common is put into words
 * once. Facts that are found in the name before they are put into words are left out: addresses of sockets are in the name,
 * and hardly ever the same.
 */
export function createDetailFacts(
  checkpoint: Checkpoint,
  isInName: NameSearch,
): (file: FileRow, facts: DetailFact[]) => void {
  const { files, fileDetails: store } = checkpoint;
  const keys = store.keys.length;
  const rangeOf = rangeFinder(store.row);
  /** By kind and key: the facts by the number of their value; `null` for details that are never facts. */
  const known: (Map<number, DetailFact | null> | null | undefined)[] = [];
  const factsOf = (key: number, kind: number): Map<number, DetailFact | null> | null => {
    const found = known[kind * keys + key];
    if (found !== undefined) return found;
    const made = isFact(fileDetail(store.keys[key] ?? "", kind)) ? new Map<number, DetailFact | null>() : null;
    known[kind * keys + key] = made;
    return made;
  };
  return (file, facts) => {
    const kind = u8At(files.kind, file);
    const { first, end } = rangeOf(file);
    // Details in columns come first, and details of the same key replace each other.
    if ((u8At(files.has, file) & HAS.inode) !== 0 || hasTwice(store.key, first, end)) {
      for (const [key, value] of Object.entries(detailsOf(checkpoint, file))) {
        const fact = factOf(fileDetail(key, kind), value);
        if (fact !== null) facts.push(fact);
      }
      return;
    }
    for (let at = first; at < end; at++) {
      const key = u16At(store.key, at);
      const made = factsOf(key, kind);
      if (made === null) continue;
      const value = u32At(store.value, at);
      let fact = made.get(value);
      if (fact === undefined) {
        const spec = fileDetail(store.keys[key] ?? "", kind);
        const [start, end] = [u32At(store.start, value), u32At(store.start, value + 1)];
        const isWord = spec.text === undefined && isPlainWord(store.pool, start, end);
        if (isWord && isInName(file, store.pool, start + 1, end - 1)) continue;
        fact = factOf(spec, valueAt(store, at));
        made.set(value, fact);
      }
      if (fact !== null) facts.push(fact);
    }
  };
}

const [QUOTE, BACKSLASH, MINUS, GREATER] = [0x22, 0x5c, 0x2d, 0x3e];

/** Whether JSON is a string that is a word, and shown as it is. */
function isPlainWord(pool: Uint8Array, start: number, end: number): boolean {
  if (pool[start] !== QUOTE || end - start <= 2) return false;
  for (let at = start + 1; at < end - 1; at++) {
    const byte = pool[at] as number;
    if (byte <= 0x20 || byte >= 0x7f || byte === BACKSLASH || (byte === GREATER && pool[at - 1] === MINUS))
      return false;
  }
  return true;
}

/** Whether two of the keys first … end - 1 are the same. Files have few details. */
function hasTwice(keys: Uint16Array, first: number, end: number): boolean {
  for (let at = first + 1; at < end; at++) {
    for (let other = first; other < at; other++) if (keys[other] === keys[at]) return true;
  }
  return false;
}
