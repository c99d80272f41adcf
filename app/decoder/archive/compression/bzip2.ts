// bzip2: streams of blocks, each a Burrows-Wheeler transform with a checksum of its own.

import {
  badChecksum,
  bytesAfterEnd,
  cutOff,
  damaged,
  isAtEnd,
  offsetOf,
  type PackedInput,
  type UnpackSink,
} from "./packed-input.ts";

/** No block takes more bytes than this: 900,000 symbols of at most 20 bits, and its tables. */
const BLOCK_BYTES = 2_400_000;
/** Symbols that are coded with one table before the next is selected. */
const GROUP = 50;
const MOST_BITS = 20;

interface Bits {
  readonly input: PackedInput;
  hold: number;
  held: number;
}

/** A Huffman table: for each length of code the first code past it, and where its symbols begin. */
interface Table {
  readonly limit: Int32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
  readonly least: number;
}

/** Unpacks all streams. @throws UnpackError if the data is damaged: the blocks before have been written. */
export async function unpackBzip2(input: PackedInput, size: number, sink: UnpackSink): Promise<void> {
  for (let stream = 1; ; stream++) {
    await input.fill(4);
    const [b, z, h, level = 0] = input.bytes.subarray(input.at, input.end);
    const isHeader = b === 0x42 && z === 0x5a && h === 0x68 && level >= 0x31 && level <= 0x39;
    if (!isHeader) {
      if (stream === 1) throw damaged(input, "a bzip2 header was expected");
      sink.problem(bytesAfterEnd(size - offsetOf(input), offsetOf(input)));
      return;
    }
    input.at += 4;
    if (!(await unpackStream({ input, hold: 0, held: 0 }, (level - 0x30) * 100_000, sink))) return;
    if (await isAtEnd(input)) return;
  }
}

async function unpackStream(bits: Bits, blockSize: number, sink: UnpackSink): Promise<boolean> {
  const { input } = bits;
  const blocks = new Uint32Array(blockSize);
  let combined = 0;
  for (;;) {
    await input.fill(BLOCK_BYTES);
    const at = offsetOf(input);
    const high = read(bits, 24);
    const low = read(bits, 24);
    const stored = (read(bits, 16) * 65536 + read(bits, 16)) >>> 0;
    if (high === 0x177245 && low === 0x385090) {
      if (stored !== combined) sink.problem(badChecksum("the compressed data", "checksum (CRC-32)", at));
      // A stream ends at a byte boundary: the bits held beyond it are padding, or belong to the next stream.
      input.at -= bits.held >> 3;
      return true;
    }
    if (high !== 0x314159 || low !== 0x265359) throw damaged(input, "a block was expected");
    const { length, origin } = readBlock(bits, blocks);
    const { crc, going } = writeBlock(blocks, length, origin, sink.write);
    if (!going) return false;
    if (crc !== stored) sink.problem(badChecksum("a block of the compressed data", "checksum (CRC-32)", at));
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
  }
}

/** Takes up to 24 bits, the first one highest. */
function read(bits: Bits, count: number): number {
  const { input } = bits;
  while (bits.held < count) {
    if (input.at >= input.end) throw cutOff(input);
    bits.hold = ((bits.hold & 0xffffff) << 8) | (input.bytes[input.at++] as number);
    bits.held += 8;
  }
  bits.held -= count;
  return (bits.hold >>> bits.held) & (2 ** count - 1);
}

/** Decodes a block's symbols into `blocks` and links each to its successor (shifted left by 8). */
function readBlock(bits: Bits, blocks: Uint32Array): { readonly length: number; readonly origin: number } {
  const { input } = bits;
  if (read(bits, 1) === 1) throw damaged(input, "a randomised block, which no program has written since 1997");
  const origin = read(bits, 24);
  const used = readUsedBytes(bits);
  const tableCount = read(bits, 3);
  const selectorCount = read(bits, 15);
  if (tableCount < 2 || tableCount > 6 || selectorCount === 0) throw damaged(input, "a block's header");
  const selectors = readSelectors(bits, selectorCount, tableCount);
  const tables = Array.from({ length: tableCount }, () => readTable(bits, used.length + 2));
  const length = readSymbols(bits, { used, selectors, tables }, blocks);
  if (origin >= length) throw damaged(input, "a block begins outside itself");
  return { length, origin };
}

/** The byte values that occur in a block, in order. */
function readUsedBytes(bits: Bits): number[] {
  const used: number[] = [];
  const groups = read(bits, 16);
  for (let group = 0; group < 16; group++) {
    if (!(groups & (0x8000 >> group))) continue;
    const members = read(bits, 16);
    for (let byte = 0; byte < 16; byte++) if (members & (0x8000 >> byte)) used.push(16 * group + byte);
  }
  if (used.length === 0) throw damaged(bits.input, "a block without bytes");
  return used;
}

/** Which table each group of symbols is coded with. */
function readSelectors(bits: Bits, count: number, tableCount: number): Uint8Array {
  const recent = Array.from({ length: tableCount }, (_, index) => index);
  return Uint8Array.from({ length: count }, () => {
    let index = 0;
    while (read(bits, 1) === 1) if (++index >= tableCount) throw damaged(bits.input, "an unknown table");
    const [table = 0] = recent.splice(index, 1);
    recent.unshift(table);
    return table;
  });
}

