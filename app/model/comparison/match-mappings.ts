// Which mappings of two images correspond, among those of one task, path, offset and kind. Two runs of a program have
// them at other addresses, one run at the same; a change of a part of a mapping splits it.

/** Values by which mappings are matched: addresses as exact numbers, all bigints or none. */
export interface MappingFacts {
  readonly start: (row: number) => number | bigint;
  readonly end: (row: number) => number | bigint;
  readonly size: (row: number) => number | bigint;
  /** Permissions, and flags where they are known, which most mappings keep. */
  readonly nature: (row: number) => string;
}

/** Calls `pair` for each match. Rows without one are left over: `before` and `after` are shortened to them. */
export function matchMappings(
  facts: Readonly<Record<"before" | "after", MappingFacts>>,
  before: readonly number[],
  after: readonly number[],
  pair: (before: number, after: number) => void,
): { readonly before: readonly number[]; readonly after: readonly number[] } {
  let left = { before, after };
  for (const keyOf of KEYS) {
    if (left.before.length === 0 || left.after.length === 0) break;
    left = matchBy(keyOf, facts, left, pair);
  }
  return left;
}

type KeyOf = (facts: MappingFacts, row: number) => string;

/**
 * Each pass matches mappings that are equal in this, in order: first the same place, then the same size, then the rest.
 */
const KEYS: readonly KeyOf[] = [
  (facts, row) => `${facts.start(row)} ${facts.end(row)}`,
  (facts, row) => `${facts.start(row)} ${facts.nature(row)}`,
  (facts, row) => `${facts.end(row)} ${facts.nature(row)}`,
  (facts, row) => `${facts.start(row)}`,
  (facts, row) => `${facts.size(row)} ${facts.nature(row)}`,
  (facts, row) => facts.nature(row),
  (facts, row) => `${facts.size(row)}`,
];

function matchBy(
  keyOf: KeyOf,
  facts: Readonly<Record<"before" | "after", MappingFacts>>,
  { before, after }: { readonly before: readonly number[]; readonly after: readonly number[] },
  pair: (before: number, after: number) => void,
): { readonly before: readonly number[]; readonly after: readonly number[] } {
  const waiting = new Map<string, number[]>();
  for (const row of before) {
    const key = keyOf(facts.before, row);
    const rows = waiting.get(key);
    if (rows === undefined) waiting.set(key, [row]);
    else rows.push(row);
  }
  const taken = new Set<number>();
  const next = new Map<string, number>();
  const unmatched: number[] = [];
  for (const row of after) {
    const key = keyOf(facts.after, row);
    const at = next.get(key) ?? 0;
    const match = waiting.get(key)?.[at];
    if (match === undefined) {
      unmatched.push(row);
      continue;
    }
    next.set(key, at + 1);
    taken.add(match);
    pair(match, row);
  }
  return { before: before.filter((row) => !taken.has(row)), after: unmatched };
}
