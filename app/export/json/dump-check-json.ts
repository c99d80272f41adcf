// The document that `ckptscope check --pid --json` prints. Its shape: public/schema/check-pid.schema.json.

import { cracRemedy } from "../../checks/dump/crac.ts";
import type { DumpFacts } from "../../checks/dump/facts.ts";
import { type DumpFinding, type DumpFindings, dumpRule } from "../../checks/dump/findings.ts";
import { isSound } from "../../checks/filter.ts";
import type { Severity } from "../../model/checkpoint.ts";
import { jsonText } from "../../model/text/text.ts";

/** A finding, with the text of its rule. */
export interface DumpFindingEntry extends DumpFinding {
  readonly title: string;
  readonly remedy: string;
  /** Options of criu dump that make it accept the fault, each one enough. */
  readonly options: readonly string[];
  /** Function that decides. */
  readonly source: string;
}

export interface DumpCheckDocument {
  readonly schema: 1;
  /** The requested process. */
  readonly pid: number;
  readonly for: "criu" | "crac";
  /** Options that criu dump was assumed to get. */
  readonly dumpOptions: readonly string[];
  /** Whether the dump would be accepted. */
  readonly dumps: boolean;
  /** The process and its descendants; `worst`: `null` if there are no findings about it. */
  readonly processes: readonly {
    readonly pid: number;
    readonly parent: number;
    readonly name: string;
    readonly worst: Severity | null;
  }[];
  /** What could not be determined, as sentences. */
  readonly notes: readonly string[];
  readonly unlisted: DumpFindings["unlisted"];
  readonly findings: readonly DumpFindingEntry[];
}

/** The parts of a document. */
export interface DumpCheck extends DumpFindings {
  readonly facts: DumpFacts;
  readonly for: DumpCheckDocument["for"];
  readonly dumpOptions: readonly string[];
  readonly notes: readonly string[];
}

const WORST_FIRST: readonly Severity[] = ["error", "warning", "note"];

/** The worst severity of the findings about each process that has any. */
export function worstByProcess(findings: readonly DumpFinding[]): ReadonlyMap<number, Severity> {
  const worst = new Map<number, Severity>();
  for (const { pid, severity } of findings) {
    const known = worst.get(pid);
    if (known === undefined || WORST_FIRST.indexOf(severity) < WORST_FIRST.indexOf(known)) worst.set(pid, severity);
  }
  return worst;
}

/** The remedy for a finding, as a sentence. */
export function remedyOf({ code }: DumpFinding, audience: DumpCheckDocument["for"]): string {
  const { remedy } = dumpRule(code);
  return audience === "crac" ? cracRemedy(code, remedy) : remedy;
}

export function dumpCheckDocument(check: DumpCheck): DumpCheckDocument {
  const { facts, findings, unlisted, notes } = check;
  const worst = worstByProcess(findings);
  return {
    schema: 1,
    pid: facts.tasks[0]?.pid ?? 0,
    for: check.for,
    dumpOptions: check.dumpOptions,
    dumps: isSound(findings),
    processes: facts.tasks.map(({ pid, parent, name }) => ({ pid, parent, name, worst: worst.get(pid) ?? null })),
    notes,
    unlisted,
    findings: findings.map((finding) => {
      const { title, options = [], source = "" } = dumpRule(finding.code);
      return { ...finding, title, remedy: remedyOf(finding, check.for), options, source };
    }),
  };
}

/** The same as text, a line for each process and each finding. */
export function dumpCheckText(document: DumpCheckDocument): string {
  const lists = new Set(["processes", "findings"]);
  const lines = Object.entries(document).map(([key, value]) => {
    if (!lists.has(key)) return `  ${jsonText(key)}: ${jsonText(value)}`;
    const items = (value as readonly unknown[]).map((item) => `\n    ${jsonText(item)}`);
    return `  ${jsonText(key)}: [${items.join(",")}${items.length === 0 ? "" : "\n  "}]`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}
