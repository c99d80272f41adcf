// LZMA's range coder and symbols, for LZMA2 (lzma2.ts). After the LZMA specification by Igor Pavlov, which is in the
// public domain.

import { type PackedInput, UnpackError } from "./packed-input.ts";

/** The last bytes of output. Grows up to its limit, then wraps. */
export interface Dictionary {
  bytes: Uint8Array;
  readonly limit: number;
  /** Where the next byte goes. */
  at: number;
  /** Bytes of output so far that can be copied. */
  filled: number;
  /** Output from here to `at` has not been written yet. */
  unwritten: number;
}

export interface Lzma {
  readonly dictionary: Dictionary;
  /** Writes the bytes from `unwritten` to `at` of the dictionary. */
  readonly flush: () => void;
  lc: number;
  lp: number;
  pb: number;
  state: number;
  /** The last four distances, less one. */
  rep0: number;
  rep1: number;
  rep2: number;
  rep3: number;
  readonly probabilities: Uint16Array;
  // The range coder.
  range: number;
  code: number;
  bytes: Uint8Array;
  position: number;
  end: number;
}

// Where each group of probabilities begins.
const IS_MATCH = 0;
const IS_REP = IS_MATCH + (12 << 4);
const IS_REP_G0 = IS_REP + 12;
const IS_REP_G1 = IS_REP_G0 + 12;
const IS_REP_G2 = IS_REP_G1 + 12;
const IS_REP0_LONG = IS_REP_G2 + 12;
const POS_SLOT = IS_REP0_LONG + (12 << 4);
const SPECIAL = POS_SLOT + (4 << 6);
const ALIGN = SPECIAL + 115;
const LENGTH = ALIGN + 16;
/** Choice, second choice, 16 × 8 low, 16 × 8 middle, 256 high. */
const LENGTH_SIZE = 2 + 128 + 128 + 256;
const REP_LENGTH = LENGTH + LENGTH_SIZE;
const LITERAL = REP_LENGTH + LENGTH_SIZE;

export function createLzma(dictionary: Dictionary, flush: () => void): Lzma {
  return {
    dictionary,
    flush,
    lc: 0,
    lp: 0,
    pb: 0,
    state: 0,
    rep0: 0,
    rep1: 0,
    rep2: 0,
    rep3: 0,
    // lc + lp is at most 4 in LZMA2.
    probabilities: new Uint16Array(LITERAL + (0x300 << 4)),
    range: 0,
    code: 0,
    bytes: new Uint8Array(0),
    position: 0,
    end: 0,
  };
}

export function resetState(lzma: Lzma): void {
  lzma.state = 0;
  lzma.rep0 = lzma.rep1 = lzma.rep2 = lzma.rep3 = 0;
  lzma.probabilities.fill(1024);
}

/** Begins to read the range coder's bytes `from` to `end` - 1 of `bytes`. */
export function openRange(lzma: Lzma, bytes: Uint8Array, from: number, end: number): void {
  lzma.bytes = bytes;
  lzma.position = from + 5;
  lzma.end = end;
  lzma.range = -1;
  lzma.code =
    ((bytes[from + 1] as number) << 24) |
    ((bytes[from + 2] as number) << 16) |
    ((bytes[from + 3] as number) << 8) |
    (bytes[from + 4] as number);
}

function bit(lzma: Lzma, index: number): number {
  const { probabilities } = lzma;
  const probability = probabilities[index] as number;
  const bound = Math.imul(lzma.range >>> 11, probability);
  let value: number;
  if (lzma.code >>> 0 < bound >>> 0) {
    lzma.range = bound;
    probabilities[index] = probability + ((2048 - probability) >> 5);
    value = 0;
  } else {
    lzma.range = (lzma.range - bound) | 0;
    lzma.code = (lzma.code - bound) | 0;
    probabilities[index] = probability - (probability >> 5);
    value = 1;
  }
  normalize(lzma);
  return value;
}

function normalize(lzma: Lzma): void {
  if (lzma.range >>> 0 >= 1 << 24) return;
  lzma.range <<= 8;
  // Past the end zeros are read; the caller finds out from `position`.
  lzma.code = (lzma.code << 8) | (lzma.position < lzma.end ? (lzma.bytes[lzma.position] as number) : 0);
  lzma.position++;
}

function directBits(lzma: Lzma, count: number): number {
  let value = 0;
  for (let left = count; left > 0; left--) {
    lzma.range >>>= 1;
    lzma.code = (lzma.code - lzma.range) | 0;
    const borrow = lzma.code >> 31;
    lzma.code = (lzma.code + (lzma.range & borrow)) | 0;
    value = (value << 1) | (borrow + 1);
    normalize(lzma);
  }
  return value;
}

function tree(lzma: Lzma, base: number, count: number): number {
  let symbol = 1;
  for (let left = count; left > 0; left--) symbol = (symbol << 1) | bit(lzma, base + symbol);
  return symbol - (1 << count);
}

function reverseTree(lzma: Lzma, base: number, count: number): number {
  let symbol = 1;
  let value = 0;
  for (let at = 0; at < count; at++) {
    const next = bit(lzma, base + symbol);
    symbol = (symbol << 1) | next;
    value |= next << at;
  }
  return value;
}

