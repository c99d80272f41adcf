// DEFLATE (RFC 1951), streamed, for data that the platform's decompressor refuses (platform.ts): everything before a
// fault is written, and the caller learns where the data ended.

import { cutOff, damaged, type PackedInput } from "./packed-input.ts";

/** How far back a copy may reach. */
const WINDOW = 32 << 10;
const OUTPUT = WINDOW + (256 << 10);
/** The longest copy. */
const MOST_COPIED = 258;
/** The most bytes that a symbol takes, and that a block's header takes. */
const SYMBOL_BYTES = 16;
const HEADER_BYTES = 1024;

const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258]; // biome-ignore format: a table
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]; // biome-ignore format: a table
const DISTANCES = Array.from({ length: 30 }, (_, code) =>
  code < 4 ? code + 1 : 1 + ((2 + (code & 1)) << ((code >> 1) - 1)),
);
const DISTANCE_BITS = Array.from({ length: 30 }, (_, code) => (code < 4 ? 0 : (code >> 1) - 1));
/** The order in which a dynamic block lists the lengths of the code for code lengths. */
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A prefix code: for each `bits` bits of input, symbol << 4 | length of its code; 0 where there is no code. */
interface Code {
  readonly bits: number;
  readonly table: Uint16Array;
}

interface Inflater {
  readonly input: PackedInput;
  readonly write: (bytes: Uint8Array) => boolean;
  /** Bits that have been read and not used, the next one lowest. */
  hold: number;
  held: number;
  /** The last 32 KiB of output, and what has not been written yet: from `written` to `filled`. */
  readonly output: Uint8Array;
  written: number;
  filled: number;
}

/**
 * Unpacks one DEFLATE stream and leaves `input` at the first byte after it. Returns false if `write` wants no more.
 * What was unpacked before a fault is written before the error is thrown.
 *
 * @throws UnpackError, and what reading the source throws.
 */
export async function inflate(input: PackedInput, write: (bytes: Uint8Array) => boolean): Promise<boolean> {
  const state: Inflater = { input, write, hold: 0, held: 0, output: new Uint8Array(OUTPUT), written: 0, filled: 0 };
  try {
    for (let last = false; !last; ) {
      await input.fill(HEADER_BYTES);
      last = bits(state, 1) === 1;
      const type = bits(state, 2);
      if (type === 3) throw damaged(input, "a block of an unknown type");
      const going = type === 0 ? await copyStored(state) : await decodeBlock(state, type === 1 ? FIXED : codes(state));
      if (!going) return false;
    }
  } catch (error) {
    flush(state);
    throw error;
  }
  input.at -= state.held >> 3;
  return flush(state);
}

/** Takes up to 16 bits. */
function bits(state: Inflater, count: number): number {
  const { input } = state;
  while (state.held < count) {
    if (input.at >= input.end) throw cutOff(input);
    state.hold |= (input.bytes[input.at++] as number) << state.held;
    state.held += 8;
  }
  const value = state.hold & ((1 << count) - 1);
  state.hold >>>= count;
  state.held -= count;
  return value;
}

/** Writes what has not been written, and keeps the last 32 KiB. Returns whether more is wanted. */
function flush(state: Inflater): boolean {
  const { output, filled } = state;
  const going = filled === state.written || state.write(output.subarray(state.written, filled));
  if (filled > WINDOW) {
    output.copyWithin(0, filled - WINDOW, filled);
    state.filled = WINDOW;
  }
  state.written = state.filled;
  return going;
}

