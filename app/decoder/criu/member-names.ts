// Parses the names of a set's files. Imports only the table of kinds, so that the page can use it.

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

/** The last part of a path. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** A path without its last part; "" if it has only one. */
export const directoryOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** The kind and number of a file of an image set, by the last part of its path; `null` for any other name. */
export function memberOfName(path: string): MemberName | null {
  const base = baseName(path);
  const name = base.replace(/(\.tar\.gz)?\.img$/, "");
  const hasExtension = name !== base;
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
  const digits = name.slice(dash + 1);
  const isHex = format === "hex";
  if (!(isHex ? /^[0-9a-f]{1,12}$/ : /^\d{1,15}$/).test(digits)) return null;
  return { kind: index, number: Number.parseInt(digits, isHex ? 16 : 10) };
}
