// Reads pages files: raw pages and compressed blocks, through a block of bytes that stays in memory.

import { unpackLz4 } from "../archive/compression/lz4.ts";
import type { Source } from "../source.ts";
import type { Blocks } from "./page-runs.ts";

/** Bytes that are read at once while pages are read one after the other. */
const LARGEST_READ = 4 << 20;
const FIRST_READ = 64 << 10;

/** A file with pages. */
export interface PagesFile {
  /** Raw bytes; fewer at the end of the file. The result may be a view. @throws SourceError */
  raw(offset: number, length: number): Promise<Uint8Array>;
  /** The bytes of a block; `null` if it is damaged. Valid until the next call. @throws SourceError */
  block(blocks: Blocks, index: number): Promise<Uint8Array | null>;
}

/** Opens a pages file. Nothing is read yet. */
export function openPagesFile(source: Source): PagesFile {
  let held = { base: 0, bytes: new Uint8Array(0) as Uint8Array };
  let size = FIRST_READ;
  let unpacked: { readonly of: Blocks; readonly index: number; readonly bytes: Uint8Array | null } | null = null;

  const raw = async (offset: number, length: number): Promise<Uint8Array> => {
    const wanted = Math.max(0, Math.min(length, source.size - offset));
    const from = offset - held.base;
    if (from >= 0 && from + wanted <= held.bytes.length) return held.bytes.subarray(from, from + wanted);
    // Twice as much as before if this read goes on where the last one ended; only what is needed after a jump.
    const isNext = offset >= held.base && offset <= held.base + held.bytes.length;
    size = isNext ? Math.min(size * 2, LARGEST_READ) : FIRST_READ;
    const bytes = await source.read(offset, Math.min(Math.max(size, wanted), source.size - offset));
    held = { base: offset, bytes };
    return bytes.subarray(0, wanted);
  };

  return {
    raw,
    async block(blocks, index) {
      if (unpacked?.of === blocks && unpacked.index === index) return unpacked.bytes;
      const bytes = await readBlock(raw, blocks, index);
      unpacked = { of: blocks, index, bytes };
      return bytes;
    },
  };
}

async function readBlock(raw: PagesFile["raw"], blocks: Blocks, index: number): Promise<Uint8Array | null> {
  const { start, end, blockSize, offsets } = blocks;
  const size = Math.min(blockSize, end - start - index * blockSize);
  const offset = offsets[index] as number;
  const stored = (offsets[index + 1] as number) - offset;
  if (stored === 0) return new Uint8Array(size);
  const bytes = await raw(offset, stored);
  if (bytes.length < stored) return null;
  if (stored === size) return bytes;
  const out = new Uint8Array(size);
  return unpackLz4(bytes, out) ? out : null;
}
