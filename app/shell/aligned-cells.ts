// The cells of the side-by-side view: the values of a descriptor and its open file, and whether they changed.

import { CHANGE_BITS } from "../diff/changes.ts";
import { type Checkpoint, HAS, holderCount, NONE } from "../model/checkpoint.ts";
import { flagNames, modeNames } from "../model/names.ts";
import { i32At, u8At, u32At } from "../model/read.ts";
import type { DescriptorRow, FileRow } from "../model/rows.ts";
import { fileName } from "../model/words.ts";

/** A column of the side-by-side view. */
export interface AlignedColumn {
  readonly id: string;
  readonly title: string;
  /** The title in words, if the title is a symbol. */
  readonly about?: string;
  /** Bits of CHANGE_BITS that mean a change of this column. */
  readonly bits: number;
  /** Characters of its widest value, where that is known for all images; else as much as there is room for. */
  readonly characters?: number;
  /** Aligned to the right. */
  readonly numeric?: true;
  /** Shown in place of an empty value when the other side has one. */
  readonly alone?: string;
  /** Its value; empty if the image has none. */
  text(checkpoint: Checkpoint, descriptor: DescriptorRow): string;
}

/** NONE: the open file is missing from the image. */
const fileOf = ({ descriptors }: Checkpoint, descriptor: DescriptorRow): FileRow => i32At(descriptors.file, descriptor);

const has = (checkpoint: Checkpoint, file: FileRow, bit: number): boolean =>
  file !== NONE && (u8At(checkpoint.files.has, file) & bit) !== 0;

const ACCESS: Readonly<Record<string, string>> = { O_RDONLY: "r", O_WRONLY: "w", O_RDWR: "rw" };

/** All columns, from left to right. */
export const ALIGNED_COLUMNS: readonly AlignedColumn[] = [
  {
    id: "path",
    title: "Path",
    bits: CHANGE_BITS.path,
    text: (checkpoint, descriptor) => fileName(checkpoint, fileOf(checkpoint, descriptor)),
  },
  {
    id: "pos",
    title: "Position",
    bits: CHANGE_BITS.pos,
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
    text(checkpoint, descriptor) {
      const file = fileOf(checkpoint, descriptor);
      if (!has(checkpoint, file, HAS.flags)) return "";
      const [access = "", ...others] = flagNames(u32At(checkpoint.files.flags, file), checkpoint.machine.arch);
      return [ACCESS[access] ?? access, ...others.map((name) => name.replace(/^O_/, "").toLowerCase())].join(" ");
    },
  },
  {
    id: "mode",
    title: "Mode",
    bits: CHANGE_BITS.mode,
    text(checkpoint, descriptor) {
      const file = fileOf(checkpoint, descriptor);
      return has(checkpoint, file, HAS.mode) ? modeNames(u32At(checkpoint.files.mode, file)).join(" ") : "";
    },
  },
  {
    id: "version",
    title: "Version",
    bits: CHANGE_BITS.version,
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
    characters: 4,
    text: (checkpoint, descriptor) => (checkpoint.descriptors.closeOnExec[descriptor] === 1 ? "yes" : "no"),
  },
  {
    id: "shared",
    title: "⟨n⟩",
    about: "holders",
    bits: CHANGE_BITS.sharing,
    alone: "⟨1⟩",
    characters: 4,
    text(checkpoint, descriptor) {
      const file = fileOf(checkpoint, descriptor);
      const holders = file === NONE ? 0 : holderCount(checkpoint.files, file);
      return holders > 1 ? `⟨${holders}⟩` : "";
    },
  },
];

/**
 * Whether a column of a pair of descriptors changed. If the path changed, the other values belong to another file and
 * count as changed if they differ.
 *
 * @param changed The pair's bits of CHANGE_BITS.
 * @param before The column's text on each side.
 */
export function columnChanged(column: AlignedColumn, changed: number, before: string, after: string): boolean {
  if ((changed & column.bits) !== 0) return true;
  return (changed & CHANGE_BITS.path) !== 0 && column.id !== "shared" && before !== after;
}
