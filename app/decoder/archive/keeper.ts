// What is kept of a compressed archive as it is unpacked: the members that the caller needs, within a limit.

import { visible } from "../../model/text.ts";
import { limitMessage } from "../limits.ts";
import { bytesSource, type Source, SourceError } from "../source.ts";
import { HEAD_BYTES } from "./forms.ts";
import type { Listed } from "./links.ts";
import type { TarSink } from "./tar.ts";
import type { ArchiveProblem, TarEntry } from "./tar-header.ts";

/** Which members' contents are needed. */
export interface Needs {
  /** By name; `maybe`: its first bytes decide. */
  readonly needed: (name: string) => boolean | "maybe";
  readonly neededBytes: (head: Uint8Array) => boolean;
}

export interface Keeper {
  readonly sink: TarSink;
  readonly listed: Listed[];
}

interface Current {
  readonly entry: TarEntry;
  chunks: Uint8Array[];
  length: number;
  keep: boolean;
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
    return false;
  };

  const sink: TarSink = {
    entry(entry) {
      const isLink = entry.hardLink !== undefined || entry.symbolicLink !== undefined;
      const need = isLink || entry.sparse ? false : needs.needed(entry.name);
      const file: Current = { entry, chunks: [], length: 0, keep: need !== false };
      current = file;
      if (need === false) return null;
      let isDecided = need === true;
      return (bytes) => {
        if (kept + bytes.length > limit) {
          const message = `${visible(entry.name)} is not kept. ${limitMessage("kept", limit)}`;
          problem({ severity: "error", code: "archive-too-large", message, limit: "kept", offset: 0 });
          return drop(file);
        }
        file.chunks.push(bytes.slice());
        file.length += bytes.length;
        kept += bytes.length;
        if (!isDecided && (file.length >= HEAD_BYTES || file.length === entry.size)) {
          isDecided = true;
          if (!needs.neededBytes(joined(file.chunks, Math.min(HEAD_BYTES, file.length)))) return drop(file);
        }
        return true;
      };
    },
    entryEnd() {
      if (current === null) return;
      const { entry, chunks, length, keep } = current;
      const isLink = entry.hardLink !== undefined || entry.symbolicLink !== undefined;
      const source = keep ? bytesSource(entry.name, joined(chunks, length)) : absentSource(entry.name, entry.size);
      listed.push({ entry, source: isLink ? null : dated(source, entry.modified) });
      current = null;
    },
  };
  return { sink, listed };
}

/** The first `length` bytes of chunks. */
export function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    if (at >= length) break;
    const part = chunk.subarray(0, length - at);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A source with its time, unless that is 0. */
export const dated = (source: Source, modified: number): Source => (modified > 0 ? { ...source, modified } : source);

/** A member whose contents were not kept. */
export function absentSource(name: string, size: number): Source {
  const message = `The contents of ${visible(name)} were not kept when the archive was unpacked.`;
  return { name, size, read: () => Promise.reject(new SourceError(message)) };
}
