// The xz file format, version 1.2.1: streams of blocks, each with a check of its own, and an index at the end.

import { limitMessage } from "../../limits.ts";
import { type Checksum, crc32, createCrc32, createCrc64, createSha256 } from "./checksums.ts";
import { unpackLzma2 } from "./lzma2.ts";
import {
  badChecksum,
  bytesAfterEnd,
  damaged,
  isAtEnd,
  littleEndian,
  offsetOf,
  type PackedInput,
  skipZeros,
  take,
  UnpackError,
  type UnpackSink,
} from "./packed-input.ts";

const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];
/** Bytes of each check by its type, and how to compute it. Types that are not in use have no name. */
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const CHECKS: Readonly<Record<number, { readonly name: string; readonly create: () => Checksum }>> = {
  1: { name: "CRC-32", create: createCrc32 },
  4: { name: "CRC-64", create: createCrc64 },
  10: { name: "SHA-256", create: createSha256 },
};
const LZMA2 = 0x21;
const FILTERS: Readonly<Record<number, string>> = {
  3: "delta",
  4: "x86",
  5: "PowerPC",
  6: "IA-64",
  7: "ARM",
  8: "ARM-Thumb",
  9: "SPARC",
  10: "ARM64",
  11: "RISC-V",
};

interface Block {
  /** Bytes without padding, as stored in the index. */
  readonly unpadded: number;
  readonly unpacked: number;
}

/** Unpacks all streams. @throws UnpackError if the data is damaged: what came before has been written. */
export async function unpackXz(input: PackedInput, size: number, sink: UnpackSink): Promise<void> {
  for (;;) {
    if (!(await unpackStream(input, sink))) return;
    await skipZeros(input);
    if (await isAtEnd(input)) return;
    await input.fill(MAGIC.length);
    if (!MAGIC.every((byte, index) => input.bytes[input.at + index] === byte)) {
      sink.problem(bytesAfterEnd(size - offsetOf(input), offsetOf(input)));
      return;
    }
  }
}

/** Unpacks one stream. Returns false if no more is wanted. */
async function unpackStream(input: PackedInput, sink: UnpackSink): Promise<boolean> {
  const header = (await take(input, 12)).slice();
  if (!MAGIC.every((byte, index) => header[index] === byte)) throw damaged(input, "an xz header was expected");
  if (littleEndian(header, 8) !== crc32(header.subarray(6, 8))) throw damaged(input, "the header's checksum is wrong");
  const type = header[7] as number;
  if (header[6] !== 0 || type > 15) throw damaged(input, "unknown flags in the header");
  if (type !== 0 && CHECKS[type] === undefined) {
    const message = `The data has a check of unknown type ${type}, which is not verified.`;
    sink.problem({ severity: "note", code: "unverified-check", message, offset: offsetOf(input) - 5 });
  }
  const blocks: Block[] = [];
  for (;;) {
    const first = (await take(input, 1))[0] as number;
    if (first === 0) break;
    const block = await unpackBlock(input, first, type, sink);
    if (block === null) return false;
    blocks.push(block);
  }
  await checkIndex(input, blocks);
  const footer = await take(input, 12);
  if (footer[10] !== 0x59 || footer[11] !== 0x5a || littleEndian(footer) !== crc32(footer.subarray(4, 10))) {
    throw damaged(input, "the footer's checksum is wrong");
  }
  return true;
}

