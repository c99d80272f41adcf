// Values derived from the state. None are stored; those that cost more than a few comparisons are memoised.

import { hiddenKinds } from "../diff/lines.ts";
import { onSide } from "../model/side.ts";
import type { Doc, State } from "./state.ts";

/** The document on the selected side; `null` if nothing is open. */
export function shownDoc({ docs, side }: Pick<State, "docs" | "side">): Doc | null {
  return onSide(docs, side) ?? docs[0] ?? null;
}

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
  bytesShown,
  view,
  compared,
}: Pick<State, "bytesShown" | "view" | "compared">): "bytes" | "sideBySide" | "listing" {
  if (bytesShown) return "bytes";
  return view === "sideBySide" && compared !== null ? "sideBySide" : "listing";
}

/** By index into CHANGE_KINDS: 1 for a kind that is switched off. The same array as long as `off` is the same. */
export const hiddenChangeKinds = memoised(({ off }: Pick<State, "off">) => off, hiddenKinds);

/** `derive` over a part of the state, recomputed only when that part changes (by identity). */
function memoised<S, Part, Result>(part: (state: S) => Part, derive: (part: Part) => Result): (state: S) => Result {
  let last: { readonly part: Part; readonly result: Result } | null = null;
  return (state) => {
    const now = part(state);
    if (last === null || !Object.is(last.part, now)) last = { part: now, result: derive(now) };
    return last.result;
  };
}