async function copyStored(state: Inflater): Promise<boolean> {
  const { input, output } = state;
  bits(state, state.held & 7);
  const length = bits(state, 16);
  if (bits(state, 16) !== (~length & 0xffff)) throw damaged(input, "a stored block whose two lengths disagree");
  // The bits that are held are whole bytes now.
  input.at -= state.held >> 3;
  state.hold = 0;
  state.held = 0;
  for (let left = length; left > 0; ) {
    await input.fill(1);
    const count = Math.min(left, input.end - input.at, OUTPUT - state.filled);
    if (input.end === input.at) throw cutOff(input);
    output.set(input.bytes.subarray(input.at, input.at + count), state.filled);
    input.at += count;
    state.filled += count;
    left -= count;
    if (state.filled === OUTPUT && !flush(state)) return false;
  }
  return true;
}

async function decodeBlock(state: Inflater, [literals, distances]: readonly [Code, Code]): Promise<boolean> {
  const { input } = state;
  for (;;) {
    if (input.end - input.at < SYMBOL_BYTES) await input.fill(SYMBOL_BYTES);
    decodeFast(state, literals, distances);
    if (decodeSymbols(state, literals, distances)) return true;
    if (state.filled > OUTPUT - MOST_COPIED && !flush(state)) return false;
  }
}

/**
 * Decodes as long as there is more input than any symbol takes, and room. Leaves the end of the block and everything
 * that is damaged to `decodeSymbols`. The casts `as number` read typed arrays within bounds that the loop checks.
 */
function decodeFast(state: Inflater, literals: Code, distances: Code): void {
  const { input, output } = state;
  const { bytes } = input;
  const literalMask = (1 << literals.bits) - 1;
  const distanceMask = (1 << distances.bits) - 1;
  const lastStart = input.end - SYMBOL_BYTES;
  let { hold, held, filled } = state;
  let { at } = input;
  while (at < lastStart && filled <= OUTPUT - MOST_COPIED) {
    // Restored if this symbol must be left to `decodeSymbols`.
    const [startAt, startHold, startHeld] = [at, hold, held];
    for (; held < 15; held += 8) hold |= (bytes[at++] as number) << held;
    const entry = literals.table[hold & literalMask] as number;
    hold >>>= entry & 15;
    held -= entry & 15;
    const symbol = entry >> 4;
    if (symbol < 256 && entry !== 0) {
      output[filled++] = symbol;
      continue;
    }
    for (; held < 15; held += 8) hold |= (bytes[at++] as number) << held;
    const lengthBits = LENGTH_BITS[symbol - 257] ?? 0;
    const length = (LENGTHS[symbol - 257] ?? 0) + (hold & ((1 << lengthBits) - 1));
    hold >>>= lengthBits;
    held -= lengthBits;
    for (; held < 15; held += 8) hold |= (bytes[at++] as number) << held;
    const code = distances.table[hold & distanceMask] as number;
    hold >>>= code & 15;
    held -= code & 15;
    for (; held < 15; held += 8) hold |= (bytes[at++] as number) << held;
    const distanceBits = DISTANCE_BITS[code >> 4] ?? 0;
    const distance = (DISTANCES[code >> 4] ?? 0) + (hold & ((1 << distanceBits) - 1));
    if (symbol <= 256 || length === 0 || code === 0 || distance === 0 || distance > filled) {
      at = startAt;
      hold = startHold;
      held = startHeld;
      break;
    }
    hold >>>= distanceBits;
    held -= distanceBits;
    const end = filled + length;
    if (distance >= length) output.copyWithin(filled, filled - distance, end - distance);
    else for (let to = filled; to < end; to++) output[to] = output[to - distance] as number;
    filled = end;
  }
  input.at = at;
  state.hold = hold;
  state.held = held;
  state.filled = filled;
}

