// Files and blobs from the user as sources.

import type { Source } from "../decoder/source.ts";
import { SourceError } from "../decoder/source.ts";
import { sameBytes } from "../model/text/text.ts";

/** Bytes of a sample that later reads are checked against. */
const SAMPLE = 256;
/** Milliseconds for which a file is taken to be unchanged, so that an opening does not check thousands of files. */
const TRUSTED = 5000;

interface Sample {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * A source over a blob; reading fails if the file has changed on disk since it was opened. Chromium notices that itself.
 * Firefox returns the bytes of the changed file, so two parts of what was read are compared with what the file has now.
 *
 * @param now The time in milliseconds, from any start.
 */
export function blobSource(name: string, blob: Blob, now: () => number = () => performance.now()): Source {
  // A page may be given a File of another window.
  const { lastModified } = blob as Partial<File>;
  const { size } = blob;
  /** The start of what was read first, and the end of the longest read. */
  let samples: readonly Sample[] = [];
  let longest = 0;
  let checked = 0;

  const readNow = async (offset: number, length: number): Promise<Uint8Array> =>
    new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
  const isUnchanged = async ({ offset, bytes }: Sample): Promise<boolean> =>
    sameBytes(await readNow(offset, bytes.length), bytes);

  const sample = (offset: number, bytes: Uint8Array): void => {
    if (bytes.length <= longest) return;
    longest = bytes.length;
    const [first] = samples;
    const isFirst = first === undefined || first.offset === offset;
    const end = { offset: offset + Math.max(0, bytes.length - SAMPLE), bytes: bytes.slice(-SAMPLE) };
    samples = [isFirst ? { offset, bytes: bytes.slice(0, SAMPLE) } : first, end];
  };
  /** Rejects if the file has changed. */
  const check = async (): Promise<void> => {
    const time = now();
    if (samples.length > 0 && time - checked <= TRUSTED) return;
    const same = await Promise.all(samples.map(isUnchanged));
    if (same.includes(false)) throw new Error();
    checked = time;
  };

  return {
    name,
    size,
    mayReadAhead: true,
    ...(lastModified !== undefined && { modified: () => lastModified / 1000 }),
    async read(offset, length) {
      try {
        const bytes = await readNow(offset, length);
        if (bytes.length < Math.min(length, size - offset)) throw new Error();
        await check();
        sample(offset, bytes);
        return bytes;
      } catch {
        throw new SourceError(
          `${name} can no longer be read: it has been changed, moved or removed since it was opened. Open it again.`,
        );
      }
    },
  };
}
