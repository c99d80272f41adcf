// The files of a directory as a tar archive that is never written: its bytes are made when they are read.

import { bytesSource, joinedSource, type Source } from "../../app/decoder/source.ts";
import { encodeText } from "../../app/model/text/text.ts";

const BLOCK = 512;

/** An archive of files, in the given order. Reading a part of it reads only the files in that part. */
export function tarSource(name: string, files: readonly Source[]): Source {
  const pieces: Source[] = [];
  for (const file of files) {
    const path = encodeText(file.name);
    // A name that does not fit the header is stored in a member of its own (GNU).
    if (path.length > 100) {
      pieces.push(header(encodeText("././@LongLink"), path.length, "L"), padded(bytesSource("", path)));
    }
    pieces.push(header(path.subarray(0, 100), file.size, "0"), padded(file));
  }
  pieces.push(bytesSource("", new Uint8Array(2 * BLOCK)));
  return joinedSource(name, pieces);
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");

/** Without the file's time: the page would take it for the archive's own time, which copying does not change. */
function header(path: Uint8Array, size: number, type: string): Source {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string) => block.set(encodeText(text), at);
  block.set(path);
  put(100, octal(0o644, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  if (size < 8 ** 11) put(124, octal(size, 11));
  else {
    // Base 256, for sizes that do not fit in octal digits.
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
  return more === 0 ? source : joinedSource("", [source, bytesSource("", new Uint8Array(more))]);
}
