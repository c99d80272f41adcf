// Reads the entries of one file of a set again, for its memory.

import { MEMBER_KINDS } from "../format/member-kinds.ts";
import type { PlacedMember } from "../sets/placing.ts";
import { HEAD_SIZE, walkEntries } from "../wire/entries.ts";
import { framingOf } from "../wire/framing.ts";

/** The outcome of reading a file: `none` if it is not an image of its kind, `part` if it is cut off or damaged. */
export type Read = "none" | "part" | "whole";

/**
 * Calls `visit` for each whole entry of a file: its message is bytes[start … end - 1]. Damage has been reported when
 * the set was decoded.
 *
 * @throws SourceError if bytes cannot be read.
 */
export async function readEntries(
  { source, kind }: PlacedMember,
  visit: (bytes: Uint8Array, start: number, end: number, nth: number) => void,
): Promise<Read> {
  const description = MEMBER_KINDS[kind];
  const head = await source.read(0, Math.min(HEAD_SIZE, source.size));
  const start = description === undefined ? null : framingOf(description, head);
  if (start === null) return "none";
  let nth = 0;
  const ignore = (): void => {};
  const { fault } = await walkEntries(source, start, head, {
    visit(bytes, from, to) {
      visit(bytes, from, to, nth++);
      return 0;
    },
    oversized: ignore,
    cut: ignore,
    progress: ignore,
  });
  return fault === null ? "whole" : "part";
}

/** The name of a member's kind. */
export const kindName = ({ kind }: PlacedMember): string => MEMBER_KINDS[kind]?.name ?? "";
