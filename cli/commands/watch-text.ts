// The changes in a sample as lines. Many similar changes become one line: `pid 12 50 × /dev/null: opened`.

import type { Comparison } from "../../app/diff/comparison.ts";
import { kindAt } from "../../app/diff/comparison.ts";
import { type ChangeWords, changeSentence, changeWords } from "../../app/export/changes/changes-text.ts";

/** Changes that are listed one by one; more are counted. */
const MOST_LISTED = 3;

/** Names with a number that is different in every sample and is not the one in /proc. */
const NUMBERED = /^(pipe|socket):\[\d+\]$/;

/** Changes in sentences; those with the same kind, task and file name are folded if there are many. */
export function foldedSentences(comparison: Comparison, indices: Iterable<number>): string[] {
  const groups = new Map<string, { readonly words: ChangeWords; readonly indices: number[] }>();
  for (const index of indices) {
    const said = changeWords(comparison, index);
    const words = { ...said, name: said.name.replace(NUMBERED, "$1") };
    const key = JSON.stringify([kindAt(comparison, index), taskOf(words), words.name, words.what]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { words, indices: [index] });
    else group.indices.push(index);
  }
  return [...groups.values()].flatMap(({ words, indices: same }) =>
    same.length <= MOST_LISTED || words.name === ""
      ? same.map((index) => unnumbered(comparison, index))
      : [`${taskOf(words)} ${same.length} × ${words.name}: ${words.what}`],
  );
}

function unnumbered(comparison: Comparison, index: number): string {
  const { who, name, what } = changeWords(comparison, index);
  const kind = NUMBERED.exec(name)?.[1];
  return kind === undefined ? changeSentence(comparison, index) : `${who} ${kind}: ${what}`;
}

/** `pid 412`, of a change to its descriptors. */
const taskOf = ({ who }: ChangeWords): string => who.split(" fd ", 1)[0] ?? who;
