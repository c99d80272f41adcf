// Whether two images have the same descriptors and open files in the same rows, as two dumps of processes that opened
// and closed nothing in between. Then each file is compared only with the one in its own row: values are compared by
// whole columns, and only files with a value that differs need a closer look.
//
// Casts `as number` read columns within bounds checked by the loops.

import { type Checkpoint, type Links, NONE } from "../../model/checkpoint.ts";
import { changedDetails } from "../../model/comparison/changed-details.ts";
import { type DescriptorPairs, runOf } from "../../model/comparison/descriptor-pairs.ts";
import { areSameColumns, eachMarked, firstDifference, markDifferentRows } from "../../model/comparison/difference.ts";
import { O_ACCMODE } from "../../model/names/names.ts";
import { wordsOf } from "../../model/read.ts";
import { type Compared, isHeld } from "../pairs/holders.ts";
import type { Places } from "../pairs/match-mounts.ts";
import type { Pairs } from "../pairs/pair.ts";

/** By descriptor, and by open file: 1 for those that may differ. */
export interface ChangedRows {
  readonly descriptors: Uint8Array;
  readonly files: Uint8Array;
}

/**
 * The descriptors and open files that may differ. The others are the same in every value that is compared, and so are
 * the links and details of their files. `null`: the images do not have the same descriptors and open files.
 *
 * @param places Which namespaces and mounts correspond; `null`: they are not compared.
 */
export function changedRows({ before, after, pairs }: Compared, places: Places | null): ChangedRows | null {
  if (before.format !== after.format || !areInSameRows(pairs) || !haveSameTables(before, after)) return null;
  if (!haveSameFiles(before, after) || !areSameLinks(before.links, after.links)) return null;
  if (places !== null && !areSamePlaces(places)) return null;
  const files = changedFiles(before, after);
  if (files === null || !addChangedDetails(files, before, after)) return null;
  const descriptors = new Uint8Array(before.descriptors.count);
  markDifferentRows(descriptors, before.descriptors.closeOnExec, after.descriptors.closeOnExec);
  const { file } = before.descriptors;
  eachMarked(descriptors, 0, descriptors.length, (descriptor) => {
    if (file[descriptor] !== NONE) files[file[descriptor] as number] = 1;
  });
  const { firstHolder, holder } = before.files;
  eachMarked(files, 0, files.length, (row) => {
    const end = firstHolder[row + 1] as number;
    for (let at = firstHolder[row] as number; at < end; at++) descriptors[holder[at] as number] = 1;
  });
  return { descriptors, files };
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

/**
 * Marks the files whose details in the stores differ. `false`: this is not easy to see, or one of them has no descriptor,
 * so that its details are shown with those of files that are linked to it.
 */
function addChangedDetails(files: Uint8Array, before: Checkpoint, after: Checkpoint): boolean {
  const changed = changedDetails(before.fileDetails, after.fileDetails, before.files.count);
  if (changed === null) return false;
  let areHeld = true;
  eachMarked(changed, 0, changed.length, (file) => {
    files[file] = 1;
    areHeld &&= isHeld(before, file);
  });
  return areHeld;
}

/** Whether the files in each row have the same links. */
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
  // Which files are at the other end of a pipe depends on the access modes.
  let haveSameEnds = true;
  eachMarked(changed, 0, changed.length, (file) => {
    if ((((files.flags[file] as number) ^ (others.flags[file] as number)) & O_ACCMODE) !== 0) haveSameEnds = false;
  });
  if (!haveSameEnds) return null;
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
 * @param changed ChangedRows.descriptors.
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
