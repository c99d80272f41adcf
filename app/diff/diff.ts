// Compares two checkpoints: pairs up what corresponds (pair.ts), then collects every change as columns (comparison.ts).

import type { Checkpoint } from "../model/checkpoint.ts";
import { earlierOf, ownEvidence, type Verdict } from "../model/comparison/earlier.ts";
import type { Side } from "../model/comparison/side.ts";
import type { Resources } from "../resources/table.ts";
import { CHANGE_KINDS, type ChangeKind } from "./changes.ts";
import { createCollector } from "./compare/collect-changes.ts";
import { compareDescriptors } from "./compare/compare-descriptors.ts";
import { compareResources } from "./compare/compare-resources.ts";
import { compareTableSharing, compareTasks } from "./compare/compare-tasks.ts";
import type { Comparison } from "./comparison.ts";
import { createLackingValues } from "./lacking-values.ts";
import { lopsidedNotes, lopsidedOf } from "./lopsided.ts";
import { matchPlaces } from "./pairs/match-mounts.ts";
import { type Pairs, pair } from "./pairs/pair.ts";
import { completenessNotes, relatedNotes } from "./related.ts";

export interface DiffOptions {
  /** Overrides EXTRA_PAIRS of pair.ts. */
  readonly extraPairs?: number;
  /** What `pair` returned for the images, if they have been paired. */
  readonly pairs?: Pairs;
  /** The tables of resources of both images; absent: only tasks, descriptors and open files are compared. */
  readonly resources?: Readonly<Record<Side, Resources>>;
  /**
   * The tables of `PLACES`, by which namespaces and mounts of both images are matched. With them, the namespaces and
   * mounts of open files and tasks are compared even if resources are not. Default: those of `resources`.
   */
  readonly places?: Readonly<Record<Side, Resources>>;
  /** Which image is earlier, by all available evidence. Default: by the times in the images. */
  readonly order?: Verdict;
}

/**
 * Compares two checkpoints. Linear in tasks and descriptors, except for sorting what changed. Never throws.
 *
 * A change is uncertain if it may only be an effect of an incomplete image, that is, of what is missing on one side:
 * - a task that is missing from an incomplete image;
 * - a descriptor that is missing from a table with fewer descriptors than announced, or, if the image announces no
 *   number or the task has no table (and is not a zombie), from an incomplete image; and those of such a task if an image
 *   lacks a table that a task names;
 * - the path of a file that one of the images names but lacks, complete or not, or without a name at all; and a path on
 *   one side where an incomplete image has a made-up name for a file of the same kind.
 * Whatever both images hold is certain: values, close-on-exec, comms, and sharing, which is compared only among tasks
 * and descriptors that are on both sides and lead to an open file.
 */
export function diff(before: Checkpoint, after: Checkpoint, options: DiffOptions = {}): Comparison {
  const pairs = options.pairs ?? pair(before, after, options.extraPairs);
  const collector = createCollector(before, after, pairs);
  const lopsided = lopsidedOf({ before, after, pairs });
  const lacking = createLackingValues();
  const tables = options.resources;
  const placing = options.places ?? tables;
  const places = placing === undefined ? null : matchPlaces({ before, after, pairs }, placing);
  compareTasks({ before, after, pairs }, { places, lopsided, lacking }, collector);
  if (lopsided.sharing === null) compareTableSharing(before, after, pairs, collector);
  compareDescriptors({ before, after, pairs }, { places, lopsided, lacking }, collector);
  const resources =
    tables === undefined || places === null
      ? null
      : compareResources({ before, after, pairs }, tables, places.namespaces, collector);
  const changes = collector.finish();
  const counts = Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, 0])) as Record<ChangeKind, number>;
  for (const kind of changes.kind) counts[CHANGE_KINDS[kind] as ChangeKind]++;
  const order = options.order ?? earlierOf(ownEvidence("", before.time), ownEvidence("", after.time));
  const notes = [
    ...relatedNotes(before, after, pairs, changes.count === 0 ? null : order),
    ...lopsidedNotes(lopsided),
    ...lacking.notes(),
    ...completenessNotes({ before, after, pairs }),
    ...(resources?.notes ?? []),
  ];
  const { changed, keys } = collector;
  const compared = resources === null || tables === undefined ? null : { ...tables, changes: resources.changes };
  return { before, after, pairs, changes, changed, counts, keys, notes, resources: compared, places };
}
