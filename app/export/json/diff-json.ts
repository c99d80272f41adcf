// The document that `diff --json` prints and that the page exports. Its shape: public/schema/diff.schema.json.

import type { Change, Note } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { changeAt, changesJson } from "../../diff/describe/describe.ts";
import { jsonText } from "../../model/text/text.ts";

/** An image as the user gave it; `bytes`: its size. */
export interface Source {
  readonly name: string;
  readonly bytes: number;
}

export interface Sources {
  readonly before: Source;
  readonly after: Source;
}

export interface DiffDocument extends Sources {
  readonly schema: 1;
  /** Whether `changes` is empty. */
  readonly equal: boolean;
  readonly changes: readonly Change[];
  /** What was not compared, and what should be kept in mind. */
  readonly notes: readonly Note[];
}

/** The document of a comparison; `indices`: of these changes only. */
export function diffDocument(comparison: Comparison, sources: Sources, indices?: Iterable<number>): DiffDocument {
  const changes = changesJson(comparison, indices);
  return {
    schema: 1,
    before: sources.before,
    after: sources.after,
    equal: changes.length === 0,
    changes,
    notes: comparison.notes,
  };
}

/**
 * The same document as text in pieces, a line for each change: with a million changes, or tables that thousands
 * of tasks share, it would not fit one string.
 */
export function* diffDocumentText(
  comparison: Comparison,
  sources: Sources,
  indices: Iterable<number> = comparison.changes.kind.keys(),
): Generator<string> {
  const listed = indices[Symbol.iterator]();
  let next = listed.next();
  yield `{\n  "schema": 1,\n  "before": ${jsonText(sources.before)},\n  "after": ${jsonText(sources.after)},\n`;
  yield `  "equal": ${next.done === true},\n  "changes": [`;
  for (let separator = "\n    "; !next.done; separator = ",\n    ") {
    yield separator + jsonText(changeAt(comparison, next.value));
    next = listed.next();
    if (next.done) yield "\n  ";
  }
  yield `],\n  "notes": ${jsonText(comparison.notes)}\n}\n`;
}

/** The changes as JSON lines: the entries of the document's `changes`, one in each line. */
export function* diffLines(
  comparison: Comparison,
  indices: Iterable<number> = comparison.changes.kind.keys(),
): Generator<string> {
  for (const index of indices) yield `${jsonText(changeAt(comparison, index))}\n`;
}
