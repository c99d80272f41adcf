// Parses the names of a set's files. Imports only the table of kinds, so that the page can use it.

import { baseName } from "../../../model/text/paths.ts";
import { MEMBER_KINDS } from "./member-kinds.ts";

/** A file's kind and number, according to its name. */
export interface MemberName {
  /** Index into MEMBER_KINDS. */
  readonly kind: number;
  /** The number in the name; NaN if it has none. */
  readonly number: number;
}

const KIND_OF_NAME: ReadonlyMap<string, number> = new Map(MEMBER_KINDS.map(({ name }, index) => [name, index]));

/** Kinds that CRIU writes without the extension .img: its service files. */
const isService = (magic: string | null): boolean => magic === "STATS" || magic === "IRMAP_CACHE";

const EXTENSION = ".img";
const PACKED_EXTENSION = ".tar.gz.img";

/** The kind and number of a file of an image set, by the last part of its path; `null` for any other name. */
export function memberOfName(path: string): MemberName | null {
  const base = baseName(path);
  const hasExtension = base.endsWith(EXTENSION);
  const extension = !hasExtension ? 0 : base.endsWith(PACKED_EXTENSION) ? PACKED_EXTENSION.length : EXTENSION.length;
  const name = extension === 0 ? base : base.slice(0, -extension);
  const unnumbered = KIND_OF_NAME.get(name);
  if (unnumbered !== undefined) {
    const kind = MEMBER_KINDS[unnumbered];
    if (kind === undefined || kind.number !== undefined || hasExtension === isService(kind.magic)) return null;
    return { kind: unnumbered, number: Number.NaN };
  }
  const dash = name.lastIndexOf("-");
  if (!hasExtension || dash < 0) return null;
  const index = KIND_OF_NAME.get(name.slice(0, dash));
  const format = index === undefined ? undefined : MEMBER_KINDS[index]?.number;
  if (index === undefined || format === undefined) return null;
  const number = format === "hex" ? numberAt(name, dash + 1, 16, 12) : numberAt(name, dash + 1, 10, 15);
  return number === null ? null : { kind: index, number };
}

const ZERO = 0x30;
const SMALL_A = 0x61;

/**
 * The number that a text has from `from` on, without capital letters; `null` if that is not all, or too many digits.
 */
function numberAt(text: string, from: number, base: number, mostDigits: number): number | null {
  const digits = text.length - from;
  if (digits < 1 || digits > mostDigits) return null;
  let number = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const digit = code >= SMALL_A ? code - SMALL_A + 10 : code < ZERO + 10 ? code - ZERO : -1;
    if (digit < 0 || digit >= base) return null;
    number = number * base + digit;
  }
  return number;
}
