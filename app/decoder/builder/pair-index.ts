// Finds numbers by pairs of numbers, without an object or a string for each.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { NONE } from "../../model/checkpoint.ts";

/** Slots that are tried for a pair. Only a crafted image has pairs that need more; they go into a Map. */
const MOST_TRIED = 32;

/** A slot: the two numbers of a pair, and what was entered for it, plus 1; 0: the slot is empty. */
const SLOT = 3;

/** An empty index. Pairs are of numbers of 32 bits; what is entered for them is a number from 0 on. */
export function createPairIndex() {
  let slots = 256;
  let table = new Int32Array(slots * SLOT);
  let count = 0;
  const crowded = new Map<string, number>();

  /** Where a pair is in `table`, or belongs; NONE: in `crowded`. */
  const placeOf = (first: number, second: number): number => {
    const hash = hashOf(first, second);
    for (let tried = 0; tried < MOST_TRIED; tried++) {
      const at = ((hash + tried) & (slots - 1)) * SLOT;
      if (table[at + 2] === 0 || (table[at] === first && table[at + 1] === second)) return at;
    }
    return NONE;
  };
  const put = (first: number, second: number, value: number): void => {
    const place = placeOf(first, second);
    if (place === NONE) {
      crowded.set(`${first} ${second}`, value);
      return;
    }
    if (table[place + 2] === 0) count++;
    table[place] = first;
    table[place + 1] = second;
    table[place + 2] = value + 1;
  };
  const enlarge = (): void => {
    const old = table;
    slots *= 4;
    table = new Int32Array(slots * SLOT);
    count = 0;
    for (let at = 0; at < old.length; at += SLOT) {
      if (old[at + 2] !== 0) put(old[at] as number, old[at + 1] as number, (old[at + 2] as number) - 1);
    }
    const others = [...crowded];
    crowded.clear();
    for (const [pair, value] of others) {
      const [first, second] = pair.split(" ");
      put(Number(first), Number(second), value);
    }
  };

  return {
    /** The last entry for a pair; NONE if there is none. */
    find(first: number, second: number): number {
      const place = placeOf(first | 0, second | 0);
      if (place === NONE) return crowded.get(`${first | 0} ${second | 0}`) ?? NONE;
      return (table[place + 2] as number) - 1;
    },

    enter(first: number, second: number, value: number): void {
      put(first | 0, second | 0, value);
      if (2 * count > slots) enlarge();
    },
  };
}

/** The hash of a pair. Numbers that follow one another, as ids do, get different ones. */
export function hashOf(first: number, second: number): number {
  const hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
