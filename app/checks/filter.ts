// Which findings are asked for, by code.

import type { Finding, Findings } from "./finding.ts";

/** Codes that are asked for. `only` absent or empty: all but those ignored. */
export interface Choice {
  readonly only?: readonly string[];
  readonly ignore?: readonly string[];
}

/** Codes out of `H1,H27` or `H1 H27`, as they are written; case does not matter where a code is looked up. */
export const codesOf = (list: string): string[] => list.split(/[\s,]+/).filter((code) => code !== "");

/** The codes that no rule has, as they were given. */
export function unknownCodes(codes: readonly string[], known: readonly string[]): string[] {
  const lower = new Set(known.map((code) => code.toLowerCase()));
  return codes.filter((code) => !lower.has(code.toLowerCase()));
}

/** The findings whose codes are asked for. */
export function chooseFindings({ findings, unlisted }: Findings, { only = [], ignore = [] }: Choice): Findings {
  const wanted = new Set(only.map((code) => code.toLowerCase()));
  const unwanted = new Set(ignore.map((code) => code.toLowerCase()));
  const chosen = ({ code }: { readonly code: string }): boolean => {
    const lower = code.toLowerCase();
    return (wanted.size === 0 || wanted.has(lower)) && !unwanted.has(lower);
  };
  return { findings: findings.filter(chosen), unlisted: unlisted.filter(chosen) };
}

/** Whether nothing was found that a restart would refuse or get wrong. */
export const isSound = (findings: readonly Finding[]): boolean => findings.every(({ severity }) => severity === "note");
