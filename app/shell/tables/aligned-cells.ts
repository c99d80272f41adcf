// The cells of the side-by-side view: the values of a descriptor and its open file, and whether they changed.

import { CHANGE_BITS, CHANGE_KINDS, type ChangeKind, changeKind } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { kindAt } from "../../diff/comparison.ts";
import type { HiddenChanges } from "../../diff/lists/filter.ts";
import { type DetailWords, detailWords, linkWords } from "../../export/changes/detail-words.ts";
import { type Checkpoint, HAS, holderCount, NONE, versionOf } from "../../model/checkpoint.ts";
import type { Side } from "../../model/comparison/side.ts";
import { flagNames, modeNames } from "../../model/names/names.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import type { DescriptorRow, FileRow } from "../../model/rows.ts";
import { fileName, holdersText } from "../../model/text/words.ts";

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
      return has(checkpoint, file, HAS.version) ? String(versionOf(checkpoint.files, file)) : "";
    },
  },
  {
    id: "cloexec",
    title: "cloexec",
    about: "close-on-exec",
    bits: CHANGE_BITS.closeOnExec,
    characters: 7,
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
      return holders > 1 ? holdersText(holders) : "";
    },
  },
  {
    id: "details",
    title: "Details",
    bits: CHANGE_BITS.detail | CHANGE_BITS.linked,
    // Only what changed is shown: see detailChanges.
    text: () => "",
  },
];

/** The changed details and links of a descriptor pair's open file, in words. */
export type DetailChanges = (pair: number) => readonly DetailWords[];

const NO_DETAILS: readonly DetailWords[] = [];

/** The changed details and links by pair. Words are made on demand: there can be millions of changes. */
export function detailChanges(comparison: Comparison, hidden: HiddenChanges): DetailChanges {
  const { pairs, counts } = comparison;
  if (counts["file-detail"] + counts["file-linked"] === 0) return () => NO_DETAILS;
  /** The changes of pair p: listed[first[p]] … listed[first[p + 1] - 1]. */
  const first = new Uint32Array(pairs.descriptors.count + 1);
  eachDetail(comparison, hidden, (pair) => {
    first[pair + 1] = u32At(first, pair + 1) + 1;
  });
  for (let pair = 0; pair < pairs.descriptors.count; pair++)
    first[pair + 1] = u32At(first, pair) + u32At(first, pair + 1);
  const next = first.slice();
  const listed = new Uint32Array(u32At(first, pairs.descriptors.count));
  eachDetail(comparison, hidden, (pair, change) => {
    const at = u32At(next, pair);
    listed[at] = change;
    next[pair] = at + 1;
  });
  return (pair) =>
    Array.from(listed.subarray(u32At(first, pair), u32At(first, pair + 1)), (change) =>
      wordsOfDetail(comparison, change),
    );
}

/** Calls `visit` for each pair of each change of a detail or a link that is not hidden. */
function eachDetail(
  { changes }: Comparison,
  hidden: HiddenChanges,
  visit: (pair: number, change: number) => void,
): void {
  const kinds = [changeKind("file-detail"), changeKind("file-linked")];
  for (let change = 0; change < changes.count; change++) {
    const kind = u8At(changes.kind, change);
    if (!kinds.includes(kind) || hidden[change] === 1) continue;
    const end = u32At(changes.firstRow, change + 1);
    for (let at = u32At(changes.firstRow, change); at < end; at++) visit(u32At(changes.row, at), change);
  }
}

/** A changed detail, link or detail of a task in words; tasks of one comparison differ by their number. */
export function wordsOfDetail(comparison: Comparison, change: number): DetailWords {
  const within = i32At(comparison.changes.pid, change);
  return kindAt(comparison, change) === "file-linked"
    ? linkWords(comparison, change, within)
    : detailWords(comparison, change);
}

/** Details of one side in a cell: `state listen, backlog 128`. */
export function detailCell(details: readonly DetailWords[], side: Side): string {
  return details.map((words) => `${words.title} ${words[side]}`).join(", ");
}

/** Whether a column of a pair of descriptors may have changed: see columnChanged, which needs its text. */
export const mayHaveChanged = (column: AlignedColumn, changed: number): boolean =>
  column.id === "shared" || (changed & (column.bits | CHANGE_BITS.path)) !== 0;

/**
 * Whether a column of a pair of descriptors changed. If the path changed, the other values belong to another file and
 * count as changed if they differ. So do numbers of holders: other descriptors of the open file may have come or gone.
 *
 * @param changed The pair's bits of CHANGE_BITS.
 * @param before The column's text on each side.
 * @param holdersCount Whether holders that came or went count: see hidesHolders.
 */
export function columnChanged(
  column: AlignedColumn,
  changed: number,
  before: string,
  after: string,
  holdersCount = true,
): boolean {
  const isOwn = (changed & column.bits) !== 0;
  // A descriptor can be shared with other descriptors than before, but with as many.
  if (column.id === "shared") return (isOwn || holdersCount) && before !== after;
  if (isOwn) return true;
  return (changed & CHANGE_BITS.path) !== 0 && column.id !== "details" && before !== after;
}

/** Kinds of change that change numbers of holders. */
const OF_HOLDERS: ReadonlySet<ChangeKind> = new Set([
  "task-added",
  "task-removed",
  "fd-opened",
  "fd-closed",
  "file-path",
  "file-shared",
  "file-unshared",
]);
/** The same by index. */
const IS_OF_HOLDERS = CHANGE_KINDS.map((kind) => OF_HOLDERS.has(kind));

/** Whether changes that affect numbers of holders are hidden. */
export function hidesHolders({ changes: { count, kind } }: Comparison, hidden: HiddenChanges): boolean {
  for (let change = 0; change < count; change++) {
    if (hidden[change] === 1 && IS_OF_HOLDERS[u8At(kind, change)]) return true;
  }
  return false;
}
