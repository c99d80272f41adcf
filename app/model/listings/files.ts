// The columns of open files.

import { type Checkpoint, HAS, holderCount, USE, versionOf } from "../checkpoint.ts";
import { detailText, fileDetail } from "../detail-keys.ts";
import { detailsOf } from "../detail-store.ts";
import { FILE_KINDS, flagNames, modeNames } from "../names/names.ts";
import { u8At, u32At, u64At } from "../read.ts";
import type { FileRow } from "../rows.ts";
import { visible } from "../text/text.ts";
import { flagsText, grouped } from "../text/words.ts";
import { unlinkedOf } from "../unlinked.ts";
import type { Column } from "./column.ts";
import {
  type About,
  bigColumn,
  longest,
  numberColumn,
  recordOffset,
  spanColumn,
  wordColumn,
  yesColumn,
} from "./make.ts";

/** Non-descriptor uses of a file (bits of USE), in words. */
export function usageNames(use: number): string[] {
  const names: string[] = [];
  if (use & USE.executable) names.push("executable");
  if (use & USE.workingDirectory) names.push("working directory");
  if (use & USE.root) names.push("root");
  if (use & USE.mapping) names.push("mapping");
  if (use & USE.pathOf) names.push("path of another");
  if (use & USE.inFlight) names.push("in flight");
  if (use & USE.epollTarget) names.push("epoll target");
  if (use & USE.linkRemap) names.push("link of an unlinked file");
  return names;
}

/**
 * Number of digits of the largest value. Compares 32-bit words: reading a BigUint64Array allocates an object for each
 * value.
 */
export function widest(values: BigUint64Array): number {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  let high = 0;
  let low = 0;
  for (let at = 0; at < words.length; at += 2) {
    const upper = words[at + 1] as number;
    if (upper > high) {
      high = upper;
      low = words[at] as number;
    } else if (upper === high) low = Math.max(low, words[at] as number);
  }
  return ((BigInt(high) << 32n) | BigInt(low)).toString().length;
}

/** The kinds that occur. */
function kindsIn(kinds: Uint8Array): number[] {
  const occurs = new Uint8Array(256);
  for (let row = 0; row < kinds.length; row++) occurs[kinds[row] as number] = 1;
  return [...occurs.keys()].filter((kind) => occurs[kind] === 1);
}

const has = ({ files }: Checkpoint, row: FileRow, bit: number): boolean => (u8At(files.has, row) & bit) !== 0;

/** A column of the first of these details that a file has. */
function detailColumn(about: About, keys: readonly string[]): Column {
  return {
    ...about,
    hidden: true,
    text(checkpoint, row) {
      if (!has(checkpoint, row, HAS.details)) return "";
      const details = detailsOf(checkpoint, row);
      const key = keys.find((each) => details[each] !== undefined && details[each] !== null);
      return key === undefined
        ? ""
        : visible(detailText(fileDetail(key, u8At(checkpoint.files.kind, row)), details[key] ?? null));
    },
  };
}

const flagWords = (flags: number, { machine }: Checkpoint): string => flagNames(flags, machine.arch).join(" ");

/** Most words of flags whose names are measured; with more, the widest is assumed to fill the column. */
const MEASURED = 1000;

/** Characters of the longest names of the flags of a file. */
function widestFlags(checkpoint: Checkpoint): number {
  const { files } = checkpoint;
  const distinct = new Set<number>();
  for (let row = 0; row < files.count; row++) {
    if (has(checkpoint, row, HAS.flags)) distinct.add(u32At(files.flags, row));
    if (distinct.size > MEASURED) return Number.POSITIVE_INFINITY;
  }
  return Math.max(0, ...Array.from(distinct, (flags) => flagWords(flags, checkpoint).length));
}

/** Characters of the greatest number of holders, with its thousands separated. */
function mostHolders({ files }: Checkpoint): number {
  let most = 0;
  for (let row = 0; row < files.count; row++) most = Math.max(most, holderCount(files, row));
  return grouped(most).length;
}

const DELETED_WORDS = { recorded: "yes", named: "likely", no: "no" } as const;

