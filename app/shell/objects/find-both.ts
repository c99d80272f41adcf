// Finds in both images of a comparison: what is on both sides is listed once, as it is in the image after.

import { CHANGE_BITS } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { NONE } from "../../model/checkpoint.ts";
import { runsOfBoth } from "../../model/comparison/descriptor-pairs.ts";
import type { Side } from "../../model/comparison/side.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { i32At, u16At } from "../../model/read.ts";
import { createTurns, type FindResults, find, SLICE } from "./find.ts";

/** A result, and the image that it is in. */
export interface Found {
  readonly side: Side;
  readonly object: ObjectRef;
}

export interface FoundInBoth extends Omit<FindResults, "found"> {
  readonly found: readonly Found[];
}

/** As `find`, in the image after, and then in the image before. */
export async function findInBoth(
  comparison: Comparison,
  query: string,
  signal: AbortSignal,
  onResults: (results: FoundInBoth) => void,
): Promise<void> {
  let first: FoundInBoth = { found: [], total: 0, done: false };
  const on = (side: Side, { found }: FindResults): Found[] => found.map((object) => ({ side, object }));
  await find(comparison.after, query, signal, (results) => {
    first = { ...results, found: on("after", results), done: false };
    if (!results.done) onResults(first);
  });
  if (signal.aborted) return;
  const isOnlyBefore = await onlyBefore(comparison, signal);
  if (isOnlyBefore === null) return;
  await find(
    comparison.before,
    query,
    signal,
    (results) =>
      onResults({
        found: [...first.found, ...on("before", results)],
        total: first.total + results.total,
        done: results.done,
      }),
    isOnlyBefore,
  );
}

/**
 * Whether an object of the image before has no counterpart after. An open file under another path has none. `null`: the
 * signal was aborted.
 */
async function onlyBefore(
  { before, pairs, changed }: Comparison,
  signal: AbortSignal,
): Promise<((object: ObjectRef) => boolean) | null> {
  const turns = createTurns();
  const descriptors = new Uint8Array(before.descriptors.count);
  const files = new Uint8Array(before.files.count);
  for (const { pair: first, end, before: descriptor } of runsOfBoth(pairs.descriptors)) {
    for (let pair = first; pair < end; pair++) {
      if (pair % SLICE === SLICE - 1 && turns.isOver()) {
        await turns.next();
        if (signal.aborted) return null;
      }
      const row = descriptor + pair - first;
      descriptors[row] = 1;
      const file = i32At(before.descriptors.file, row);
      if (file !== NONE && (u16At(changed, pair) & CHANGE_BITS.path) === 0) files[file] = 1;
    }
  }
  return ({ to, row }) => {
    if (to === "task") return pairs.taskAfter[row] === NONE;
    return to === "descriptor" ? descriptors[row] === 0 : to === "file" ? files[row] === 0 : true;
  };
}