/** Decodes until the block ends (true), or input or room runs short (false). */
function decodeSymbols(state: Inflater, literals: Code, distances: Code): boolean {
  const { input, output } = state;
  while (state.filled <= OUTPUT - MOST_COPIED) {
    if (input.end - input.at < SYMBOL_BYTES && !input.atEnd) return false;
    const symbol = decode(state, literals);
    if (symbol < 256) {
      output[state.filled++] = symbol;
      continue;
    }
    if (symbol === 256) return true;
    const length = (LENGTHS[symbol - 257] ?? 0) + bits(state, LENGTH_BITS[symbol - 257] ?? 0);
    const code = decode(state, distances);
    if (length === 0 || code >= 30) throw damaged(input, "a code that the format does not have");
    const distance = (DISTANCES[code] as number) + bits(state, DISTANCE_BITS[code] as number);
    let to = state.filled;
    if (distance > to) throw damaged(input, "a copy from before the beginning");
    const end = to + length;
    if (distance >= length) output.copyWithin(to, to - distance, to - distance + length);
    else for (; to < end; to++) output[to] = output[to - distance] as number;
    state.filled = end;
  }
  return false;
}

/** The next symbol of a prefix code. */
function decode(state: Inflater, { bits: most, table }: Code): number {
  const { input } = state;
  while (state.held < most && input.at < input.end) {
    state.hold |= (input.bytes[input.at++] as number) << state.held;
    state.held += 8;
  }
  const entry = table[state.hold & ((1 << most) - 1)] as number;
  const length = entry & 15;
  if (length > state.held || (length === 0 && state.held < most)) throw cutOff(input);
  if (length === 0) throw damaged(input, "an invalid code");
  state.hold >>>= length;
  state.held -= length;
  return entry >> 4;
}

/** The prefix code in which symbol n has `lengths[n]` bits; `null` if there are more codes than fit. */
function prefixCode(lengths: Uint8Array): Code | null {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length] = (counts[length] as number) + 1;
  counts[0] = 0;
  let most = 15;
  while (most > 1 && counts[most] === 0) most--;
  const next = new Uint16Array(17);
  let room = 1;
  for (let length = 1; length <= 15; length++) {
    room = 2 * room - (counts[length] as number);
    if (room < 0) return null;
    next[length + 1] = ((next[length] as number) + (counts[length] as number)) << 1;
  }
  const table = new Uint16Array(1 << most);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    let code = next[length] as number;
    next[length] = code + 1;
    let reversed = 0;
    for (let bit = 0; bit < length; bit++, code >>= 1) reversed = (reversed << 1) | (code & 1);
    for (let at = reversed; at < table.length; at += 1 << length) table[at] = (symbol << 4) | length;
  }
  return { bits: most, table };
}

const FIXED = [
  prefixCode(
    Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
  ),
  prefixCode(new Uint8Array(30).fill(5)),
] as unknown as readonly [Code, Code];

/** The two codes of a dynamic block, from its header. */
function codes(state: Inflater): readonly [Code, Code] {
  const { input } = state;
  const literalCount = 257 + bits(state, 5);
  const distanceCount = 1 + bits(state, 5);
  const codeLengths = new Uint8Array(19);
  const listed = 4 + bits(state, 4);
  for (let index = 0; index < listed; index++) codeLengths[CODE_ORDER[index] as number] = bits(state, 3);
  const code = prefixCode(codeLengths);
  if (code === null || literalCount > 286) throw damaged(input, "a block's header");
  const lengths = new Uint8Array(literalCount + distanceCount);
  for (let at = 0; at < lengths.length; ) {
    const symbol = decode(state, code);
    if (symbol < 16) {
      lengths[at++] = symbol;
      continue;
    }
    const repeated = symbol === 16 ? lengths[at - 1] : 0;
    const count = symbol === 16 ? 3 + bits(state, 2) : symbol === 17 ? 3 + bits(state, 3) : 11 + bits(state, 7);
    if (repeated === undefined || at + count > lengths.length) throw damaged(input, "a block's header");
    lengths.fill(repeated, at, at + count);
    at += count;
  }
  const literals = prefixCode(lengths.subarray(0, literalCount));
  const distances = prefixCode(lengths.subarray(literalCount));
  if (literals === null || distances === null || lengths[256] === 0) throw damaged(input, "a block's header");
  return [literals, distances];
}