function length(lzma: Lzma, base: number, posState: number): number {
  if (bit(lzma, base) === 0) return 2 + tree(lzma, base + 2 + (posState << 3), 3);
  if (bit(lzma, base + 1) === 0) return 10 + tree(lzma, base + 130 + (posState << 3), 3);
  return 18 + tree(lzma, base + 258, 8);
}

/** A match's distance, less one. */
function distance(lzma: Lzma, matched: number): number {
  const slot = tree(lzma, POS_SLOT + (Math.min(matched - 2, 3) << 6), 6);
  if (slot < 4) return slot;
  const count = (slot >> 1) - 1;
  const base = (2 | (slot & 1)) << count;
  // The tree's own indices begin at 1, hence no "- 1" here.
  if (slot < 14) return base + reverseTree(lzma, SPECIAL + base - slot, count);
  return ((base + (directBits(lzma, count - 4) << 4)) >>> 0) + reverseTree(lzma, ALIGN, 4);
}

/**
 * Decodes `size` bytes of output.
 *
 * @param total Bytes of output since the dictionary was reset.
 * @throws UnpackError
 */
export function decodeLzma(lzma: Lzma, input: PackedInput, size: number, total: number): void {
  const bad = (what: string): UnpackError =>
    new UnpackError(`The compressed data is damaged: ${what}.`, input.base + Math.min(lzma.position, lzma.end));
  let left = size;
  let position = total;
  // What was decoded from bytes past the end is not in the data.
  const expectInside = (): void => {
    if (lzma.position > lzma.end) throw bad("a chunk ends early");
  };
  while (left > 0) {
    const posState = position & ((1 << lzma.pb) - 1);
    if (bit(lzma, IS_MATCH + (lzma.state << 4) + posState) === 0) {
      const byte = literal(lzma, position);
      expectInside();
      put(lzma, byte);
      position++;
      left--;
      continue;
    }
    const count = bit(lzma, IS_REP + lzma.state) === 0 ? match(lzma, posState) : repeated(lzma, posState);
    expectInside();
    const { dictionary } = lzma;
    // A single byte is never copied from before the start of the output, and LZMA2 has no end marker.
    if (lzma.rep0 >= dictionary.filled || count > left) throw bad("a copy from before the beginning");
    for (let copied = 0; copied < count; copied++) put(lzma, back(dictionary, lzma.rep0));
    position += count;
    left -= count;
  }
  if (lzma.position !== lzma.end || lzma.code !== 0) throw bad("a chunk does not end where it should");
}

function match(lzma: Lzma, posState: number): number {
  const count = length(lzma, LENGTH, posState);
  lzma.rep3 = lzma.rep2;
  lzma.rep2 = lzma.rep1;
  lzma.rep1 = lzma.rep0;
  lzma.rep0 = distance(lzma, count);
  lzma.state = lzma.state < 7 ? 7 : 10;
  return count;
}

function repeated(lzma: Lzma, posState: number): number {
  const { state } = lzma;
  if (bit(lzma, IS_REP_G0 + state) === 0) {
    if (bit(lzma, IS_REP0_LONG + (state << 4) + posState) === 0) {
      lzma.state = state < 7 ? 9 : 11;
      return 1;
    }
  } else {
    let chosen = lzma.rep1;
    if (bit(lzma, IS_REP_G1 + state) === 1) {
      chosen = lzma.rep2;
      if (bit(lzma, IS_REP_G2 + state) === 1) {
        chosen = lzma.rep3;
        lzma.rep3 = lzma.rep2;
      }
      lzma.rep2 = lzma.rep1;
    }
    lzma.rep1 = lzma.rep0;
    lzma.rep0 = chosen;
  }
  lzma.state = state < 7 ? 8 : 11;
  return length(lzma, REP_LENGTH, posState);
}

function literal(lzma: Lzma, position: number): number {
  const { dictionary, state, lc, lp } = lzma;
  const before = dictionary.filled === 0 ? 0 : back(dictionary, 0);
  const base = LITERAL + 0x300 * (((position & ((1 << lp) - 1)) << lc) + (before >> (8 - lc)));
  let symbol = 1;
  if (state >= 7) {
    let matched = back(dictionary, lzma.rep0);
    while (symbol < 0x100) {
      const expected = (matched >> 7) & 1;
      matched <<= 1;
      const found = bit(lzma, base + ((1 + expected) << 8) + symbol);
      symbol = (symbol << 1) | found;
      if (expected !== found) break;
    }
  }
  while (symbol < 0x100) symbol = (symbol << 1) | bit(lzma, base + symbol);
  lzma.state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  return symbol & 0xff;
}

/** The byte `distance` + 1 bytes back. */
function back({ bytes, at, limit }: Dictionary, distance: number): number {
  const from = at - distance - 1;
  return bytes[from < 0 ? from + limit : from] as number;
}

/** Appends a byte. */
export function put(lzma: Lzma, byte: number): void {
  const { dictionary } = lzma;
  if (dictionary.at === dictionary.bytes.length) makeRoom(lzma);
  dictionary.bytes[dictionary.at++] = byte;
  if (dictionary.filled < dictionary.limit) dictionary.filled++;
}

function makeRoom({ dictionary, flush }: Lzma): void {
  const { bytes, limit } = dictionary;
  if (bytes.length < limit) {
    dictionary.bytes = new Uint8Array(Math.min(limit, 2 * bytes.length));
    dictionary.bytes.set(bytes);
    return;
  }
  flush();
  dictionary.at = 0;
  dictionary.unwritten = 0;
}
