// Whether two images have the same descriptors and open files in the same rows, as two dumps of processes that opened
// and closed nothing in between. Then each file is compared with the one in its own row only: values are compared by
// whole columns, and a closer look is needed at files in whose row one differs.
//
// Casts `as number` read columns within bounds checked by the loops.

import { type Checkpoint, type Links, NONE } from "../../model/checkpoint.ts";
import { type DescriptorPairs, runOf } from "../../model/comparison/descriptor-pairs.ts";
import { areSameColumns, firstDifference, markDifferentRows } from "../../model/comparison/difference.ts";
import { areSameStores } from "../../model/detail-store.ts";
import { O_ACCMODE } from "../../model/names/names.ts";
import { wordsOf } from "../../model/read.ts";
import type { Compared } from "../pairs/holders.ts";
import type { Places } from "../pairs/match-mounts.ts";
import type { Pairs } from "../pairs/pair.ts";

/**
 * By descriptor: 1 if it, or its open file, may differ. The others are the same in every value that is compared, and so
 * are the links and details of their files. `null`: the images do not have the same descriptors and open files.
 *
 * @param places Which namespaces and mounts correspond; `null`: they are not compared.
 */
export function changedDescriptors({ before, after, pairs }: Compared, places: Places | null): Uint8Array | null {
  if (before.format !== after.format || !areInSameRows(pairs) || !haveSameTables(before, after)) return null;
  if (!haveSameFiles(before, after) || !haveSameDetails(before, after)) return null;
  if (places !== null && !areSamePlaces(places)) return null;
  const files = changedFiles(before, after);
  if (files === null) return null;
  const changed = new Uint8Array(before.descriptors.count);
  markDifferentRows(changed, before.descriptors.closeOnExec, after.descriptors.closeOnExec);
  const { firstHolder, holder } = before.files;
  for (let file = files.indexOf(1); file >= 0; file = files.indexOf(1, file + 1)) {
    const end = firstHolder[file + 1] as number;
    for (let at = firstHolder[file] as number; at < end; at++) changed[holder[at] as number] = 1;
  }
  return changed;
}

/** Whether all pairs of descriptors are on both sides, in the same row. */
function areInSameRows({ descriptors: { runs } }: Pairs): boolean {
  return areSameColumns(runs.before, runs.after) && !runs.before.includes(NONE);
}

/** Whether the descriptors in each row belong to the same table and refer to the same open file. */
const haveSameTables = ({ tables, descriptors }: Checkpoint, other: Checkpoint): boolean =>
  areSameColumns(tables.first, other.tables.first) &&
  areSameColumns(tables.firstTask, other.tables.firstTask) &&
  areSameColumns(descriptors.file, other.descriptors.file);

/** Whether the files in each row have the same name, kind and mount, and the same values recorded. */
const haveSameFiles = ({ files, text }: Checkpoint, { files: others, text: otherText }: Checkpoint): boolean =>
  files.count === others.count &&
  areSameColumns(files.kind, others.kind) &&
  areSameColumns(files.has, others.has) &&
  areSameColumns(files.nameLength, others.nameLength) &&
  areSameColumns(files.nameVarying, others.nameVarying) &&
  areSameColumns(files.nameOffset, others.nameOffset) &&
  areSameColumns(files.mountId, others.mountId) &&
  firstDifference(text, otherText) === text.length;

/** Whether the files in each row have the same details in the stores, and the same links. */
const haveSameDetails = (before: Checkpoint, after: Checkpoint): boolean =>
  areSameStores(before.fileDetails, after.fileDetails) && areSameLinks(before.links, after.links);

const areSameLinks = (links: Links, others: Links): boolean =>
  links === others ||
  (areSameColumns(links.from, others.from) &&
    areSameColumns(links.role, others.role) &&
    areSameColumns(links.to, others.to) &&
    areSameColumns(links.data, others.data) &&
    areSameColumns(links.firstMember, others.firstMember) &&
    areSameColumns(links.member, others.member));

/** Whether equal ids are those of corresponding namespaces and mounts, as far as that is known. */
function areSamePlaces({ namespaces, mounts }: Places): boolean {
  for (const [key, task] of namespaces.before) if ((namespaces.after.get(key) ?? task) !== task) return false;
  for (const [id, { number }] of mounts.before) if ((mounts.after.get(id)?.number ?? number) !== number) return false;
  return true;
}

/** By open file: 1 if one of its values differs. `null`: the links of other files may differ for that reason. */
function changedFiles({ files }: Checkpoint, { files: others }: Checkpoint): Uint8Array | null {
  const changed = new Uint8Array(files.count);
  if (!markDifferentRows(changed, files.flags, others.flags)) return null;
  // Which files are at the other end of a pipe depends on how it can be accessed.
  for (let file = changed.indexOf(1); file >= 0; file = changed.indexOf(1, file + 1)) {
    if ((((files.flags[file] as number) ^ (others.flags[file] as number)) & O_ACCMODE) !== 0) return null;
  }
  const haveSameLengths =
    markDifferentRows(changed, wordsOf(files.pos), wordsOf(others.pos), 2) &&
    markDifferentRows(changed, wordsOf(files.version), wordsOf(others.version), 2) &&
    markDifferentRows(changed, files.mode, others.mode) &&
    markDifferentRows(changed, files.inodeMode, others.inodeMode) &&
    markDifferentRows(changed, wordsOf(files.size), wordsOf(others.size), 2);
  return haveSameLengths ? changed : null;
}

/**
 * Returns a function that finds the first of the descriptor pairs row … end - 1 that may differ; `end` if none does.
 *
 * @param changed What changedDescriptors found.
 */
export function changedPairs({ runs }: DescriptorPairs, changed: Uint8Array): (from: number, end: number) => number {
  return (from, end) => {
    let row = from;
    for (let run = runOf(runs, from); row < end; run++) {
      const descriptor = (runs.before[run] as number) + row - (runs.firstPair[run] as number);
      const stop = Math.min(runs.firstPair[run + 1] as number, end);
      const found = changed.subarray(descriptor, descriptor + stop - row).indexOf(1);
      if (found >= 0) return row + found;
      row = stop;
    }
    return end;
  };
}
