// Values derived from the state. None are stored; those that cost more than a few comparisons are memoised.

import type { Events } from "../diff/lists/events.ts";
import type { HiddenChanges } from "../diff/lists/filter.ts";
import { onSide } from "../model/comparison/side.ts";
import type { Compared, Doc, State } from "./state.ts";

/** The document on the selected side; `null` if nothing is open. */
export function shownDoc({ docs, side }: Pick<State, "docs" | "side">): Doc | null {
  return onSide(docs, side) ?? docs[0] ?? null;
}

/** The limit that ended the decoding of a document; `null` if none did. */
export const reachedLimit = ({ checkpoint, document }: Doc): string | null =>
  (document !== null && checkpoint.problems.find(({ limit }) => limit !== undefined)?.limit) || null;

/** Whether there is a document, perhaps only an early part of it. */
export const isOpen = (state: State): boolean => shownDoc(state) !== null;

/** Whether the shown document is decoded to its end, so that the worker answers requests about it. */
export const isDecoded = (state: State): boolean => shownDoc(state)?.document != null;

/** Whether every open document is decoded to its end. */
export const areAllDecoded = ({ docs }: State): boolean =>
  docs.length > 0 && docs.every(({ document }) => document !== null);

/** Whether two documents are open. They may not be compared yet. */
export const isPair = ({ docs }: Pick<State, "docs">): boolean => docs.length === 2;

export const isCompared = ({ compared }: Pick<State, "compared">): boolean => compared !== null;

/** The contents of the tables panel. */
export function tablesContent({
  restoreShown,
  bytesShown,
  memoryShown,
  resourcesShown,
  view,
  compared,
}: Pick<State, "restoreShown" | "bytesShown" | "memoryShown" | "resourcesShown" | "view" | "compared">):
  | "restore"
  | "bytes"
  | "memory"
  | "resources"
  | "sideBySide"
  | "listing" {
  if (memoryShown) return "memory";
  if (restoreShown) return "restore";
  if (bytesShown) return "bytes";
  if (resourcesShown) return "resources";
  return view === "sideBySide" && compared !== null ? "sideBySide" : "listing";
}

/** Comparisons with more descriptors have their words matched by the worker (word-filter.ts). */
const PAGE_PAIRS = 20_000;

export const isMatchedByWorker = ({ comparison }: Compared): boolean => comparison.pairs.descriptors.count > PAGE_PAIRS;

/**
 * The changes that the filters of a comparison hide. The same array as long as these are the same. While the worker
 * matches new words, those that the previous words hid.
 */
export const hiddenOf = memoised(
  ({ compared, off, changeFilter, matched, expectedHidden, onlySecurity, seen, seenHidden }: State) => {
    const words = changeFilter.trim();
    const isLarge = words !== "" && compared !== null && isMatchedByWorker(compared);
    const byWorker = isLarge && matched?.of === compared ? matched.hidden : null;
    return [
      compared,
      off,
      isLarge ? "" : words,
      byWorker,
      expectedHidden,
      seenHidden ? seen : null,
      onlySecurity,
    ] as const;
  },
  ([compared, off, words, byWorker, withoutExpected, seen, security]): HiddenChanges => {
    if (compared === null) return NONE_HIDDEN;
    const filter = { ignore: off, withoutExpected, withoutRepeated: true, security, ...(words !== "" && { words }) };
    const hidden = compared.tools.hiddenChanges(compared.comparison, filter);
    byWorker?.forEach((each, change) => {
      if (each === 1) hidden[change] = 1;
    });
    for (const change of seen ?? []) hidden[change] = 1;
    return hidden;
  },
);

const NONE_HIDDEN: HiddenChanges = new Uint8Array(0);

/** The changes in the groups in which they are listed; `null` unless two images are compared. */
export const groupsOf = memoised(
  ({ compared, groupBy }: State) => [compared, groupBy] as const,
  ([compared, groupBy]): Events | null => {
    if (compared === null) return null;
    return groupBy === "task" ? compared.tools.byTask(compared.comparison) : compared.events;
  },
);

/** `derive` over parts of the state, recomputed only when one of them changes (by identity). */
function memoised<S, Parts extends readonly unknown[], Result>(
  parts: (state: S) => Parts,
  derive: (parts: Parts) => Result,
): (state: S) => Result {
  let last: { readonly parts: Parts; readonly result: Result } | null = null;
  return (state) => {
    const now = parts(state);
    if (last === null || now.some((part, at) => !Object.is(last?.parts[at], part))) {
      last = { parts: now, result: derive(now) };
    }
    return last.result;
  };
}
