// Compares the links of two open files (model/links.ts) through the descriptors that hold the files at the other end:
// never by id. A link is the same if some descriptor refers to its other end on both sides.

import { type Checkpoint, holderCount, NONE } from "../../model/checkpoint.ts";
import { filesOfPairs } from "../../model/comparison/descriptor-pairs.ts";
import type { Side } from "../../model/comparison/side.ts";
import {
  areOtherEnds,
  endOfPipe,
  GROUP_ROLE_BITS,
  groupMembers,
  isGroupRole,
  LINK_ROLES,
  type LinkRole,
  linkRange,
  linksOf,
  roleAt,
} from "../../model/links.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { firstOfEach } from "../../model/search.ts";
import { type Compared, isHeld } from "../pairs/holders.ts";

/** At most so many descriptor pairs of one file are searched: a forged image can give a file any number. */
const MOST_PAIRS = 4096;

/** The descriptor pairs that refer to an open file on both sides, by its row on one side. */
interface PairsOfFile {
  readonly first: Uint32Array;
  readonly row: Uint32Array;
  /** By file: 1 if a pair refers to it on this side. */
  readonly compared: Uint8Array;
  /** By pair: the file that it refers to on the other side, or NONE. */
  readonly other: Int32Array;
}

function pairsOfFile(own: Int32Array, other: Int32Array, files: number): PairsOfFile {
  const first = new Uint32Array(files + 1);
  const compared = new Uint8Array(files);
  for (let row = 0; row < own.length; row++) {
    const file = own[row] as number;
    if (file !== NONE) compared[file] = 1;
    if (file !== NONE && other[row] !== NONE) first[file + 1] = (first[file + 1] as number) + 1;
  }
  for (let file = 0; file < files; file++) first[file + 1] = (first[file + 1] as number) + (first[file] as number);
  const next = first.slice();
  const rows = new Uint32Array(first[files] as number);
  for (let row = 0; row < own.length; row++) {
    const file = own[row] as number;
    if (file === NONE || other[row] === NONE) continue;
    const at = next[file] as number;
    rows[at] = row;
    next[file] = at + 1;
  }
  return { first, row: rows, compared, other };
}

/** A file at the other end of a link, with what an epoll waits for. */
interface Target {
  readonly file: FileRow;
  readonly data: number;
}

export type LinkComparer = (b: FileRow, a: FileRow) => readonly LinkRole[];

/**
 * A function that finds the roles in which two open files are linked to different descriptors. `ALL_PAIRED`: there are
 * none, and one descriptor refers to each other end on both sides.
 *
 * @param only By row: 1 for files that are compared, each with the one in its own row. Absent: any are.
 */
export function linkComparer(compared: Compared, only?: Uint8Array): LinkComparer {
  // Linux-CR images have no links: nothing is made for them.
  if (compared.before.links.count === 0 && compared.after.links.count === 0) return () => ALL_PAIRED;
  return comparerOfLinks(compared, only);
}

/** Whether files before and after are held by different descriptors. */
type Differ = (targetsBefore: readonly Target[], targetsAfter: readonly Target[]) => boolean;

function targetsComparer({ before, after, pairs }: Compared, partners: Record<Side, Int32Array>): Differ {
  let known: Record<Side, PairsOfFile> | null = null;
  const pairsOfFiles = (): Record<Side, PairsOfFile> => {
    if (known === null) {
      /** By descriptor pair: the FileRow that it refers to on each side, or NONE. */
      const fileBefore = filesOfPairs(before, pairs.descriptors, "before");
      const fileAfter = filesOfPairs(after, pairs.descriptors, "after");
      known = {
        before: pairsOfFile(fileBefore, fileAfter, before.files.count),
        after: pairsOfFile(fileAfter, fileBefore, after.files.count),
      };
    }
    return known;
  };
  const areTablesPairedOnce = isEachOnce(pairs.tables.before) && isEachOnce(pairs.tables.after);
  /** Whether a descriptor refers to `file` on one side, and to one of `targets` with the same data on the other. */
  const isAmong = (side: Side, { file, data }: Target, targets: Targets): boolean => {
    if (areTablesPairedOnce && holderCount(side === "before" ? before.files : after.files, file) === 1) {
      const partner = partners[side][file] as number;
      // In no pair: see below.
      return partner === UNPAIRED || (partner !== NONE && targets.get(partner)?.includes(data) === true);
    }
    const { first, row, compared, other } = pairsOfFiles()[side];
    // Its only descriptors are in no pair, such as one that repeats the fd of another: nothing is compared with them.
    if (compared[file] === 0) return true;
    const from = u32At(first, file);
    const end = Math.min(u32At(first, file + 1), from + MOST_PAIRS);
    for (let at = from; at < end; at++) {
      if (targets.get(i32At(other, u32At(row, at)))?.includes(data)) return true;
    }
    return false;
  };
  return (targetsBefore, targetsAfter) => {
    const setBefore = byFile(targetsBefore);
    const setAfter = byFile(targetsAfter);
    return (
      targetsBefore.some((target) => !isAmong("before", target, setAfter)) ||
      targetsAfter.some((target) => !isAmong("after", target, setBefore))
    );
  };
}

