// What differs between two long values, so that a sentence about a change shows it, not what the values have in common
// or only their first characters.

import type { Details, DetailValue } from "../../model/fields.ts";

type Both<Value> = readonly [before: Value, after: Value];

/**
 * The parts of two values that are different: of lists the elements, of objects the keys that only one of them has or
 * that have another value; of objects in objects the same. Values without parts are returned as they are, and so are
 * lists that differ in their order only.
 */
export function differingParts(before: DetailValue, after: DetailValue): Both<DetailValue> {
  if (Array.isArray(before) && Array.isArray(after)) return differingElements(before, after);
  return isObject(before) && isObject(after) ? differingKeys(before, after, null) : [before, after];
}

const isObject = (value: DetailValue): value is Details =>
  value !== null && typeof value === "object" && !Array.isArray(value);

function differingElements(before: readonly DetailValue[], after: readonly DetailValue[]): Both<DetailValue> {
  const [had, has] = [without(before, after), without(after, before)];
  if (had.length === 0 && has.length === 0) return [before, after];
  const [one = null, other = null] = [had[0], has[0]];
  if (had.length !== 1 || has.length !== 1 || !isObject(one) || !isObject(other)) return [had, has];
  const name = NAMES.find((key) => one[key] != null && one[key] === other[key]);
  return name === undefined ? [had, has] : differingKeys(one, other, name);
}

/** Keys that say which element of a list it is, the best first. */
const NAMES = ["fd", "wd", "path", "inode"] as const;

/** The elements of a list that have no counterpart in another; each element there is the counterpart of one here. */
function without(all: readonly DetailValue[], other: readonly DetailValue[]): readonly DetailValue[] {
  const left = new Map<string, number>();
  for (const each of other) {
    const text = JSON.stringify(each);
    left.set(text, (left.get(text) ?? 0) + 1);
  }
  return all.filter((each) => {
    const text = JSON.stringify(each);
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}

/** @param kept A key that is kept although its value is the same. */
function differingKeys(before: Details, after: Details, kept: string | null): Both<Details> {
  const [had, has]: [Record<string, DetailValue>, Record<string, DetailValue>] = [{}, {}];
  for (const key of Object.keys({ ...before, ...after })) {
    const [one, other] = [before[key], after[key]];
    if (key !== kept && JSON.stringify(one) === JSON.stringify(other)) continue;
    const areObjects = key !== kept && one !== undefined && other !== undefined && isObject(one) && isObject(other);
    // A list within is kept whole: an empty remainder would read as an empty list.
    const [own, its] = areObjects ? differingKeys(one, other, null) : [one, other];
    const isLeft = (value: DetailValue | undefined): value is DetailValue =>
      value !== undefined && !(areObjects && isObject(value) && Object.keys(value).length === 0);
    if (isLeft(own)) had[key] = own;
    if (isLeft(its)) has[key] = its;
  }
  return [had, has];
}

/** Characters before the first that differs. */
const CONTEXT = 40;

/** Two texts, each cut to at most so many characters, so that both show where they begin to differ. */
export function shortenedTexts(before: string, after: string, most: number): Both<string> {
  const same = commonLength(before, after);
  const isBeyond = same > most - CONTEXT && Math.max(before.length, after.length) > most;
  const from = isBeyond ? same - CONTEXT : 0;
  const cut = (text: string): string => {
    const head = from > 0 ? "…" : "";
    return `${head}${text.slice(from, from + most)}${text.length > from + most ? "…" : ""}`;
  };
  return [cut(before), cut(after)];
}

/** The number of leading characters that two texts have in common. */
function commonLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one[length] === other[length]) length++;
  return length;
}
