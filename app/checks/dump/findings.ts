// Findings about running processes, and the list that collects them.

import type { Severity } from "../../model/checkpoint.ts";
import { MOST_PER_CODE } from "../finding.ts";
import type { Rule } from "../rule.ts";
import type { CriuOptions } from "./criu-options.ts";
import { DUMP_RULES } from "./rules.ts";

/** What a finding is about. */
export interface DumpSubject {
  readonly pid: number;
  /** The thread, if it is not the main thread. */
  readonly tid?: number;
  readonly fd?: number;
  /** Addresses of a mapping, as in /proc/PID/maps. */
  readonly range?: string;
  /** Name of the file, as the link in /proc has it. */
  readonly path?: string;
}

/** Something about a process that affects a dump. */
export interface DumpFinding extends DumpSubject {
  /** The rule's code. */
  readonly code: string;
  readonly severity: Severity;
  /** What CRIU does: it refuses the dump, or it dumps and a restore differs. */
  readonly verdict: "refused" | "different";
  /** A sentence for the user. Text from the processes in it has been made visible. */
  readonly message: string;
}

/** What the checks found. */
export interface DumpFindings {
  /** In the order in which CRIU meets them, process by process. At most MOST_PER_CODE of a code. */
  readonly findings: readonly DumpFinding[];
  /** Number of findings that are not listed, by code; empty: all are listed. */
  readonly unlisted: readonly { readonly code: string; readonly count: number }[];
}

/** What is wrong with something, not yet tied to a subject. */
export interface Fault {
  /** The rule's code. */
  readonly code: string;
  /** A sentence. */
  readonly message: string;
}

export const fault = (code: string, message: string): Fault => ({ code, message });

/** Reports a finding, unless an option of its rule was given. */
export type Report = (code: string, subject: DumpSubject, message: string) => void;

const RULES: ReadonlyMap<string, Rule> = new Map(DUMP_RULES.map((rule) => [rule.code, rule]));

/** The rule with a code. */
export function dumpRule(code: string): Rule {
  const rule = RULES.get(code);
  if (rule === undefined) throw new Error(`no rule has the code ${code}`);
  return rule;
}

/** An empty list. */
export function createDumpFindings({ given }: CriuOptions): { readonly report: Report; finish(): DumpFindings } {
  const findings: DumpFinding[] = [];
  const counts = new Map<string, number>();
  return {
    report(code, subject, message) {
      const { options = [], outcomes } = dumpRule(code);
      if (options.some((option) => given.has(option))) return;
      const seen = counts.get(code) ?? 0;
      counts.set(code, seen + 1);
      if (seen >= MOST_PER_CODE) return;
      const severity = outcomes[0]?.severity ?? "error";
      findings.push({ code, severity, verdict: severity === "error" ? "refused" : "different", message, ...subject });
    },
    finish: () => ({
      findings,
      unlisted: [...counts]
        .filter(([, count]) => count > MOST_PER_CODE)
        .map(([code, count]) => ({ code, count: count - MOST_PER_CODE })),
    }),
  };
}
