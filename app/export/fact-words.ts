// Facts about an open file that a line of a listing adds to those in its name, written as bytes:
// `state listen; backlog 16; peer fd 5`.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { type Checkpoint, HAS, NONE, type OpenFiles } from "../model/checkpoint.ts";
import { fileKind } from "../model/names/names.ts";
import { u8At, u32At } from "../model/read.ts";
import type { FileRow, TableRow } from "../model/rows.ts";
import { createJsonBytes, type JsonBytes, takeBytes, writePiece, writeRaw } from "../model/text/json-bytes.ts";
import { decodeText, encodeText, MOST_SHOWN, shortText } from "../model/text/text.ts";
import { type FileNames, MOST_PLAIN } from "../model/text/words.ts";
import { createDetailFacts, type DetailFact, type NameSearch } from "./detail-facts.ts";
import { createLinkFacts, LINK_PIECES } from "./link-facts.ts";

const EXTERNAL = fileKind("external");
const SEPARATOR = encodeText("; ");

/** The pieces of facts, for the kernel of rows. */
export const FACT_PIECES: readonly Uint8Array[] = [SEPARATOR, ...LINK_PIECES];

/**
 * Writes what is worth saying about a file beyond its name, position and flags; nothing if there is nothing to add. The
 * mode and size in columns, which nearly every file has, are left out if they are the only details.
 *
 * @param within Table of the descriptor with which the file is listed: its descriptors are named without their task.
 */
type WriteFacts = (file: FileRow, within: TableRow) => void;

/** What the facts about a file can come from; `stored`: from details and links alone. */
export const FACTS = { none: 0, any: 1, stored: 2 } as const;

export interface FactWriter {
  /** By file: one of FACTS. */
  possible(): Uint8Array;
  /** It is fastest for consecutive files. */
  readonly writeFacts: WriteFacts;
}

/** Functions that write the facts about files. */
export function createFactWriter(out: JsonBytes, checkpoint: Checkpoint, names: FileNames): FactWriter {
  const { files } = checkpoint;
  let start = 0;
  const begin = (): void => {
    if (out.length > start) writePiece(out, SEPARATOR);
  };
  const words = createWordSearch(checkpoint, names);
  const addDetails = createDetailFacts(checkpoint, words.has);
  const links = createLinkFacts(out, checkpoint, names, begin);
  const facts: DetailFact[] = [];
  const hasFacts = (file: FileRow): boolean =>
    (u8At(files.has, file) & HAS.details) !== 0 || u8At(files.kind, file) === EXTERNAL || links.isReceived(file);
  const possible = (): Uint8Array => {
    const found = possibleFacts(files);
    for (const file of links.received()) found[file] = FACTS.any;
    return found;
  };
  const writeFacts: WriteFacts = (file, within) => {
    if (file === NONE || !hasFacts(file)) return;
    start = out.length;
    facts.length = 0;
    addDetails(file, facts);
    for (let at = 0; at < facts.length; at++) {
      const fact = facts[at] as DetailFact;
      if (words.hasFact(file, fact)) continue;
      begin();
      writePiece(out, fact.piece);
    }
    links.write(file, within);
    if (out.length - start <= MOST_SHOWN) return;
    const text = decodeText(out.bytes.subarray(start, out.length));
    out.length = start;
    writeRaw(out, shortText(text));
  };
  return { possible, writeFacts };
}

/** What the facts about each file can come from, apart from links to it. */
function possibleFacts({ count, has, kind }: OpenFiles): Uint8Array {
  const ofBits = Uint8Array.from({ length: 256 }, (_, bits) => {
    if ((bits & HAS.details) === 0) return FACTS.none;
    return (bits & HAS.inode) === 0 ? FACTS.stored : FACTS.any;
  });
  const found = new Uint8Array(count);
  for (let file = 0; file < count; file++) {
    const facts = ofBits[has[file] as number] as number;
    found[file] = facts === FACTS.none && kind[file] === EXTERNAL ? FACTS.any : facts;
  }
  return found;
}

/** A function that returns the same facts as text. */
export function createFactWords(checkpoint: Checkpoint, names: FileNames): (file: FileRow, within: TableRow) => string {
  const out = createJsonBytes(1024);
  const { writeFacts } = createFactWriter(out, checkpoint, names);
  return (file, within) => {
    writeFacts(file, within);
    return decodeText(takeBytes(out));
  };
}

const MADE_UP = /^\w+:\[/;
const [SPACE, MINUS, GREATER, OPEN, CLOSE, COLON] = [0x20, 0x2d, 0x3e, 0x5b, 0x5d, 0x3a];

/** Finds words in made-up names, such as `socket:[tcp 127.0.0.1:80 listen]`. */
interface WordSearch {
  /** For words and names that are shown as they are; false for other names. */
  readonly has: NameSearch;
  hasFact(file: FileRow, fact: DetailFact): boolean;
}

function createWordSearch({ files, text }: Checkpoint, names: FileNames): WordSearch {
  // Longer names may be shown shortened.
  const isPlain = (name: number, length: number): boolean => length <= MOST_PLAIN && text[name + length - 1] === CLOSE;
  return {
    has(file, pool, start, end) {
      const name = u32At(files.nameOffset, file);
      const length = u32At(files.nameLength, file);
      return isPlain(name, length) && hasWord(text, name, name + length, pool, start, end);
    },

    hasFact(file, { word, plainWord }) {
      if (word === null) return false;
      const start = u32At(files.nameOffset, file);
      const length = u32At(files.nameLength, file);
      if (plainWord !== null && isPlain(start, length)) {
        return hasWord(text, start, start + length, plainWord, 0, plainWord.length);
      }
      const name = names(file);
      return (
        name.includes(word) &&
        MADE_UP.test(name) &&
        name
          .slice(name.indexOf("[") + 1, -1)
          .split(/ |->/)
          .includes(word)
      );
    },
  };
}

/** Whether bytes start … end - 1 of a text, the last a bracket, are a made-up name with word[from … to - 1]. */
function hasWord(text: Uint8Array, start: number, end: number, word: Uint8Array, from: number, to: number): boolean {
  let inside = start;
  while (inside < end && isWordByte(text[inside] as number)) inside++;
  if (inside === start || inside + 1 >= end || text[inside] !== COLON || text[inside + 1] !== OPEN) return false;
  inside += 2;
  const length = to - from;
  const last = end - 1 - length;
  for (let at = inside; at <= last; at++) {
    if (text[at] !== word[from] || !beginsWord(text, at, inside)) continue;
    let same = 1;
    while (same < length && text[at + same] === word[from + same]) same++;
    if (same === length && (at === last || endsWord(text, at + same, end - 1))) return true;
  }
  return false;
}

/** A byte that `\w` matches. */
const isWordByte = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f;

const beginsWord = (text: Uint8Array, at: number, inside: number): boolean =>
  at === inside || text[at - 1] === SPACE || (at >= inside + 2 && text[at - 1] === GREATER && text[at - 2] === MINUS);

const endsWord = (text: Uint8Array, at: number, end: number): boolean =>
  text[at] === SPACE || (at + 1 < end && text[at] === MINUS && text[at + 1] === GREATER);
