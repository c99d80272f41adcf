// Pairs the fields of two records, and finds the bytes that differ.

import type { Field } from "../../model/fields.ts";

export interface FieldPair {
  readonly name: string;
  readonly before: Field | null;
  readonly after: Field | null;
}

/** Pairs the n-th field of a name with the n-th of that name, in the order of the record after. */
export function alignFields(before: readonly Field[], after: readonly Field[]): FieldPair[] {
  const waiting = new Map<string, Field[]>();
  for (const field of before) {
    const same = waiting.get(field.name);
    if (same === undefined) waiting.set(field.name, [field]);
    else same.push(field);
  }
  for (const same of waiting.values()) same.reverse();
  const later = after.map(
    (field): FieldPair => ({
      name: field.name,
      before: waiting.get(field.name)?.pop() ?? null,
      after: field,
    }),
  );
  const matched = new Set(later.map((pair) => pair.before));
  const pairs: FieldPair[] = [];
  // A removed field is listed before the field that followed it.
  let at = 0;
  for (const pair of later) {
    const index = pair.before === null ? -1 : before.indexOf(pair.before, at);
    for (; at < index; at++) addGone(before[at]);
    if (index >= at) at = index + 1;
    pairs.push(pair);
  }
  for (; at < before.length; at++) addGone(before[at]);
  return pairs;

  function addGone(field: Field | undefined): void {
    if (field !== undefined && !matched.has(field)) pairs.push({ name: field.name, before: field, after: null });
  }
}

/** Runs of bytes that differ, as [first, last + 1]. Bytes past the end of the shorter one differ. */
export function differing(a: Uint8Array | null, b: Uint8Array | null): (readonly [number, number])[] {
  const runs: [number, number][] = [];
  const [one, other] = [a ?? new Uint8Array(0), b ?? new Uint8Array(0)];
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    if (one[at] === other[at]) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === at) last[1] = at + 1;
    else runs.push([at, at + 1]);
  }
  return runs;
}