/** Unpacks one block, whose header's first byte was read. `null`: no more is wanted. */
async function unpackBlock(input: PackedInput, first: number, type: number, sink: UnpackSink): Promise<Block | null> {
  const start = offsetOf(input) - 1;
  const { dictionary, packedSize, unpackedSize } = await readBlockHeader(input, first);
  if (dictionary > sink.windowLimit) {
    const message = `The compressed data needs a dictionary of ${dictionary} bytes. ${limitMessage("window", sink.windowLimit)}`;
    throw new UnpackError(message, start, "window");
  }
  const check = CHECKS[type];
  const sum = check?.create();
  const dataStart = offsetOf(input);
  let unpacked = 0;
  const going = await unpackLzma2(input, dictionary, (bytes) => {
    sum?.add(bytes);
    unpacked += bytes.length;
    return sink.write(bytes);
  });
  if (!going) return null;
  const packed = offsetOf(input) - dataStart;
  if ((packedSize ?? packed) !== packed || (unpackedSize ?? unpacked) !== unpacked) {
    throw damaged(input, "a block is not as long as its header says");
  }
  for (let padding = -packed & 3; padding > 0; padding--) {
    if ((await take(input, 1))[0] !== 0) throw damaged(input, "a block's padding is not zero");
  }
  const at = offsetOf(input);
  const stored = await take(input, CHECK_SIZES[type] as number);
  const computed = sum?.bytes();
  if (check && computed?.some((byte, index) => byte !== stored[index])) {
    sink.problem(badChecksum("the compressed data", `checksum (${check.name})`, at));
  }
  return { unpadded: dataStart - start + packed + stored.length, unpacked };
}

interface BlockHeader {
  readonly dictionary: number;
  readonly packedSize: number | null;
  readonly unpackedSize: number | null;
}

async function readBlockHeader(input: PackedInput, first: number): Promise<BlockHeader> {
  const rest = (await take(input, 4 * first + 3)).slice();
  const header = Uint8Array.of(first, ...rest);
  const end = header.length - 4;
  if (littleEndian(header, end) !== crc32(header.subarray(0, end))) {
    throw damaged(input, "the checksum of a block's header is wrong");
  }
  let at = 2;
  const number = (): number => {
    const read = vli(header, at, end);
    if (read === null) throw damaged(input, "a block's header");
    at = read.end;
    return read.value;
  };
  const flags = header[1] as number;
  const packedSize = flags & 0x40 ? number() : null;
  const unpackedSize = flags & 0x80 ? number() : null;
  let dictionary = 0;
  for (let filter = 0; filter <= (flags & 3); filter++) {
    const id = number();
    const properties = number();
    if (id !== LZMA2) {
      const name = FILTERS[id];
      const message = `The data was compressed with the filter ${name ?? id}, which is not supported. Unpack it with xz.`;
      throw new UnpackError(message, offsetOf(input));
    }
    if (properties !== 1) throw damaged(input, "a block's header");
    const bits = header[at++] as number;
    if (bits > 40) throw damaged(input, "an impossible dictionary size");
    dictionary = bits === 40 ? 2 ** 32 - 1 : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11);
  }
  return { dictionary, packedSize, unpackedSize };
}

/** A number of up to nine bytes, seven bits each. */
function vli(bytes: Uint8Array, from: number, end: number): { readonly value: number; readonly end: number } | null {
  let value = 0;
  for (let at = from; at < Math.min(end, from + 9); at++) {
    const byte = bytes[at] as number;
    value += (byte & 127) * 128 ** (at - from);
    if (byte < 128) return { value, end: at + 1 };
  }
  return null;
}

/** Reads the index, whose first byte (0) was read, and compares it with the blocks that were found. */
async function checkIndex(input: PackedInput, blocks: readonly Block[]): Promise<void> {
  let crc = crc32(Uint8Array.of(0));
  let length = 1;
  const number = async (): Promise<number> => {
    const bytes: number[] = [];
    do bytes.push((await take(input, 1))[0] as number);
    while ((bytes.at(-1) as number) >= 128 && bytes.length < 9);
    crc = crc32(Uint8Array.from(bytes), crc);
    length += bytes.length;
    return vli(Uint8Array.from(bytes), 0, bytes.length)?.value ?? Number.NaN;
  };
  let agrees = (await number()) === blocks.length;
  for (let index = 0; agrees && index < blocks.length; index++) {
    const block = blocks[index] as Block;
    agrees = (await number()) === block.unpadded && (await number()) === block.unpacked;
  }
  if (!agrees) throw damaged(input, "the index does not list the blocks that are there");
  const padding = await take(input, -length & 3);
  crc = crc32(padding, crc);
  if (littleEndian(await take(input, 4)) !== crc) throw damaged(input, "the checksum of the index is wrong");
}
