// What a compressed tar archive contains, whatever the order of its entries: a directory is read in the order in which
// its files were made, which a restore does not keep.

import { encodeText } from "../../model/text/text.ts";
import { type Source, SourceError } from "../source.ts";
import { crc32 } from "./compression/checksums.ts";
import { unpackGzip } from "./compression/gzip.ts";
import { packedInput, UnpackError } from "./compression/packed-input.ts";

const BLOCK = 512;
/** Where a header has the size of the body, and the type of the entry. */
const [SIZE, SIZE_END, TYPE] = [124, 136, 156];
/**
 * GNU tar's sparse files: their type, and the bytes of the header and of further blocks that say another block follows.
 */
const [SPARSE, SPARSE_MORE, MORE] = ["S", 482, 504];
/** Entries that describe the one after them: long names and links of GNU tar, and extended headers. */
const OF_NEXT: ReadonlySet<string> = new Set(["L", "K", "x", "g"]);

/** The size in a header: octal digits, or a binary number whose first bit is set. */
function sizeIn(block: Uint8Array): number {
  const field = block.subarray(SIZE, SIZE_END);
  if (((field[0] as number) & 0x80) === 0) return Number.parseInt(String.fromCharCode(...field), 8) || 0;
  return field.subarray(1).reduce((size, byte) => size * 256 + byte, 0);
}

/** Takes the blocks of a tar archive. */
function createEntries() {
  const entries: number[] = [];
  let crc = 0;
  /** Blocks of the body that are still to come. */
  let body = 0;
  let isWhole = true;
  let hasMore = false;
  return {
    add(block: Uint8Array): void {
      if (body === 0 && isWhole && block.every((byte) => byte === 0)) return;
      crc = crc32(block, crc);
      if (hasMore) hasMore = block[MORE] !== 0;
      else if (body > 0) body--;
      else {
        const type = String.fromCharCode(block[TYPE] as number);
        body = Math.ceil(sizeIn(block) / BLOCK);
        isWhole = !OF_NEXT.has(type);
        hasMore = type === SPARSE && block[SPARSE_MORE] !== 0;
      }
      if (body > 0 || hasMore || !isWhole) return;
      entries.push(crc);
      crc = 0;
    },
    /** The same for the same entries in any order. */
    digest: (): string => `${crc32(encodeText(entries.sort((a, b) => a - b).join(" ")))} ${entries.length}`,
  };
}

/** A digest of the entries of a compressed tar archive; `null`: it is damaged, or is in a compressed archive itself. */
export async function digestOfEntries(source: Source, throwIfAborted: () => void): Promise<string | null> {
  const entries = createEntries();
  const block = new Uint8Array(BLOCK);
  let filled = 0;
  let isDamaged = false;
  const write = (bytes: Uint8Array): boolean => {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + BLOCK - filled);
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < BLOCK) break;
      entries.add(block);
      filled = 0;
    }
    return true;
  };
  const problem = (): void => {
    isDamaged = true;
  };
  try {
    await unpackGzip(packedInput(source, throwIfAborted), source.size, { write, problem, windowLimit: 0 });
  } catch (error) {
    if (!(error instanceof UnpackError || error instanceof SourceError)) throw error;
    isDamaged = true;
  }
  return isDamaged ? null : entries.digest();
}
