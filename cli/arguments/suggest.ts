// The name that a misspelled one was probably meant to be.

/** The known name closest to `name`; `null` if none is close. Case does not matter. */
export function suggest(name: string, known: readonly string[]): string | null {
  const lower = name.toLowerCase();
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | null = null;
  let least = limit + 1;
  for (const candidate of known) {
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance >= least) continue;
    best = candidate;
    least = distance;
  }
  // An abbreviation is many edits away from the full name.
  return best ?? (name.length < 3 ? null : (known.find((candidate) => candidate.startsWith(lower)) ?? null));
}

/** `; did you mean 'show'?`, or nothing. */
export function suggestion(name: string, known: readonly string[]): string {
  const found = suggest(name, known);
  return found === null ? "" : `; did you mean '${found}'?`;
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const substituted = (last[column - 1] as number) + (same ? 0 : 1);
      let least = Math.min(substituted, (last[column] as number) + 1, (current[column - 1] as number) + 1);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = Math.min(least, (beforeLast[column - 2] as number) + 1);
      }
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] as number;
}
