// The findings of an image as text for a terminal: by check, a line for each, and the number of each severity.

import { RULES } from "../../app/checks/check.ts";
import { isSound } from "../../app/checks/filter.ts";
import type { Finding } from "../../app/checks/finding.ts";
import type { Findings } from "../../app/checks/findings.ts";
import { GROUPS, type HostReport, type RowState } from "../../app/checks/host/report.ts";
import type { NeededOption, Needs, Outside } from "../../app/checks/needs.ts";
import type { Subject } from "../../app/checks/subject.ts";
import type { Checkpoint, Severity } from "../../app/model/checkpoint.ts";
import { taskOf, taskWords } from "../../app/model/text/task-words.ts";
import { shortText, visible, visibleText } from "../../app/model/text/text.ts";
import { counted, fileName } from "../../app/model/text/words.ts";
import { styleFor } from "../style.ts";

export interface CheckTextOptions {
  /** Whether to colour with ANSI escapes. Words carry the same information without it. */
  readonly colour: boolean;
}

/** Colour names of severities. */
export const SEVERITY_COLOURS = { error: "red", warning: "yellow", note: "dim" } as const satisfies Record<
  Severity,
  string
>;
const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];

/** The text, ending in a newline. Checks are in the order of their first finding. */
export function checkText(
  checkpoint: Checkpoint,
  { findings, unlisted, needs, host }: Findings,
  { colour }: CheckTextOptions,
): string {
  const style = styleFor(colour);
  const lines: string[] = host?.host ? [style("bold", "The image"), ""] : [];
  for (const code of new Set(findings.map((finding) => finding.code))) {
    const group = findings.filter((finding) => finding.code === code);
    const rule = RULES.find((candidate) => candidate.code === code && candidate.format === checkpoint.format);
    const severity = group[0]?.severity ?? "note";
    lines.push(`${style(SEVERITY_COLOURS[severity], `${code} ${severity}`)}  ${rule?.title ?? ""}`);
    for (const finding of group) {
      const place = style("dim", placeText(checkpoint, finding));
      lines.push(`  ${place}${shortText(finding.message)}${style("dim", subjectText(checkpoint, finding))}`);
    }
    const more = unlisted.find((entry) => entry.code === code)?.count ?? 0;
    if (more > 0) lines.push(`  ${style("dim", `… and ${more} more`)}`);
    lines.push("");
  }
  if (needs !== undefined) lines.push(...needsLines(checkpoint, needs));
  lines.push(summary(findings, unlisted));
  if (host !== undefined) lines.push(...hostLines(checkpoint, host, style));
  return `${lines.join("\n")}\n`;
}

const VERDICTS = { refused: "refused", different: "different", fine: "note" } as const;

/** What affects the restore on a host, in its order: each finding with its remedy, then what was compared. */
function hostLines(checkpoint: Checkpoint, report: HostReport, style: ReturnType<typeof styleFor>): string[] {
  const { host, findings, unlisted, privileges } = report;
  const lines: string[] = [
    "",
    style("bold", host === null ? "The restore" : `The restore on ${host.name} (facts of ${host.at})`),
    "",
  ];
  let shown = "";
  for (const finding of findings) {
    const rule = RULES.find(({ code, format }) => code === finding.code && format === checkpoint.format);
    const verdict = style(SEVERITY_COLOURS[finding.severity], VERDICTS[finding.verdict]);
    lines.push(`${verdict}  ${shortText(finding.message)}${style("dim", subjectText(checkpoint, finding))}`);
    if (finding.option !== undefined) lines.push(`    accepted with ${finding.option}`);
    if (shown !== finding.code) lines.push(`    ${style("dim", `${finding.code}: ${rule?.remedy ?? ""}`)}`);
    shown = finding.code;
  }
  for (const { code, count } of unlisted) lines.push(`  ${style("dim", `… and ${count} more of ${code}`)}`);
  if (findings.length > 0) lines.push("");
  const missing = privileges.filter(({ held }) => held !== true);
  if (missing.length > 0) {
    lines.push("Privileges that criu needs");
    for (const { capability, reason } of missing) lines.push(`  ${capability}: ${reason}`);
    lines.push("");
  }
  if (host !== null) lines.push(hostSummary(checkpoint.format === "criu" ? "CRIU" : "The kernel", report));
  return lines;
}

