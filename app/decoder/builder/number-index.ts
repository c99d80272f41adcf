// Finds what a pair of numbers stands for, without an object or a string for each: the index of a value by the number that
// it is made of, the open file at an end of a connection. It may forget pairs, if an image is crafted to have many whose
// hashes are alike.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { NONE } from "../../model/checkpoint.ts";

/** Slots that are tried for a pair. */
const MOST_TRIED = 32;

/** A slot: three numbers to find it by, and what was entered, plus 1; 0: the slot is empty. */
const SLOT = 4;

export type NumberIndex = ReturnType<typeof createNumberIndex>;

/** An empty index. Pairs of one kind do not stand for those of another. */
export function createNumberIndex() {
  let slots = 256;
  let table = new Int32Array(slots * SLOT);
  let count = 0;
  /** Where the pair that was looked for last belongs; NONE if there is no room. */
  let place = NONE;

  const find = (kind: number, low: number, high: number): number => {
    const first = low | 0;
    const second = high | 0;
    const hash = hashOf(kind, first, second);
    for (let tried = 0; tried < MOST_TRIED; tried++) {
      const at = ((hash + tried) & (slots - 1)) * SLOT;
      const found = table[at + 3] as number;
      if (found === 0) {
        table[at] = kind;
        table[at + 1] = first;
        table[at + 2] = second;
        place = at;
        return NONE;
      }
      if (table[at + 1] === first && table[at] === kind && table[at + 2] === second) {
        place = at;
        return found - 1;
      }
    }
    place = NONE;
    return NONE;
  };

  const enlarge = (): void => {
    const old = table;
    slots *= 4;
    table = new Int32Array(slots * SLOT);
    for (let from = 0; from < old.length; from += SLOT) {
      if (old[from + 3] === 0) continue;
      find(old[from] as number, old[from + 1] as number, old[from + 2] as number);
      if (place !== NONE) table[place + 3] = old[from + 3] as number;
    }
  };

  return {
    /** What a pair stands for, as 32 bits each; NONE if that is not known. */
    find,

    /** Enters what the pair that was looked for last stands for: a number from 0 on. Returns it. */
    enter(value: number): number {
      if (place === NONE) return value;
      if (table[place + 3] === 0) count++;
      table[place + 3] = value + 1;
      place = NONE;
      if (2 * count > slots) enlarge();
      return value;
    },
  };
}

/** The hash of a pair. Numbers that follow one another, as ids do, get different ones. */
function hashOf(kind: number, low: number, high: number): number {
  const hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b) ^ Math.imul(kind, 0xc2b2ae35);
  return hash ^ (hash >>> 15);
}
