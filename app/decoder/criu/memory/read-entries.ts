// Reads the entries of one file of a set again, for its memory.

import { visible } from "../../../model/text.ts";
import { SourceError } from "../../source.ts";
import { walkEntries } from "../entries.ts";
import { framingOf } from "../framing.ts";
import { MEMBER_KINDS } from "../member-kinds.ts";
import type { PlacedMember } from "../placing.ts";

/**
 * Calls `visit` for each whole entry of a file: its message is bytes[start … end - 1]. Damage has been reported when the
 * set was decoded; what is before it counts.
 *
 * @throws SourceError if bytes cannot be read.
 */
export async function readEntries(
  { source, kind }: PlacedMember,
  visit: (bytes: Uint8Array, start: number, end: number, nth: number) => void,
): Promise<void> {
  const description = MEMBER_KINDS[kind];
  const start =
    description === undefined ? null : framingOf(description, await source.read(0, Math.min(8, source.size)));
  if (start === null) throw new SourceError(`${visible(source.name)} is not an image of its kind.`);
  let nth = 0;
  const ignore = (): void => {};
  await walkEntries(
    source,
    start,
    (bytes, from, to) => {
      visit(bytes, from, to, nth++);
      return 0;
    },
    ignore,
    ignore,
    ignore,
  );
}

/** The name of a member's kind. */
export const kindName = ({ kind }: PlacedMember): string => MEMBER_KINDS[kind]?.name ?? "";
