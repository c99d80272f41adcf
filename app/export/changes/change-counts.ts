// How many changes there are of each kind, in the words of the page's list.

import { CHANGE_KINDS, CHANGE_TITLES, type ChangeKind } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { u8At } from "../../model/read.ts";
import { counted, grouped } from "../../model/text/words.ts";

/** Kinds whose titles are nouns with a plural: `2 positions`, but `2 opened`, `2 close-on-exec`. */
const NOUNS: ReadonlySet<ChangeKind> = new Set([
  "file-path",
  "file-pos",
  "file-mode",
  "file-version",
  "file-detail",
  "file-linked",
  "task-detail",
]);

/** What something happened to: `task gone` is `2 tasks gone`. */
const OBJECT = /^(task|file|table|resource) /;

/** `1 opened, 2 positions`. `counts`: by kind, as CHANGE_KINDS has them. */
export function kindCounts(counts: readonly number[]): string {
  return CHANGE_KINDS.flatMap((kind, at) => {
    const count = counts[at] ?? 0;
    if (count === 0) return [];
    const title = CHANGE_TITLES[kind];
    if (NOUNS.has(kind)) return [counted(count, title)];
    return [`${grouped(count)} ${count === 1 ? title : title.replace(OBJECT, "$1s ")}`];
  }).join(", ");
}

/** `3 changes: 1 opened, 2 positions`; `indices`: only these. */
export function changeSummary(comparison: Comparison, indices?: Iterable<number>): string {
  const counts = CHANGE_KINDS.map(() => 0);
  let count = 0;
  let uncertain = 0;
  for (const index of indices ?? comparison.changes.kind.keys()) {
    const kind = u8At(comparison.changes.kind, index);
    counts[kind] = (counts[kind] ?? 0) + 1;
    count++;
    uncertain += u8At(comparison.changes.uncertain, index);
  }
  if (count === 0) return "No changes.";
  const doubt = uncertain === 0 ? "" : ` (${grouped(uncertain)} uncertain)`;
  return `${counted(count, "change")}${doubt}: ${kindCounts(counts)}`;
}
