// Captures of criu-image-streamer: the files of a set one after the other, in pieces. Repeated: the length of a marker
// (u32, little-endian), the marker (protobuf), and after a marker of data as many bytes as it says. A marker names a
// file, announces bytes of that file, ends the file, or ends the whole.
//
//   marker { 1 seq uint64, one of: 2 filename string, 3 file_data uint32, 4 file_eof bool, 5 image_eof bool }

import { exactText, visible } from "../../model/text/text.ts";
import { HIGHEST } from "../limits.ts";
import { joinedSource, partSource, type Source } from "../source.ts";
import type { ArchiveProblem } from "./problem.ts";
import { tooMany } from "./tar.ts";

/** Markers are short: a file's name at most. */
const MARKER_LIMIT = 4096;

interface Marker {
  readonly seq: number;
  readonly filename: string | null;
  readonly data: number;
  readonly fileEnd: boolean;
  readonly imageEnd: boolean;
}

/** Decodes a marker; `null` if it is not one. */
function marker(bytes: Uint8Array): Marker | null {
  let at = 0;
  let [seq, filename, data, fileEnd, imageEnd] = [0, null as string | null, -1, false, false];
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 10; shift++) {
      const byte = bytes[at++];
      if (byte === undefined) return Number.NaN;
      value += (byte & 127) * 128 ** shift;
      if (byte < 128) return value;
    }
    return Number.NaN;
  };
  while (at < bytes.length) {
    const tag = varint();
    const value = varint();
    if (Number.isNaN(value)) return null;
    if (tag === 0x08) seq = value;
    else if (tag === 0x12) {
      if (at + value > bytes.length) return null;
      filename = exactText(bytes.subarray(at, at + value));
      at += value;
    } else if (tag === 0x18) data = value;
    else if (tag === 0x20) fileEnd = value === 1;
    else if (tag === 0x28) imageEnd = value === 1;
    else return null;
  }
  return { seq, filename, data, fileEnd, imageEnd };
}

const word = (bytes: Uint8Array): number =>
  (bytes[0] as number) + (bytes[1] as number) * 256 + (bytes[2] as number) * 65536 + (bytes[3] as number) * 2 ** 24;

/** Whether a file begins like a capture: with a marker that names a file. */
export function isStreamerCapture(head: Uint8Array): boolean {
  if (head.length < 8) return false;
  const length = word(head);
  if (length < 3 || length > 300 || 4 + length > head.length) return false;
  const filename = marker(head.subarray(4, 4 + length))?.filename;
  // A name of any file that CRIU writes.
  return filename !== undefined && filename !== null && /^[\w.-]+$/.test(filename);
}

/** Lists the files of a capture. Their bytes are read from the capture when they are needed. */
export async function listStreamer(
  source: Source,
  signal?: AbortSignal,
  most = HIGHEST.members,
): Promise<{ readonly members: Source[]; readonly problems: ArchiveProblem[] }> {
  const members: Source[] = [];
  const problems: ArchiveProblem[] = [];
  const error = (code: string, message: string, offset: number): void => {
    problems.push({ severity: "error", code, message, offset });
  };
  let held = { base: 0, bytes: new Uint8Array(0) as Uint8Array };
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    if (offset < held.base || offset + length > held.base + held.bytes.length) {
      signal?.throwIfAborted();
      held = { base: offset, bytes: await source.read(offset, Math.min(64 << 10, source.size - offset)) };
    }
    return held.bytes.subarray(offset - held.base, offset - held.base + length);
  };
  let name: string | null = null;
  let parts: Source[] = [];
  let at = 0;
  let expected = 0;
  const end = (): void => {
    if (name === null) return;
    members.push(joinedSource(name, parts));
    name = null;
    parts = [];
  };
  while (at < source.size) {
    const start = at;
    const length = at + 4 <= source.size ? word(await read(at, 4)) : Number.NaN;
    const found = length <= MARKER_LIMIT && at + 4 + length <= source.size ? marker(await read(at + 4, length)) : null;
    if (found === null) {
      const cut = !(length > MARKER_LIMIT);
      error(cut ? "truncated-archive" : "bad-archive-header", cut ? CUT : DAMAGED, start);
      end();
      return { members, problems };
    }
    at += 4 + length;
    if (found.seq !== expected) {
      const message = "Pieces are missing: this is one of several streams of a capture. Capture with one stream.";
      if (problems.length === 0) error("streamer-shard", message, start);
    }
    expected = found.seq + 1;
    if (found.imageEnd) {
      if (at < source.size) {
        const message = `${source.size - at} bytes follow the end of the capture; not read.`;
        problems.push({ severity: "note", code: "bytes-after-end", message, offset: at });
      }
      end();
      return { members, problems };
    }
    if (found.filename !== null) {
      end();
      if (members.length >= most) {
        problems.push(tooMany(most, start));
        return { members, problems };
      }
      name = found.filename;
    } else if (found.fileEnd) end();
    else if (found.data >= 0 && name !== null) {
      const size = Math.min(found.data, source.size - at);
      parts.push(partSource(source, name, at, size));
      if (size < found.data) {
        error("truncated-archive", `The capture ends in the middle of ${visible(name)}.`, start);
        end();
        return { members, problems };
      }
      at += size;
    }
  }
  end();
  error("truncated-archive", CUT, at);
  return { members, problems };
}

const CUT = "The capture is cut off.";
const DAMAGED = "The capture is damaged: a marker was expected here. The rest is not read.";
