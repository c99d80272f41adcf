// The outcome of comparing what an image demands with the facts of a host: a row for each thing compared, and findings.

import type { Finding } from "../finding.ts";
import type { Rule } from "../rule.ts";
import type { Subject } from "../subject.ts";

/** `same`: as recorded; `unknown`: there are no facts about it. The others are the worst of the row's findings. */
export type RowState = "same" | "unknown" | "note" | "different" | "refused";

/** A finding about a host. */
export interface HostFinding extends Finding {
  /** What the image has, and what the host has. */
  readonly recorded: string;
  readonly actual: string;
  /** CRIU's verdict: the restore is refused, or goes through and the result differs. A note is neither. */
  readonly verdict: "refused" | "different" | "fine";
  /** An option that makes the restore accept it. */
  readonly option?: string;
}

/** The groups of things compared, in the order in which they are shown. */
export const GROUPS = ["machine", "processes", "files", "network", "terminals", "locks", "limits"] as const;
export type Group = (typeof GROUPS)[number];

/** One thing that was compared, or would be. */
export interface HostRow {
  readonly group: Group;
  /** What it is: `pid 413`, a path made visible, `tcp 127.0.0.1:80`. */
  readonly what: string;
  /** Why the restore needs it: `executable`, `open for writing`. */
  readonly use: string;
  /** What the image has; "": nothing but that it is there. */
  readonly recorded: string;
  /** What the host has; `null`: not known. */
  readonly actual: string | null;
  readonly state: RowState;
  readonly subject: Subject;
  readonly findings: readonly HostFinding[];
}

/**
 * The worst of the findings. `uncertain`: the restore may be refused, which the facts do not decide; `none`: nothing
 * was found that matters.
 */
export type Verdict = "refused" | "uncertain" | "different" | "none";

export function verdictOf(findings: readonly HostFinding[], rules: ReadonlyMap<string, Rule>): Verdict {
  if (findings.some(({ verdict }) => verdict === "refused")) return "refused";
  const warnings = findings.filter(({ verdict }) => verdict === "different");
  if (warnings.some(({ code }) => rules.get(code)?.mayRefuse)) return "uncertain";
  return warnings.length > 0 ? "different" : "none";
}

/** How many rows of a group have a state. */
export type Counts = Readonly<Record<RowState, number>>;

/** The comparison of an image with a host. */
export interface HostReport {
  /** The machine that the facts are about, and when they were made; `null`: no facts were given. */
  readonly host: { readonly name: string; readonly at: string } | null;
  /** Rows that are not as recorded come first, in the order of the restore; at most MOST_ROWS. */
  readonly rows: readonly HostRow[];
  readonly counts: Readonly<Record<Group, Counts>>;
  /** In the order of the restore; at most MOST_PER_CODE of a code. */
  readonly findings: readonly HostFinding[];
  readonly unlisted: readonly { readonly code: string; readonly count: number }[];
  readonly verdict: Verdict;
  /** Privileges of criu that this restore needs, with the reason for each. */
  readonly privileges: readonly Privilege[];
}

/** A capability that a restore needs. */
export interface Privilege {
  readonly capability: string;
  readonly reason: string;
  /** Whether the maker of the facts has it; `null`: no facts. */
  readonly held: boolean | null;
}

/** Most rows that are as recorded, or unknown, and are kept. */
export const MOST_ROWS = 2000;
