// The interface through which decoders read bytes.

import { upperBound } from "../model/search.ts";
import type { Limits } from "./limits.ts";

/** Bytes at rest: a file, a part of one, a buffer, a hosted image. */
export interface Source {
  /** The name given by the user, folder or archive; untrusted text. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** When it was last modified, in seconds since 1970, if its folder or archive says so. May have to ask for it. */
  readonly modified?: () => number;
  /** Reading ahead is cheap, as in a local file. */
  readonly mayReadAhead?: true;
  /**
   * Bytes offset … offset + length - 1, fewer only at the end of the source. The result may be a view; callers
   * do not write to it. Rejects with a SourceError if the bytes cannot be read.
   */
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>;
}

/** Bytes that cannot be read: the file changed, the connection broke. Its message is a sentence for the user. */
export class SourceError extends Error {
  override readonly name = "SourceError";
}

/** A source over bytes in memory. */
export function bytesSource(name: string, bytes: Uint8Array): Source {
  return {
    name,
    size: bytes.length,
    read: (offset, length) => partOf(bytes, offset, length),
  };
}

/** bytes[offset … offset + length - 1], as far as there are so many; `bytes` itself if that is all of it. */
export const partOf = (bytes: Uint8Array, offset: number, length: number): Uint8Array =>
  offset === 0 && length >= bytes.length ? bytes : bytes.subarray(offset, Math.min(bytes.length, offset + length));

/** The part of `source` from `offset`, `size` bytes long, as a source of its own. */
export function partSource(source: Source, name: string, offset: number, size: number): Source {
  return {
    name,
    size,
    read: (at, length) => source.read(offset + at, Math.max(0, Math.min(length, size - at))),
  };
}

/**
 * Whether a detail is needed, by its key and the kind of its file (index into FILE_KINDS); `without-ids`: without the
 * ids of other files in it, where only whether it is null counts if it is nothing but ids. A decoder that saves time
 * may leave out what is not needed, but need not.
 */
export type DetailFilter = (key: string, kind: number) => boolean | "without-ids";

/** Options of a decoder. */
export interface DecodeOptions {
  /** A dialect chosen by the user instead of the detected one. */
  readonly dialect?: string;
  /** Called now and then with the bytes read, the bytes in total, and the objects found so far. */
  readonly onProgress?: (progress: Progress) => void;
  /** Whether to read the details of open files and the links between them, or which details. Default: true. */
  readonly details?: boolean | DetailFilter;
  /**
   * An image that was decoded with the same `details`. What is the same in both may be taken from it instead of being
   * read again, and is then shared. The result is the same.
   */
  readonly earlier?: {
    readonly checkpoint: import("../model/checkpoint.ts").Checkpoint;
    readonly sources: readonly Source[];
  };
  /**
   * Whether kernels may run, where WebAssembly is allowed; "always": for small images too, which take less time than
   * starting a kernel. Without them the result is the same. Default: true.
   */
  readonly kernels?: boolean | "always";
  /** Limits on rows and memory. None if absent. */
  readonly limits?: Limits;
  /** Aborting makes decoding reject with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Called a few times at most with the part decoded so far, so that a view can begin. Its columns keep growing: copy
   * them before returning.
   */
  readonly onPart?: (part: import("../model/checkpoint.ts").Checkpoint) => void;
  /** Whether a part is wanted now; if not, it is asked again after more bytes. Always, if absent. */
  readonly wantsPart?: () => boolean;
}

export interface Progress {
  readonly bytes: number;
  readonly size: number;
  readonly objects: number;
}

/** Concatenated sources, as one. Reading rejects if one of them has become shorter. */
export function joinedSource(name: string, pieces: readonly Source[]): Source {
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
      let index = upperBound(starts, offset) - 1;
      for (let filled = 0; filled < result.length; index++) {
        const piece = pieces[index] as Source;
        const at = offset + filled - (starts[index] as number);
        const wanted = Math.min(result.length - filled, piece.size - at);
        const bytes = await piece.read(at, wanted);
        // Otherwise the rest would be at the wrong offset, or there would be zeros that no file has.
        if (bytes.length < wanted) {
          throw new SourceError(`${piece.name || name} became shorter while it was read.`);
        }
        result.set(bytes, filled);
        filled += wanted;
      }
      return result;
    },
  };
}
