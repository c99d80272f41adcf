// How the rules about a dump are written down.

import type { Outcome, Rule } from "../rule.ts";

const REFUSED: readonly Outcome[] = [{ severity: "error", errno: null }];
const LOST: readonly Outcome[] = [{ severity: "note", errno: null }];

/** A rule in its table: its outcome is that CRIU refuses the dump, or that something is lost. */
export interface DumpRuleEntry extends Pick<Rule, "code" | "title" | "examines" | "remedy" | "options"> {
  /** Function and file of CRIU. */
  readonly decidedBy: string;
  /** What the rule was read or tried in, if not CRIU 4.2. */
  readonly version?: string;
  /** CRIU dumps it, but it is not the same after a restore. */
  readonly isLost?: true;
}

/** The rules of a table. */
export const dumpRules = (entries: readonly DumpRuleEntry[]): readonly Rule[] =>
  entries.map(({ decidedBy, isLost, version = "CRIU 4.2", ...entry }) => ({
    ...entry,
    format: "criu",
    step: "dump",
    outcomes: isLost ? LOST : REFUSED,
    source: `${decidedBy} (${version})`,
  }));
