// A folder's files as one tar archive that is nowhere: its bytes are made up when they are read.

import { bytesSource, type Source } from "../../app/decoder/source.ts";
import { encodeText } from "../../app/model/text.ts";

const BLOCK = 512;

/** The archive of some files, in their order. It can be read in any part without reading the others. */
export function tarSource(name: string, files: readonly Source[]): Source {
  const pieces: Source[] = [];
  for (const file of files) {
    const path = encodeText(file.name);
    // A name longer than a header has room for comes as a member of its own (GNU).
    if (path.length > 100) {
      pieces.push(header(encodeText("././@LongLink"), path.length, "L"), padded(bytesSource("", path)));
    }
    pieces.push(header(path.subarray(0, 100), file.size, "0"), padded(file));
  }
  pieces.push(bytesSource("", new Uint8Array(2 * BLOCK)));
  return joined(name, pieces);
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");

function header(path: Uint8Array, size: number, type: string): Source {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string) => block.set(encodeText(text), at);
  block.set(path);
  put(100, octal(0o644, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  if (size < 8 ** 11) put(124, octal(size, 11));
  else {
    // Base 256, for what octal has no room for.
    new DataView(block.buffer).setBigUint64(128, BigInt(size));
    block[124] = 0x80;
  }
  put(136, octal(0, 11));
  put(148, "        ");
  put(156, type);
  put(257, "ustar  ");
  put(
    148,
    octal(
      block.reduce((sum, byte) => sum + byte, 0),
      6,
    ),
  );
  block[154] = 0;
  return bytesSource("", block);
}

/** A source followed by zeros up to the next block. */
function padded(source: Source): Source {
  const more = (BLOCK - (source.size % BLOCK)) % BLOCK;
  return more === 0 ? source : joined("", [source, bytesSource("", new Uint8Array(more))]);
}

/** Sources one after the other. */
function joined(name: string, pieces: readonly Source[]): Source {
  const starts: number[] = [];
  let size = 0;
  for (const piece of pieces) {
    starts.push(size);
    size += piece.size;
  }
  return {
    name,
    size,
    async read(offset, length) {
      const result = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      // The last piece that begins at or before `offset`.
      let low = 0;
      for (let high = starts.length; high - low > 1; ) {
        const middle = (low + high) >>> 1;
        if ((starts[middle] as number) <= offset) low = middle;
        else high = middle;
      }
      for (let filled = 0; filled < result.length; low++) {
        const piece = pieces[low] as Source;
        const at = offset + filled - (starts[low] as number);
        const bytes = await piece.read(at, Math.min(result.length - filled, piece.size - at));
        result.set(bytes, filled);
        // A file that has become shorter since reads as zeros.
        filled += Math.min(result.length - filled, piece.size - at);
      }
      return result;
    },
  };
}