function readTable(bits: Bits, symbolCount: number): Table {
  let length = read(bits, 5);
  const lengths = Uint8Array.from({ length: symbolCount }, () => {
    for (;;) {
      if (length < 1 || length > MOST_BITS) throw damaged(bits.input, "a code of an impossible length");
      if (read(bits, 1) === 0) return length;
      length += read(bits, 1) === 0 ? 1 : -1;
    }
  });
  const least = Math.min(...lengths);
  const limit = new Int32Array(MOST_BITS + 2).fill(-1);
  const base = new Int32Array(MOST_BITS + 2);
  const symbols: number[] = [];
  let code = 0;
  for (let bitsLong = least; bitsLong <= MOST_BITS; bitsLong++) {
    base[bitsLong] = code - symbols.length;
    for (const [symbol, own] of lengths.entries()) {
      if (own !== bitsLong) continue;
      symbols.push(symbol);
      code++;
    }
    limit[bitsLong] = code;
    code <<= 1;
  }
  return { limit, base, symbols: Uint16Array.from(symbols), least };
}

function symbolOf(bits: Bits, { limit, base, symbols, least }: Table): number {
  const { input } = bits;
  while (bits.held <= 24 && input.at < input.end) {
    bits.hold = (bits.hold << 8) | (input.bytes[input.at++] as number);
    bits.held += 8;
  }
  const { hold, held } = bits;
  for (let length = least; length <= MOST_BITS; length++) {
    if (length > held) throw cutOff(input);
    const code = (hold >>> (held - length)) & ((1 << length) - 1);
    if (code >= (limit[length] as number)) continue;
    const symbol = symbols[code - (base[length] as number)];
    if (symbol === undefined) continue;
    bits.held = held - length;
    return symbol;
  }
  throw damaged(input, "an invalid code");
}

interface Coding {
  readonly used: readonly number[];
  readonly selectors: Uint8Array;
  readonly tables: readonly Table[];
}

/** Decodes the symbols: runs, and places in a list of recent bytes. Returns how many bytes they represent. */
function readSymbols(bits: Bits, { used, selectors, tables }: Coding, blocks: Uint32Array): number {
  const { input } = bits;
  const recent = Uint8Array.from(used);
  const end = used.length + 1;
  let length = 0;
  let run = 0;
  let weight = 1;
  for (let count = 0; ; count++) {
    const table = tables[selectors[Math.floor(count / GROUP)] ?? -1];
    if (table === undefined) throw damaged(input, "a block with too many symbols");
    const symbol = symbolOf(bits, table);
    if (symbol < 2) {
      run += weight << symbol;
      weight <<= 1;
      if (run > blocks.length) throw damaged(input, "a block that is too long");
      continue;
    }
    if (length + run + (symbol === end ? 0 : 1) > blocks.length) throw damaged(input, "a block that is too long");
    if (run > 0) {
      blocks.fill(recent[0] as number, length, length + run);
      length += run;
      run = 0;
      weight = 1;
    }
    if (symbol === end) return length;
    const byte = recent[symbol - 1] as number;
    recent.copyWithin(1, 0, symbol - 1);
    recent[0] = byte;
    blocks[length++] = byte;
  }
}

const PIECE = 64 << 10;
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

/** Undoes the transform, writes the bytes and computes their checksum. Four equal bytes are followed by a count. */
function writeBlock(
  blocks: Uint32Array,
  length: number,
  origin: number,
  write: (bytes: Uint8Array) => boolean,
): { readonly crc: number; readonly going: boolean } {
  const starts = new Uint32Array(257);
  for (let at = 0; at < length; at++) {
    const next = ((blocks[at] as number) & 255) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let byte = 0; byte < 256; byte++) starts[byte + 1] = (starts[byte + 1] as number) + (starts[byte] as number);
  for (let at = 0; at < length; at++) {
    const byte = (blocks[at] as number) & 255;
    const to = starts[byte] as number;
    starts[byte] = to + 1;
    blocks[to] = ((blocks[to] as number) | (at << 8)) >>> 0;
  }
  const piece = new Uint8Array(PIECE);
  let filled = 0;
  let crc = -1;
  let previous = -1;
  let equal = 0;
  let place = (blocks[origin] as number) >>> 8;
  for (let at = 0; at < length; at++) {
    const entry = blocks[place] as number;
    const byte = entry & 255;
    place = entry >>> 8;
    const isCount = equal === 4;
    const value = isCount ? previous : byte;
    const count = isCount ? byte : 1;
    if (filled + count > PIECE) {
      if (!write(piece.subarray(0, filled))) return { crc: 0, going: false };
      filled = 0;
    }
    for (let copied = 0; copied < count; copied++) {
      piece[filled++] = value;
      crc = (crc << 8) ^ (CRC[((crc >>> 24) ^ value) & 255] as number);
    }
    equal = isCount ? 0 : byte === previous ? equal + 1 : 1;
    previous = isCount ? -1 : byte;
  }
  return { crc: ~crc >>> 0, going: write(piece.subarray(0, filled)) };
}
