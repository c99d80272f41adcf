// The open flags that the checks examine, as masks for an architecture.

import { type FlagName, openFlags } from "../model/names/names.ts";

/** Masks of f_flags on an architecture. */
export interface FlagMasks {
  readonly leftOver: readonly FlagName[];
  readonly leftOverMask: number;
  readonly knownMask: number;
  readonly directory: number;
  readonly temporary: number;
}

const LEFT_OVER = ["O_CREAT", "O_EXCL", "O_NOCTTY", "O_TRUNC"];
/** Newer than the last kernel with Linux-CR. */
const LATER = ["O_PATH", "__O_TMPFILE"];

/** The masks of an architecture (Machine.arch). If that is unknown, every bit counts as known. */
export function flagMasks(arch: string | null): FlagMasks {
  const flags = openFlags(arch);
  const mask = (names: readonly FlagName[]): number => names.reduce((sum, { value }) => sum | value, 0) >>> 0;
  const leftOver = flags.filter(({ name }) => LEFT_OVER.includes(name));
  return {
    leftOver,
    leftOverMask: mask(leftOver),
    knownMask: arch === null ? 0xffff_ffff : mask(flags.filter(({ name }) => !LATER.includes(name))) | 3,
    directory: arch === null ? 0 : mask(flags.filter(({ name }) => name === "O_DIRECTORY")),
    temporary: mask(flags.filter(({ name }) => name === "__O_TMPFILE")),
  };
}

/** Names of the flags in a word that open(2) drops. */
export const leftOverNames = ({ leftOver }: FlagMasks, flags: number): string[] =>
  leftOver.filter(({ value }) => (flags & value) !== 0).map(({ name }) => name);

/**
 * Whether flags open a directory for writing, which no kernel does. O_TMPFILE includes O_DIRECTORY, but makes a file.
 */
export const opensDirectoryForWriting = ({ directory, temporary }: FlagMasks, flags: number): boolean =>
  directory !== 0 && (flags & directory) !== 0 && (flags & temporary) === 0 && (flags & 3) !== 0;
