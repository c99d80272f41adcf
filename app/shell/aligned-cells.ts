// What one side of a line says, side by side: the values of a descriptor and its open file, and which have changed.

import { CHANGE_BITS } from "../diff/changes.ts";
import { type Checkpoint, HAS, holderCount, NONE } from "../model/checkpoint.ts";
import { flagNames, modeNames } from "../model/names.ts";
import { fileName } from "../model/words.ts";

/** A column of a descriptor, side by side. */
export interface AlignedColumn {
  readonly id: string;
  readonly title: string;
  /** The title in words, where it is a sign. */
  readonly about?: string;
  /** Bits of CHANGE_BITS that stand for it. */
  readonly bits: number;
  /** Its width as a part of a grid; of numbers, which are never cut, the width of so many characters. */
  width(characters: number): string;
  /** Numbers stand right. */
  readonly numeric?: true;
  /** What stands for an empty value where it is compared with another. */
  readonly alone?: string;
  /** Its value; empty where the image holds none. */
  text(checkpoint: Checkpoint, descriptor: number): string;
}

const fileOf = ({ descriptors }: Checkpoint, descriptor: number): number => descriptors.file[descriptor] ?? NONE;

const has = (checkpoint: Checkpoint, file: number, bit: number): boolean =>
  file !== NONE && ((checkpoint.files.has[file] ?? 0) & bit) !== 0;

/** Pixels of a character of the monospace face, and of a cell's padding. */
const CHARACTER = 7.3;
const PADDING = 13;

const pixels = (characters: number): string => `${Math.ceil(characters * CHARACTER) + PADDING}px`;

const ACCESS: Readonly<Record<string, string>> = { O_RDONLY: "r", O_WRONLY: "w", O_RDWR: "rw" };

/** The columns, in their order. */
export const ALIGNED_COLUMNS: readonly AlignedColumn[] = [
  {
    id: "path",
    title: "Path",
    bits: CHANGE_BITS.path,
    width: () => "minmax(60px, 5fr)",
    text: (checkpoint, descriptor) => fileName(checkpoint, fileOf(checkpoint, descriptor)),
  },
  {
    id: "pos",
    title: "Position",
    bits: CHANGE_BITS.pos,
    width: pixels,
    numeric: true,
    text(checkpoint, descriptor) {
      const file = fileOf(checkpoint, descriptor);
      return has(checkpoint, file, HAS.pos) ? String(checkpoint.files.pos[file]) : "";
    },
  },
  {
    id: "flags",
    title: "Flags",
    bits: CHANGE_BITS.flags,
    width: () => "minmax(40px, 1.3fr)",
    text(checkpoint, descriptor) {
      const file = fileOf(checkpoint, descriptor);
      if (!has(checkpoint, file, HAS.flags)) return "";
      const [access = "", ...others] = flagNames(checkpoint.files.flags[file] ?? 0, checkpoint.machine.arch);
      return [ACCESS[access] ?? access, ...others.map((name) => name.replace(/^O_/, "").toLowerCase())].join(" ");
    },
  },
  {
    id: "mode",
    title: "Mode",
    bits: CHANGE_BITS.mode,
    width: () => "minmax(40px, 1fr)",
    text(checkpoint, descriptor) {
      const file = fileOf(checkpoint, descriptor);
      return has(checkpoint, file, HAS.mode) ? modeNames(checkpoint.files.mode[file] ?? 0).join(" ") : "";
    },
  },
  {
    id: "version",
    title: "Version",
    bits: CHANGE_BITS.version,
    width: pixels,
    numeric: true,
    text(checkpoint, descriptor) {
      const file = fileOf(checkpoint, descriptor);
      return has(checkpoint, file, HAS.version) ? String(checkpoint.files.version[file]) : "";
    },
  },
  {
    id: "cloexec",
    title: "exec",
    about: "close-on-exec",
    bits: CHANGE_BITS.closeOnExec,
    width: () => "44px",
    text: (checkpoint, descriptor) => (checkpoint.descriptors.closeOnExec[descriptor] === 1 ? "yes" : "no"),
  },
  {
    id: "shared",
    title: "⟨n⟩",
    about: "holders",
    bits: CHANGE_BITS.sharing,
    alone: "⟨1⟩",
    width: () => "44px",
    text(checkpoint, descriptor) {
      const file = fileOf(checkpoint, descriptor);
      const holders = file === NONE ? 0 : holderCount(checkpoint.files, file);
      return holders > 1 ? `⟨${holders}⟩` : "";
    },
  },
];

/**
 * Whether a column of a pair has changed. `changed`: its bits of CHANGE_BITS. Where the path has, the other values are
 * of another file and count as changed where they differ.
 */
export function columnChanged(column: AlignedColumn, changed: number, before: string, after: string): boolean {
  if ((changed & column.bits) !== 0) return true;
  return (changed & CHANGE_BITS.path) !== 0 && column.id !== "shared" && before !== after;
}
