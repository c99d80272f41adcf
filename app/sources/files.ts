// Files and blobs from the user as sources.

import type { Source } from "../decoder/source.ts";
import { SourceError } from "../decoder/source.ts";

/** A source over a blob; reading fails if the file has changed on disk since it was opened. */
export function blobSource(name: string, blob: Blob): Source {
  // A page may be given a File of another window.
  const { lastModified } = blob as Partial<File>;
  return {
    name,
    size: blob.size,
    mayReadAhead: true,
    ...(lastModified !== undefined && { modified: () => lastModified / 1000 }),
    async read(offset, length) {
      try {
        return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      } catch {
        throw new SourceError(
          `${name} can no longer be read: it has been changed, moved or removed since it was opened.`,
        );
      }
    },
  };
}