export const FILES: readonly Column[] = [
  numberColumn(
    { id: "id", title: "Id", about: "the image's id of the open file", width: 8, searched: true },
    (c, row) => u32At(c.files.id, row),
  ),
  {
    ...spanColumn(
      {
        id: "path",
        title: "Path",
        about: "path, or a made-up name for a file without one",
        width: 34,
        least: 11,
        searched: true,
        groups: true,
      },
      {
        offset: ({ files }, file) => u32At(files.nameOffset, file),
        length: ({ files }, file) => u32At(files.nameLength, file),
      },
    ),
    needs: ({ files }) => longest(files.nameLength),
  },
  {
    ...wordColumn(
      {
        id: "kind",
        title: "Kind",
        about: "regular, pipe, socket, …",
        width: 16,
        least: 8,
        searched: true,
        groups: true,
      },
      ({ files }, row) => u8At(files.kind, row),
      (kind) => FILE_KINDS[kind] ?? "",
    ),
    needs: ({ files }) => Math.max(...kindsIn(files.kind).map((kind) => FILE_KINDS[kind]?.length ?? 0), 4),
  },
  {
    ...bigColumn({ id: "pos", title: "Position", about: "f_pos, in bytes", width: 20 }, (checkpoint, row) =>
      has(checkpoint, row, HAS.pos) ? u64At(checkpoint.files.pos, row) : null,
    ),
    needs: ({ files }) => widest(files.pos),
  },
  {
    ...wordColumn(
      { id: "flags", title: "Flags", about: "f_flags by name", width: 44, least: 7, searched: true, groups: true },
      (checkpoint, row) => (has(checkpoint, row, HAS.flags) ? u32At(checkpoint.files.flags, row) : Number.NaN),
      flagWords,
    ),
    needs: widestFlags,
  },
  {
    ...{ id: "octal", title: "Octal", about: "f_flags in octal", width: 9, hidden: true },
    number: (checkpoint, row) => (has(checkpoint, row, HAS.flags) ? u32At(checkpoint.files.flags, row) : Number.NaN),
    text: (checkpoint, row) => (has(checkpoint, row, HAS.flags) ? flagsText(u32At(checkpoint.files.flags, row)) : ""),
  },
  wordColumn(
    { id: "mode", title: "Mode", about: "f_mode by name", width: 14, hidden: true },
    (checkpoint, row) => (has(checkpoint, row, HAS.mode) ? u32At(checkpoint.files.mode, row) : Number.NaN),
    (mode) => modeNames(mode).join(" "),
  ),
  bigColumn({ id: "version", title: "Version", about: "f_version", width: 10, hidden: true }, (checkpoint, row) =>
    has(checkpoint, row, HAS.version) ? versionOf(checkpoint.files, row) : null,
  ),
  {
    ...numberColumn(
      {
        id: "holders",
        title: "Holders",
        about: "number of descriptors that lead to it",
        width: 9,
        isCount: true,
        groups: true,
      },
      ({ files }, row) => holderCount(files, row),
    ),
    needs: mostHolders,
  },
  yesColumn(
    {
      id: "shared",
      title: "Shared",
      about: "held by several descriptors, which share its position",
      width: 7,
      hidden: true,
      groups: true,
    },
    ({ files }, row) => holderCount(files, row) > 1,
  ),
  yesColumn(
    {
      id: "deleted",
      title: "Deleted",
      about: "unlinked at the time of the dump; likely: only the end of its path says so",
      width: 7,
      groups: true,
    },
    (checkpoint, row) => unlinkedOf(checkpoint, row) !== null,
    (checkpoint, row) => DELETED_WORDS[unlinkedOf(checkpoint, row) ?? "no"],
  ),
  wordColumn(
    {
      id: "use",
      title: "Used as",
      about: "non-descriptor uses: mapping, root, …",
      width: 16,
      hidden: true,
      groups: true,
    },
    ({ files }, row) => u8At(files.use, row) || Number.NaN,
    (use) => usageNames(use).join(", "),
  ),
  detailColumn({ id: "state", title: "State", about: "of a socket: listen, established, …", width: 12, groups: true }, [
    "state",
  ]),
  detailColumn({ id: "local", title: "Local", about: "local address of a socket", width: 22, groups: true }, [
    "local",
    "source",
  ]),
  detailColumn({ id: "remote", title: "Remote", about: "remote address of a socket", width: 22, groups: true }, [
    "remote",
    "destination",
  ]),
  recordOffset(({ files }) => files.record),
];