function comparerOfLinks({ before, after, pairs }: Compared, only: Uint8Array | undefined): LinkComparer {
  const partners = firstPartners({ before, after, pairs });
  const differ = targetsComparer({ before, after, pairs }, partners);
  /** Whether the first pair of each of two files is a pair of both, as for nearly all that correspond. */
  const arePaired = (b: FileRow, a: FileRow): boolean =>
    b !== NONE && a !== NONE && partners.before[b] === a && partners.after[a] === b;

  /** Whether the members of two groups are paired, one by one. */
  const areMembersPaired = (groupBefore: number, groupAfter: number): boolean => {
    const [x, y] = [before.links, after.links];
    const start = u32At(x.firstMember, groupBefore);
    const end = u32At(x.firstMember, groupBefore + 1);
    const shift = u32At(y.firstMember, groupAfter) - start;
    if (end + shift !== u32At(y.firstMember, groupAfter + 1)) return false;
    for (let at = start; at < end; at++) {
      if (!arePaired(x.member[at] as number, y.member[at + shift] as number)) return false;
    }
    return true;
  };

  /** By group before: 1 + the last group after whose members were found to be paired with its own. */
  const pairedGroup = new Uint32Array(before.links.firstMember.length);
  const areGroupsPaired = (groupBefore: number, groupAfter: number): boolean => {
    if (pairedGroup[groupBefore] === groupAfter + 1) return true;
    if (!areMembersPaired(groupBefore, groupAfter)) return false;
    pairedGroup[groupBefore] = groupAfter + 1;
    return true;
  };
  /** By both their numbers, groups that are not paired one by one. */
  const groups = new Map<number, boolean>();
  const groupsDiffer = (groupBefore: number, groupAfter: number): boolean => {
    const key = groupBefore * after.links.firstMember.length + groupAfter;
    const known = groups.get(key);
    if (known !== undefined) return known;
    if (areGroupsPaired(groupBefore, groupAfter)) return false;
    const result = differ(membersOf(before, groupBefore), membersOf(after, groupAfter));
    groups.set(key, result);
    return result;
  };

  const otherEndsDiffer = otherEndsComparer(before, after, differ);
  const firstLinkBefore = firstOfEach(before.links.from, before.files.count, only);
  const firstLinkAfter = firstOfEach(after.links.from, after.files.count, only);
  /**
   * A quick test for whether all links of two files lead to paired files; false means that they have to be compared.
   */
  const areAllPaired = (b: FileRow, a: FileRow): boolean => {
    const [x, y] = [before.links, after.links];
    const start = firstLinkBefore[b] as number;
    const end = firstLinkBefore[b + 1] as number;
    const shift = (firstLinkAfter[a] as number) - start;
    if (end + shift !== firstLinkAfter[a + 1]) return false;
    for (let row = start; row < end; row++) {
      const role = x.role[row] as number;
      if (role !== y.role[row + shift]) return false;
      const toBefore = x.to[row] as number;
      const toAfter = y.to[row + shift] as number;
      if ((GROUP_ROLE_BITS & (1 << role)) !== 0) {
        if (!areGroupsPaired(toBefore, toAfter)) return false;
      } else if (x.data[row] !== y.data[row + shift] || !arePaired(toBefore, toAfter)) return false;
    }
    return true;
  };

  return (b, a) => {
    if (areAllPaired(b, a)) return ALL_PAIRED;
    const [firstBefore, endBefore] = linkRange(before, b);
    const [firstAfter, endAfter] = linkRange(after, a);
    const roles = rolesIn(before, firstBefore, endBefore) | rolesIn(after, firstAfter, endAfter);
    return LINK_ROLES.filter((role, index) => {
      if ((roles & (1 << index)) === 0) return false;
      if (isGroupRole(role)) {
        const groupBefore = groupOf(before, firstBefore, endBefore, role);
        const groupAfter = groupOf(after, firstAfter, endAfter, role);
        if (groupBefore !== NONE && groupAfter !== NONE) {
          if (!groupsDiffer(groupBefore, groupAfter)) return false;
          return role !== "other-end" || otherEndsDiffer(b, a, groupBefore, groupAfter);
        }
      }
      return differ(targetsOf(before, b, role), targetsOf(after, a, role));
    });
  };
}

