// What `check --pid` prints for people: the findings by rule, what to do about them, and the verdict.

import { type DumpFinding, dumpRule } from "../../app/checks/dump/findings.ts";
import { isSound } from "../../app/checks/filter.ts";
import { type DumpCheck, remedyOf, worstByProcess } from "../../app/export/json/dump-check-json.ts";
import { shortText, visible } from "../../app/model/text/text.ts";
import { counted } from "../../app/model/text/words.ts";
import { styleFor } from "../style.ts";
import { SEVERITY_COLOURS } from "./check-text.ts";

export interface DumpCheckTextOptions {
  readonly colour: boolean;
  /** Whether to print the process tree, too. */
  readonly tree: boolean;
}

/** The text, ending in a newline. Checks are in the order of their first finding. */
export function dumpCheckLines(check: DumpCheck, { colour, tree }: DumpCheckTextOptions): string {
  const { findings, unlisted } = check;
  const style = styleFor(colour);
  const lines: string[] = [];
  for (const code of new Set(findings.map((finding) => finding.code))) {
    const group = findings.filter((finding) => finding.code === code);
    const severity = group[0]?.severity ?? "note";
    const { title, options = [] } = dumpRule(code);
    lines.push(`${style(SEVERITY_COLOURS[severity], `${code} ${severity}`)}  ${title}`);
    for (const finding of group) lines.push(`  ${style("dim", `${placeOf(finding)}: `)}${shortText(finding.message)}`);
    const more = unlisted.find((entry) => entry.code === code)?.count ?? 0;
    if (more > 0) lines.push(`  ${style("dim", `… and ${more} more`)}`);
    if (options.length > 0) lines.push(`  Accepted with ${options.join(" or ")}.`);
    const [first] = group;
    if (first !== undefined) lines.push(`  ${remedyOf(first, check.for)}`);
    lines.push("");
  }
  if (tree) lines.push(...treeLines(check), "");
  lines.push(verdict(check));
  return `${lines.join("\n")}\n`;
}

/** `pid 4242 fd 7`, `pid 4242 7f77be4c7000-7f77be4c8000`. */
export function placeOf({ pid, tid, fd, range }: DumpFinding): string {
  return [
    `pid ${pid}`,
    ...(tid === undefined ? [] : [`thread ${tid}`]),
    ...(fd === undefined ? [] : [`fd ${fd}`]),
    ...(range === undefined ? [] : [range]),
  ].join(" ");
}

/** A line for each process, indented below its parent. */
function treeLines({ facts, findings }: DumpCheck): string[] {
  const worst = worstByProcess(findings);
  const depths = new Map<number, number>();
  return facts.tasks.map(({ pid, parent, name }) => {
    const depth = (depths.get(parent) ?? -1) + 1;
    depths.set(pid, depth);
    return `${"  ".repeat(depth)}${pid} ${visible(name)}: ${worst.get(pid) ?? "no findings"}`;
  });
}

function verdict(check: DumpCheck): string {
  const { facts, findings } = check;
  const [root, ...others] = facts.tasks;
  const who = root === undefined ? "the process" : `${visible(root.name)} (pid ${root.pid})`;
  const whom = others.length === 0 ? who : `${who} and its ${counted(others.length, "descendant")}`;
  const engine = check.for === "crac" ? "CRaC" : "CRIU 4.2";
  const given = check.dumpOptions.length === 0 ? "" : ` with ${check.dumpOptions.join(" ")}`;
  if (isSound(findings)) return `${engine} would dump ${whom}${given}.`;
  const errors = findings.filter(({ severity }) => severity === "error");
  const refusal = `${engine} would refuse to dump ${whom}${given}: ${counted(errors.length, "error")}.`;
  const needed = neededOptions(errors);
  return needed === null ? refusal : `${refusal} It would with ${needed.join(" ")}.`;
}

/** Options that together make CRIU accept all errors; `null`: there are none. */
function neededOptions(errors: readonly DumpFinding[]): string[] | null {
  const options = new Set<string>();
  for (const { code } of errors) {
    const [option] = dumpRule(code).options ?? [];
    if (option === undefined) return null;
    options.add(option);
  }
  return [...options];
}
