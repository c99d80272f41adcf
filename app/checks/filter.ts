// Filters findings by code.

import type { Finding } from "./finding.ts";
import type { Findings } from "./findings.ts";

/** The chosen codes. `only` absent or empty: all except those ignored. */
export interface Choice {
  readonly only?: readonly string[];
  readonly ignore?: readonly string[];
}

/** The codes of `H1,H27` or `H1 H27`, as written. Case does not matter when they are matched. */
export const codesOf = (list: string): string[] => list.split(/[\s,]+/).filter((code) => code !== "");

/** The codes that no rule has, as written. */
export function unknownCodes(codes: readonly string[], known: readonly string[]): string[] {
  const lower = new Set(known.map((code) => code.toLowerCase()));
  return codes.filter((code) => !lower.has(code.toLowerCase()));
}

/** The findings with chosen codes. */
export function chooseFindings(
  { findings, unlisted, host, ...rest }: Findings,
  { only = [], ignore = [] }: Choice,
): Findings {
  const wanted = new Set(only.map((code) => code.toLowerCase()));
  const unwanted = new Set(ignore.map((code) => code.toLowerCase()));
  const chosen = ({ code }: { readonly code: string }): boolean => {
    const lower = code.toLowerCase();
    return (wanted.size === 0 || wanted.has(lower)) && !unwanted.has(lower);
  };
  return {
    ...rest,
    findings: findings.filter(chosen),
    unlisted: unlisted.filter(chosen),
    ...(host === undefined
      ? {}
      : { host: { ...host, findings: host.findings.filter(chosen), unlisted: host.unlisted.filter(chosen) } }),
  };
}

/** Whether there are no errors and no warnings. */
export const isSound = (findings: readonly Finding[]): boolean => findings.every(({ severity }) => severity === "note");

/** All findings: those about the image, then those about the host, in the order of the restore. */
export const allFindings = ({ findings, host }: Findings): readonly Finding[] =>
  host === undefined ? findings : [...findings, ...host.findings];
