// Keeps the members of a compressed archive that the caller needs while it is unpacked, within a limit.

import { visible } from "../../model/text/text.ts";
import { limitMessage } from "../limits.ts";
import { bytesSource, type Source, SourceError } from "../source.ts";
import { HEAD_BYTES } from "./forms.ts";
import type { Listed } from "./links.ts";
import type { ArchiveProblem } from "./problem.ts";
import { sparseSource } from "./sparse.ts";
import type { TarSink } from "./tar.ts";
import type { TarEntry } from "./tar-header.ts";

/** Which members' contents are needed. */
export interface Needs {
  /** By name; `maybe`: its first bytes decide; `ends`: only the first and last END_BYTES, wherever they are read. */
  readonly needed: (name: string) => boolean | "maybe" | "ends";
  readonly neededBytes: (head: Uint8Array) => boolean;
}

export interface Keeper {
  readonly sink: TarSink;
  readonly listed: Listed[];
}

/**
 * How much is kept of either end of a member of which only these are needed: enough for the checksum of a gzip file.
 */
export const END_BYTES = 16;

interface Current {
  readonly entry: TarEntry;
  /** Takes what is read, if only the ends are kept; else `null`. */
  readonly ends: Ends | null;
  /** Its bytes, until `buffer` is allocated. */
  chunks: Uint8Array[];
  /** Room for as many bytes as the entry's header states. */
  buffer: Uint8Array | null;
  length: number;
  keep: boolean;
}

/**
 * The buffer for a whole member is allocated once this fraction of it has been read: a header can state any size, and a
 * large member should not be in memory twice.
 */
const ENOUGH = 1 / 4;

const storedSize = ({ size, sparse }: TarEntry): number => sparse?.stored ?? size;

function add(file: Current, bytes: Uint8Array, limit: number): void {
  const size = storedSize(file.entry);
  const length = file.length + bytes.length;
  if (file.buffer === null && length >= size * ENOUGH && length <= size && size <= limit) {
    file.buffer = new Uint8Array(size);
    putInto(file.buffer, file.chunks);
    file.chunks = [];
  }
  if (file.buffer === null) file.chunks.push(bytes.slice());
  else file.buffer.set(bytes, file.length);
  file.length = length;
}

/** The first `length` bytes of a member, at least as many of which have been read. */
const firstBytes = ({ buffer, chunks }: Current, length: number): Uint8Array =>
  buffer?.subarray(0, length) ?? joined(chunks, length);

interface Ends {
  add(bytes: Uint8Array): void;
  source(name: string, size: number): Source;
}

/** Keeps the two ends of a member. */
function createEnds(): Ends {
  let first: Uint8Array = new Uint8Array(0);
  let last: Uint8Array = new Uint8Array(0);
  let length = 0;
  return {
    add(bytes) {
      if (first.length < END_BYTES) first = joined([first, bytes], Math.min(END_BYTES, first.length + bytes.length));
      const kept = bytes.subarray(-END_BYTES);
      const both = joined([last, kept], last.length + kept.length);
      last = both.slice(-END_BYTES);
      length += bytes.length;
    },
    source(name, size) {
      const absent = absentSource(name, size);
      if (length !== size) return absent;
      const tail = size - last.length;
      return {
        name,
        size,
        read: (offset, wanted) => {
          const end = Math.min(size, offset + wanted);
          if (end <= first.length) return first.subarray(offset, end);
          return offset >= tail ? last.subarray(offset - tail, end - tail) : absent.read(offset, wanted);
        },
      };
    },
  };
}

/** Collects the members of a streamed tar. `limit`: bytes kept in all. */
export function createKeeper(needs: Needs, limit: number, problem: (problem: ArchiveProblem) => void): Keeper {
  const listed: Listed[] = [];
  let kept = 0;
  let current: Current | null = null;

  const drop = (file: Current): false => {
    kept -= file.length;
    file.keep = false;
    file.chunks = [];
    file.buffer = null;
    return false;
  };

  const sink: TarSink = {
    entry(entry) {
      const isLink = entry.hardLink !== undefined || entry.symbolicLink !== undefined;
      const asked = isLink ? false : needs.needed(entry.name);
      // What is stored of a sparse file need not begin or end as the file does.
      const need = asked === "ends" && entry.sparse !== undefined ? false : asked;
      const ends = need === "ends" ? createEnds() : null;
      const keep = need === true || need === "maybe";
      const file: Current = { entry, ends, chunks: [], buffer: null, length: 0, keep };
      current = file;
      if (need === false) return null;
      if (ends !== null) {
        return (bytes) => {
          ends.add(bytes);
          return true;
        };
      }
      let isDecided = need === true || entry.sparse !== undefined;
      return (bytes) => {
        if (kept + bytes.length > limit) {
          const message = `${visible(entry.name)} is not kept. ${limitMessage("kept", limit)}`;
          problem({ severity: "error", code: "archive-too-large", message, limit: "kept", offset: 0 });
          return drop(file);
        }
        add(file, bytes, limit);
        kept += bytes.length;
        if (!isDecided && (file.length >= HEAD_BYTES || file.length === storedSize(entry))) {
          isDecided = true;
          if (!needs.neededBytes(firstBytes(file, Math.min(HEAD_BYTES, file.length)))) return drop(file);
        }
        return true;
      };
    },
    entryEnd() {
      if (current === null) return;
      const { entry, ends, length, keep } = current;
      const isLink = entry.hardLink !== undefined || entry.symbolicLink !== undefined;
      const left = (): Source => ends?.source(entry.name, entry.size) ?? absentSource(entry.name, entry.size);
      const source = keep ? keptSource(entry, firstBytes(current, length)) : left();
      listed.push({ entry, source: isLink ? null : dated(source, entry.modified) });
      current = null;
    },
  };
  return { sink, listed };
}

function keptSource({ name, size, sparse }: TarEntry, bytes: Uint8Array): Source {
  const body = bytesSource(name, bytes);
  return sparse === undefined ? body : sparseSource(name, size, body, sparse);
}

/** The first `length` bytes of chunks. */
export function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  putInto(bytes, chunks);
  return bytes;
}

/** Copies chunks one after the other, as far as there is room. */
function putInto(bytes: Uint8Array, chunks: readonly Uint8Array[]): void {
  let at = 0;
  for (const chunk of chunks) {
    if (at >= bytes.length) break;
    const part = chunk.subarray(0, bytes.length - at);
    bytes.set(part, at);
    at += part.length;
  }
}

/** A source with its time, unless that is 0. */
export const dated = (source: Source, modified: number): Source =>
  modified > 0 ? { ...source, modified: () => modified } : source;

/** A member whose contents were not kept. */
export function absentSource(name: string, size: number): Source {
  const message = `The contents of ${visible(name)} were not kept when the archive was unpacked.`;
  return { name, size, read: () => Promise.reject(new SourceError(message)) };
}
