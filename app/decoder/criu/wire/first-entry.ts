// The first entry of a member, read without decoding the set: for a list of images.

import { type Source, SourceError } from "../../source.ts";
import type { MemberKind } from "../format/member-kinds.ts";
import { framingOf, word } from "./framing.ts";

/** Some bytes of a file, with the message in bytes[start … end - 1]. */
interface FirstEntry {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The first entry of a file of a kind, as far as it is in the first `most` bytes; `null`: there is none. */
export async function firstEntry(
  source: Source,
  kind: MemberKind | undefined,
  most: number,
): Promise<FirstEntry | null> {
  const bytes = await readable(source, most);
  const framing = bytes === null || kind === undefined ? null : framingOf(kind, bytes);
  if (bytes === null || framing === null || bytes.length < framing.length + 4) return null;
  const start = framing.length + 4;
  const length = word(bytes, framing.length, framing.littleEndian);
  return { bytes, start, end: Math.min(bytes.length, start + length) };
}

async function readable(source: Source, most: number): Promise<Uint8Array | null> {
  try {
    return await source.read(0, Math.min(source.size, most));
  } catch (error) {
    if (error instanceof SourceError) return null;
    throw error;
  }
}
