// The findings of an image as text for a terminal: by check, a line for each, and the number of each severity.

import { RULES } from "../../app/checks/check.ts";
import { isSound } from "../../app/checks/filter.ts";
import type { Finding, Findings } from "../../app/checks/finding.ts";
import type { Checkpoint, Severity } from "../../app/model/checkpoint.ts";
import { shortText, visible } from "../../app/model/text.ts";
import { counted } from "../../app/model/words.ts";
import { styleFor } from "../style.ts";

export interface CheckTextOptions {
  /** Whether to colour with ANSI escapes. Words say the same without. */
  readonly colour: boolean;
}

const COLOURS = { error: "red", warning: "yellow", note: "dim" } as const satisfies Record<Severity, string>;
const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];

/** The text, ending in a newline. Checks are in the order of their first finding. */
export function checkText(
  checkpoint: Pick<Checkpoint, "format" | "members">,
  { findings, unlisted }: Findings,
  { colour }: CheckTextOptions,
): string {
  const style = styleFor(colour);
  const lines: string[] = [];
  for (const code of new Set(findings.map((finding) => finding.code))) {
    const group = findings.filter((finding) => finding.code === code);
    const rule = RULES.find((candidate) => candidate.code === code && candidate.format === checkpoint.format);
    const severity = group[0]?.severity ?? "note";
    lines.push(`${style(COLOURS[severity], `${code} ${severity}`)}  ${rule?.title ?? ""}`);
    for (const finding of group)
      lines.push(`  ${style("dim", placeText(checkpoint, finding))}${shortText(finding.message)}`);
    const more = unlisted.find((entry) => entry.code === code)?.count ?? 0;
    if (more > 0) lines.push(`  ${style("dim", `… and ${more} more`)}`);
    lines.push("");
  }
  lines.push(summary(findings, unlisted));
  return `${lines.join("\n")}\n`;
}

/** `@501 common.f_flags EINVAL: `, as far as the finding has them. */
function placeText({ members }: Pick<Checkpoint, "members">, finding: Finding): string {
  const { member, offset, field, errno } = finding;
  const file = member === undefined ? "" : visible(members[member]?.name ?? "");
  const where = offset === null ? file : `${file}@${offset}`;
  const words = [where, field === null ? "" : visible(field), errno ?? ""].filter((word) => word !== "");
  return words.length === 0 ? "" : `${words.join(" ")}: `;
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
