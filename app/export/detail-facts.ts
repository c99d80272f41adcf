// The details of an open file that are worth showing, in words: `state listen`, `local address 0.0.0.0:80`.

import { type Checkpoint, HAS } from "../model/checkpoint.ts";
import { type DetailSpec, detailText, fileDetail } from "../model/detail-keys.ts";
import { detailsOf, storedValue } from "../model/detail-store.ts";
import type { DetailValue } from "../model/fields.ts";
import { u8At, u16At, u32At } from "../model/read.ts";
import type { FileRow } from "../model/rows.ts";
import { rangeFinder } from "../model/search.ts";
import { encodeText, stillVisible } from "../model/text/text.ts";

/** A fact about a file. */
export interface DetailFact {
  /** Its value, `listen`, if that can be a word in the name of its file; else `null`. */
  readonly word: string | null;
  /** The word as bytes, if they are the same in all names; else `null`. */
  readonly plainWord: Uint8Array | null;
  /** Its title and value as bytes: `state listen`. */
  readonly piece: Uint8Array;
}

/**
 * Titles of details that nearly every file has, that are in its name, or that are too long for a line; `--json` shows
 * them.
 */
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

/** A detail as a fact; `null` if it is not worth showing. */
function factOf(spec: DetailSpec, value: DetailValue): DetailFact | null {
  if (!isFact(spec)) return null;
  if (value === null || value === "" || value === 0 || (Array.isArray(value) && value.length === 0)) return null;
  const text = stillVisible(detailText(spec, value));
  if (NO_ADDRESS.has(text)) return null;
  // Separators are not part of a word of a name.
  const word = text.includes(" ") || text.includes("->") ? null : text;
  return {
    word,
    plainWord: word !== null && PLAIN.test(word) ? encodeText(word) : null,
    piece: encodeText(`${spec.title} ${text}`),
  };
}

/** Whether bytes start … end - 1 of a pool are a word of the made-up name of a file. */
export type NameSearch = (file: FileRow, pool: Uint8Array, start: number, end: number) => boolean;

/** Whether a detail can be a fact; `word`: also one that is its own text, and so may be in the name of its file. */
export const SAID = { never: 0, always: 1, word: 2 } as const;
export type Said = (typeof SAID)[keyof typeof SAID];

/** Words for what many files have in common. */
export interface FactMaker {
  /** Whether details of a key (index into the keys of the store) can be facts about files of a kind. */
  said(key: number, kind: number): Said;
  /** A value as a fact; `null` if it is not worth showing. */
  make(key: number, kind: number, value: number): DetailFact | null;
}

export function createFactMaker({ fileDetails: store }: Checkpoint): FactMaker {
  const specOf = (key: number, kind: number): DetailSpec => fileDetail(store.keys[key] ?? "", kind);
  return {
    said(key, kind) {
      const spec = specOf(key, kind);
      if (!isFact(spec)) return SAID.never;
      return spec.text === undefined ? SAID.word : SAID.always;
    },
    make: (key, kind, value) => factOf(specOf(key, kind), storedValue(store, value)),
  };
}

/**
 * A function that appends the facts that are details of a file to a list. What many files have in common is put into
 * words once. Facts that are found in the name before they are put into words are left out: addresses of sockets are in
 * the name, and hardly ever the same.
 */
export function createDetailFacts(
  checkpoint: Checkpoint,
  isInName: NameSearch,
): (file: FileRow, facts: DetailFact[]) => void {
  const { files, fileDetails: store } = checkpoint;
  const keys = store.keys.length;
  const rangeOf = rangeFinder(store.row);
  const maker = createFactMaker(checkpoint);
  /** By kind and key: the facts by the number of their value; `null` for details that are never facts. */
  const known: (KnownFacts | null | undefined)[] = [];
  const factsOf = (key: number, kind: number): KnownFacts | null => {
    const found = known[kind * keys + key];
    if (found !== undefined) return found;
    const said = maker.said(key, kind);
    const made = said === SAID.never ? null : { mayBeWord: said === SAID.word, facts: new Map() };
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
      let fact = made.facts.get(value);
      if (fact === undefined) {
        const [start, end] = [u32At(store.start, value), u32At(store.start, value + 1)];
        const isWord = made.mayBeWord && isPlainWord(store.pool, start, end);
        if (isWord && isInName(file, store.pool, start + 1, end - 1)) continue;
        fact = maker.make(key, kind, value);
        made.facts.set(value, fact);
      }
      if (fact !== null) facts.push(fact);
    }
  };
}

/** Facts by the number of their value; `null` for values that are not worth showing. */
interface KnownFacts {
  readonly mayBeWord: boolean;
  readonly facts: Map<number, DetailFact | null>;
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
