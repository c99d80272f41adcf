// Collects problems: the first hundred of each code, and a count of the others.

import type { Problem } from "../../model/checkpoint.ts";

const PROBLEMS_PER_CODE = 100;

export interface ProblemList {
  add(problem: Problem): void;
  /** The problems in image order; those without an offset come last. */
  closed(): Problem[];
}

export function createProblemList(): ProblemList {
  const problems: Problem[] = [];
  const counts = new Map<string, number>();
  return {
    add(problem) {
      const seen = counts.get(problem.code) ?? 0;
      counts.set(problem.code, seen + 1);
      if (seen < PROBLEMS_PER_CODE) problems.push(problem);
    },
    closed() {
      return [...problems, ...omitted(problems, counts)].sort(byPlace);
    },
  };
}

/** A summary problem for each code whose problems were not all kept. */
function omitted(problems: readonly Problem[], counts: ReadonlyMap<string, number>): Problem[] {
  return [...counts]
    .filter(([, count]) => count > PROBLEMS_PER_CODE)
    .map(([code, count]) => {
      const severity = problems.find((problem) => problem.code === code)?.severity ?? "warning";
      const message = `${count - PROBLEMS_PER_CODE} more problems of the kind “${code}” are not listed.`;
      return { severity, code, message, offset: null };
    });
}

function byPlace(a: Problem, b: Problem): number {
  const offset = (problem: Problem): number => problem.offset ?? Number.POSITIVE_INFINITY;
  const members = (a.member ?? 0) - (b.member ?? 0);
  return members || (offset(a) === offset(b) ? 0 : offset(a) - offset(b));
}
