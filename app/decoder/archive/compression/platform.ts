// Unpacking by the platform's own decompressors, or by WebAssembly, which are several times as fast
// as ours. They do not say what is wrong with the data, or where; so a file that they cannot unpack
// to its last byte is unpacked again by ours.

import type { Source } from "../../source.ts";
import type { PackedForm } from "../forms.ts";
import type { UnpackSink } from "./packed-input.ts";

/**
 * Unpacks a file from its first byte on. `read` returns its next bytes, `null` at the end; `write` takes the next
 * unpacked bytes (to be copied), and returns false if no more are needed.
 *
 * Returns whether the file was unpacked to its end, with every checksum right and nothing after the end of its data.
 * May throw if it was not. Everything written before that is correct in any case.
 */
export type PlatformUnpacker = (
  read: () => Promise<Uint8Array | null>,
  write: (bytes: Uint8Array) => boolean,
) => Promise<boolean>;

export type PlatformUnpackers = Readonly<Partial<Record<PackedForm, PlatformUnpacker>>>;

/** Bytes that are read at a time. */
const CHUNK = 256 << 10;

/**
 * Unpacks a file with one of the platform's decompressors.
 *
 * @param progress Called with how many bytes of the file have been read.
 * @returns "done" if all was unpacked, or no more is needed; else how many bytes were written.
 * @throws what `sink.write` and `progress` throw.
 */
export async function unpackByPlatform(
  unpacker: PlatformUnpacker,
  source: Source,
  sink: UnpackSink,
  progress: (offset: number) => void,
): Promise<"done" | number> {
  let written = 0;
  let isEnough = false;
  let thrown: { readonly reason: unknown } | null = null;
  const caught = <T>(run: () => T): T => {
    try {
      return run();
    } catch (reason) {
      thrown = { reason };
      throw reason;
    }
  };
  let at = 0;
  const read = async (): Promise<Uint8Array | null> => {
    caught(() => progress(at));
    if (at >= source.size) return null;
    const bytes = await source.read(at, Math.min(CHUNK, source.size - at));
    at += bytes.length;
    return bytes.length === 0 ? null : bytes;
  };
  const write = (bytes: Uint8Array): boolean => {
    if (isEnough) return false;
    isEnough = !caught(() => sink.write(bytes));
    written += bytes.length;
    return !isEnough;
  };
  let isWhole = false;
  try {
    isWhole = (await unpacker(read, write)) && at === source.size;
  } catch (error) {
    // Errors of the caller's functions are passed on; any other error is a fault in the data.
    if (thrown !== null) throw error;
  }
  return isWhole || isEnough ? "done" : written;
}

/** A sink that drops the first `count` bytes, which have already been written. */
export function withoutFirst({ write, ...sink }: UnpackSink, count: number): UnpackSink {
  let left = count;
  return {
    ...sink,
    write(bytes) {
      const skipped = Math.min(left, bytes.length);
      left -= skipped;
      return skipped === bytes.length || write(bytes.subarray(skipped));
    },
  };
}