function hostSummary(who: string, { verdict, counts }: HostReport): string {
  const of = (state: RowState): number => GROUPS.reduce((sum, group) => sum + counts[group][state], 0);
  const compared = of("same") + of("note") + of("different") + of("refused");
  const sentence = {
    refused: `${who} would refuse this restore.`,
    uncertain: `${who} might refuse this restore: see the warnings.`,
    different: `${who} would restore it, but the result would differ.`,
    none: "No reason for a refusal was found.",
  }[verdict];
  const unknown = of("unknown");
  return `${counted(compared, "thing")} compared${unknown === 0 ? "" : `, ${unknown} not known`}. ${sentence}`;
}

/** `@501 common.f_flags EINVAL: `, leaving out what the finding does not have. */
function placeText({ members }: Pick<Checkpoint, "members">, finding: Finding): string {
  const { member, offset, field, errno } = finding;
  const file = member === undefined ? "" : visible(members[member]?.name ?? "");
  const where = offset === null ? file : `${file}@${offset}`;
  const text = withWord(withWord(where, field === null ? "" : visible(field)), errno ?? "");
  return text === "" ? "" : `${text}: `;
}

const withWord = (text: string, word: string): string => (word === "" ? text : text === "" ? word : `${text} ${word}`);

/** ` (pid 412 fd 3 /var/log/app)`, as far as it is known; "" if nothing is. */
function subjectText(checkpoint: Checkpoint, { pid, task, fd, file }: Subject): string {
  let words = "";
  if (pid !== undefined) words += ` pid ${pid}`;
  if (task !== undefined) words += ` ${taskWords(taskOf(checkpoint, task))}`;
  if (fd !== undefined) words += ` fd ${fd}`;
  if (file !== undefined) words += ` ${shortText(fileName(checkpoint, file))}`;
  return words === "" ? "" : ` (${words.slice(1)})`;
}

/** Options, and things outside the image, that are listed; more are counted. */
export const MOST_LISTED = 20;

function needsLines(checkpoint: Checkpoint, { options, outside, unlisted, leftOut }: Needs): string[] {
  const lines: string[] = [];
  const listed = <T>(
    title: string,
    needs: readonly T[],
    left: number,
    textOf: (need: T) => string,
    more: number,
  ): void => {
    if (needs.length === 0) return;
    const hidden = Math.max(0, needs.length + left - MOST_LISTED) + more;
    lines.push(title, ...needs.slice(0, MOST_LISTED).map((need) => `  ${textOf(need)}`));
    if (hidden > 0) lines.push(`  … and ${hidden} more; --json lists ${more > 0 ? "more" : "them"}`);
    lines.push("");
  };
  const optionText = (need: NeededOption): string => {
    const { file: _, ...subject } = need;
    return `${need.option}: ${shortText(need.reason)}${subjectText(checkpoint, subject)}`;
  };
  listed("Options that a restore needs", options, leftOut.options, optionText, 0);
  listed("What must exist at restore", outside, leftOut.outside, (thing) => outsideText(checkpoint, thing), unlisted);
  return lines;
}

/** `file /var/log/app, 4096 bytes, mode 0100644: it is open (pid 412 fd 3)`. */
function outsideText(checkpoint: Checkpoint, { kind, path, size, mode, reason, file: _, ...subject }: Outside): string {
  const words = [`${kind} ${shortText(visibleText(path))}`];
  if (size !== null) words.push(counted(size, "byte"));
  if (mode !== null) words.push(`mode 0${mode.toString(8)}`);
  return `${words.join(", ")}: ${reason}${subjectText(checkpoint, subject)}`;
}

function summary(findings: readonly Finding[], unlisted: Findings["unlisted"]): string {
  if (findings.length === 0) return "No problems found.";
  const counts = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [counted(count, severity)];
  });
  const more = unlisted.reduce((sum, { count }) => sum + count, 0);
  const rest = more === 0 ? "" : `, and ${more} more not listed`;
  return `${counts.join(", ")}${rest}.${isSound(findings) ? " The image looks sound." : ""}`;
}
