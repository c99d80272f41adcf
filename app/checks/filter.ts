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

/** A list of findings of any kind. */
interface Coded {
  readonly findings: readonly { readonly code: string }[];
  readonly unlisted: readonly { readonly code: string; readonly count: number }[];
}

/** A test whether a code is chosen. */
function chooser({ only = [], ignore = [] }: Choice): (coded: { readonly code: string }) => boolean {
  const wanted = new Set(only.map((code) => code.toLowerCase()));
  const unwanted = new Set(ignore.map((code) => code.toLowerCase()));
  return ({ code }) => {
    const lower = code.toLowerCase();
    return (wanted.size === 0 || wanted.has(lower)) && !unwanted.has(lower);
  };
}

/** The entries of a list with chosen codes. */
export function chooseCoded<List extends Coded>(list: List, choice: Choice): List {
  const chosen = chooser(choice);
  return { ...list, findings: list.findings.filter(chosen), unlisted: list.unlisted.filter(chosen) };
}

/** The findings with chosen codes, also those about the host. */
export function chooseFindings(findings: Findings, choice: Choice): Findings {
  const { host, ...chosen } = chooseCoded(findings, choice);
  return host === undefined ? chosen : { ...chosen, host: chooseCoded(host, choice) };
}

/** Whether there are no errors and no warnings. */
export const isSound = (findings: readonly Pick<Finding, "severity">[]): boolean =>
  findings.every(({ severity }) => severity === "note");

/** All findings: those about the image, then those about the host, in the order of the restore. */
export const allFindings = ({ findings, host }: Findings): readonly Finding[] =>
  host === undefined ? findings : [...findings, ...host.findings];