/** A function that tests whether the other ends of two ends of pipes are held by other descriptors. */
function otherEndsComparer(
  before: Checkpoint,
  after: Checkpoint,
  differ: Differ,
): (b: FileRow, a: FileRow, groupBefore: number, groupAfter: number) => boolean {
  /** By both pipes and both ends. */
  const ends = new Map<string, boolean>();
  const others = (checkpoint: Checkpoint, group: number, file: FileRow): Target[] =>
    membersOf(checkpoint, group).filter((member) => areOtherEnds(checkpoint.files, file, member.file));
  return (b, a, groupBefore, groupAfter) => {
    const key = `${groupBefore} ${groupAfter} ${endOfPipe(before.files, b)} ${endOfPipe(after.files, a)}`;
    const known = ends.get(key);
    if (known !== undefined) return known;
    const result = differ(others(before, groupBefore, b), others(after, groupAfter, a));
    ends.set(key, result);
    return result;
  };
}

/** No roles: all links are the same, and the files that they lead to have descriptors on both sides. */
export const ALL_PAIRED: readonly LinkRole[] = [];

/** Of a file that is in no pair. */
const UNPAIRED = -2;

/**
 * By file of each side: the file on the other side that its first pair with both refers to; NONE: it is in no such
 * pair; UNPAIRED: it is in no pair.
 */
function firstPartners({ before, after, pairs: { descriptors } }: Compared): Record<Side, Int32Array> {
  const partnerAfter = new Int32Array(before.files.count).fill(UNPAIRED);
  const partnerBefore = new Int32Array(after.files.count).fill(UNPAIRED);
  const [filesBefore, filesAfter] = [before.descriptors.file, after.descriptors.file];
  const { count, firstPair, before: firstBefore, after: firstAfter } = descriptors.runs;
  for (let run = 0; run < count; run++) {
    const length = (firstPair[run + 1] as number) - (firstPair[run] as number);
    const rowBefore = firstBefore[run] as number;
    const rowAfter = firstAfter[run] as number;
    for (let at = 0; at < length; at++) {
      const b = rowBefore === NONE ? NONE : (filesBefore[rowBefore + at] as number);
      const a = rowAfter === NONE ? NONE : (filesAfter[rowAfter + at] as number);
      if (b !== NONE && (partnerAfter[b] as number) < 0) partnerAfter[b] = a;
      if (a !== NONE && (partnerBefore[a] as number) < 0) partnerBefore[a] = b;
    }
  }
  return { before: partnerAfter, after: partnerBefore };
}

/** Whether no table is twice in a column of pairs of tables. */
function isEachOnce(tables: Int32Array): boolean {
  const rows = tables.filter((table) => table !== NONE);
  return new Set(rows).size === rows.length;
}

/** The roles of rows of Links, as bits by their index. */
function rolesIn({ links }: Checkpoint, first: number, end: number): number {
  let roles = 0;
  for (let row = first; row < end; row++) roles |= 1 << u8At(links.role, row);
  return roles;
}

/** Data of targets, by file. */
type Targets = ReadonlyMap<FileRow, readonly number[]>;

function byFile(targets: readonly Target[]): Targets {
  const found = new Map<FileRow, number[]>();
  for (const { file, data } of targets) {
    const known = found.get(file);
    if (known === undefined) found.set(file, [data]);
    else if (!known.includes(data)) known.push(data);
  }
  return found;
}

const isHeldIn =
  (checkpoint: Checkpoint) =>
  ({ file }: Target): boolean =>
    file !== NONE && isHeld(checkpoint, file);

/** The files of a group that have descriptors. */
const membersOf = (checkpoint: Checkpoint, group: number): Target[] =>
  Array.from(groupMembers(checkpoint, group), (file) => ({ file, data: 0 })).filter(isHeldIn(checkpoint));

/** The group of a file's link in a role; NONE: it has none. */
function groupOf(checkpoint: Checkpoint, first: number, end: number, role: LinkRole): number {
  for (let row = first; row < end; row++) {
    if (roleAt(checkpoint, row) === role) return i32At(checkpoint.links.to, row);
  }
  return NONE;
}

/** The files that a file is linked to and that have descriptors. */
export function targetsOf(checkpoint: Checkpoint, file: FileRow, role: LinkRole): Target[] {
  return linksOf(checkpoint, file)
    .filter((link) => link.role === role)
    .filter(isHeldIn(checkpoint));
}
